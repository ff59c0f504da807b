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


# Cells of a grid whose parts lie on each other.
OVERLAPS = """return [...document.querySelectorAll('.cell a')].filter((cell) => {
    const parts = [...cell.children].map((part) => part.getBoundingClientRect());
    return parts.some((a, at) => parts.slice(at + 1).some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1));
  }).map((cell) => cell.innerText)"""


def chain(first, last):
    return "\n".join(f"{number}. {NAMES[number - 1]}姐 {number}栋" for number in range(first, last + 1))


def mistake(browser, folder, seen):
    """71 for 7: seen before it is written; written all the same, and taken out again."""
    fill(browser, "#table textarea", "楼栋,单元,房号,人数\n71,1,101,2\n71,1,102,1")
    browser.follow("#table button[value='0']")
    seen["novelty"] = browser.text("main .novelty")
    browser.shot(folder / "evening-novelty.png")
    browser.follow("main button.primary[form=table]")
    seen["taken"] = browser.text("main .ok")
    browser.follow("a[href^='/registry/place/71']")
    seen["goes"] = browser.text("main")
    browser.shot(folder / "evening-withdraw.png")
    browser.follow("form[action^='/desk/registry/withdrawal'] button")
    seen["gone"] = browser.text("main")
    browser.shot(folder / "evening-withdrawn.png")
    browser.open(browser.run("return location.origin") + "/registry/place/7-1-101")
    browser.follow("form[action^='/desk/registry/withdrawal'] button")
    browser.follow("form[action^='/desk/registry/restoration'] button")


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
    # Reloading, going back and forward ask for pages, and send nothing again; what was typed is there.
    browser.again("/refresh")
    seen["reloaded"] = [browser.text("main .ok"), browser.run("return document.querySelector('#lines textarea').value")]
    browser.again("/back")
    seen["slip_again"] = browser.text("main .warn")
    browser.again("/forward")
    browser.follow("main .ok button")
    seen["built"] = browser.text("main .ok")
    browser.again("/back")
    seen["after"] = browser.text("main .ok")
    mistake(browser, folder, seen)
    browser.open(base + "/registry")
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
    browser.size(1280, 900)
    browser.open(base + "/survey?lang=en")
    seen["overlaps"] = browser.run(OVERLAPS)
    browser.shot(folder / "evening-english.png")
    browser.size(390, 844)
    browser.open(base + "/volunteers")
    seen["phone_overflows"] = browser.run("return document.documentElement.scrollWidth > window.innerWidth")
    browser.shot(folder / "evening-phone.png")
    return seen


if __name__ == "__main__":
    tell(play)
