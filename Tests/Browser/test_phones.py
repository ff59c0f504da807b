"""Volunteers' phones from another host: doors without network, the ways on which they come in, and what an invite opens."""

import json
import sqlite3
import subprocess
import sys

import pytest
from conftest import eventually
from offices import HERE, STAFF, Office, inside, network, shots  # noqa: F401

DOORS = 4 * 36


class Phones(Office):
    """The office, and what it says while phones are at work."""

    def journal(self, building):
        """What was said of a building's doors, by whom and with what."""
        with sqlite3.connect(f"file:{self.node.state}/journal.sqlite?mode=ro", uri=True) as journal:
            return journal.execute("SELECT hex(id), subject, recorder, device FROM observation WHERE desk = 'survey' AND"
                                   " subject LIKE ? ORDER BY subject", (f"{building}-%",)).fetchall()

    def passes(self, building):
        return {door["code"]: door["passes"] for door in self.get(f"/api/v1/survey?building={building}") if door["passes"]}

    # What the story asks for while its phones wait.

    def stop(self):
        self.node.stop()

    def start(self):
        self.node.start(wrap=self.wrap)

    def thirty(self):
        said = self.journal(3)
        assert len(said) == 31 and len({one[0] for one in said}) == 31, "thirty doors, one of them changed"
        assert {one[2] for one in said} == {"n:" + "张勇".encode().hex()}, "whatever a phone calls itself"
        assert len({one[3] for one in said}) == 1 and said[0][3].startswith("i-")
        assert len(self.passes(3)) == 30 and set(self.passes(3).values()) == {1}
        eventually(lambda: self.completion() == (30, DOORS))

    def again(self):
        assert len(self.journal(3)) == 31, "the chat, the paper and a phone that sends all again say nothing new"
        assert len(self.passes(3)) == 30 and set(self.passes(3).values()) == {1}
        assert not [one for one in self.get("/api/v1/conflicts") if one["subject"].startswith("3-")]

    def four(self):
        assert len(self.journal(4)) == 4 and self.passes(4) == {"4-1-101": 1, "4-1-102": 1}, "three taps are one call"
        assert {one[2] for one in self.journal(4)} == {"n:" + "李梅".encode().hex()}, "the line knows whose phone it was"

    def tabs(self):
        assert [one[1] for one in self.journal(3)] == ["3-1-201", "3-1-201", "3-1-202", "3-1-901"], "each tab's once"
        assert not self.get("/api/v1/conflicts") and set(self.passes(3).values()) == {1}

    def refused(self):
        assert self.passes(3)["3-2-101"] == 1


@pytest.fixture
def phones(network, stage, tmp_path):  # noqa: F811
    return Phones(network, stage, tmp_path)


def tell(script, office):
    """Plays a story and does what it asks for. Returns what was seen."""
    command = inside(STAFF, sys.executable, HERE / script, office.base, office.pin, shots(office.folder))
    with open(office.folder / "story.err", "w+") as errors:
        story = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            for said in map(json.loads, story.stdout):
                if "seen" in said:
                    return said["seen"]
                getattr(office, said["ask"])()
                story.stdin.write("\n")
                story.stdin.flush()
        finally:
            story.stdin.close()
            story.wait(60)
        errors.seek(0)
        pytest.fail(errors.read())


def test_doors_on_phones(phones):
    seen = tell("phones_browser.py", phones)
    assert seen["secure_context"] is False, "the test must not enjoy loopback's privileges"
    assert "手机连上 Wi-Fi“门岗”" in seen["slip"] and "用手机流量打不开" in seen["slip"] and "未加密" in seen["slip"]
    assert seen["printed"] == 1, "the sheet alone is printed"
    assert "连不上主机" in seen["offline"] and "还剩 6 / 36 户" in seen["offline"]
    assert "待送 31" in seen["reopened"] and "还剩 6 / 36 户" in seen["reopened"] and seen["styled"] == "grid"
    # By the chat and on paper: thirty doors that are known already; a line that was cut, and one on the wrong page.
    assert "·30户·" in seen["line"] and "张勇" not in seen["line"] and len(seen["line"].encode()) < 2000, seen["line"]
    assert seen["copied"] == "已复制"
    assert all("读懂新的 0 户（30 户没有变化），0 户和已有结果不同" in said for said in seen["pasted"][:2]), seen["pasted"]
    assert "校验不对" in seen["pasted"][2] and "“3” 栋的结果" in seen["pasted"][3]
    assert "读懂新的 2 户" in seen["ahead"]
    said, offset, china = seen["loaded"]
    hours, minutes = map(int, said.split()[-1].split(":"))
    assert offset in (240, 300) and (china - hours * 60 - minutes) % 1440 < 5, f"{said} by China's clock: {seen['loaded']}"
    assert "待核实 2 条" in seen["conflicts"] and "5-1-101" in seen["conflicts"] and "5-1-102" in seen["conflicts"]
    assert "别人已有答案" in seen["others"] and "以李梅" in seen["given"] and "以张勇" in seen["given"], seen["given"]
    assert "张勇" in seen["conflicts"] and "李梅" in seen["conflicts"], seen["conflicts"]
    assert "6 of 36 doors left" in seen["english"] and "plain HTTP" in seen["english"]
    # What an invite opens, and that it ends.
    assert {path for path, status in seen["open"].items() if status == 200} == {"/survey/3"}
    assert set(seen["open"].values()) == {200, 403}, seen["open"]
    assert seen["care"] == 403, "no invite opens the table of those who need care"
    assert "邀请不包括这里" in seen["shut"] and "登记信息" not in seen["form"] and "都已检" in seen["form"]
    row = next(line for line in seen["list"].splitlines() if "张勇" in line)
    assert "3栋、5栋" in row and "33" in row, seen["list"]
    assert set(seen["ended"].values()) == {403}, seen["ended"]
    assert "邀请已结束" in seen["closed"] and "待送" not in seen["closed"]
    assert not seen["overflows"]


def test_what_goes_wrong_with_phones(phones):
    seen = tell("phones_troubles.py", phones)
    assert "不能保存" in seen["no_store"] and "普通表单" in seen["no_store"] and "3栋" in seen["no_store"]
    assert "已登记" in seen["by_form"], "the plain form records under the same invite"
    assert "没有存下" in seen["full"] and "已存在本机" not in seen["full"] and seen["full_at"] == "#3-1-102"
    assert "没有待送的" in seen["full_after"], "what wasn't kept isn't claimed"
    assert "没有待送的，已送到 3" in seen["two_tabs"]
    assert "没有被收下 1 条" in seen["refused"] and "这个邀请不能登记“3-2-101”" in seen["reason"]
    home = ["○ true true", "◐ true true", "● false false", "● false true"]
    assert seen["shops"] == [["– false false", "– false false", "● false false", "● false true"], home, home], \
        "a shop is owed no visit until somebody is met, a vacant flat is until one confirms it"
    assert seen["first"] == ["确认空置 vacant", "确认非住宅 not_dwelling", "在家 2 人，都已检 completed"]
    # The phone's writer of lines and the node's reader agree about every answer there is.
    assert "读懂新的 21 户（0 户没有变化），0 户和已有结果不同，0 行要人看" in seen["read"], seen["read"]
    doors = phones.get("/api/v1/survey?building=6")
    assert {door["code"]: door["disposition"] for door in doors if door["passes"]} == seen["said"]
    told = {door["told"] for door in doors if door["told"] is not None}
    assert told == {3, sum(range(10))}
