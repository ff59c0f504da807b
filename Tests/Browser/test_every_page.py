"""Every page, from another host: axe without violations, light and dark, 360 to 1920 px wide, on paper, by keyboard, live, and with
hostile names in every field."""

import json
import re
import secrets
import time

from conftest import CAMPAIGN, Node, eventually, run
from offices import curl, network, office, shots, watched  # noqa: F401
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


def spare_people(office):
    """A compound of the same district that has two people more than it needs, and whose manager says that they may be asked for."""
    unit = "421303003006-001"
    folder = office.folder / "spare"
    folder.mkdir()
    node = office.placed(
        Node(folder, unit, office.aggregator.tokens[unit], f"{office.host}:{office.aggregator.port}", pin=office.pin, listen=office.host),
        *office.guard)
    said = [{"kind": "need", "task": CAMPAIGN, "required": 1}, {"kind": "help_consent", "task": CAMPAIGN, "state": "offered"},
            *[{"kind": "fill", "task": CAMPAIGN, "volunteer": f"v0{number}", "state": "filled"} for number in range(3)]]
    body = [{"id": secrets.token_hex(16), "recorder": "s01", "observed_at": NOW, **record} for record in said]
    answer = json.loads(curl(f"http://{office.host}:{node.port}/api/v1/records", *office.guard, "-d", json.dumps(body)))
    assert not answer["refused"], answer["refused"]


def test_every_page(office):  # noqa: F811
    body = [{"id": secrets.token_hex(16), "recorder": "s01", "observed_at": NOW, **record} for record in records()]
    answer = office.get("/api/v1/records", "-d", json.dumps(body))
    assert not answer["refused"], answer["refused"]
    eventually(lambda: office.get("/api/v1/status")["unacknowledged"] == 0)
    spare_people(office)
    eventually(lambda: "可以支援你们 2 人" in curl(f"{office.base}/volunteers?lang=zh-Hans", *office.guard), 40)
    arrived = time.time()
    told = lambda: [release["appointed"] for release in json.loads(curl(office.district + "/public/releases.json"))]
    eventually(lambda: told() and told()[-1] > arrived, 40)
    what = {"node": office.base, "pin": office.pin, "district": office.district, "token": office.token, "unit": UNIT,
            "scoped": office.allowed("phone-in", "--of", UNIT.split("-")[0]), "officer": office.allowed("settle", "--may", "publish"), "other": UNIT[:-3] + "002"}
    table = office.folder / "overlays.csv"
    table.write_text(f"code,name,kind,member,from,until\ngaoxin,高新区,zone,{UNIT},2022-04-01,\ngaoxin,高新区,zone,1-1,2022-04-01,\n")
    said = run("overlay", "import", table, "--config", office.aggregator.config).stdout
    assert "1 units today" in said and "nobody is registered for 1-1" in said, said
    seen = watched("visit.py", shots(office.folder), said=json.dumps(what))
    keyboard, live, unsent, in_hand, orders = (seen.pop(name) for name in ("keyboard", "live", "unsent", "in_hand", "orders"))
    phoned, away, helped, wall = (seen.pop(name) for name in ("phoned_in", "away", "helped", "wall"))
    wrong = []
    for place, found in seen.items():
        wrong += [f"{place}: {problem}" for problem in found["problems"]]
        for path, page in found["pages"].items():
            wrong += [f"{place} /{path}: {violation}" for violation in page["violations"]]
            wrong += [f"{place} /{path} needs scrolling sideways at {width}" for width in page["too_wide"]]
            wrong += [f"{place} /{path} shows {sign}" for sign in page["markup"]]
            if page["printed"] < 1000 or page.get("hacked"):
                wrong.append(f"{place} /{path}: {page['printed']} bytes printed, hacked: {page.get('hacked')}")
    wrong += [f"wall: {problem}" for problem in wall]
    assert not wrong, "\n".join(wrong)
    assert "7-1-301 已记" in keyboard["text"] and keyboard["outline"] == "solid", keyboard
    assert live["short"] == ["48", "58"] and [200, "text/event-stream"] in live["streams"], live
    assert "2022 41" in orders["refused"][0] and orders["refused"][1], "what was typed stays"
    assert "未收到" in orders["published"] and "第 1 版" in orders["published"], orders["published"]
    assert "第 2 版" in orders["changed"] and "较早的版本（1）" in orders["changed"], orders["changed"]
    assert "补充时间" in orders["list"] and "新" in orders["list"] and "阅知人" in orders["list"], orders["list"]
    before, refused, published = orders["rule"]
    assert "现按第 2 版口径统计" in before and "不能为空" in refused[0] and refused[1], (before, refused)
    assert "第 101 版" in published and "应做未完成：未检、不在本地" in published, published
    assert "已阅 1，" in orders["read"] and "李主任" not in orders["read"], "the name stays at the compound"
    assert "可以支援你们 2 人" in helped["manager"] and "● " in helped["manager"], helped["manager"]
    assert "● 可以" in helped["officer"] and "○ " in helped["officer"], "one side has answered, the other not yet"
    assert unsent == ["电梯三天没有消毒", 1], "what was typed stays, and an invite's code stands until somebody goes on"
    assert in_hand["key"].startswith("unheard/") and "李四" in in_hand["text"] and "<b>线路抢修</b>" in in_hand["text"], in_hand
    assert re.fullmatch(r"连不上汇总服务器。.*截至 \d\d:\d\d \(\d分钟前\)", away[0]) and away[1], away
    assert re.search(r"截至 (\d\d-\d\d )?\d\d:\d\d \(13小时前\)$", away[2]) and re.search(r"截至 .*\d\d-\d\d \d\d:\d\d \(2天前\)$", away[3]), away
    assert phoned["home"] == f"/division/{UNIT.split('-')[0]}", "a token of one place leads there"
    assert "30 / 45" in phoned["unit"] and "停电" in phoned["unit"] and "未接入" in phoned["unit"], phoned["unit"]
    assert phoned["refused"][0] == 403 and f"只能看 {UNIT.split('-')[0]}" in phoned["refused"][1], phoned["refused"]
