"""A client of the sync protocol in another language, written from Sources/Wire/PROTOCOL.md alone.

It shares no code with the daemons: if the page is wrong or incomplete, the tests that use this fail.
"""

import gzip
import http.client
import json
import secrets

MASK = (1 << 64) - 1


def siphash128(key, data):
    """SipHash-2-4 with 128 bits of output; key and result are 16 bytes."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [0x736F6D6570736575 ^ k0, 0x646F72616E646F6D ^ k1 ^ 0xEE, 0x6C7967656E657261 ^ k0, 0x7465646279746573 ^ k1]

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = ((v[1] << 13 | v[1] >> 51) & MASK) ^ v[0]
            v[0] = (v[0] << 32 | v[0] >> 32) & MASK
            v[2] = (v[2] + v[3]) & MASK
            v[3] = ((v[3] << 16 | v[3] >> 48) & MASK) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = ((v[3] << 21 | v[3] >> 43) & MASK) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = ((v[1] << 17 | v[1] >> 47) & MASK) ^ v[2]
            v[2] = (v[2] << 32 | v[2] >> 32) & MASK

    tail = len(data) % 8
    for at in range(0, len(data) - tail, 8):
        word = int.from_bytes(data[at:at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    last = int.from_bytes(data[len(data) - tail:], "little") | (len(data) & 0xFF) << 56
    v[3] ^= last
    rounds(2)
    v[0] ^= last
    v[2] ^= 0xEE
    rounds(4)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    rounds(4)
    second = v[0] ^ v[1] ^ v[2] ^ v[3]
    return first.to_bytes(8, "little") + second.to_bytes(8, "little")


def catalogue_hash(text):
    return siphash128(b"jiayuan-catalog1", text.encode()).hex()


def row_hash(incarnation, catalogue, dataset, period, subject, as_of, counts):
    """The 128-bit number that a live row adds to the digest."""
    data = b"".join(bytes([len(code)]) + code.encode() for code in (dataset, period, subject))
    data += bytes.fromhex(catalogue)
    for number in [as_of, len(counts), *(-1 if count is None else count for count in counts)]:
        data += (number & MASK).to_bytes(8, "little")
    return int.from_bytes(siphash128(bytes.fromhex(incarnation), data), "big")


class Rows:
    """The rows of one incarnation, as a child keeps them: each under the number of its last change."""

    def __init__(self, catalogues, incarnation=None):
        self.catalogues = catalogues  # dataset -> canonical text
        self.incarnation = incarnation or secrets.token_hex(16)
        self.seq = 0
        self.rows = {}  # key -> (seq, as_of, counts) ; counts None for a tombstone
        self.clock = 1649239200

    def put(self, dataset, period, subject, counts):
        self.seq += 1
        self.rows[dataset, period, subject] = (self.seq, self.clock, counts)

    def delete(self, dataset, period, subject):
        self.put(dataset, period, subject, None)

    def copy(self):
        other = Rows(self.catalogues, self.incarnation)
        other.seq, other.rows = self.seq, dict(self.rows)
        return other

    def renumbered(self):
        """The same live rows in a new life."""
        other = Rows(self.catalogues)
        for key, (_, _, counts) in sorted(self.rows.items()):
            if counts is not None:
                other.put(*key, counts)
        return other

    def digest(self):
        total = 0
        for (dataset, period, subject), (_, as_of, counts) in self.rows.items():
            if counts is not None:
                hashed = catalogue_hash(self.catalogues[dataset])
                total += row_hash(self.incarnation, hashed, dataset, period, subject, as_of, counts)
        return f"{total % (1 << 128):032x}"

    @property
    def position(self):
        return [self.seq, self.digest()]

    def changes(self, after):
        return sorted((seq, key, as_of, counts) for key, (seq, as_of, counts) in self.rows.items() if seq > after)


def body(rows, changes, session, push, part, origin, to, epoch=None, cats=None):
    """A push as bytes: the header line and one line per change."""
    sets, symbols, lines = [], [], []

    def place(table, item):
        if item not in table:
            table.append(item)
        return table.index(item)

    for seq, (dataset, period, subject), as_of, counts in changes:
        named = [dataset, catalogue_hash(rows.catalogues[dataset]) if counts is not None else None]
        line = [seq, place(sets, named), place(symbols, period), place(symbols, subject)]
        if counts is not None:
            line += [as_of, *(-1 if count is None else count for count in counts)]
        lines.append(json.dumps(line, separators=(",", ":")))
    header = {"v": 1, "inc": rows.incarnation, "session": session, "push": push, "part": part, "from": origin}
    if epoch:
        header["epoch"] = epoch
    if to:
        header["to"] = to
    if sets:
        header["sets"], header["sym"] = sets, symbols
    if cats:
        header["cats"] = cats
    return "\n".join([json.dumps(header, separators=(",", ":")), *lines, ""]).encode()


class Client:
    """One unit's link to an aggregator."""

    def __init__(self, port, unit, token, rows, session=1):
        self.port, self.unit, self.token, self.rows = port, unit, token, rows
        self.session = [session, secrets.token_hex(8)]
        self.cursor = None  # what the parent holds
        self.asked = []
        self.answer = None

    def post(self, kind, data, headers=None, unit=None):
        """Sends bytes as they are; returns (status, answer)."""
        sent = {"content-type": "application/x-ndjson; v=1", "authorization": f"Bearer {self.token}"}
        sent.update(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", f"/v1/units/{unit or self.unit}/{kind}", data,
                               {name: value for name, value in sent.items() if value is not None})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            self.answer = json.loads(text)
        except ValueError:
            self.answer = {"raw": text}
        return response.status, self.answer

    def push(self, kind=None, origin=..., to=..., changes=None, push=None, part=1, zipped=True):
        """One part with whatever is not given filled in as an honest client would."""
        kind = kind or ("delta" if self.cursor else "snapshot")
        origin = self.cursor if origin is ... else origin
        if changes is None:
            changes = self.rows.changes(origin[0] if kind == "delta" and origin else 0)
        to = self.rows.position if to is ... else to
        data = body(self.rows, changes, self.session, push or secrets.token_hex(8), part, origin, to,
                    cats=self.asked or None)
        if zipped:
            return self.post(kind, gzip.compress(data), {"content-encoding": "gzip"})
        return self.post(kind, data)

    def sync(self, tries=8):
        """Pushes until the parent holds what we have, doing what each answer asks for."""
        for _ in range(tries):
            status, answer = self.push()
            if status == 200:
                assert answer["at"] == self.rows.position
                self.cursor, self.asked = answer["at"], []
                floor = self.cursor[0]
                self.rows.rows = {key: row for key, row in self.rows.rows.items() if row[2] is not None or row[0] > floor}
                return answer
            if status != 409:
                raise AssertionError((status, answer))
            if answer["error"] == "catalogue":
                known = {catalogue_hash(text): text for text in self.rows.catalogues.values()}
                self.asked = [known[hashed] for hashed in answer["catalogues"]]
            elif answer["error"] in ("unknown", "stale"):
                if answer["have"] and answer["have"][0] > self.rows.seq:
                    self.mint()
                else:
                    self.cursor = answer["have"]
            elif answer["error"] in ("fork", "mismatch"):
                self.mint()
        raise AssertionError(f"no agreement: {self.answer}")

    def registry(self):
        """What the parent tells downward."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/v1/registry", headers={"authorization": f"Bearer {self.token}"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def tell(self, read=()):
        """A row for each directive that is held, as PROTOCOL.md says; `read`: codes that somebody here has read."""
        self.rows.catalogues["directive"] = "directive\nreceived units open\nacknowledged units open\n"
        held = {f"{one['code']}:{one['version']}": one["code"] for one in self.registry().get("directives", [])}
        for period, code in held.items():
            self.rows.put("directive", period, "-", [1, int(code in read)])

    def mint(self):
        self.rows = self.rows.renumbered()
        self.cursor = None
