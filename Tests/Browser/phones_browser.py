"""Volunteers' phones as they are used on an evening. Run inside the network namespace of a member of staff:

    ip netns exec STAFF python3 phones_browser.py ADDRESS PIN FOLDER

prints `{"ask": WORD}` where the node has to be stopped or started or looked at, waits for a line, and in the end prints
what was seen.
"""

import json
import pathlib
import subprocess
import sys
import time

from browser import Browser
from evening_browser import fill

LINES = "3–6栋，每栋2单元×9层×2户"


def ask(word):
    print(json.dumps({"ask": word}), flush=True)
    sys.stdin.readline()


def cable(state):
    subprocess.run(["ip", "link", "set", "eth0", state], check=True)


class Phone(Browser):
    """A browser of the size of a phone, which a volunteer holds."""

    def __init__(self, port):
        super().__init__(port)
        self.size(360, 740)
        narrow = self.run("return [window.innerWidth, window.innerHeight]")
        self.size(2 * 360 - narrow[0], 2 * 740 - narrow[1])
        # Whoever came from abroad and never set it: the page's times are China's all the same.
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setTimezoneOverride", "params": {"timezoneId": "America/New_York"}})

    def until(self, script, within=60):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                if self.run(f"return {script}"):
                    return
            except AssertionError:
                pass  # asked just while one page made way for the other
            time.sleep(0.05)
        raise AssertionError(f"never {script}; the page says: {self.text()}")

    def load(self, link, building):
        self.open(link)
        self.until("document.querySelectorAll('.walk-door').length === 36")
        self.run(f"location.hash = '{building}'")
        self.until(f"document.querySelector('h1').innerText.split(' · ')[0].includes('{building}')"
                   " && document.querySelectorAll('.walk-door').length === 36")

    def answer(self, door, selector):
        self.run(f"location.hash = {json.dumps(door)}")
        self.until(f"location.hash === '#{door}' && document.querySelector({json.dumps(selector)})")
        self.click(selector)
        self.until(f"document.querySelector('.walk-notice').innerText.startsWith({json.dumps(door)})")

    def waits(self, count):
        self.until(f"document.querySelector('#walk-waiting')?.innerText.startsWith('◔ 待送 {count}（')")

    def delivered(self):
        self.until("document.querySelector('#walk-waiting')?.innerText.startsWith('●')", within=90)

    def result(self):
        self.until("document.querySelector('#walk-line')")
        return self.run("return document.querySelector('#walk-line').value")

    def close_tab(self):
        """The tab with the page goes; the browser stays, as on a phone."""
        made = self.call("POST", "/window/new", {"type": "tab"})
        self.call("DELETE", "/window")
        self.call("POST", "/window", {"handle": made["handle"]})

    def status(self, path):
        return self.run(f"return fetch({json.dumps(path)}, {{cache: 'no-store', redirect: 'manual'}}).then((answer) => answer.status)")


def choice(words):
    """The button of a door's screen that says this."""
    return f"[...document.querySelectorAll('.quick button')].find((one) => one.innerText === {json.dumps(words)})"


def tap(phone, door, words):
    phone.run(f"location.hash = {json.dumps(door)}")
    phone.until(f"document.querySelector('h1')?.innerText.endsWith({json.dumps(door.split('-')[2])}) && {choice(words)}")
    phone.run(f"{choice(words)}.click()")
    phone.until(f"document.querySelector('.walk-notice').innerText.startsWith({json.dumps(door)})")


def invite(desk, base, person, buildings):
    """A member of staff makes an invite. Returns its link."""
    desk.open(base + "/invites")
    desk.type("input[name=person]", person)
    fill(desk, "input[name=wifi]", "门岗")
    for building in buildings:
        desk.click(f"input[name='b.{building}']")
    desk.follow("form[action^='/invites'] button.primary")
    return desk.text(".slip .code")


def paste(desk, base, building, text):
    """A member of staff pastes something on a building's sheet page and takes what is offered. Returns what was said."""
    desk.open(f"{base}/sheet/{building}")
    fill(desk, "#sheet textarea", text)
    desk.follow("#sheet button")
    said = desk.text("main > section")
    if desk.run("return !!document.querySelector('main > section button[form=sheet]')"):
        desk.follow("main > section button[form=sheet]")
    return said


def sign_in(desk, base, pin):
    desk.open(base + "/pin")
    desk.type("input[name=pin]", pin)
    desk.follow("button.primary")


