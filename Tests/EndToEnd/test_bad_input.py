"""Bad input, full disks, wrong configurations: a clear error each, and nothing is lost."""

import json
import os
import re
import secrets
import subprocess
import time

import pytest
from conftest import CAMPAIGN, Node, eventually, fetch, run
from records import NOW, UNIT, building, counted, delivered, doors, visit


@pytest.fixture
def node(stage, aggregator):
    return stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))


@pytest.mark.parametrize("record, code", [
    ("{", "not_json"), (b"\xff\xfe", "not_utf8"), ("[" * 600 + "]" * 600, "too_deep"), ('{"required":1e400}', "number_too_large"), ('"x"', "not_an_object"),
    (visit("7-1-101", kind="nonsense"), "kind_unknown"), (visit("7-1-101", kind=None), "field_wrong_type"),
    ({"kind": "visit"}, "field_missing"),
    (visit("7-1-101", people={"tested": -1}), "field_out_of_range"),
    (visit("7-1-101", people={"tested": 10**9}), "field_out_of_range"),
    (visit("7-1-101", people={"tested": 2.5}), "field_wrong_type"),
    (visit("7-1-101", people={"tested": True}), "field_wrong_type"),
    (visit("7-1-101", people={"healthy": 1}), "people_class_unknown"),
    (visit("7-1-101", "refused", people={"tested": 1}), "people_not_expected"),
    (visit("7-1-101", people=None), "people_missing"), (visit("7-1-101", "asleep"), "disposition_unknown"),
    (visit("9-9-999"), "door_unknown"), (visit("seven"), "not_a_code"), (visit("7-1-郎"), "not_a_code"),
    (visit("7-1-101", id="x"), "id_invalid"), (visit("7-1-101", evidence="dream"), "evidence_unknown"),
    (visit("7-1-101", recorder=7), "field_wrong_type"), (visit("7-1-101", observed_at="noon"), "field_wrong_type"),
])
def test_bad_records_are_named_and_nothing_is_written(stage, tmp_path, record, code):
    node = shared_node(stage, tmp_path)
    before = node.status()["seq"]
    data = record if isinstance(record, (str, bytes)) else json.dumps(record)
    status, text, _ = fetch(node.port, "/api/v1/records", "POST", data)
    answer = json.loads(text)
    found = answer["error"] if status == 400 else answer["refused"][0]["code"]
    said = answer if status == 400 else answer["refused"][0]
    assert found != "id_invalid" or ("x" in said["message"] and "：" in said["message"])
    assert found == code and said["hint"] and "⟦" not in text.decode(), answer
    assert node.status()["seq"] == before


def shared_node(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9))
    node.record(building())
    return node


def test_the_good_records_of_a_batch_are_taken(stage, tmp_path):
    node = shared_node(stage, tmp_path)
    good, bad = visit("7-1-101"), visit("7-1-999")
    answer = node.record(bad, good, good)
    assert answer["recorded"] == [good["id"], good["id"]] and answer["refused"][0]["index"] == 0
    assert node.get("/api/v1/survey")["left"] == 19
    again = node.record(good | {"disposition": "refused", "people": None})
    assert again["refused"][0]["code"] == "id_reused"


def test_a_clock_fifty_years_off_is_taken_and_flagged(stage, tmp_path):
    node = shared_node(stage, tmp_path)
    future = visit("7-1-101", observed_at=NOW + 50 * 31_557_600)
    assert node.record(future)["flagged"] == [future["id"]]
    later = visit("7-1-101", "completed", people={"tested": 1}, observed_at=int(time.time()), supersedes=[future["id"]])
    assert node.record(later)["flagged"] == []
    assert node.get("/api/v1/conflicts") == []


def test_two_answers_are_a_conflict_until_somebody_settles_it(stage, tmp_path):
    node = shared_node(stage, tmp_path)
    one, two = visit("7-1-101", people={"tested": 2}), visit("7-1-101", people={"tested": 3}, recorder="v02")
    node.record(visit("7-1-101", "nobody_home"), one)
    assert node.get("/api/v1/conflicts") == [], "a revisit is no conflict"
    node.record(two)
    assert [item["subject"] for item in node.get("/api/v1/conflicts")] == ["7-1-101"]
    node.record(visit("7-1-101", people={"tested": 3}, supersedes=[one["id"], two["id"]]))
    assert node.get("/api/v1/conflicts") == []


