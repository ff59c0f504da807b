"""Phones that hand in at the same time share an fsync; what each was told is on the disk."""

import concurrent.futures
import shutil
import signal
import subprocess

import pytest

from conftest import CAMPAIGN, Node

UNIT = "421303587002-001"
PHONES, ROUNDS = 32, 3


def record(number, **members):
    return {"id": f"{number:032x}", "recorder": "s01", "observed_at": 1649239200} | members


def test_phones_share_a_sync_and_lose_nothing(stage, aggregator):
    if not shutil.which("strace"):
        pytest.fail("strace is missing; `make setup-test` installs it")
    node, trace = Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port), stage.folder / "trace"
    # A slow disk: while it syncs all phones that are left have arrived.
    node.start(wrap=["strace", "-f", "-qq", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=200000",
                     "-o", str(trace)])
    try:
        assert node.record(record(1, kind="building", building="7", stair_units=2, floors=24, doors_per_floor=2))["refused"] == []
        doors = [f"7-{unit}-{floor}0{door}" for unit in (1, 2) for floor in range(1, 25) for door in (1, 2)]
        assert len(doors) == PHONES * ROUNDS
        before = trace.read_text().count("fdatasync(")

        def hand_in(phone):
            told = []
            for place in range(phone, len(doors), PHONES):
                one = record(100 + place, kind="visit", campaign=CAMPAIGN, door=doors[place], disposition="refused")
                told += node.record(one)["recorded"]
            return told
        with concurrent.futures.ThreadPoolExecutor(PHONES) as pool:
            told = [name for names in pool.map(hand_in, range(PHONES)) for name in names]
        # The sender syncs now and then too; one for each record would be 96.
        assert trace.read_text().count("fdatasync(") - before <= PHONES, trace.read_text()
    finally:
        subprocess.run(["pkill", "-KILL", "-P", str(node.process.pid)])
        node.kill()
    assert sorted(told) == [f"{100 + place:032x}" for place in range(len(doors))], "each was told of its own record"
    again = stage(node)
    classes = again.get(f"/api/v1/survey?campaign={CAMPAIGN}")["buildings"][0]["classes"]
    assert classes["refused"] == len(doors) and classes["unvisited"] == 0, "what was acknowledged outlives the process"
    again.stop(signal.SIGTERM)
