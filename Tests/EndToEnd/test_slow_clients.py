"""Clients that never finish what they began: they hold nobody up, least of all the end of the process."""

import signal
import socket
import time

import pytest
from conftest import Node, eventually, fetch

UNIT = "421303587002-001"


def begun(port, line):
    """A request whose head promises more than ever comes."""
    sender = socket.create_connection(("127.0.0.1", port))
    sender.sendall(f"POST {line} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{{".encode())
    return sender


@pytest.mark.parametrize("who", ["node", "aggregator"])
def test_half_a_body_does_not_keep_a_process_from_stopping(stage, aggregator, tmp_path, who):
    node = stage(Node(tmp_path, UNIT, aggregator.tokens[UNIT], aggregator.port))
    daemon, line = {"node": (node, "/api/v1/records"), "aggregator": (aggregator, f"/v1/units/{UNIT}/delta")}[who]
    senders = [begun(daemon.port, line) for _ in range(3)]
    time.sleep(0.5)
    start = time.monotonic()
    daemon.stop(signal.SIGTERM, within=15)
    took = time.monotonic() - start
    assert took < 5, f"{who} took {took:.1f} s"
    assert daemon.process.returncode == 0, daemon.log.read_text()[-2000:]
    for sender in senders:
        sender.close()
    daemon.start()
    assert fetch(daemon.port, "/healthz")[0] == 200


def test_whoever_drips_hears_that_he_was_too_slow(stage, tmp_path):
    node = stage(Node(tmp_path, UNIT, "jyu_" + "0" * 64, 9))
    sender = begun(node.port, "/api/v1/records")
    sender.settimeout(20)

    def answered():
        try:
            sender.sendall(b" ")
        except OSError:
            pass
        sender.settimeout(1)
        try:
            return sender.recv(4096)
        except TimeoutError:
            return b""

    answer = eventually(answered, within=60, every=1)
    assert answer.startswith(b"HTTP/1.1 408") and b"too_slow" in answer, answer
    assert "request failed" not in node.log.read_text()
    assert node.status()["unacknowledged"] == 0
