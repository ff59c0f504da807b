"""A record's journey and everything that may happen to it on the way: real nodes, real aggregator."""

import json
import os
import random
import re
import secrets
import shutil
import subprocess
import threading
import time

import pytest
from cables import Relay
from conftest import CAMPAIGN, Aggregator, Node, eventually, fetch, run

UNIT, OTHER = "421303587002-001", "421303587002-002"
NOW = 1649242800


def building(code="7", floors=5):
    return {"kind": "building", "id": secrets.token_hex(16), "building": code, "stair_units": 2, "floors": floors,
            "doors_per_floor": 2, "recorder": "s01", "observed_at": NOW}


def visit(door, disposition="completed", **more):
    record = {"kind": "visit", "id": secrets.token_hex(16), "campaign": CAMPAIGN, "door": door,
              "disposition": disposition, "recorder": "v01", "observed_at": NOW}
    if disposition in ("completed", "partial"):
        record["people"] = {"tested": 2}
    return record | more


def doors(code="7", floors=5):
    return [f"{code}-{unit}-{floor}0{door}" for unit in (1, 2) for floor in range(1, floors + 1) for door in (1, 2)]


@pytest.fixture
def relay(aggregator):
    relay = Relay(aggregator.port)
    yield relay
    relay.close()


@pytest.fixture
def node(stage, aggregator, relay):
    return stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], relay.port))


def counted(aggregator, numerator, denominator, unit=UNIT, within=20.0):
    def look():
        place = aggregator.stats(unit)
        figure = place["figure"]
        assert (place["state"], figure["numerator"], figure["denominator"]) == ("known", numerator, denominator), place
        return place
    return eventually(look, within)


def delivered(node):
    return eventually(lambda: (lambda s: s["unacknowledged"] == 0 and s.get("acknowledgedSeq") and s)(node.status()))


def test_the_journey_of_one_record(node, aggregator):
    assert node.record(building()).get("refused") == []
    counted(aggregator, 0, 20)
    node.record(visit("7-1-101"))
    counted(aggregator, 1, 20)
    status = delivered(node)
    assert status["role"] == "active" and status["acknowledgedSeq"] == status["seq"]
    figures = {measure["measure"]: measure for measure in aggregator.stats(UNIT)["measures"]}
    assert figures["survey.tested"]["numerator"] == 2
    assert "7-1-101" not in json.dumps(aggregator.stats()), "no door leaves the compound"


def test_no_personal_field_crosses_the_wire(node, relay):
    import gzip
    node.record(building(), visit("7-2-502", recorder="zhangyong", device="phone-77"))
    delivered(node)
    sent = b"".join(gzip.decompress(data) for _, _, _, data in relay.seen if data)
    assert b"survey" in sent
    for secret in (b"7-2-502", b"zhangyong", b"phone-77", b"502"):
        assert secret not in sent.replace(b'"7"', b""), secret


def test_recording_goes_on_while_the_uplink_is_cut(node, aggregator, relay):
    node.record(building())
    counted(aggregator, 0, 20)
    relay.mode = "cut"
    # A day of the survey: every door three times, by people who know nothing of the line.
    for hour in range(3):
        for door in doors():
            node.record(visit(door, "nobody_home" if hour < 2 else "completed", observed_at=NOW + hour * 28_800))
    status = eventually(lambda: (lambda s: s.get("because") == "unreachable" and s)(node.status()))
    assert status["unacknowledged"] > 0 and status["unacknowledgedSince"]
    assert eventually(lambda: aggregator.stats(UNIT)["state"] == "stale")
    figure = aggregator.stats(UNIT)["figure"]
    assert (figure["lower_permille"], figure["upper_permille"]) == (0, 1000)
    relay.mode = "pass"
    before = len(relay.seen)
    counted(aggregator, 20, 20, within=40)
    import gzip
    rows = [line for _, _, _, data in relay.seen[before:] for line in gzip.decompress(data).splitlines()[1:]]
    assert len(rows) <= 2, "an outage costs what differs, not what happened"


def test_lost_answers_repeated_and_late_requests_change_nothing(node, aggregator, relay):
    node.record(building())
    delivered(node)
    incarnation = node.status()["incarnation"]
    relay.mode = "lose-answers"
    node.record(*[visit(door) for door in doors()[:5]])
    eventually(lambda: node.status().get("because") == "unreachable")
    relay.mode = "repeat"
    node.record(*[visit(door) for door in doors()[5:10]])
    counted(aggregator, 10, 20, within=40)
    relay.mode = "pass"
    for index in range(len(relay.seen)):
        assert relay.deliver_late(index)[0] in (200, 409)
    random.Random(1).shuffle(relay.seen)
    for index in range(len(relay.seen)):
        relay.deliver_late(index)
    counted(aggregator, 10, 20)
    assert node.status()["incarnation"] == incarnation, "an honest node never starts a new life"


