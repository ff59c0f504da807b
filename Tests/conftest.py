"""Real daemons for the tests: scratch folders, free ports, stopped by their own process ids."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = os.environ.get("JIAYUAN", str(ROOT / ".build/debug/jiayuan"))
CAMPAIGN = "2022-04-06-survey"
UNITS = {
    "421303587002-001": (100, 300), "421303587002-002": (50, 120), "421303003006-001": (80, 200),
}


def china(seconds):
    """A time of the day as settings have it."""
    return time.strftime("%H:%M:%S", time.gmtime(seconds + 8 * 3600))


def _ports():
    """Ports below those that the kernel gives to connections: until a daemon listens there, nobody is handed it. Of runs side by side each has blocks of its own, held by a name that ends with the process."""
    holder = socket.socket(socket.AF_UNIX)
    for first in range(10_000, 28_000, 200):
        try:
            holder.bind(f"\0jiayuan-tests-{first}")
            break
        except OSError:
            continue
    else:
        raise RuntimeError("every block of ports is held by another run of the tests")
    while True:
        for port in range(first, first + 200):
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            yield port


_next_port = _ports()


def free_port():
    return next(_next_port)


def eventually(what, within=20.0, every=0.05):
    """Waits until `what()` is truthy and returns it; the last exception or value is in the failure."""
    deadline, last = time.monotonic() + within, None
    while time.monotonic() < deadline:
        try:
            last = what()
            if last:
                return last
        except (OSError, http.client.HTTPException, AssertionError, KeyError) as error:
            last = error
        time.sleep(every)
    raise AssertionError(f"not within {within} s: {last!r}")


def run(*arguments, check=True, **options):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


def fetch(port, path, method="GET", body=None, headers=None, host="127.0.0.1", timeout=30):
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()


class Daemon:
    host, secret = "127.0.0.1", None

    def __init__(self, kind, config, log):
        self.kind, self.config, self.log = kind, config, log
        self.process = None

    def start(self, wrap=()):
        self.process = subprocess.Popen([*wrap, BINARY, self.kind, "--config", str(self.config)],
                                        stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        eventually(self.healthy, within=60)
        return self

    def fetch(self, path, method="GET", body=None, headers=None, timeout=30):
        headers = dict(headers or {}) | ({"authorization": self.secret} if self.secret else {})
        return fetch(self.port, path, method, body, headers, self.host, timeout)

    def healthy(self):
        self.alive()
        status, text, _ = self.fetch("/healthz")
        assert status == 200, f"{status} {text}: {self.log.read_text()[-2000:]}"
        return True

    def alive(self):
        assert self.process.poll() is None, f"{self.kind} ended: {self.log.read_text()[-2000:]}"
        return True

    def stop(self, how=signal.SIGTERM, within=10):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(within)

    def kill(self):
        self.stop(signal.SIGKILL)


class Aggregator(Daemon):
    def __init__(self, folder, pace=300, grace=700, lease=3000, units=UNITS, relays=(), parent=None, listen="127.0.0.1",
                 token=None, releases=()):
        """`releases`: when the public is told, seconds since 1970; `relays`: the district aggregators that `units` are counted through, by code; `parent`: (port, code, token)."""
        folder.mkdir(exist_ok=True)
        self.folder, self.state, self.port = folder, folder / "state", free_port()
        self.secret = f"Bearer {token}" if token else None
        config = folder / "aggregator.yaml"
        config.write_text(
            f"state: {self.state}\nsocket: {folder}/a.sock\nlisten: {listen}:{self.port}\n"
            f"pace_ms: {pace}\ngrace_ms: {grace}\nlease_ms: {lease}\nseries_seconds: 5\n" + (f"read_token: {token}\n" if token else "")
            + (f"release_times: {' '.join(map(china, releases))}\n" if releases else "")
            + (f"parent: http://127.0.0.1:{parent[0]}\nunit: \"{parent[1]}\"\ntoken: {parent[2]}\n" if parent else ""))
        super().__init__("aggregator", config, folder / "aggregator.log")
        run("divisions", "import", ROOT / "Config/divisions.csv", "--config", config)
        self.tokens = {}
        for relay in relays:
            slip = json.loads(run("relay", "add", relay, "--name", relay, "--json", "--config", config).stdout)
            self.tokens[relay] = slip["token"]
        for relay in relays or (None,):
            table = folder / "units.csv"
            table.write_text("code,name,expected_households,expected_residents,duty_telephone\n" + "".join(
                f"{code},{code},{households},{residents},0722-555-0100\n"
                for code, (households, residents) in units.items() if relay is None or code[:6] == relay[:6]))
            slips = json.loads(run("unit", "add", "--from", table, "--json", "--ceiling-percent", 100, "--config", config,
                                   *(("--through", relay) if relay else ())).stdout)
            self.tokens |= {slip["unit"]: slip.get("token") for slip in slips}
        if not parent:
            run("campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline", 1649260800,
                "--config", config)

    def stats(self, division=None, measure="survey.completion"):
        status, text, _ = self.fetch("/v1/stats" + (f"?division={division}" if division else ""))
        assert status == 200, text
        document = json.loads(text)
        place = document["place"]
        place["figure"] = next(figure for figure in place["measures"] if figure["measure"] == measure)
        return place

    def why(self, unit):
        return json.loads(run("why", unit, "--json", "--config", self.config).stdout)


class Node(Daemon):
    def __init__(self, folder, unit, token, parent, name="node", pin=None, listen="127.0.0.1"):
        self.folder, self.state, self.port, self.unit = folder, folder / name, free_port(), unit
        self.host, self.secret = listen, f"PIN {pin}" if pin else None
        parent = parent if ":" in str(parent) else f"127.0.0.1:{parent}"
        config = folder / f"{name}.yaml"
        config.write_text(
            f"unit: {unit}\nstate: {self.state}\nsocket: {folder}/{name}.sock\nlisten: {listen}:{self.port}\n"
            f"parent: http://{parent}\ntoken: {token}\n" + (f"pin: \"{pin}\"\n" if pin else ""))
        super().__init__("node", config, folder / f"{name}.log")

    def record(self, *records):
        status, text, _ = self.fetch("/api/v1/records", "POST", json.dumps(records),
                                     {"content-type": "application/json"})
        assert status == 200, text
        return json.loads(text)

    def get(self, path):
        status, text, _ = self.fetch(path)
        assert status == 200, text
        return json.loads(text)

    def status(self):
        return self.get("/api/v1/status")


@pytest.fixture
def stage(tmp_path):
    """Starts what a test asks for and stops it whatever happens."""
    started = []

    def start(daemon, **how):
        started.append(daemon)
        return daemon.start(**how)

    start.folder = tmp_path
    yield start
    for daemon in reversed(started):
        daemon.stop(signal.SIGKILL)


@pytest.fixture
def aggregator(stage):
    return stage(Aggregator(stage.folder))
