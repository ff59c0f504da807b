"""Every page, from another host: axe without violations, light and dark, 360 to 1920 px wide, on paper, by keyboard, live, and with
hostile names in every field."""

import json
import secrets

from conftest import CAMPAIGN, eventually
from offices import network, office, shots, watched  # noqa: F401
from records import NOW, UNIT

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


def test_every_page(office):  # noqa: F811
    body = [{"id": secrets.token_hex(16), "recorder": "s01", "observed_at": NOW, **record} for record in records()]
    answer = office.get("/api/v1/records", "-d", json.dumps(body))
    assert not answer["refused"], answer["refused"]
    eventually(lambda: office.get("/api/v1/status")["unacknowledged"] == 0)
    what = {"node": office.base, "pin": office.pin, "district": office.district, "token": office.token, "admin": office.admin, "unit": UNIT}
    seen = watched("visit.py", shots(office.folder), said=json.dumps(what))
    keyboard, live, unsent, orders = (seen.pop(name) for name in ("keyboard", "live", "unsent", "orders"))
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
    assert "管理口令不对" in orders["refused"][0] and orders["refused"][1:] == [True, ""], "what was typed stays, the token doesn't"
    assert "未收到" in orders["published"] and "第 1 版" in orders["published"], orders["published"]
    assert "第 2 版" in orders["changed"] and "较早的版本（1）" in orders["changed"], orders["changed"]
    assert "补充时间" in orders["list"] and "新" in orders["list"] and "阅知人" in orders["list"], orders["list"]
    assert "已阅 1，" in orders["read"] and "李主任" not in orders["read"], "the name stays at the compound"
    assert unsent == ["电梯三天没有消毒", 1], "what was typed stays, and an invite's code stands until somebody goes on"
