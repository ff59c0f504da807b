"""An office and a member of staff on one cable, with no way out: two network namespaces made for a test."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import CAMPAIGN, Aggregator, Node, eventually
from records import UNIT

OFFICE, STAFF = (f"jy-{name}-{os.getpid()}" for name in ("office", "staff"))
HERE = pathlib.Path(__file__).parent


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture
def network():
    """Two hosts on one cable, with no way out."""
    if os.geteuid() != 0:
        pytest.fail("network namespaces need root")
    for name in (OFFICE, STAFF):
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
        ip("netns", "add", name)
    ip("link", "add", "eth0", "netns", OFFICE, "type", "veth", "peer", "name", "eth0", "netns", STAFF)
    for name, address in ((OFFICE, "10.77.8.1/24"), (STAFF, "10.77.8.2/24")):
        ip("-n", name, "addr", "add", address, "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")
    yield "10.77.8.1"
    for name in (OFFICE, STAFF):
        subprocess.run(["ip", "netns", "del", name], capture_output=True)


@pytest.fixture
def office(network, stage, tmp_path):
    return Office(network, stage, tmp_path)


def inside(name, *command):
    return ["ip", "netns", "exec", name, *map(str, command)]


def curl(address, *more):
    done = subprocess.run(inside(STAFF, "curl", "-sS", *more, address), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shots(folder):
    """Where a story leaves what it saw: `JIAYUAN_SHOTS`, for a person to look at."""
    folder = pathlib.Path(os.environ.get("JIAYUAN_SHOTS", folder))
    folder.mkdir(exist_ok=True)
    return folder


def watched(script, *arguments, said=None):
    """Plays a story in a browser of a member of staff. Returns what it saw."""
    done = subprocess.run(inside(STAFF, sys.executable, HERE / script, *arguments), input=said, capture_output=True, text=True,
                          timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


class Office:
    """A node and its district on a cable; the node knows the round."""

    token, admin, pin = "a-read-token-of-the-district", "an-admin-token-of-the-district", "246810"
    guard = ("-H", f"authorization: PIN {pin}")

    def __init__(self, network, stage, folder):
        self.stage, self.host, self.folder = stage, network, folder
        self.wrap = tuple(inside(OFFICE))
        self.aggregator = self.placed(Aggregator(folder / "district", listen=network, token=self.token, admin=self.admin))
        self.node = self.placed(
            Node(folder, UNIT, self.aggregator.tokens[UNIT], f"{network}:{self.aggregator.port}", pin=self.pin, listen=network),
            *self.guard)
        self.base, self.district = (f"http://{network}:{daemon.port}" for daemon in (self.node, self.aggregator))
        eventually(lambda: self.get("/api/v1/status")["campaign"] == CAMPAIGN)

    def placed(self, daemon, *more):
        daemon.healthy = lambda: daemon.alive() and curl(f"http://{self.host}:{daemon.port}/healthz", *more)
        self.stage(daemon, wrap=self.wrap)
        return daemon

    def get(self, path, *more):
        return json.loads(curl(self.base + path, *self.guard, *more))

    def above(self, division=UNIT):
        """What the district says of the compound, or of a place above it."""
        answer = curl(f"{self.district}/v1/stats?division={division}", "-H", f"authorization: Bearer {self.token}")
        return json.loads(answer)["place"]

    def measure(self, name, division=UNIT):
        return next(one for one in self.above(division)["measures"] if one["measure"] == name)

    def completion(self):
        figure = self.measure("survey.completion")
        return figure["numerator"], figure["denominator"]

    def watched(self, script):
        return watched(script, self.base, self.pin, shots(self.folder))
