"""A record's journey and everything that may happen to it on the way: real nodes, real aggregator."""

import json
import random
import re
import secrets
import shutil
import subprocess
import threading
import time

import pytest
from cables import Relay
from conftest import CAMPAIGN, Aggregator, Node, eventually, fetch
from records import NOW, OTHER, UNIT, building, counted, delivered, doors, visit

@pytest.fixture
def relay(aggregator):
    relay = Relay(aggregator.port)
    yield relay
    relay.close()


@pytest.fixture
def node(stage, aggregator, relay):
    return stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], relay.port))


def test_the_journey_of_one_record(node, aggregator):
    assert node.record(building()).get("refused") == []
    counted(aggregator, 0, 20)
    node.record(visit("7-1-101"))
    counted(aggregator, 1, 20)
    status = delivered(node)
    assert status["role"] == "active" and status["acknowledged_seq"] == status["seq"]
    figures = {measure["measure"]: measure for measure in aggregator.stats(UNIT)["measures"]}
    assert figures["survey.tested"]["numerator"] == 2
    assert "7-1-101" not in json.dumps(aggregator.stats()), "no door leaves the compound"
    # The ninth room: what people see of it, in two tiles and in its one building's line.
    page = fetch(aggregator.port, f"/unit/{UNIT}")[1].decode()
    assert page.count("<b>5.0</b> %") == 3 and "<td>1 / 20</td>" in page, page


def test_no_personal_field_crosses_the_wire(node, relay):
    import gzip
    node.record(building(), visit("7-2-502", recorder="zhangyong", device="phone-77"))
    delivered(node)
    sent = b"".join(gzip.decompress(data) for _, _, _, data in relay.seen if data)
    assert b"survey" in sent
    for secret in (b"7-2-502", b"zhangyong", b"phone-77", b"-502", b'"502"'):
        assert secret not in sent, secret


def test_recording_goes_on_while_the_uplink_is_cut(node, aggregator, relay):
    node.record(building())
    counted(aggregator, 0, 20)
    relay.mode = "cut"
    # A day of the survey: every door three times, by people who know nothing of the line.
    for hour in range(3):
        for door in doors():
            node.record(visit(door, "nobody_home" if hour < 2 else "completed", observed_at=NOW + hour * 28_800))
    status = eventually(lambda: (lambda s: s.get("because") == "unreachable" and s)(node.status()))
    assert status["unacknowledged"] > 0 and status["unacknowledged_since"]
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
    page = fetch(node.port, "/survey?lang=en")[1].decode()
    assert "token" in page[page.index('id="standing"'):page.index("<main")], page
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
        (tmp_path / "sidecars/node").unlink()
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
    shutil.copy(tmp_path / "sidecars/node", tmp_path / "sidecars/twin")
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


def test_the_aggregator_syncs_before_it_answers(stage):
    """What is acknowledged to a child is on the disk of its parent."""
    aggregator, trace = Aggregator(stage.folder), stage.folder / "trace-a"
    aggregator.start(wrap=["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", str(trace)])
    try:
        node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
        node.record(building())
        delivered(node)
        for door in doors()[:5]:
            before = trace.read_text().count("sync(")
            node.record(visit(door))
            delivered(node)
            assert trace.read_text().count("sync(") > before, "no acknowledgement without a sync"
    finally:
        subprocess.run(["pkill", "-KILL", "-P", str(aggregator.process.pid)])
        aggregator.kill()


def test_stops_within_five_seconds_and_loses_nothing(node, aggregator):
    node.record(building(), visit("7-1-101"))
    for daemon in (node, aggregator):
        begun = time.monotonic()
        daemon.stop(within=5)
        assert time.monotonic() - begun < 5 and daemon.process.returncode == 0
    aggregator.start()
    node.start()
    counted(aggregator, 1, 20, within=30)
