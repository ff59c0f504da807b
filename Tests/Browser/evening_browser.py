"""The evening of 6 April as its property manager plays it in a browser. Run inside the network namespace of a member of staff:

    ip netns exec STAFF python3 evening_browser.py ADDRESS PIN FOLDER

prints what was seen as one line of JSON.
"""

import json

from browser import tell

LINES = "1–8栋，每栋2单元×18层×2户\n9–26栋，缺14、24；每栋2单元×11层×2户"
NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦"


def fill(browser, selector, text):
    """As pasted: typing a line into a text area one key after the other takes the browser seconds."""
    browser.run(f"const field = document.querySelector({json.dumps(selector)}); field.value = {json.dumps(text)};")


def chain(first, last):
    return "\n".join(f"{number}. {NAMES[number - 1]}姐 {number}栋" for number in range(first, last + 1))


def play(browser, base, pin, folder):
    seen = {}
    browser.sign_in(base, pin)
    fill(browser, "#lines textarea", LINES.replace("14", "41"))
    browser.follow("#lines button[value='0']")
    seen["slip"] = browser.text("main .warn")
    seen["kept"] = browser.run("return document.querySelector('#lines textarea').value")
    fill(browser, "#lines textarea", LINES)
    browser.follow("#lines button[value='0']")
    seen["planned"] = browser.text("main .ok")
    browser.shot(folder / "evening-planned.png")
    browser.follow("main .ok button")
    seen["built"] = browser.text("main .ok")
    seen["tiles"] = browser.text(".tiles")
    seen["tab"] = browser.text(".tabs a[aria-current]")
    browser.shot(folder / "evening-built.png")

    browser.open(base + "/volunteers")
    fill(browser, "form[action^='/desk/volunteers/need'] input[name=required]", "18")
    browser.follow("form[action^='/desk/volunteers/need'] button")
    seen["short"] = [browser.text(".tile .big")]
    seen["call"] = browser.run("return document.getElementById('call-call').value")
    browser.click("[data-copy='call-call']")
    seen["copied"] = browser.text("[data-copy='call-call']")
    browser.click("[data-picture='call-call']")
    seen["picture"] = browser.run("const p = document.querySelector('.message img'); return [p.src.slice(0, 22), p.naturalWidth]")
    browser.shot(folder / "evening-call.png")
    for pasted in (chain(1, 11), chain(1, 11) + "\n孙姐 不去了\n赵姐家 几点集合？", chain(1, 18) + "\n孙姐 不去了"):
        browser.open(base + "/volunteers")
        fill(browser, "#chain textarea", pasted)
        browser.follow("#chain button")
        seen.setdefault("read", []).append(browser.text("main > section"))
        browser.shot(folder / f"evening-chain-{len(seen['read'])}.png")
        browser.follow("main > section button[form=chain]")
        seen["short"].append(browser.text(".tile .big"))
    browser.open(base + "/survey/2")
    browser.follow("a[href^='/sheet/2']")
    browser.shot(folder / "evening-sheet.png")
    rooms = [f"{floor}0{door} 2" for floor in range(1, 19) for door in (1, 2)]
    for pasted in ("\n".join(["1单元", *rooms, "2单元", *rooms]), "2-1101 3"):
        fill(browser, "#sheet textarea", pasted)
        browser.follow("#sheet button")
        seen.setdefault("keyed", []).append(browser.text("main > section"))
        browser.shot(folder / f"evening-keyed-{len(seen['keyed'])}.png")
        browser.follow("main > section button[form=sheet]")
    browser.open(base + "/conflicts")
    seen["conflicts"] = browser.text("main")
    browser.open(base + "/survey/2/2-2-1101")
    browser.shot(folder / "evening-dispute.png")
    browser.follow(".one-tap .counts button[value='3']")
    seen["unsettled"] = browser.text("main")
    browser.click("form.refused input[value='phone']")
    browser.shot(folder / "evening-why.png")
    browser.follow("form.refused button.primary")
    browser.open(base + "/conflicts")
    seen["settled"] = browser.text("main")
    browser.open(base + "/survey")
    browser.follow("a[href^='/final']")
    seen["final"] = browser.text("main")
    browser.open(base + "/feedback")
    for said in ("菜价太贵", "<b>谢谢志愿者</b>"):
        fill(browser, "textarea[name=text]", said)
        browser.follow("form[action^='/desk/feedback/suggestion'] button.primary")
    browser.click("ul.items summary")
    fill(browser, "ul.items textarea[name=answer]", "已联系两家超市")
    browser.follow("ul.items button[value='answered']")
    seen["feedback"] = browser.text("main")
    browser.shot(folder / "evening-feedback.png")
    browser.size(390, 844)
    browser.open(base + "/volunteers")
    seen["phone_overflows"] = browser.run("return document.documentElement.scrollWidth > window.innerWidth")
    browser.shot(folder / "evening-phone.png")
    return seen


if __name__ == "__main__":
    tell(play)
