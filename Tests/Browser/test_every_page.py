"""Every page, from another host: axe without violations, light and dark, 360 to 1920 px wide, on paper, by keyboard, live, and with
hostile names in every field."""

import json
import os
import pathlib
import secrets
import subprocess
import sys

from conftest import CAMPAIGN, Aggregator, Node, eventually, stage  # noqa: F401
from offices import OFFICE, STAFF, inside, network  # noqa: F401
from records import NOW, UNIT
from test_evening import curl, in_the_office

HERE = pathlib.Path(__file__).parent
HOSTILE = "<script>window.hacked=true</script>"
TRICKS = (HOSTILE, '"><img src=x onerror="window.hacked=true">', "=1+1", "\u202eنعم", "'; DROP TABLE door;--")


def name(text):
    return "n:" + text.encode().hex()


def records():
    """A compound in which somebody typed the worst into every field."""
    yield {"kind": "building", "building": "7", "label": TRICKS[0], "stair_units": 1, "floors": 6, "doors_per_floor": 2,
           "address": TRICKS[1]}
    yield {"kind": "household", "door": "7-1-101", "residents": 3, "state": "occupied", "address": TRICKS[3]}
    yield {"kind": "need", "task": CAMPAIGN, "required": 50}
    for trick in TRICKS[2:4]:
        yield {"kind": "fill", "task": CAMPAIGN, "volunteer": name(trick), "state": "filled"}
        yield {"kind": "claim", "task": CAMPAIGN, "building": "7", "volunteer": name(trick), "state": "claimed"}
    for who, people in (("v01", 1), ("v02", 2)):
        yield {"kind": "visit", "campaign": CAMPAIGN, "door": "7-1-101", "disposition": "completed", "people": {"tested": people},
               "recorder": who, "lessons": TRICKS[0]}
    yield {"kind": "visit", "campaign": CAMPAIGN, "door": "7-1-201", "disposition": "nobody_home"}
    yield {"kind": "visit", "campaign": CAMPAIGN, "door": "7-1-202", "disposition": "refused"}
    for number, trick in enumerate(TRICKS):
        yield {"kind": "suggestion", "campaign": CAMPAIGN, "item": f"s{number}", "theme": "other", "text": trick, "sender": trick[:20]}
    yield {"kind": "follow_up", "item": "s1", "state": "answered", "answer": TRICKS[1]}


def test_every_page(network, stage, tmp_path):  # noqa: F811
    wrap = tuple(inside(OFFICE))
    token, pin = "a-read-token-of-the-district", "246810"
    aggregator = in_the_office(Aggregator(tmp_path / "district", listen=network, token=token), network)
    stage(aggregator, wrap=wrap)
    node = Node(tmp_path, UNIT, aggregator.tokens[UNIT], f"{network}:{aggregator.port}", pin=pin, listen=network)
    stage(in_the_office(node, network, "-H", f"authorization: PIN {pin}"), wrap=wrap)
    base = f"http://{network}:{node.port}"
    admitted = ("-H", f"authorization: PIN {pin}")
    eventually(lambda: json.loads(curl(base + "/api/v1/status", *admitted))["campaign"] == CAMPAIGN)
    body = [{"id": secrets.token_hex(16), "recorder": "s01", "observed_at": NOW, **record} for record in records()]
    answer = json.loads(curl(base + "/api/v1/records", *admitted, "-d", json.dumps(body)))
    assert not answer["refused"], answer["refused"]
    eventually(lambda: json.loads(curl(base + "/api/v1/status", *admitted))["unacknowledged"] == 0)

    shots = pathlib.Path(os.environ.get("JIAYUAN_SHOTS", tmp_path))
    shots.mkdir(exist_ok=True)
    what = {"node": base, "pin": pin, "district": f"http://{network}:{aggregator.port}", "token": token, "unit": UNIT}
    done = subprocess.run(inside(STAFF, sys.executable, HERE / "visit.py", shots), input=json.dumps(what), capture_output=True,
                          text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    keyboard, live = seen.pop("keyboard"), seen.pop("live")
    wrong = []
    for place, found in seen.items():
        wrong += [f"{place}: {problem}" for problem in found["problems"]]
        for path, page in found["pages"].items():
            wrong += [f"{place} /{path}: {violation}" for violation in page["violations"]]
            wrong += [f"{place} /{path} needs scrolling sideways at {width}" for width in page["too_wide"]]
            wrong += [f"{place} /{path} shows {sign}" for sign in page["markup"]]
            if page["printed"] < 1000 or page.get("hacked"):
                wrong.append(f"{place} /{path}: {page['printed']} bytes printed, hacked: {page.get('hacked')}")
    assert not wrong, "\n".join(wrong)
    assert "7-1-301 已记" in keyboard["text"] and keyboard["outline"] == "solid", keyboard
    assert live["short"] == ["48", "58"] and [200, "text/event-stream"] in live["streams"], live