def test_a_dead_runs_request_is_fenced(node, aggregator, relay):
    node.record(building())
    delivered(node)
    late = len(relay.seen) - 1
    node.stop()
    node.start()
    node.record(visit("7-1-101"))
    counted(aggregator, 1, 20)
    status, _, text = relay.deliver_late(late)
    assert status == 409 and json.loads(text)["error"] == "fork"
    node.record(visit("7-1-102"))
    counted(aggregator, 2, 20)


def test_a_captive_portal_is_not_the_parent(node, aggregator, relay):
    relay.mode = "portal"
    node.record(building())
    status = eventually(lambda: (lambda s: s.get("because") == "not_the_parent" and s)(node.status()))
    assert status["unacknowledged"] > 0
    relay.mode = "overloaded"
    eventually(lambda: node.status().get("because") == "busy", within=30)
    relay.mode = "pass"
    counted(aggregator, 0, 20, within=40)


def test_wrong_token_is_shown_and_recording_goes_on(stage, aggregator):
    node = stage(Node(stage.folder, UNIT, "jyu_" + "0" * 64, aggregator.port))
    node.record(building(), visit("7-1-101"))
    eventually(lambda: node.status().get("because") == "token_unknown")
    assert node.get(f"/api/v1/survey?campaign={CAMPAIGN}")["left"] == 19
    wrong = stage(Node(stage.folder, UNIT, aggregator.tokens[OTHER], aggregator.port, name="other"))
    eventually(lambda: wrong.status().get("because") == "wrong_unit")


def test_rows_lost_at_the_aggregator_come_back_from_the_nodes(node, aggregator):
    node.record(building(), *[visit(door) for door in doors()[:7]])
    counted(aggregator, 7, 20)
    incarnation = node.status()["incarnation"]
    aggregator.stop()
    for file in aggregator.state.glob("rows.sqlite*"):
        file.unlink()
    aggregator.start()
    counted(aggregator, 7, 20, within=40)
    assert node.status()["incarnation"] == incarnation


def copied(node, target):
    node.stop()
    shutil.copytree(node.state, target, ignore=shutil.ignore_patterns("lock"))


def restored(node, backup):
    node.stop()
    shutil.rmtree(node.state)
    shutil.copytree(backup, node.state)


@pytest.mark.parametrize("sidecar", [True, False], ids=["sidecar-kept", "sidecar-lost"])
def test_restored_from_an_older_copy_then_advanced(node, aggregator, tmp_path, sidecar):
    node.record(building(), *[visit(door) for door in doors()[:3]])
    counted(aggregator, 3, 20)
    copied(node, tmp_path / "backup")
    node.start()
    node.record(*[visit(door) for door in doors()[3:9]])
    counted(aggregator, 9, 20)
    first = node.status()["incarnation"]
    restored(node, tmp_path / "backup")
    if not sidecar:
        (tmp_path / "node.sidecar").unlink()
    # It writes on past its old number before the line is up again.
    node.start()
    node.record(*[visit(door) for door in doors("7")[10:12]], building("8"), building("9"))
    eventually(lambda: node.status()["incarnation"] != first, within=30)
    # The new life waits for the lease of the old one, uncounted; then it is counted, once and whole.
    counted(aggregator, 5, 60, within=40)
    assert [copy["seq"] for copy in aggregator.why(UNIT)["shadows"]], "the former life is kept, shown and not counted"


def test_a_copied_machine_is_never_counted_twice(stage, node, aggregator, tmp_path):
    node.record(building(), *[visit(door) for door in doors()[:4]])
    counted(aggregator, 4, 20)
    copied(node, tmp_path / "twin")
    shutil.copy(tmp_path / "node.sidecar", tmp_path / "twin.sidecar")
    node.start()
    twin = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port, name="twin"))
    node.record(visit(doors()[4]))
    twin.record(visit(doors()[5]), visit(doors()[6]))

    def disputed():
        figure = aggregator.stats(UNIT)
        assert figure["figure"]["numerator"] in (0, 4, 5, 6) and figure["figure"]["last_known"]["numerator"] <= 6
        return figure["state"] == "disputed"
    eventually(disputed, within=40)
    assert eventually(lambda: {node.status().get("role"), twin.status().get("role")} == {"disputed", "shadow"}, within=20)


def test_a_push_in_parts_while_people_keep_recording(stage, aggregator):
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], 9))
    # More than one part of rows: buildings of two doors each.
    for start in range(0, 5000, 500):
        node.record(*[{"kind": "building", "id": secrets.token_hex(16), "building": f"b{number}", "stair_units": 1,
                       "floors": 1, "doors_per_floor": 2, "recorder": "s01", "observed_at": NOW}
                      for number in range(start, start + 500)])
    node.record({"kind": "need", "id": secrets.token_hex(16), "task": CAMPAIGN, "required": 3, "recorder": "s01",
                 "observed_at": NOW})
    assert node.status()["unacknowledged"] > 10_000
    relay = Relay(aggregator.port)
    node.stop()
    text = node.config.read_text().replace("127.0.0.1:9\n", f"127.0.0.1:{relay.port}\n")
    node.config.write_text(text)
    node.start()
    for number in range(0, 400):
        node.record(visit(f"b{number}-1-101"))
    counted(aggregator, 400, 10_000, within=60)
    assert max(int(re.search(rb'"part":(\d+)', __import__("gzip").decompress(data).splitlines()[0])[1])
               for _, _, _, data in relay.seen) >= 3
    relay.close()