def test_the_countdown_may_rise(stage, tmp_path):
    node = shared_node(stage, tmp_path)

    def record(kind, **more):
        node.record({"kind": kind, "id": secrets.token_hex(16), "task": CAMPAIGN, "recorder": "s01",
                     "observed_at": int(time.time()), **more})
        return node.get(f"/api/v1/volunteers?task={CAMPAIGN}")
    assert record("need", required=3)["short"] == 3
    assert record("fill", volunteer="v01", state="filled")["short"] == 2
    assert record("fill", volunteer="v01", state="filled")["short"] == 2, "one person is counted once"
    record("fill", volunteer="v02", state="filled")
    assert record("fill", volunteer="v01", state="withdrawn")["short"] == 2
    assert record("need", required=5)["short"] == 4
    board = record("claim", building="7", volunteer="v02", state="claimed")
    assert board["unclaimed"] == []
    board = record("claim", building="7", volunteer="v03", state="claimed")
    assert [(claim["volunteer"], claim["rank"]) for claim in board["claims"]] == [("v02", 0), ("v03", 1)]
    assert node.get("/api/v1/conflicts")[0]["kind"] == "two_claims"
    board = record("claim", building="7", volunteer="v02", state="released")
    assert board["claims"][0] == {"building": "7", "volunteer": "v03", "state": "claimed", "rank": 0, "role": "general",
                                  "from": None, "with": None, "after": "v02"}, "the reserve moved up"
    assert record("claim", building="7", volunteer="v03", state="released")["unclaimed"] == ["7"]


def test_registry_tables_of_every_kind(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9))

    def take(data, apply=1):
        status, text, _ = fetch(node.port, f"/api/v1/registry/import?apply={apply}", "POST", data)
        return status, json.loads(text)
    table = "楼栋,单元,房号,人数,状态\r\n7,1,101,3,自住\r\n7,1,102,x,自住\r\n7,1,101,2,自住\r\n7,2,201,0,空置\r\n"
    status, report = take(table.encode("gb18030"), apply=0)
    assert status == 200 and (report["lines"], report["good"]) == (4, 2) and not report["applied"]
    assert [problem["line"] for problem in report["problems"]] == [3, 4]
    assert node.get("/api/v1/registry")["buildings"] == []
    assert take(b"\xef\xbb\xbf" + table.encode())[1]["applied"]
    overview = node.get("/api/v1/registry")["buildings"][0]
    assert (overview["doors"], overview["households"], overview["residents"]) == (2, 1, 3)
    assert take(table.encode())[1]["unchanged"] == 2, "the same table again changes nothing"
    status, report = take(b"a,b\n1,2\n")
    assert status == 422 and "building" in report["fault"]["hint"]


def test_import_reports_for_people_and_fails_where_a_line_was_refused(tmp_path):
    node, table = Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9), tmp_path / "doors.csv"
    table.write_text("楼栋,单元,房号,人数,状态\n7栋,1单元,101室,3,自住\n7栋,1单元,102室,x,自住\n")
    done = run("import", table, "--config", node.config, "--dry-run", check=False)
    assert done.returncode == 1 and "2 lines: 1 would be taken" in done.stdout
    done = run("import", table, "--config", node.config, check=False)
    assert done.returncode == 1, "a line was refused"
    assert "2 lines: 1 taken (1 new, 0 changed), 0 unchanged, 0 corrected since, 1 refused" in done.stdout and "{" not in done.stdout
    assert re.search(r'doors.csv:3: "x" is no number of residents; write 0 to 200', done.stdout), done.stdout
    done = run("import", table, "--json", "--config", node.config, check=False)
    report = json.loads(done.stdout)
    assert done.returncode == 1 and (report["good"], report["unchanged"], report["refused"]) == (1, 1, 1)
    assert report["problems"][0]["code"] == "residents_invalid"
    table.write_text("楼栋,单元,房号,人数,状态\n7栋,1单元,102室,2,自住\n")
    assert "1 taken" in run("import", table, "--config", node.config).stdout
    for text, words in (("楼栋,单元,房号,人数,状态\n", "no line below"), ("楼栋,楼栋\n7,8\n", "楼栋"), ("", "empty")):
        table.write_text(text)
        done = run("import", table, "--config", node.config, check=False)
        assert done.returncode == 1 and words in done.stdout, done.stdout + done.stderr


