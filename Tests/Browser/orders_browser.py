"""An order's way through pages: an officer publishes it at the district, somebody reads it at the compound, the officer sees that."""


def publish(page, district):
    """A number that is none first: what was typed comes back."""
    page.goto(f"{district}/directives?lang=zh-Hans")
    form = "form[action^='/directives/publish']"
    typed = {"code": "2022 41", "title": "今晚完成入户摸底", "text": "三次敲门无人的，记为无人", "due": "2030-04-06T22:00", "reason": "首发", "officer": "张科长"}
    for name, value in typed.items():
        page.fill(f"{form} [name={name}]", value)
    page.click(f"{form} button")
    page.wait_for_selector("#fault")
    kept = {name: page.input_value(f"{form} [name={name}]") for name in typed}
    refused = [page.inner_text("#fault"), kept == typed]
    page.fill(f"{form} [name=code]", "2022-41")
    page.click(f"{form} button")
    page.wait_for_url("**/directive/2022-41?*")
    return refused, page.inner_text("main")


def change(page):
    """The next version, from the order's own page."""
    form = "form[action^='/directives/publish']"
    page.fill(f"{form} [name=text]", "三次敲门无人的，记为无人；明早八点前补")
    page.fill(f"{form} [name=reason]", "补充时间")
    page.fill(f"{form} [name=officer]", "张科长")
    page.click(f"{form} button")
    page.wait_for_url("**/directive/2022-41?*")
    page.wait_for_selector("#earlier")
    return page.inner_text("main")


def rule(page, district):
    """By which rule a measure is read: first one of which nothing is due, then people who are away are."""
    page.goto(f"{district}/directives?lang=zh-Hans")
    page.click("#rules a:has-text('已检')")
    form = "form[action^='/directives/publish']"
    before = page.inner_text("main")
    for choice in page.query_selector_all(f"{form} input[value=neither]"):
        choice.check()
    page.fill(f"{form} [name=reason]", "市指挥部通知")
    page.fill(f"{form} [name=officer]", "张科长")
    page.click(f"{form} button")
    page.wait_for_selector("#fault")
    refused = [page.inner_text("#fault"), page.is_checked(f"{form} input[name='class.p_tested'][value=neither]")]
    for name, role in (("p_tested", "done"), ("p_untested", "due"), ("p_absent", "due")):
        page.check(f"{form} input[name='class.{name}'][value={role}]")
    page.click(f"{form} button")
    page.wait_for_url("**/directive/2022-04-06-survey.tested?*")
    return before, refused, page.inner_text("main")


def orders(desk, staff, what):
    """- Parameters: the officer's and the compound's contexts."""
    officer, node = desk.new_page(), staff.new_page()
    seen = {}
    seen["refused"], seen["published"] = publish(officer, what["district"])
    node.goto(f"{what['node']}/directives?lang=zh-Hans")
    node.wait_for_selector("li:has-text('今晚完成入户摸底')", timeout=20000)
    # A look is remembered to the second.
    node.wait_for_timeout(1100)
    seen["changed"] = change(officer)
    node.goto(f"{what['node']}/survey?lang=zh-Hans")
    node.wait_for_selector("#standing a[href^='/directives']", timeout=20000)
    node.click("#standing a[href^='/directives']")
    node.wait_for_selector("#earlier-2022-41", state="attached", timeout=20000)
    seen["list"] = node.inner_text("main")
    form = "li:has-text('今晚完成入户摸底') form"
    node.fill(f"{form} [name=reader]", "李主任")
    node.click(f"{form} button")
    node.wait_for_selector("li:has-text('已阅：李主任')")
    for _ in range(100):
        officer.reload()
        seen["read"] = officer.inner_text("main")
        if "已阅 1，" in seen["read"]:
            break
        officer.wait_for_timeout(200)
    seen["rule"] = rule(officer, what["district"])
    officer.close()
    node.close()
    return seen
