"""The evening in the browser, from another host, starting from an empty node; the district's figures move with each push."""

from conftest import eventually
from offices import network, office  # noqa: F401
from records import UNIT


def test_buildings_and_volunteers_without_a_file(office):  # noqa: F811
    seen = office.watched("evening_browser.py")
    assert "缺的 41 栋不在这一行" in seen["slip"] and "缺41" in seen["kept"], "a slip is named, what was typed stays"
    assert "新建 24 栋，1280 户。还没有写入" in seen["planned"] and "已写入：新建 24 栋，1280 户" in seen["built"]
    assert seen["reloaded"][0] == seen["planned"] and "缺14" in seen["reloaded"][1] and seen["slip_again"] == seen["slip"]
    assert "没有变化，什么也没有写入：24 栋没有变化" in seen["after"], "a preview says what is true when it is shown"
    assert "将新建 1 栋：71栋（2 户）" in seen["novelty"] and "已写入 2 户（新户 2，有变化 0）" in seen["taken"]
    assert "2 户：71-1-101、71-1-102" in seen["goes"] and "登记的 3 人" in seen["goes"], seen["goes"]
    assert "撤销，不再计入" in seen["gone"], seen["gone"]
    assert "1280" in seen["tiles"] and seen["tab"] == "登记"
    assert seen["short"] == ["18", "7", "8", "2"], seen["short"]
    assert "还缺 18 人（需18，已报0）" in seen["call"] and "待认领：1、2、3" in seen["call"]
    assert seen["copied"] == "已复制" and seen["picture"][0] == "data:image/png;base64," and seen["picture"][1] == 1080
    assert "孙姐 不去了" in seen["read"][1] and "像是在问" in seen["read"][1]
    assert "没有这一栋" in seen["read"][2], "building 14 isn't there: somebody has to ask"
    assert not seen["phone_overflows"] and not seen["overlaps"], seen["overlaps"]
    assert "读懂新的 72 户" in seen["keyed"][0] and "1 户和已有结果不同" in seen["keyed"][1]
    assert "待核实" in seen["conflicts"] and "2-2-1101" in seen["conflicts"]
    assert "了结时要写明依据" in seen["unsettled"] and "没有待核实的" in seen["settled"]
    assert "2-2-1101：已登记、本小区已检 3" in seen["settled"] and "了结，依据：电话核实" in seen["settled"], seen["settled"]
    assert "还剩 1208 / 1280 户" in seen["final"] and "确认终报" in seen["final"], "asked before it is sent"
    assert "<b>谢谢志愿者</b>" in seen["feedback"] and "答复：已联系两家超市" in seen["feedback"], seen["feedback"]
    # The figures at the district are those that the manager saw.
    eventually(lambda: (office.completion(), office.above()["volunteers"]["short"]) == ((72, 1280), 2))
    # Nobody has listed who lives behind the doors that weren't called at: of them the rate says nothing.
    for place in (UNIT, UNIT[:12]):
        tested = office.measure("survey.tested", place)
        assert tested["uncounted_households"] == 1280 - 72 and not tested["exact"], tested
        assert tested["lower_permille"] < 20 and tested["upper_permille"] > 980, tested
    eventually(lambda: office.above()["datasets"]["feedback"] == {"received": 2, "open": 1, "answered": 1})
