"""The volunteers of an evening as a property manager sees them in a browser: roles, a reserve who moves up, restrictions, hours, the report.

    ip netns exec STAFF python3 volunteers_browser.py ADDRESS PIN FOLDER

prints what was seen as one line of JSON.
"""

import time

from browser import tell
from evening_browser import fill

NEED = "form[action^='/desk/volunteers/need']:has(input[name=role][value={}])"
MUSTER = "#muster tr:has(input[value='{}'])"
CHAIN = "1. 张勇 1栋\n2. 李梅 2栋\n3. 王芳 1栋\n4. 赵敏 消杀"


def code(name):
    return "n:" + name.encode().hex()


def unfold(browser, name):
    browser.run(f"document.getElementById('{name}').open = true")


def pressed(browser, name, state):
    """Musters somebody on the roster; the journal tells steps by the second."""
    time.sleep(1.1)
    unfold(browser, "muster")
    browser.follow(f"{MUSTER.format(code(name))} button[value={state}]")


def wide(browser):
    return browser.run("return document.documentElement.scrollWidth > window.innerWidth")


def play(browser, base, pin, folder):
    seen = {}
    browser.sign_in(base, pin)
    seen["clerk"] = [browser.text(".clerk")]
    browser.follow(".clerk")
    fill(browser, "main input[name=clerk]", "王姐")
    browser.follow("main button.primary")
    seen["clerk"].append(browser.text(".clerk"))
    browser.open(base + "/registry")
    fill(browser, "#lines textarea", "1-4栋，每栋2单元×3层×2户")
    browser.follow("#lines button[value='0']")
    browser.follow("main .ok button")

    browser.open(base + "/volunteers")
    for role, count in (("survey", 3), ("disinfection", 1)):
        unfold(browser, "needs")
        fill(browser, NEED.format(role) + " input[name=required]", str(count))
        browser.follow(NEED.format(role) + " button")
    seen["split"] = browser.text(".tiles")
    seen["call"] = browser.run("return document.getElementById('call-call').value")
    fill(browser, "#chain textarea", CHAIN)
    seen["offered"] = browser.run("return document.querySelector('#chain select').value")
    browser.follow("#chain button")
    seen["read"] = browser.text("main > section")
    browser.shot(folder / "volunteers-read.png")
    browser.follow("main > section button[form=chain]")
    seen["short"] = [browser.text(".tile .big")]

    unfold(browser, "duty")
    fill(browser, "#duty input[name=volunteer]", "钱姐")
    browser.click("#duty input[name=no_survey]")
    browser.follow("#duty button.primary")
    unfold(browser, "duty")
    seen["duty"] = browser.text("#duty ul")
    browser.shot(folder / "volunteers-duty.png")
    fill(browser, "#chain textarea", "5. 钱姐 3栋")
    browser.follow("#chain button")
    seen["restricted"] = browser.text("main > section")
    browser.shot(folder / "volunteers-unclear.png")
    seen["prefilled"] = browser.run("const form = document.querySelector('.unclear'); return [form.volunteer.value, form.building.value]")
    browser.follow(".unclear button[value=skip]")
    seen["left"] = [browser.run("return document.querySelectorAll('.unclear').length"), browser.text(".tile .big")]

    fill(browser, "#chain textarea", "6. 张勇 改4栋\n7. 二栋 小李\n8. 小李 3栋")
    browser.follow("#chain button")
    seen["moves"] = browser.text("main > section")
    browser.shot(folder / "volunteers-moves.png")

    browser.open(base + "/volunteers")
    pressed(browser, "张勇", "absent")
    seen["short"].append(browser.text(".tile .big"))
    seen["missing"] = browser.text(".tile")
    seen["claims"] = browser.text("main .table:not(.muster):has(form)")
    pressed(browser, "李梅", "present")
    pressed(browser, "张勇", "present")
    seen["short"].append(browser.text(".tile .big"))
    unfold(browser, "muster")
    unfold(browser, "duty")
    seen["muster"] = browser.text("#muster")
    browser.run("document.getElementById('needs').scrollIntoView()")
    browser.shot(folder / "volunteers-muster.png")
    time.sleep(6)
    seen["stays_unfolded"] = browser.run("return document.getElementById('muster').open")
    unfold(browser, "text-report")
    browser.click("[data-copy='call-report']")
    seen["copied"] = browser.text("[data-copy='call-report']")
    seen["report"] = browser.run("return document.getElementById('call-report').value")
    seen["overflows"] = [wide(browser)]
    browser.open(base + "/volunteers")
    browser.shot(folder / "volunteers-desk.png")
    browser.size(390, 844)
    browser.open(base + "/volunteers")
    browser.shot(folder / "volunteers-phone.png")
    for name in ("needs", "muster", "duty", "text-report"):
        unfold(browser, name)
    seen["overflows"].append(wide(browser))
    for name in ("text-report", "needs", "muster", "duty"):
        browser.run(f"document.getElementById('{name}').scrollIntoView()")
        browser.shot(folder / f"volunteers-phone-{name}.png")
    browser.open(base + "/volunteers?lang=en")
    seen["english"] = browser.text("main")
    return seen


if __name__ == "__main__":
    tell(play)