def test_a_body_that_is_too_large_is_answered_in_its_own_words(stage, aggregator, tmp_path):
    node = shared_node(stage, tmp_path)
    status, text, _ = fetch(node.port, "/api/v1/records?lang=en", "POST", b"[" + b" " * (3 << 20))
    answer = json.loads(text)
    assert status == 413 and answer["error"] == "too_large" and "2097152" in answer["message"] and answer["hint"]
    for size in (600 << 10, 5 << 20):
        status, text, headers = fetch(
            aggregator.port, f"/v1/units/{UNIT}/delta", "POST", b"x" * size,
            {"authorization": f"Bearer {aggregator.tokens[UNIT]}", "content-type": "application/x-ndjson; v=1"})
        answer = json.loads(text)
        assert status == 413 and answer["error"] == "too_large" and len(answer["parent"]) == 32, answer


def test_configuration_problems_come_all_at_once(tmp_path):
    config = tmp_path / "node.yaml"
    config.write_text("unit: 千千\nparent: ftp://x\ntoken: short\ncolour: red\nlisten: [1, 2]\n")
    done = run("check-config", "node", "--config", config, check=False)
    assert done.returncode == 78
    for line in (1, 2, 3, 4, 5):
        assert f"node.yaml:{line}" in done.stderr, done.stderr
    config.write_text("unit: a-1\nparent: http://h:1\ntoken: jyu_0123456789abcdef\nlisten: 192.0.2.1:80\n")
    done = run("check-config", "node", "--config", config, check=False)
    assert done.returncode == 78 and "pin" in done.stderr
    done = run("init", "node", "--config", tmp_path / "new.yaml", "--unit", UNIT, "--parent", "http://h:1", "--token",
               "jyu_" + "0" * 64, "--listen", "192.0.2.1:8080")
    assert "PIN" in done.stdout
    assert run("check-config", "node", "--config", tmp_path / "new.yaml").returncode == 0
    run("init", "aggregator", "--config", tmp_path / "agg.yaml")
    assert run("check-config", "aggregator", "--config", tmp_path / "agg.yaml").returncode == 0


def test_a_port_in_use_and_a_second_daemon_are_told_apart(stage, aggregator, tmp_path):
    done = run("aggregator", "--config", aggregator.config, check=False)
    assert done.returncode == 78 and "another process answers" in done.stderr
    config = tmp_path / "first.yaml"
    config.write_text(aggregator.config.read_text().replace("a.sock", "c.sock"))
    done = run("aggregator", "--config", config, check=False)
    assert done.returncode == 78 and "another jiayuan process" in done.stderr
    config = tmp_path / "second.yaml"
    config.write_text(aggregator.config.read_text().replace("/state", "/state2").replace("a.sock", "b.sock"))
    done = run("aggregator", "--config", config, check=False)
    assert done.returncode == 78 and "port is in use" in done.stderr, done.stderr


def test_commands_work_with_the_daemon_and_without(node, aggregator):
    record = json.dumps(building("12"))
    assert '"refused":[]' in run("record", record, "--config", node.config).stdout
    delivered(node)
    # A round that arrives meanwhile brings rows of its own.
    eventually(lambda: "0 unacknowledged" in run("status", "--config", node.config).stdout)
    running = run("status", "--config", node.config).stdout
    assert re.search(r"last acknowledged \S+T\S+\+08:00", running), running
    node.stop()
    run("record", json.dumps({"kind": "visit", "campaign": CAMPAIGN, "door": "12-1-101", "disposition": "refused"}),
        "--config", node.config)
    stopped = run("status", "--config", node.config, check=False)
    assert stopped.returncode == 69 and re.search(r"[1-9]\d* unacknowledged", stopped.stdout), stopped.stdout
    done = run("record", '{"kind":"visit"}', "--config", node.config, check=False)
    assert done.returncode == 1
    node.start()
    counted(aggregator, 1, 20, within=30)
    backup = aggregator.folder / "copy.sqlite"
    run("backup", "--to", backup, "--config", aggregator.config)
    assert backup.stat().st_mode & 0o777 == 0o600


def test_divisions_are_refused_with_their_lines(aggregator, tmp_path):
    table = tmp_path / "bad.csv"
    table.write_text("code,name,level,parent_code\n421300000000,a,city,\n421303000000,b,district,421399000000\n"
                     "421300000000,c,city,\n")
    done = run("divisions", "import", table, "--config", aggregator.config, check=False)
    assert done.returncode == 1 and "line 3" in done.stderr and "line 4" in done.stderr
