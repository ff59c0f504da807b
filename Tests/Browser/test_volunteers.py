"""Volunteers by role, a reserve who moves up for a no-show, duty restrictions, hours and the day's report: in a browser on
another host, with the district's figures beside them."""

import json

from conftest import eventually
from offices import network, office  # noqa: F401


def test_roles_reserve_restrictions_hours_and_the_report(office):  # noqa: F811
    seen = office.watched("volunteers_browser.py")
    assert seen["clerk"][0].startswith("登记人：值班台 ") and seen["clerk"][1] == "登记人：王姐"
    assert "需 4，已报 0" in seen["split"] and "入户摸底" in seen["split"] and "消杀" in seen["split"]
    assert "按岗位：入户摸底 缺 3（需 3）、消杀 缺 1（需 1）" in seen["call"]
    assert seen["offered"] == "survey", "the role that lacks most is offered first"
    assert "1栋 王芳（候补：已有人认领）（入户摸底）" in seen["read"] and "赵敏（消杀）" in seen["read"]
    assert seen["short"] == ["0", "1", "0"], "filled; a no-show; he came after all"
    assert "钱姐：不安排 入户摸底 · 术后" in seen["duty"]
    assert "有值勤限制，不安排这个岗位" in seen["restricted"] and "术后" not in seen["restricted"]
    assert seen["prefilled"] == ["钱姐", "3"] and seen["left"] == [0, "0"], "what is certain stands in the line's own form"
    assert "4栋 张勇（入户摸底） · 放开 1栋" in seen["moves"] and "2栋 小李" in seen["moves"]
    assert "同一个人按“报名”" in seen["moves"] and "另一位" in seen["moves"], "one 小李 or two is nobody's guess"
    assert "未到 1 人：张勇" in seen["missing"]
    assert "候补顶上：张勇 未到" in seen["claims"]
    assert "点名：到 2，未到 0，未点名 2" in seen["muster"] and "在岗，算到现在" in seen["muster"]
    assert seen["stays_unfolded"], "a page that is kept fresh folds nothing that somebody reads"
    assert seen["copied"] == "已复制"
    assert "应摸 48 户，已完成 0（未完成 48：1栋 12、2栋 12、3栋 12、4栋 12）" in seen["report"]
    assert "需 4，到 2，未到 0，未点名 2，合计" in seen["report"] and "术后" not in seen["report"]
    assert seen["overflows"] == [False, False]
    assert "Moved up" in seen["english"] or "Reserve" in seen["english"]
    board = office.get("/api/v1/volunteers")
    assert [step["short"] for step in board["fill_time"]["steps"]][-3:] == [0, 1, 0] and board["fill_time"]["filled_at"]
    assert "post_surgery" not in json.dumps(board), "why somebody is spared is no script's business"
    eventually(lambda: [office.above()["volunteers"][name] for name in ("need", "filled", "short", "claimed")] == [4, 4, 0, 2])
