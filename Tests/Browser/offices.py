"""An office and a member of staff on one cable, with no way out: two network namespaces made for a test."""

import os
import subprocess

import pytest

OFFICE, STAFF = (f"jy-{name}-{os.getpid()}" for name in ("office", "staff"))


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


def inside(name, *command):
    return ["ip", "netns", "exec", name, *map(str, command)]