def look(browser, **how):
    """On paper, or in the dark."""
    browser.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": how})


def set_up(desk, base, pin, folder, seen):
    desk.size(1366, 900)
    sign_in(desk, base, pin)
    desk.open(base + "/registry")
    fill(desk, "#lines textarea", LINES)
    desk.follow("#lines button[value='0']")
    desk.follow("main .ok button")
    seen["links"] = [invite(desk, base, "张勇", "35"), invite(desk, base, "李梅", "45")]
    seen["slip"] = desk.text(".slip")
    desk.shot(folder / "phones-invite.png")
    look(desk, media="print")
    seen["printed"] = desk.run("return [...document.querySelectorAll('main > *')].filter((part) => part.checkVisibility()).length")
    desk.shot(folder / "phones-slip.png")
    look(desk, media="")


def thirty_doors(phone, link, folder, seen):
    """Offline from the first door to the last; the third is undone, the fourth changed later."""
    phone.load(link, 3)
    phone.shot(folder / "phones-list.png")
    seen["loaded"] = phone.run("return [document.querySelector('.walk-screen > p:last-child').innerText, new Date().getTimezoneOffset(),"
                               " (new Date().getUTCHours() * 60 + new Date().getUTCMinutes() + 480) % 1440]")
    look(phone, features=[{"name": "prefers-color-scheme", "value": "dark"}])
    phone.shot(folder / "phones-dark.png")
    look(phone, features=[])
    seen["secure_context"] = phone.run("return window.isSecureContext")
    cable("down")
    for number, (unit, floor, door) in enumerate([(u, f, d) for u in (1, 2) for f in range(1, 10) for d in (1, 2)][:30], 1):
        code = f"3-{unit}-{floor}0{door}"
        if number in (1, 19):
            phone.run(f"location.hash = '{code}'")
        phone.until(f"location.hash === '#{code}' && document.querySelector('h1')?.innerText.endsWith('{floor}0{door}')")
        if number == 2:
            phone.shot(folder / "phones-door.png")
        phone.click(".counts button")
        phone.until(f"document.querySelector('.walk-notice').innerText.startsWith('{code} ')")
        if number == 3:
            phone.click("#walk-undo")
            phone.until("document.querySelector('.walk-notice').innerText.includes('已撤销')")
            tap(phone, code, "拒绝")
            phone.until(f"location.hash !== '#{code}'")
    # What was said before is changed: the new answer takes the old one back.
    phone.run("location.hash = '3-1-202'")
    phone.until("document.querySelector('h1')?.innerText.endsWith('1 单元 202') && document.querySelector('#walk-change')")
    phone.click("#walk-change")
    phone.until("document.querySelector('#walk-own')?.innerText.includes('请选新的结果')")
    phone.shot(folder / "phones-correct.png")
    tap(phone, "3-1-202", "外出（本轮不回）")
    phone.run("location.hash = ''")
    phone.waits(31)
    phone.until("document.querySelector('.walk-state').innerText.includes('连不上主机')")
    phone.shot(folder / "phones-offline.png")
    seen["offline"] = phone.text("#walk")


def comes_back(phone, link, folder, seen):
    """The tab is closed, the link is opened with the node stopped, and what waits is still there; then all arrives."""
    ask("stop")
    cable("up")
    phone.close_tab()
    phone.open(link)
    phone.waits(31)
    seen["reopened"] = phone.text("#walk")
    seen["styled"] = phone.run("return getComputedStyle(document.querySelector('.walk-doors')).display")
    phone.shot(folder / "phones-reopened.png")
    ask("start")
    phone.delivered()
    ask("thirty")
    phone.shot(folder / "phones-delivered.png")


def other_ways(phone, desk, base, folder, seen):
    """The same doors by the chat and on paper."""
    seen["line"] = phone.result()
    phone.run("document.querySelector('#walk-copying').open = true")
    phone.click("#walk-copy")
    seen["copied"] = phone.text("#walk-copy")
    phone.shot(folder / "phones-line.png")
    paper = [f"{unit}-{floor}0{door} 1" for unit in (1, 2) for floor in range(1, 10) for door in (1, 2)][:30]
    paper[2:4] = ["1-201 拒", "1-202 外出"]
    seen["pasted"] = [paste(desk, base, 3, seen["line"]), paste(desk, base, 3, "\n".join(paper)), paste(desk, base, 3, seen["line"][:-9]),
                      paste(desk, base, 4, seen["line"])]
    desk.shot(folder / "phones-pasted.png")
    ask("again")


