"""Every page of a node and of a district in a real Chromium, as axe, a keyboard, a printer and a narrow screen meet it. Run inside the
network namespace of a member of staff:

    ip netns exec STAFF python visit.py FOLDER < what.json

reads `{"node": address, "pin": pin, "district": address, "token": token, "unit": code, "scoped": a token of the unit's community that may phone in, "other":
another unit there}` and prints what was found as one line of JSON.
"""

import json
import pathlib
import sys

import axe_playwright_python
from orders_browser import orders
from playwright.sync_api import sync_playwright

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = (360, 768, 1366, 1920)
# What reaches beyond the window, the innermost first; nothing where the page needs no scrolling sideways.
BEYOND = """document.documentElement.scrollWidth <= window.innerWidth ? null
  : [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > window.innerWidth)
    .at(-1)?.outerHTML.slice(0, 200) ?? "?" """
NODE = ("registry", "registry/place/7", "registry/place/7-1-202", "survey", "survey/7", "survey/7/7-1-101", "sheet/7", "revisit", "verify", "final", "volunteers", "feedback", "directives", "conflicts",
        "invites", "care", "clerk", "survey/99")


def looked_at(page, name, folder):
    """What axe finds in one page, light and dark, and how wide it is."""
    found = {"violations": [], "too_wide": [], "markup": [], "printed": 0}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE)
        result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        found["violations"] += [f"{scheme} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in result["violations"]]
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        beyond = page.evaluate(BEYOND)
        if beyond is not None:
            found["too_wide"].append(f"{width} px: {beyond}")
        if width in (360, 1366):
            page.screenshot(path=str(folder / f"{name.replace('/', '-')}-{width}.png"), full_page=True)
        if width == 1366:
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=str(folder / f"{name.replace('/', '-')}-{width}-dark.png"), full_page=True)
            page.emulate_media(color_scheme="light")
    text = page.inner_text("body")
    found["markup"] = [sign for sign in ("HTML(", "Optional(", "⟦", "{{") if sign in text]
    found["printed"] = len(page.pdf(format="A4"))
    return found


def visit(context, base, paths, language, folder, prefix):
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append("dialog: " + dialog.message), dialog.dismiss()))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" and "404" not in line.text else None)
    seen = {}
    for path in paths:
        page.goto(f"{base}/{path}{'&' if '?' in path else '?'}lang={language}", wait_until="load")
        seen[path] = looked_at(page, f"{prefix}-{language}-{path.split('?')[0] or 'start'}", folder)
        seen[path]["title"] = page.title()
        seen[path]["hacked"] = page.evaluate("window.hacked === true")
    page.close()
    return {"pages": seen, "problems": problems}


# Too small to be read from five metres, below the edge of the screen, or cut off inside a card.
FROM_FAR = """[...document.querySelectorAll("main *")].flatMap((one) => {
  const said = [...one.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
  const box = one.getBoundingClientRect();
  return [said && parseFloat(getComputedStyle(one).fontSize) < 23 && "small", box.bottom > innerHeight + 1 && "below",
    one.matches(".card") && one.scrollHeight > one.clientHeight + 1 && "cut"].filter(Boolean).map((what) => `${what}: ${one.outerHTML.slice(0, 120)}`);
})"""


