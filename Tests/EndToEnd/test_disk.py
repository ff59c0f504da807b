"""Disks that are full, read-only or broken: the node says which, refuses the record, and goes on when it is mended."""

import json
import os
import resource
import subprocess

import pytest
from conftest import Node, eventually, fetch
from records import UNIT, building, doors, visit


@pytest.fixture
def on_disk(stage, tmp_path, request):
    """Starts a node whose journal lies on a file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("mounting a disk of its own needs root")

    def start(*mount):
        disk = tmp_path / "disk"
        disk.mkdir()
        done = subprocess.run(["mount", *mount, str(disk)], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"mount {' '.join(map(str, mount))}: {done.stderr.strip()}")
        request.addfinalizer(lambda: subprocess.run(["umount", "-l", str(disk)]))
        node = Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9)
        node.config.write_text(node.config.read_text().replace(f"state: {node.state}", f"state: {disk}/state"))
        stage(node)
        node.record(building())
        return node, disk
    return start


def refusal(node, *records):
    status, text, _ = fetch(node.port, "/api/v1/records", "POST", json.dumps(records))
    return status, json.loads(text).get("error")


def standing(node):
    return fetch(node.port, "/survey")[1].decode()


def test_a_full_disk_is_said_and_nothing_is_half_written(on_disk):
    node, disk = on_disk("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    subprocess.run(["dd", "if=/dev/zero", f"of={disk}/fill", "bs=4k"], capture_output=True)
    eventually(lambda: refusal(node, *[visit(door) for door in doors()]) == (507, "disk_full"))
    assert node.status()["disk"] == "disk_full" and "磁盘已满" in standing(node)
    (disk / "fill").unlink()
    node.record(visit("7-1-101"))
    assert node.status().get("disk") is None and node.get("/api/v1/survey")["left"] == 19


def test_a_disk_that_the_kernel_gave_up_is_said_to_be_read_only(on_disk, tmp_path):
    image = tmp_path / "image"
    with open(image, "wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    node, disk = on_disk("-o", "loop", str(image))
    # As after an error of the file system's own: open files too can't be written any more. Newer kernels don't
    # count the volume as mounted read-only then.
    subprocess.run(["mount", "-o", "remount,abort", str(disk)], check=True)
    assert refusal(node, visit("7-1-101")) == (503, "read_only")
    assert node.status()["disk"] == "read_only" and "磁盘只读" in standing(node)
    node.alive()


def test_a_disk_that_fails_is_said_and_recording_goes_on_when_it_is_mended(stage, tmp_path):
    node = Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9)
    # A real write that a real kernel refuses with neither a full nor a read-only disk behind it.
    stage(node, wrap=("env", "--ignore-signal=XFSZ"))
    node.record(building())
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (1 << 12, resource.RLIM_INFINITY))
    assert refusal(node, visit("7-1-101"), visit("7-1-102")) == (503, "disk_fails")
    assert node.status()["disk"] == "disk_fails" and "磁盘读写出错" in standing(node)
    assert node.get("/api/v1/survey")["left"] == 20, "nothing is half written"
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    node.record(visit("7-1-101"))
    assert node.status()["disk"] is None and "磁盘" not in standing(node)
    assert node.get("/api/v1/survey")["left"] == 19