def line_first(phone, desk, base, link, seen):
    """Without network the line goes ahead by chat; the queue that follows counts nothing twice, nobody at home neither."""
    phone.load(link, 4)
    cable("down")
    for _ in range(3):
        tap(phone, "4-1-101", "没人在家")
    phone.answer("4-1-102", ".counts button")
    phone.run("location.hash = '4'")
    phone.waits(4)
    line = phone.result()
    phone.close_tab()
    cable("up")
    seen["ahead"] = paste(desk, base, 4, line)
    phone.open(link)
    phone.delivered()
    ask("four")


def two_phones(first, second, link, other, desk, base, folder, seen):
    first.load(link, 5)
    second.load(other, 5)
    cable("down")
    first.answer("5-1-101", ".counts button")
    tap(second, "5-1-101", "拒绝")
    cable("up")
    for phone in (first, second):
        phone.run("window.dispatchEvent(new Event('online'))")
        phone.delivered()
    # One who comes later and has read the doors contradicts the other all the same, and is told so before.
    second.answer("5-1-102", ".counts button")
    second.delivered()
    first.load(link, 5)
    first.run("location.hash = '5-1-102'")
    first.until("document.querySelector('#walk-others')")
    seen["others"] = first.text("#walk-others")
    first.shot(folder / "phones-others.png")
    tap(first, "5-1-102", "外出（本轮不回）")
    first.delivered()
    desk.open(base + "/conflicts")
    seen["conflicts"] = desk.text("main")
    desk.shot(folder / "phones-conflict.png")
    desk.open(base + "/survey/5/5-1-102")
    seen["given"] = desk.text(".form.given")
    desk.shot(folder / "phones-given.png")


def what_is_shut(phone, desk, base, link, folder, seen):
    paths = ["/survey/3", "/survey/4", "/survey", "/sheet/3", "/registry", "/volunteers", "/conflicts", "/invites", "/feedback",
             "/api/v1/survey", "/api/v1/survey?building=4", "/api/v1/registry", "/api/v1/volunteers", "/api/v1/status"]
    seen["open"] = {path: phone.status(path) for path in paths}
    seen["care"] = phone.status("/care")
    phone.open(base + "/survey/4")
    seen["shut"] = phone.text("main")
    phone.shot(folder / "phones-shut.png")
    phone.open(base + "/survey/3/3-2-801")
    phone.shot(folder / "phones-form.png")
    seen["form"] = phone.text("main")
    phone.load(link + "?lang=en", 3)
    phone.shot(folder / "phones-english.png")
    seen["english"] = phone.text("body")
    phone.run("document.querySelector('#walk-copying').open = true")
    phone.click("#walk-again")
    phone.delivered()
    ask("again")
    desk.open(base + "/invites")
    seen["list"] = desk.text("main .table")
    desk.shot(folder / "phones-invites.png")
    number = desk.run("return [...document.querySelectorAll('tbody tr')].findIndex((row) => row.innerText.includes('张勇')) + 1")
    desk.follow(f"tbody tr:nth-child({number}) button[name=invite]")
    seen["ended"] = {path: phone.status(path) for path in ["/survey/3", link[len(base):], "/api/v1/walk/3"]}
    phone.open(link)
    phone.until("document.querySelector('#walk-closed')")
    phone.shot(folder / "phones-ended.png")
    seen["closed"] = phone.text("#walk-closed")


def play(base, pin, folder):
    seen = {}
    desk, first, second = Browser(9515), Phone(9516), Phone(9517)
    try:
        set_up(desk, base, pin, folder, seen)
        link, other = seen["links"]
        thirty_doors(first, link, folder, seen)
        comes_back(first, link, folder, seen)
        sign_in(desk, base, pin)  # a node that was started again asks staff anew, and no invite
        other_ways(first, desk, base, folder, seen)
        line_first(second, desk, base, other, seen)
        two_phones(first, second, link, other, desk, base, folder, seen)
        what_is_shut(first, desk, base, link, folder, seen)
        first.open(link)
        seen["overflows"] = first.run("return document.documentElement.scrollWidth > window.innerWidth")
        return seen
    finally:
        for browser in (desk, first, second):
            browser.close()


def tell(story):
    print(json.dumps({"seen": story(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))}), flush=True)


if __name__ == "__main__":
    tell(play)
