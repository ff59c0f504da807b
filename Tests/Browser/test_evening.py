"""The evening in the browser, from another host, starting from an empty node; the district's figures move with each push."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest
from conftest import CAMPAIGN, Aggregator, Node, eventually
from offices import OFFICE, STAFF, inside, network  # noqa: F401
from records import UNIT

HERE = pathlib.Path(__file__).parent


def curl(address, *more):
    done = subprocess.run(inside(STAFF, "curl", "-sS", *more, address), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_the_office(daemon, address, *more):
    daemon.healthy = lambda: daemon.alive() and curl(f"http://{address}:{daemon.port}/healthz", *more)
    return daemon


def test_buildings_and_volunteers_without_a_file(network, stage, tmp_path):  # noqa: F811
    if not shutil.which("chromedriver"):
        pytest.fail("chromium-driver is missing; `make setup-test` installs it")
    wrap = tuple(inside(OFFICE))
    token, pin = "a-read-token-of-the-district", "246810"
    aggregator = in_the_office(Aggregator(tmp_path / "district", listen=network, token=token), network)
    stage(aggregator, wrap=wrap)
    node = Node(tmp_path, UNIT, aggregator.tokens[UNIT], f"{network}:{aggregator.port}", pin=pin, listen=network)
    stage(in_the_office(node, network, "-H", f"authorization: PIN {pin}"), wrap=wrap)

    def above():
        answer = curl(f"http://{network}:{aggregator.port}/v1/stats?division={UNIT}", "-H", f"authorization: Bearer {token}")
        return json.loads(answer)["place"]

    def completion(place):
        figure = next(one for one in place["measures"] if one["measure"] == "survey.completion")
        return figure["numerator"], figure["denominator"]

    status = f"http://{network}:{node.port}/api/v1/status"
    eventually(lambda: json.loads(curl(status, "-H", f"authorization: PIN {pin}"))["campaign"] == CAMPAIGN)
    shots = pathlib.Path(os.environ.get("JIAYUAN_SHOTS", tmp_path))
    shots.mkdir(exist_ok=True)
    done = subprocess.run(inside(STAFF, "python3", HERE / "evening_browser.py", f"http://{network}:{node.port}", pin, shots),
                          capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert "缺的 41 栋不在这一行" in seen["slip"] and "缺41" in seen["kept"], "a slip is named, what was typed stays"
    assert "共 24 栋，1280 户。还没有写入" in seen["planned"] and "已建 24 栋，1280 户" in seen["built"]
    assert "1280" in seen["tiles"] and seen["tab"] == "登记"
    assert seen["short"] == ["18", "7", "8", "2"], seen["short"]
    assert "还缺 18 人（需18，已报0）" in seen["call"] and "待认领：1、2、3" in seen["call"]
    assert seen["copied"] == "已复制" and seen["picture"][0] == "data:image/png;base64," and seen["picture"][1] == 1080
    assert "孙姐 不去了" in seen["read"][1] and "像是在问" in seen["read"][1]
    assert "没有这一栋" in seen["read"][2], "building 14 isn't there: somebody has to ask"
    assert not seen["phone_overflows"]
    assert "读懂新的 72 户" in seen["keyed"][0] and "1 户和已有结果不同" in seen["keyed"][1]
    assert "待核实" in seen["conflicts"] and "2-2-1101" in seen["conflicts"]
    assert "<b>谢谢志愿者</b>" in seen["feedback"] and "答复：已联系两家超市" in seen["feedback"], seen["feedback"]
    # The figures at the district are those that the manager saw.
    eventually(lambda: (completion(above()), above()["volunteers"]["short"]) == ((72, 1280), 2))
    eventually(lambda: above()["datasets"]["feedback"] == {"received": 2, "open": 1, "answered": 1})
