"""Daemons as systemd and the administrator see them: one machine, several instances, a database that has gone."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import pytest
from conftest import BINARY, Aggregator, Node, eventually, fetch, free_port, run
from records import UNIT, building, visit

TOKEN = "jyu_" + "0" * 64


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path, self.heard = str(path), []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)

    @property
    def environment(self):
        return {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": "600000"}

    def hear(self, seconds):
        """What arrives within a time."""
        end, new = time.monotonic() + seconds, []
        while time.monotonic() < end:
            try:
                new.append(self.socket.recv(4096).decode())
            except TimeoutError:
                pass
        self.heard += new
        return new


def daemon(kind, folder):
    return Node(folder, UNIT, TOKEN, 9) if kind == "node" else Aggregator(folder)


def file_of(daemon):
    return daemon.state / ("journal.sqlite" if isinstance(daemon, Node) else "rows.sqlite")


@pytest.mark.parametrize("kind", ["node", "aggregator"])
@pytest.mark.parametrize("how", ["truncated", "replaced"])
def test_the_watchdog_beats_only_while_the_database_is_there(stage, tmp_path, monkeypatch, kind, how):
    systemd = Systemd(tmp_path / "notify")
    for name, value in systemd.environment.items():
        monkeypatch.setenv(name, value)
    served = stage(daemon(kind, tmp_path))
    served.stop()
    # What was written lies in the log beside the file until it is brought in.
    database = sqlite3.connect(file_of(served))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    systemd.hear(0.3)
    systemd.heard.clear()
    served.start()
    beats = systemd.hear(2)
    said = "\n".join(systemd.heard)
    assert "READY=1" in said and "STATUS=listening on 127.0.0.1" in said, said
    assert beats.count("WATCHDOG=1") >= 3 and any(line.startswith("STATUS=") for line in beats), beats
    file = file_of(served)
    assert file.stat().st_size > 4096
    if how == "truncated":
        os.truncate(file, 4096)
    else:
        shutil.copy(file, tmp_path / "other")
        (tmp_path / "other").rename(file)
    eventually(lambda: fetch(served.port, "/healthz")[0] == 503, within=5)
    systemd.hear(1)
    assert "WATCHDOG=1" not in systemd.hear(2), "no beat without the database"


# Instances on one machine


@pytest.mark.parametrize("kind", ["node", "aggregator"])
def test_a_second_daemon_leaves_the_socket_of_the_first(stage, tmp_path, kind):
    first = stage(daemon(kind, tmp_path))
    text = first.config.read_text().replace(f"state: {first.state}", f"state: {tmp_path}/second")
    second = tmp_path / "second.yaml"
    ask = ["status"] if kind == "node" else ["why"]
    for change, words in ((f":{first.port}", "another process answers"), ("", "another process answers")):
        port = f"127.0.0.1:{free_port()}" if change else f"127.0.0.1:{first.port}"
        second.write_text(text.replace(f"listen: 127.0.0.1:{first.port}", f"listen: {port}"))
        done = run(kind, "--config", second, check=False)
        assert done.returncode == 78 and words in done.stderr and "`socket`" in done.stderr, done.stderr
        assert run(*ask, "--config", first.config).returncode == 0, "the first one still answers"
    # A socket that a killed process left behind is nobody's.
    first.kill()
    assert list(tmp_path.glob("*.sock"))
    first.start()
    assert run(*ask, "--config", first.config).returncode == 0


@pytest.mark.parametrize("kind", ["node", "aggregator"])
def test_a_port_in_use_is_named_once_and_the_socket_is_left_alone(stage, tmp_path, kind):
    first = stage(daemon(kind, tmp_path))
    second = tmp_path / "second.yaml"
    other = tmp_path / "second.sock"
    other.write_text("somebody's")
    second.write_text(first.config.read_text().replace(f"state: {first.state}", f"state: {tmp_path}/second")
                      .replace("node.sock", "second.sock").replace("a.sock", "second.sock"))
    done = run(kind, "--config", second, check=False)
    assert done.returncode == 78 and f"127.0.0.1:{first.port}: Address already in use" in done.stderr, done.stderr
    assert "port is in use" in done.stderr and "`listen`" in done.stderr
    said = [line for line in done.stderr.splitlines() if not re.match(r"<\d>[a-z]+: ", line)]
    assert len(said) == 1, done.stderr
    assert other.read_text() == "somebody's"


def test_init_keeps_instances_apart(tmp_path):
    places = []
    for name in ("wujia", "yujia"):
        config = tmp_path / f"{name}.yaml"
        run("init", "node", "--config", config, "--unit", UNIT, "--parent", "http://h:1", "--token", TOKEN)
        lines = dict(line.split(": ", 1) for line in config.read_text().splitlines() if ": " in line and line[0] != "#")
        places.append((lines["state"], lines["socket"]))
    assert places == [(f'"/var/lib/jiayuan/{name}"', f'"/run/jiayuan/{name}.sock"') for name in ("wujia", "yujia")]


# Files that can't be used


@pytest.mark.parametrize("kind, name", [("node", "journal"), ("aggregator", "registry"), ("aggregator", "rows")])
def test_a_database_of_a_newer_version_is_78_everywhere(stage, tmp_path, kind, name):
    served = daemon(kind, tmp_path)
    if kind == "node":
        stage(served).stop()
    file = served.state / f"{name}.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('99 of the future')")
    database.close()
    ask = ["status"] if kind == "node" else ["why"]
    write = ["record", "{}"] if kind == "node" else ["verify"]
    for command in ([kind], ask, write):
        done = run(*command, "--config", served.config, check=False)
        assert done.returncode == 78 and "newer version" in done.stderr and str(file) in done.stderr, (command, done.stderr)


def test_a_damaged_journal_says_how_to_go_on_and_that_works(stage, aggregator, tmp_path):
    node = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building())
    node.stop()
    file = node.state / "journal.sqlite"
    file.write_bytes(b"x" * 8192)
    for log in node.state.glob("journal.sqlite-*"):
        log.unlink()
    for command in (["node"], ["status"]):
        done = run(*command, "--config", node.config, check=False)
        assert done.returncode == 74 and "damaged" in done.stderr and str(file) in done.stderr, done.stderr
        assert "jiayuan restore" not in done.stderr and "aside" in done.stderr and "copy of the state folder" in done.stderr
    for found in node.state.glob("journal.sqlite*"):
        found.rename(tmp_path / found.name)
    node.start()
    assert node.record(building())["refused"] == []


# A folder that is somebody's


@pytest.mark.parametrize("command", ["demo", "bench"])
def test_a_folder_that_holds_something_is_not_emptied(tmp_path, command):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run(command, "--folder", tmp_path, check=False)
    assert done.returncode == 1 and str(tmp_path) in done.stderr and "empty folder" in done.stderr, done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