def test_every_acknowledged_record_survives_kill_9(node, aggregator):
    """50 kills of node and aggregator at random moments under load; what was answered 200 is counted."""
    chance = random.Random(6)
    names = [f"{number}" for number in range(1, 11)]
    node.record(*[building(name, floors=9) for name in names])
    every = [door for name in names for door in doors(name, floors=9)]
    recorded, stop = set(), threading.Event()

    def recorder():
        left = list(every)
        while left and not stop.is_set():
            door = left[0]
            try:
                answer = fetch(node.port, "/api/v1/records", "POST", json.dumps(visit(door)))
                if answer[0] == 200 and not json.loads(answer[1])["refused"]:
                    recorded.add(door)
                    left.pop(0)
            except OSError:
                pass
            time.sleep(0.02)

    thread = threading.Thread(target=recorder)
    thread.start()
    try:
        for round in range(50):
            time.sleep(chance.uniform(0.02, 0.25))
            victim = chance.choice([node, aggregator])
            victim.kill()
            victim.start()
    finally:
        thread.join(timeout=60)
        stop.set()
        thread.join()
    assert len(recorded) == len(every)
    counted(aggregator, len(recorded), len(every), within=60)


def test_full_is_really_in_force(stage, aggregator):
    """fdatasync is called for every acknowledged record; the page cache would hide the lack of it from kill -9."""
    if not shutil.which("strace"):
        pytest.fail("strace is missing; `make setup-test` installs it")
    node = Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port)
    trace = stage.folder / "trace"
    node.start(wrap=["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", str(trace)])
    try:
        node.record(building())
        delivered(node)
        before = trace.read_text().count("sync(")
        for door in doors():
            node.record(visit(door))
        assert trace.read_text().count("sync(") - before >= len(doors()), "one sync at least for each acknowledged record"
    finally:
        subprocess.run(["pkill", "-KILL", "-P", str(node.process.pid)])
        node.kill()


def test_stops_within_five_seconds_and_loses_nothing(node, aggregator):
    node.record(building(), visit("7-1-101"))
    for daemon in (node, aggregator):
        begun = time.monotonic()
        daemon.stop(within=5)
        assert time.monotonic() - begun < 5 and daemon.process.returncode == 0
    aggregator.start()
    node.start()
    counted(aggregator, 1, 20, within=30)


# Bad input


@pytest.mark.parametrize("record, code", [
    ("{", "not_json"), (b"\xff\xfe", "not_utf8"), ("[" * 600 + "]" * 600, "not_json"), ('"x"', "not_an_object"),
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
    assert board["claims"][0] == {"building": "7", "volunteer": "v03", "state": "claimed", "rank": 0}
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


def test_a_disk_that_refuses_is_said_and_nothing_is_half_written(stage, tmp_path, request):
    if os.geteuid() != 0:
        pytest.fail("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    request.addfinalizer(lambda: subprocess.run(["umount", "-l", str(disk)]))
    node = Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9)
    node.config.write_text(node.config.read_text().replace(f"state: {node.state}", f"state: {disk}/state"))
    stage(node)
    node.record(building())
    subprocess.run(["dd", "if=/dev/zero", f"of={disk}/fill", "bs=4k"], capture_output=True)

    def refused():
        status, text, _ = fetch(node.port, "/api/v1/records", "POST", json.dumps([visit(door) for door in doors()]))
        return status == 507 and json.loads(text)["error"] == "disk_full"
    eventually(refused)
    assert node.status()["disk"] == "disk_full"
    status, page, _ = fetch(node.port, "/survey")
    assert "磁盘已满" in page.decode()
    (disk / "fill").unlink()
    node.record(visit("7-1-101"))
    assert node.status().get("disk") is None and node.get("/api/v1/survey")["left"] == 19


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
    assert done.returncode == 78 and "another jiayuan process" in done.stderr
    config = tmp_path / "second.yaml"
    config.write_text(aggregator.config.read_text().replace("/state", "/state2").replace("a.sock", "b.sock"))
    done = run("aggregator", "--config", config, check=False)
    assert done.returncode == 78 and "port is in use" in done.stderr, done.stderr


def test_commands_work_with_the_daemon_and_without(node, aggregator):
    record = json.dumps(building("12"))
    assert '"refused":[]' in run("record", record, "--config", node.config).stdout
    delivered(node)
    assert "0 unacknowledged" in run("status", "--config", node.config).stdout
    node.stop()
    run("record", json.dumps({"kind": "visit", "campaign": CAMPAIGN, "door": "12-1-101", "disposition": "refused"}),
        "--config", node.config)
    assert re.search(r"[1-9]\d* unacknowledged", run("status", "--config", node.config).stdout)
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