def on_the_wall(context, base, folder):
    """What can't be read on a screen of 1920 by 1080, in both languages, light and dark."""
    page = context.new_page()
    page.set_viewport_size({"width": 1920, "height": 1080})
    wrong = []
    for language in ("zh-Hans", "en"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{base}/wall?lang={language}")
            wrong += [f"{language} {problem}" for problem in page.evaluate(FROM_FAR)]
            page.screenshot(path=str(folder / f"district-wall-{language}-{scheme}.png"))
    page.close()
    return wrong


def by_keyboard(context, base):
    """One door with nothing but the keyboard: from the building's page to an answer and back."""
    page = context.new_page()
    page.goto(f"{base}/survey/7/7-1-301?lang=zh-Hans")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.one-tap button')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/survey/7?*")
    text = page.inner_text("main")
    page.close()
    return {"outline": outline, "text": text}


def unsent(context, base, change):
    """What somebody typed and left, while others record; and a page that shows something once."""
    page = context.new_page()
    page.goto(f"{base}/feedback?lang=zh-Hans")
    page.fill("form[action^='/desk/feedback/suggestion'] textarea", "电梯三天没有消毒")
    page.evaluate("document.activeElement.blur()")
    once = context.new_page()
    once.goto(f"{base}/invites?lang=zh-Hans")
    once.fill("input[name=person]", "张勇")
    once.check(".check input")
    once.click("form[action^='/invites'] button.primary")
    once.wait_for_selector(".qr")
    alter(context, base, change)
    page.wait_for_timeout(2500)
    seen = [page.input_value("form[action^='/desk/feedback/suggestion'] textarea"), once.locator(".qr").count()]
    page.close()
    once.close()
    return seen


def alter(context, base, change):
    """Somebody else saves a form."""
    other = context.new_page()
    other.goto(f"{base}/volunteers?lang=zh-Hans")
    action, field, value = change
    with other.expect_navigation():
        other.evaluate(
            "([action, field, value]) => { const f = document.querySelector(`form[action^='${action}']`); f.elements[field].value = value; f.submit(); }",
            [action, field, value])
    other.close()


def live(context, base, change):
    """A change that somebody else makes, on a page that never asks by itself."""
    context.add_init_script("window.setInterval = () => 0;")
    page = context.new_page()
    streams = []
    page.on("response", lambda answer: streams.append([answer.status, answer.headers.get("content-type")])
            if answer.url.endswith("/live") else None)
    page.goto(f"{base}/volunteers?lang=zh-Hans")
    before = page.inner_text(".tile .big")
    alter(context, base, change)
    page.wait_for_function(f"document.querySelector('.tile .big').textContent.trim() !== '{before}'", timeout=20000)
    after = page.inner_text(".tile .big")
    page.close()
    return {"streams": streams, "short": [before, after]}


def in_hand(context, base):
    """An officer says of the first item of the work list that she has it in hand."""
    page = context.new_page()
    page.goto(f"{base}/work?lang=zh-Hans")
    item = page.locator(".work > li").first
    key = item.locator("details").get_attribute("id")
    item.locator("summary").click()
    item.locator("input[name=reason]").fill("<b>线路抢修</b>")
    item.locator("input[name=officer]").fill("李四")
    with page.expect_navigation():
        item.locator("button.primary").click()
    text = page.locator(".work > li", has=page.locator(f"[id='{key}']")).inner_text()
    page.close()
    return {"key": key, "text": text}


def helped(manager, officer, what, folder):
    """A manager says yes to the help that her page offers, and the officer sees that she did."""
    page = manager.new_page()
    page.goto(f"{what['node']}/volunteers?lang=zh-Hans")
    with page.expect_navigation():
        page.click("#help form[action*=help_answer] button[value=yes]")
    page.goto(f"{what['node']}/volunteers?lang=zh-Hans")
    seen = {"manager": page.inner_text("#help")}
    page.locator("#help").screenshot(path=str(folder / "node-help.png"))
    page.close()
    page = officer.new_page()
    for _ in range(40):
        page.goto(f"{what['district']}/help?lang=zh-Hans")
        seen["officer"] = page.inner_text("main")
        if "● 可以" in seen["officer"]:
            break
        page.wait_for_timeout(500)
    page.close()
    return seen


def phoned_in(browser, what, folder):
    """Whoever may see one community and phone in for it: in by the token, a call written down, and no further."""
    context = browser.new_context(locale="zh-CN", bypass_csp=True, viewport={"width": 1366, "height": 900})
    page = context.new_page()
    page.goto(f"{what['district']}/login?token={what['scoped']}")
    seen = {"home": page.url.removeprefix(what["district"])}
    page.goto(page.url.split("?")[0] + "?lang=zh-Hans")
    page.click("summary")
    for field, value in {"done": "30", "due": "45", "caller": "王主任", "officer": "李四", "reason": "停电"}.items():
        page.fill(f"form[action*=phone-in] input[name={field}]", value)
    page.screenshot(path=str(folder / "community-form.png"), full_page=True)
    page.click("form[action*=phone-in] button")
    page.wait_for_url(f"**/unit/{what['other']}?*")
    seen["unit"] = page.inner_text("main")
    page.close()
    community = what["unit"].split("-")[0]
    seen["pages"] = visit(context, what["district"], (f"division/{community}", f"unit/{what['other']}"), "zh-Hans", folder, "community")
    page = context.new_page()
    seen["refused"] = [page.goto(f"{what['district']}/division/421303000000?lang=zh-Hans").status, page.inner_text("main")]
    context.close()
    return seen


def away(context, base):
    """The last page stands, and says that it is old and how old, when nothing answers any more."""
    page = context.new_page()
    page.clock.install()
    page.goto(f"{base}/wall?lang=zh-Hans")
    figures = page.inner_text(".tiles")
    context.set_offline(True)
    page.wait_for_selector("#standing-live:not([hidden])", timeout=20000)
    seen = [page.inner_text("#standing-live"), page.inner_text(".tiles") == figures]
    for hours in (13, 48):
        page.clock.fast_forward(hours * 3600 * 1000)
        page.wait_for_timeout(1000)
        seen.append(page.inner_text("#standing-live"))
    context.set_offline(False)
    page.clock.run_for(6000)
    page.wait_for_selector("#standing-live[hidden]", state="attached", timeout=20000)
    page.close()
    return seen


def main():
    what, folder = json.load(sys.stdin), pathlib.Path(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        seen = {}
        context = browser.new_context(locale="zh-CN", bypass_csp=True)
        page = context.new_page()
        page.goto(what["node"] + "/registry")
        seen["pin"] = {"pages": {"pin": looked_at(page, "pin", folder)}, "problems": []}
        page.fill("input[name=pin]", what["pin"])
        page.press("input[name=pin]", "Enter")
        page.wait_for_url("**/survey*")
        page.close()
        desk = browser.new_context(locale="zh-CN", bypass_csp=True)
        page = desk.new_page()
        page.goto(f"{what['district']}/login?token={what['officer']}")
        page.close()
        seen["orders"] = orders(desk, context, what)
        for language in ("zh-Hans", "en"):
            seen[f"node {language}"] = visit(context, what["node"], NODE, language, folder, "node")
        seen["helped"] = helped(context, desk, what, folder)
        seen["keyboard"] = by_keyboard(context, what["node"])
        seen["unsent"] = unsent(context, what["node"], ("/desk/volunteers/need", "required", "49"))
        alter(context, what["node"], ("/desk/volunteers/need", "required", "50"))
        seen["live"] = live(context, what["node"], ("/desk/volunteers/need", "required", "60"))
        context.close()
        seen["in_hand"] = in_hand(desk, what["district"])
        pages = ("", "wall", "division/9", f"division/{what['unit'].split('-')[0]}", "overlay/gaoxin", f"unit/{what['unit']}", "work", "public", "public?place=421303587000",
                 "directives", "directive/2022-41", "directive/2022-04-06-survey", "help",
                 "directive/2022-04-06-survey.tested", "directives/rule?campaign=2022-04-06-survey&measure=survey.completion")
        for language in ("zh-Hans", "en"):
            seen[f"district {language}"] = visit(desk, what["district"], pages, language, folder, "district")
        seen["wall"] = on_the_wall(desk, what["district"], folder)
        seen["away"] = away(desk, what["district"])
        seen["phoned_in"] = phoned_in(browser, what, folder)
        seen["scoped"] = seen["phoned_in"].pop("pages")
        browser.close()
    print(json.dumps(seen, ensure_ascii=False))


if __name__ == "__main__":
    main()
