"""Volunteers by role, a reserve who moves up for a no-show, duty restrictions, hours and the day's report: in a browser on
another host, with the district's figures beside them."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest
from conftest import CAMPAIGN, Aggregator, Node, eventually
from offices import OFFICE, STAFF, inside, network  # noqa: F401
from records import UNIT
from test_evening import HERE, curl, in_the_office


def test_roles_reserve_restrictions_hours_and_the_report(network, stage, tmp_path):  # noqa: F811
    if not shutil.which("chromedriver"):
        pytest.fail("chromium-driver is missing; `make setup-test` installs it")
    wrap = tuple(inside(OFFICE))
    token, pin = "a-read-token-of-the-district", "246810"
    aggregator = in_the_office(Aggregator(tmp_path / "district", listen=network, token=token), network)
    stage(aggregator, wrap=wrap)
    node = Node(tmp_path, UNIT, aggregator.tokens[UNIT], f"{network}:{aggregator.port}", pin=pin, listen=network)
    guard = ("-H", f"authorization: PIN {pin}")
    stage(in_the_office(node, network, *guard), wrap=wrap)
    here = f"http://{network}:{node.port}/api/v1/"
    eventually(lambda: json.loads(curl(here + "status", *guard))["campaign"] == CAMPAIGN)
    shots = pathlib.Path(os.environ.get("JIAYUAN_SHOTS", tmp_path))
    shots.mkdir(exist_ok=True)
    done = subprocess.run(
        inside(STAFF, "python3", HERE / "volunteers_browser.py", f"http://{network}:{node.port}", pin, shots),
        capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert "需 4，已报 0" in seen["split"] and "入户摸底" in seen["split"] and "消杀" in seen["split"]
    assert "按岗位：入户摸底 缺 3（需 3）、消杀 缺 1（需 1）" in seen["call"]
    assert seen["offered"] == "survey", "the role that lacks most is offered first"
    assert "1栋 王芳（候补：已有人认领）（入户摸底）" in seen["read"] and "赵敏（消杀）" in seen["read"]
    assert seen["short"] == ["0", "1", "0"], "filled; a no-show; he came after all"
    assert "钱姐：不安排 入户摸底 · 术后" in seen["duty"]
    assert "有值勤限制，不安排这个岗位" in seen["restricted"] and "术后" not in seen["restricted"]
    assert "未到 1 人：张勇" in seen["missing"]
    assert "候补顶上：张勇 未到" in seen["claims"]
    assert "点名：到 2，未到 0，未点名 2" in seen["muster"] and "在岗，算到现在" in seen["muster"]
    assert seen["stays_unfolded"], "a page that is kept fresh folds nothing that somebody reads"
    assert seen["copied"] == "已复制"
    assert "应摸 48 户，已完成 0（未完成 48：1栋 12、2栋 12、3栋 12、4栋 12）" in seen["report"]
    assert "需 4，到 2，未到 0，未点名 2，合计" in seen["report"] and "术后" not in seen["report"]
    assert seen["overflows"] == [False, False]
    assert "Moved up" in seen["english"] or "Reserve" in seen["english"]
    board = json.loads(curl(here + "volunteers", *guard))
    assert [step["short"] for step in board["fill_time"]["steps"]][-3:] == [0, 1, 0] and board["fill_time"]["filled_at"]
    assert "post_surgery" not in json.dumps(board), "why somebody is spared is no script's business"

    def above():
        answer = curl(f"http://{network}:{aggregator.port}/v1/stats?division={UNIT}", "-H", f"authorization: Bearer {token}")
        return json.loads(answer)["place"]["volunteers"]
    eventually(lambda: [above()[name] for name in ("need", "filled", "short", "claimed")] == [4, 4, 0, 2])
