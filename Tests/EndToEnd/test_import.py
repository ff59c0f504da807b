"""Large tables: people go on working while they are taken, and what breaks off is completed by the same table."""

import json
import os
import pathlib
import pty
import subprocess
import threading
import time

import pytest
from conftest import BINARY, Node, eventually, fetch, run
from records import UNIT
from workbooks import posted

TOKEN = "jyu_" + "0" * 64


def table(lines, doors=200):
    """A table of doors in the order in which nobody sorts: every building comes again and again."""
    buildings = max(1, lines // doors)
    rows = [f"{index % buildings},1,{index // buildings + 1},{index % 5},\n" for index in range(lines)]
    return ("building,stair_unit,room,residents,state\n" + "".join(rows)).encode()


class Waits:
    """Asks for a page all the time, and remembers how long it took."""

    def __init__(self, node):
        self.node, self.times, self.stop = node, [], threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        while not self.stop.is_set():
            begun = time.monotonic()
            assert fetch(self.node.port, "/survey")[0] == 200 and fetch(self.node.port, "/healthz")[0] == 200
            self.times.append(time.monotonic() - begun)
            time.sleep(0.1)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def doors(node):
    return sum(building["doors"] for building in node.get("/api/v1/registry")["buildings"])


def peak(node):
    text = pathlib.Path(f"/proc/{node.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmHWM"))) / 1024


def seconds(node):
    fields = pathlib.Path(f"/proc/{node.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def take(node, data):
    status, text, _ = fetch_slowly(node, data)
    assert status == 200, text
    return json.loads(text)


def fetch_slowly(node, data):
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=3000)
    connection.request("POST", "/api/v1/registry/import?apply=1", data)
    response = connection.getresponse()
    return response.status, response.read(), {}


def test_pages_answer_while_a_long_table_is_taken(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9))
    lines = 30_000
    with Waits(node) as waits:
        begun = time.monotonic()
        report = take(node, table(lines))
        took = time.monotonic() - begun
    assert (report["lines"], report["good"], report["refused"]) == (lines, lines, 0) and report["applied"]
    # One turn is a thirtieth of the work, and a page waits for one at most.
    assert len(waits.times) >= 5 and max(waits.times) < max(2.0, took / 4), (took, max(waits.times), len(waits.times))
    assert doors(node) == lines
    assert take(node, table(lines))["unchanged"] == lines


def test_a_table_that_broke_off_is_completed_by_itself(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9))
    data, lines = table(20_000), 20_000
    thread = threading.Thread(target=lambda: pytest.raises(OSError, fetch_slowly, node, data))
    thread.start()
    eventually(lambda: doors(node) > 2_000, within=60)
    node.kill()
    thread.join()
    node.start()
    taken = doors(node)
    assert 2_000 < taken < lines, taken
    report = take(node, data)
    assert (report["good"], report["unchanged"]) == (lines, taken)
    assert doors(node) == lines
    database = __import__("sqlite3").connect(f"file:{node.state}/journal.sqlite?mode=ro", uri=True)
    assert database.execute("SELECT count(*) FROM observation").fetchone() == (lines,), "no line is written twice"


@pytest.mark.skipif(not os.environ.get("JIAYUAN_LONG"), reason="a long run: JIAYUAN_LONG=1")
def test_a_million_lines_fit_under_the_units_limits(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9))
    with Waits(node) as waits:
        before, begun = seconds(node), time.monotonic()
        report = take(node, table(1_000_000))
        took, cpu = time.monotonic() - begun, seconds(node) - before
    print(f"\n10^6 lines: {took:.0f} s, {cpu:.0f} s of CPU, {peak(node):.0f} MB at most, longest wait {max(waits.times):.2f} s")
    assert report["good"] == 1_000_000
    assert peak(node) < 450 and max(waits.times) < 10


def test_a_thousand_problems_are_told_and_the_rest_is_counted(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, TOKEN, 9))
    lines = ["7,1,1,3,\n"] + ["7,1,1,x,\n", "7,1,1,3,\n"] * 1500
    data = ("building,stair_unit,room,residents,state\n" + "".join(lines)).encode()
    report = take(node, data)
    assert (report["good"], report["refused"], len(report["problems"]), report["unlisted"]) == (1, 3000, 1000, 2000)
    assert [problem["line"] for problem in report["problems"]] == list(range(3, 1003))
    assert {problem["code"] for problem in report["problems"]} == {"residents_invalid", "door_twice"}
    file = tmp_path / "t.csv"
    file.write_bytes(data)
    assert "… and 2000 more lines" in run("import", file, "--config", node.config, check=False).stdout
    form = "table=" + data.decode().replace("\n", "%0A") + "&apply=0"
    page = posted(node, form)[1].decode()
    assert "and 2900 more lines with problems" in page and page.count("<li>") == 100


# Progress is for a person who waits


def on_terminal(*arguments):
    """Runs a command whose error output is a terminal; what the terminal got."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([BINARY, *map(str, arguments)], stderr=follower, stdout=subprocess.DEVNULL)
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    process.wait(120)
    os.close(leader)
    return shown.decode()


def test_progress_is_shown_on_a_terminal_and_never_in_a_pipe(stage, tmp_path):
    shown = on_terminal("generate", "--profile", "XS", "--out", tmp_path / "one")
    assert "\rgenerate " in shown and "100 %" in shown, shown
    assert run("generate", "--profile", "XS", "--out", tmp_path / "two").stderr == ""
    node, file = stage(Node(tmp_path, UNIT, TOKEN, 9)), tmp_path / "t.csv"
    file.write_bytes(table(20_000))
    assert "\r/api/v1/registry/import … " in on_terminal("import", file, "--config", node.config)
    assert run("import", file, "--config", node.config).stderr == ""
