"""Sources/Wire/PROTOCOL.md held against a running aggregator: every vector and every example byte."""

import json
import re

from conftest import ROOT, Aggregator
from foreign_client import Client, Rows, catalogue_hash, row_hash, siphash128

PAGE = (ROOT / "Sources/Wire/PROTOCOL.md").read_text()
KEY = "000102030405060708090a0b0c0d0e0f"
UNIT = "421303587002-001"
TEXT = "demo\ndone households open\ndue households open\n"


def vector(begins):
    return re.search(r"\| " + re.escape(begins) + r"[^|]*\| `([^`]+)`", PAGE)[1]


def test_every_vector_of_the_page():
    key = bytes.fromhex(KEY)
    assert siphash128(key, b"").hex() == vector("SipHash of no bytes")
    assert siphash128(key, bytes(range(15))).hex() == vector("SipHash of the 15 bytes")
    catalogue = catalogue_hash(TEXT)
    assert catalogue == vector("hash of the catalogue above")

    def hashed(period, subject, as_of, counts):
        return f"{row_hash(KEY, catalogue, 'demo', period, subject, as_of, counts):032x}"
    period = "2022-04-06-survey"
    assert hashed(period, "7", 1649239200, [3, 10]) == vector("H(demo, 2022-04-06-survey")
    assert hashed(period, "7", 1649239200, [0, 10]) == vector("H(the same, counts 0")
    assert hashed(period, "7", 1649239200, [None, None]) == vector("H(the same, counts unknown")
    assert hashed("now", "-", 0, []) == vector("H(demo, now")
    rows = Rows({"demo": TEXT}, KEY)
    rows.put("demo", period, "7", [3, 10])
    assert json.dumps(rows.position, separators=(",", ":")) == vector("position after")
    rows.put("demo", period, "9", [0, 4])
    assert json.dumps(rows.position, separators=(",", ":")) == vector("… then 9")
    rows.delete("demo", period, "7")
    assert json.dumps(rows.position, separators=(",", ":")) == vector("… then deleting 7")


def examples():
    """(title, kind, request bytes, status, answer text) of each example, in the page's order."""
    found = re.findall(r"\*\*(.+?)\*\* `POST …/(\w+)`\n\n```\n(.*?)```\n\n`(\d+)`\n\n```\n(.*?)\n```", PAGE, re.S)
    return [(title, kind, request.encode(), int(status), answer) for title, kind, request, status, answer in found]


def said(text, parent):
    """An answer with what differs from run to run taken out."""
    text = text.replace(parent, "PARENT")
    text = re.sub(r'"next_after_ms":\d+', '"next_after_ms":MS', text)
    return re.sub(r'"registry":"[0-9a-f]{16}"', '"registry":"REG"', text)


def replay(aggregator):
    client = Client(aggregator.port, UNIT, aggregator.tokens[UNIT], None)
    for title, kind, request, _, _ in examples():
        status, answer = client.post(kind, request)
        yield title, status, said(json.dumps(answer, separators=(",", ":")), answer["parent"])


def test_every_example_of_the_page(aggregator):
    expected = examples()
    assert len(expected) >= 8
    for (title, status, answer), (_, _, _, wanted, text) in zip(replay(aggregator), expected):
        assert (status, answer) == (wanted, text), title
