"""The unit files as `make install` lays them down: complete, valid for systemd, and hardened."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
UNITS = sorted(path.name for path in (PROJECT / "Deploy/systemd").glob("*.service"))
TIMERS = sorted(path.name for path in (PROJECT / "Deploy/systemd").glob("*.timer"))
DAEMONS = [name for name in UNITS if "backup" not in name]
THRESHOLD = 15  # tenths: an exposure of 1.5 of 10


def run(*command):
    # `make test` hands its own variables down in MAKEFLAGS; the make started here must not see them.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "DESTDIR", "PREFIX", "BIN")}
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env=environment)


def install(root, **variables):
    settings = [f"{name}={value}" for name, value in {"BIN": "/bin/true", "DESTDIR": root, **variables}.items()]
    result = run("make", "-C", PROJECT, "install", *settings)
    assert result.returncode == 0, result.stderr


def unit_folder(root):
    return root / "usr/lib/systemd/system"


@pytest.fixture
def tree(tmp_path):
    """A scratch root with our files, systemd's own targets and slices, a shell and the account."""
    install(tmp_path)
    system = next(path for path in map(Path, ("/usr/lib/systemd/system", "/lib/systemd/system")) if path.is_dir())
    for pattern in ("*.target", "*.slice"):
        for unit in system.glob(pattern):
            shutil.copy(unit, unit_folder(tmp_path))
    (tmp_path / "bin").mkdir()
    shutil.copy("/bin/sh", tmp_path / "bin/sh")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n_jiayuan:x:990:990::/:/usr/sbin/nologin\n")
    (tmp_path / "etc/group").write_text("root:x:0:\n_jiayuan:x:990:\n")
    return tmp_path


def security(unit):
    """(accepted, exposure in tenths) of one unit file with the drop-ins that lie beside it."""
    result = run("systemd-analyze", "security", "--offline=true", f"--threshold={THRESHOLD}", "--no-pager", unit)
    score = re.search(r"Overall exposure level for \S+: (\d+)\.(\d)", result.stdout)
    assert score, result.stderr
    return result.returncode == 0, int(score[1]) * 10 + int(score[2])


def verify(tree, unit):
    return run("systemd-analyze", "verify", "--man=no", f"--root={tree}", unit)


def settings(tree, unit):
    """A unit's own directives; one that is given twice keeps its last value."""
    pairs = (line.partition("=") for line in (unit_folder(tree) / unit).read_text().splitlines()
             if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_every_unit_of_the_issue_is_there():
    assert UNITS == ["jiayuan-aggregator.service", "jiayuan-backup@.service", "jiayuan-node.service", "jiayuan-node@.service"]
    assert TIMERS == ["jiayuan-backup@.timer"]


@pytest.mark.parametrize("unit", UNITS)
def test_exposure(tree, unit):
    accepted, score = security(unit_folder(tree) / unit)
    assert accepted and score <= THRESHOLD


@pytest.mark.parametrize("unit", UNITS)
def test_a_weakened_unit_is_refused(tree, unit):
    dropin = unit_folder(tree) / "jiayuan-.service.d/20-weak.conf"
    dropin.write_text("[Service]\nUser=root\nProtectSystem=no\nPrivateUsers=no\n"
                      "PrivateNetwork=no\nProtectHome=no\nCapabilityBoundingSet=CAP_SYS_ADMIN\n")
    accepted, score = security(unit_folder(tree) / unit)
    assert not accepted and score > THRESHOLD


@pytest.mark.parametrize("unit", UNITS)
def test_without_the_shared_hardening_it_is_refused(tree, unit):
    (unit_folder(tree) / "jiayuan-.service.d/10-hardening.conf").unlink()
    assert not security(unit_folder(tree) / unit)[0]


@pytest.mark.parametrize("unit", UNITS + TIMERS)
def test_systemd_accepts(tree, unit):
    result = verify(tree, unit)
    assert (result.returncode, result.stderr) == (0, "")


def test_systemd_refuses_a_misspelt_directive_and_a_missing_binary(tree):
    path = unit_folder(tree) / "jiayuan-node.service"
    path.write_text(path.read_text().replace("WatchdogSec", "WatchDogSecs"))
    assert "WatchDogSecs" in verify(tree, "jiayuan-node.service").stderr
    (tree / "usr/bin/jiayuan").unlink()
    assert verify(tree, "jiayuan-aggregator.service").returncode != 0


@pytest.mark.parametrize("unit", DAEMONS)
def test_a_daemon_is_supervised(tree, unit):
    found = settings(tree, unit)
    expected = {
        "Type": "notify", "WatchdogSec": "30", "Restart": "always", "RestartSec": "2",
        "RestartPreventExitStatus": "78", "User": "_jiayuan", "StateDirectoryMode": "0700", "StartLimitIntervalSec": "0",
    }
    assert {name: found.get(name) for name in expected} == expected
    assert int(found["TimeoutStopSec"]) >= 5


def test_two_units_on_one_machine_share_no_state(tree):
    folders = [settings(tree, unit)["StateDirectory"] for unit in DAEMONS]
    assert len(set(folders)) == len(folders)
    # One unit that stops must not take the others' sockets along.
    assert {settings(tree, unit)["RuntimeDirectoryPreserve"] for unit in DAEMONS} == {"yes"}


@pytest.mark.parametrize("unit", ["jiayuan-node.service", "jiayuan-node@.service"])
def test_a_node_starts_without_a_network(tree, unit):
    text = "\n".join(f"{name}={value}" for name, value in settings(tree, unit).items())
    assert "network-online" not in text and "time-sync" not in text and "Wants" not in text


def test_install_follows_the_prefix(tmp_path):
    install(tmp_path, PREFIX="/opt/jiayuan")
    unit = (tmp_path / "opt/jiayuan/lib/systemd/system/jiayuan-node.service").read_text()
    assert "ExecStart=/opt/jiayuan/bin/jiayuan node" in unit
    assert (tmp_path / "opt/jiayuan/bin/jiayuan").exists()
    assert (tmp_path / "opt/jiayuan/share/jiayuan/indicators.yaml").exists()
    assert not (tmp_path / "usr").exists()
