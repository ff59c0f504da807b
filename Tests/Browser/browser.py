"""A real Chromium, driven over the WebDriver protocol. Run inside the network namespace of a member of staff:

    ip netns exec STAFF python3 browser.py ADDRESS PIN FOLDER

goes through the desks as a person would and prints what was seen as one line of JSON.
"""

import base64
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, port=9515):
        self.port = port
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.call("GET", "/status")
                break
            except OSError:
                time.sleep(0.1)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=zh-CN",
                     "--disable-dev-shm-usage", f"--user-data-dir={tempfile.mkdtemp()}"]
        options = {"binary": "/usr/bin/chromium", "args": arguments, "prefs": {"intl.accept_languages": "zh-CN"}}
        self.path = ""
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.path = "/session/" + made["sessionId"]

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, getattr(self, "path", "") + path, json.dumps(body) if body is not None else None)
        value = json.loads(connection.getresponse().read())["value"]
        if isinstance(value, dict) and value.get("error"):
            raise AssertionError(value["message"])
        return value

    def size(self, width, height):
        self.call("POST", "/window/rect", {"width": width, "height": height})

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """A live page may put a new element in the place of the one that was just found: then that one is clicked."""
        for _ in range(10):
            try:
                return self.call("POST", f"/element/{self.find(selector)}/click", {})
            except AssertionError as error:
                if "stale element" not in str(error):
                    raise
        raise AssertionError(f"{selector} is replaced faster than it can be clicked")

    def follow(self, selector):
        """Clicks what leads to another page and waits until that page stands: a click returns before its form is answered."""
        self.run("window.left = true")
        self.click(selector)
        for _ in range(300):
            try:
                if self.run("return !window.left && document.readyState === 'complete'"):
                    return
            except AssertionError:
                pass  # asked just while one page made way for the other
            time.sleep(0.05)
        raise AssertionError(f"no page came after {selector}")

    def again(self, how):
        """Reloads, goes back or forward as with the browser's buttons, and waits until the page stands."""
        self.call("POST", how, {})
        for _ in range(200):
            if self.run("return document.readyState === 'complete'"):
                return
            time.sleep(0.05)

    def type(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def text(self, selector="body"):
        return self.run(f"return document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def shot(self, file):
        file.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def sign_in(self, base, pin):
        """A member of staff at a desk, on the registry's page."""
        self.size(1366, 900)
        self.open(base + "/registry")
        self.type("input[name=pin]", pin)
        self.follow("button.primary")
        self.open(base + "/registry")

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(10)


def fits(browser):
    return browser.run("return document.documentElement.scrollHeight <= window.innerHeight")


def second_line(browser):
    """What the head of an open page says once the node has a second thing to say; the page isn't reloaded."""
    browser.run("""
        const real = window.fetch;
        window.fetch = async (...asked) => {
          const page = await (await real(...asked)).text();
          return new Response(page.replace(/(<p class="standing.*?<[/]p>)/, '$1<p class="standing bad">✕ 磁盘已满</p>'));
        }""")
    for _ in range(100):
        said = browser.run("return [...document.querySelectorAll('.standing')].map(line => line.innerText)")
        if len(said) > 1:
            break
        time.sleep(0.1)
    return said


def long_table(browser, folder):
    """What somebody sees while 5,000 doors are taken, and at the end."""
    lines = "\n".join(f"{100 + number // 100},1,{100 + number % 100},{number % 5}" for number in range(5000))
    table = json.dumps("楼栋,单元,房号,人数\n" + lines)
    browser.run(f"document.querySelector('#table textarea').value = {table}")
    browser.follow("#table button[value='1']")
    seen = []
    for _ in range(600):
        try:
            said = browser.run("return document.querySelector('main progress')?.parentElement.innerText ?? "
                               "document.querySelector('main > section.ok')?.innerText ?? ''")
        except AssertionError:
            continue  # asked just while one page made way for the other
        if said and said not in seen:
            if not seen:
                browser.shot(folder / "progress.png")
            seen.append(said)
        if "已写入" in said:
            break
        time.sleep(0.05)
    return seen


def visit_the_desks(browser, base, pin, folder):
    seen = {}
    browser.size(1366, 768 + 139)
    inner = browser.run("return [window.innerWidth, window.innerHeight]")
    browser.size(1366, 768 + 139 + 768 - inner[1])
    browser.open(base + "/survey")
    seen["asks_for_pin"] = browser.run("return location.pathname") == "/pin"
    browser.type("input[name=pin]", "000000")
    browser.follow("button.primary")
    seen["wrong_pin"] = browser.text(".bad")
    browser.type("input[name=pin]", pin)
    browser.follow("button.primary")
    seen["secure_context"] = browser.run("return window.isSecureContext")
    seen["inner"] = browser.run("return [window.innerWidth, window.innerHeight]")
    seen["survey"] = browser.text("main")
    seen["standing"] = browser.text(".standing")
    seen["survey_fits"] = fits(browser)
    browser.shot(folder / "survey.png")
    seen["second_line"] = second_line(browser)
    browser.open(base + "/survey")
    browser.follow("a.notice")
    seen["conflicts"] = browser.text("main")
    browser.open(base + "/volunteers")
    seen["volunteers"] = browser.text(".tiles")
    seen["volunteers_top"] = browser.run(
        "return Math.max(...[...document.querySelectorAll('.tile')].map(t => t.getBoundingClientRect().bottom))")
    browser.shot(folder / "volunteers.png")
    browser.type("form[action^='/desk/volunteers/need'] input[name=required]", "\ue009a\ue000" + "50")
    browser.follow("form[action^='/desk/volunteers/need'] button")
    seen["short_after"] = browser.text(".tile .big")
    browser.open(base + "/survey/7/7-1-102")
    seen["ordinary"] = ["", browser.run("return document.querySelector('.one-tap').innerText.replace(/[^0-9]/g, '')")]
    browser.open(base + "/survey/7/7-1-101")
    seen["ordinary"][0] = browser.text(".one-tap")
    browser.shot(folder / "door.png")
    browser.follow("button.huge")
    seen["after_one_tap"] = browser.text("main")
    browser.open(base + "/survey?lang=en")
    seen["english"] = browser.text("main")
    browser.open(base + "/registry")
    seen["registry"] = browser.text("main")
    browser.shot(folder / "registry.png")
    seen["progress"] = long_table(browser, folder)
    browser.size(390, 844)
    browser.open(base + "/survey")
    seen["phone_overflows"] = browser.run("return document.documentElement.scrollWidth > window.innerWidth")
    browser.shot(folder / "phone.png")
    return seen


def tell(story):
    """Runs a story in a browser of its own and prints what was seen."""
    browser = Browser()
    try:
        print(json.dumps(story(browser, sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))))
    finally:
        browser.close()


if __name__ == "__main__":
    tell(visit_the_desks)
