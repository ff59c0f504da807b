"""Lines between a compound's machine and its aggregator that can be pulled: network namespaces where root allows, a
relay otherwise. Whoever records in the compound reaches the machine all the same."""

import functools
import os
import subprocess

from cables import Relay

# One network per run, so that two runs on one machine don't meet.
NET = 64 + os.getpid() % 60
NAME = f"jy{os.getpid() % 100000}"


def ip(*arguments, check=True):
    return subprocess.run(["ip", *map(str, arguments)], check=check, capture_output=True, text=True)


class Relayed:
    """A line with a relay in it, which can also lose answers, repeat requests or play the captive portal."""
    tricks = ("cut", "lose-answers", "repeat", "overloaded", "portal")
    host, listen, pin, wrap, pulled = "127.0.0.1", "127.0.0.1", None, (), False

    def __init__(self, number, target):
        self.relay = Relay(target)
        self.parent = f"127.0.0.1:{self.relay.port}"

    def pull(self, chance):
        self.pulled = True
        self.relay.mode = chance.choice(self.tricks)
        return self.relay.mode

    def mend(self):
        self.pulled = False
        self.relay.mode = "pass"

    def failures(self):
        return self.relay.failures

    def close(self):
        self.relay.close()


class Namespaced:
    """A machine with a network of its own: one cable to the staff's room, one to the aggregator."""
    pin, pulled = "271828", False

    def __init__(self, number, target):
        self.name = f"{NAME}-{number}"
        self.host = self.listen = f"10.{NET}.{2 * number}.2"
        self.parent = f"10.{NET}.{2 * number + 1}.1:{target}"
        self.wrap = ("ip", "netns", "exec", self.name)
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        for network, inside in ((2 * number, "eth0"), (2 * number + 1, "eth1")):
            outside = f"{NAME}v{network}"
            ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", self.name)
            ip("addr", "add", f"10.{NET}.{network}.1/24", "dev", outside)
            ip("-n", self.name, "addr", "add", f"10.{NET}.{network}.2/24", "dev", inside)
            ip("link", "set", outside, "up")
            ip("-n", self.name, "link", "set", inside, "up")
        self.outside = f"{NAME}v{2 * number + 1}"

    def pull(self, chance):
        self.pulled = True
        # At this end requests vanish without a word, at the other the machine knows at once.
        if chance.random() < 0.5:
            ip("link", "set", self.outside, "down")
            return "cable pulled at the far end"
        ip("-n", self.name, "link", "set", "eth1", "down")
        return "cable pulled at the machine"

    def mend(self):
        self.pulled = False
        ip("link", "set", self.outside, "up")
        ip("-n", self.name, "link", "set", "eth1", "up")

    def failures(self):
        return []

    def close(self):
        ip("netns", "del", self.name, check=False)


@functools.cache
def may_make_networks():
    made = ip("netns", "add", f"{NAME}-try", check=False).returncode == 0
    ip("netns", "del", f"{NAME}-try", check=False)
    return made and os.geteuid() == 0


def uplink(number, target):
    """Every other machine gets a real cable, so that both kinds of fault happen."""
    return Namespaced(number, target) if number % 2 == 0 and may_make_networks() else Relayed(number, target)
