"""`jiayuan verify` at a node: running and stopped, whatever was planted is named, and nothing is touched unasked."""

import os
import sqlite3

import pytest

from conftest import CAMPAIGN, Node, eventually, run

UNIT = "421303587002-001"
ROWS = "5 records, 8 rows, 0 findings"
BUILDING = {"kind": "building", "building": "7", "stair_units": 2, "floors": 3, "doors_per_floor": 2}


def record(number, **members):
    return {"id": f"{number:032x}", "recorder": "s01", "observed_at": 1649239200} | members


def visit(number, door, disposition, **members):
    return record(number, kind="visit", campaign=CAMPAIGN, door=door, disposition=disposition, **members)


@pytest.fixture
def node(stage, aggregator, tmp_path):
    node = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port))
    refused = node.record(
        record(1, **BUILDING), record(2, kind="need", task=CAMPAIGN, required=48),
        record(3, kind="fill", task=CAMPAIGN, volunteer="v01", state="filled"),
        visit(4, "7-1-101", "completed", people={"tested": 2}), visit(5, "7-1-102", "refused"))["refused"]
    assert refused == []
    return node


def plant(node, *statements):
    with sqlite3.connect(node.state / "journal.sqlite") as database:
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement
    database.close()


def verify(node, *arguments):
    return run("verify", "--config", node.config, *arguments, check=False)


def planted(done):
    return [line for line in done.stdout.splitlines() if line.startswith(("survey_door", "volunteers"))]


def settled(aggregator, node, doors):
    """The district holds what the node has: all but so many of the 12 doors are left."""
    figures = aggregator.stats(UNIT)
    return (node.status()["unacknowledged"], figures["state"], figures["figure"]["numerator"]) == (0, "known", doors)


def held(node):
    with sqlite3.connect(f"file:{node.state}/journal.sqlite?mode=ro", uri=True) as database:
        found = [database.execute(f"SELECT * FROM {table}").fetchall()
                 for table in ("row", "position", "survey_door", "need", "conflict", "observation")]
    database.close()
    return found


def test_a_running_node_is_verified_in_a_copy(node):
    # A row comes with the parent's document: that the round was received.
    good = eventually(lambda: (done := verify(node)).stdout.strip() == ROWS and done)
    assert good.returncode == 0, good.stderr


def test_what_was_planted_is_named_and_put_right_when_asked(node, aggregator):
    eventually(lambda: settled(aggregator, node, 2) and verify(node).stdout.strip() == ROWS)
    node.stop()
    plant(
        node, "UPDATE row SET counts = replace(counts, '48,1,47', '48,48,0') WHERE dataset = 'volunteers' AND subject = '-'",
        "UPDATE survey_door SET disposition = 'absent' WHERE door = '7-1-102'", "UPDATE position SET digest = zeroblob(16)")
    # Stopped: the command looks by itself.
    bad = verify(node)
    assert bad.returncode == 1, bad.stdout + bad.stderr
    for named in (f"volunteers {CAMPAIGN} - filled", f"volunteers {CAMPAIGN} - short", "position digest",
                  f"survey_door '{CAMPAIGN}' '7-1-102' disposition", "'absent'", "'refused'", "48 stands, 1 follows",
                  "由记录推算", "verify --rederive"):
        assert named in bad.stdout, (named, bad.stdout)
    before = held(node)
    assert verify(node).stdout == bad.stdout and held(node) == before, "nothing is changed unasked"
    node.start()
    running = verify(node)
    # A position that isn't its rows' begins a new life as soon as the parent has seen it; the rest stands till asked.
    assert running.returncode == 1 and planted(running) == planted(bad), running.stdout
    healed = verify(node, "--rederive")
    assert healed.returncode == 1 and "1 rows changed" in healed.stdout and "short" in healed.stdout, healed.stdout
    assert verify(node).stdout.strip() == ROWS
    # The row leaves as any other, and the district goes on.
    node.record(visit(6, "7-1-201", "completed", people={"tested": 1}))
    eventually(lambda: settled(aggregator, node, 3), within=40)


def test_options_of_one_face_are_refused_at_the_other(aggregator):
    done = run("verify", "--rederive", "--config", aggregator.config, check=False)
    assert done.returncode == 64 and "node" in done.stderr, done.stderr


def test_a_damaged_journal_is_74(node):
    node.stop()
    (node.state / "journal.sqlite").write_bytes(b"x" * 8192)
    for log in node.state.glob("journal.sqlite-*"):
        log.unlink()
    done = verify(node)
    assert done.returncode == 74 and "damaged" in done.stderr, done.stderr


def test_without_room_for_the_copy_nothing_is_known(node, tmp_path):
    node.stop()
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    done = run("verify", "--config", node.config, check=False, env={**os.environ, "TMPDIR": str(nowhere)})
    assert done.returncode == 74 and "not verified" in done.stderr and "findings" not in done.stdout, done.stderr
