"""What goes wrong with volunteers' phones. Run as phones_browser.py is:

    ip netns exec STAFF python3 phones_troubles.py ADDRESS PIN FOLDER
"""

from browser import Browser
from phones_browser import Phone, ask, cable, paste, set_up, tap, tell

NO_STORE = "IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError'); };"
FULL = """
    const add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (...what) {
      if (this.name === 'records') throw new DOMException('full', 'QuotaExceededError');
      return add.apply(this, what);
    };"""


EVERY_ANSWER = """
    const script = document.querySelector('script').src;
    return import(script.replace('walk.js', 'walk-line.js')).then(({ line, CLASSES }) => {
      const plain = ['nobody_home', 'absent', 'postponed', 'refused', 'vacant', 'not_dwelling', 'not_found', 'moved', 'language', 'other'];
      const classes = Object.keys(CLASSES);
      const people = [...classes.map((one) => ({ [one]: 3 })), Object.fromEntries(classes.map((one, at) => [one, at]))];
      const said = [...plain.map((disposition) => ({ disposition })),
        ...people.map((people, at) => ({ disposition: at % 2 ? 'partial' : 'completed', people }))];
      const base = 'ab'.repeat(13);
      const records = said.map((one, at) => ({ ...one, id: base + String(100000 + at), state: 'sent', observedAt: 1649242800, supersedes: [],
        door: `6-${1 + Math.floor(at / 18)}-${1 + Math.floor(at % 18 / 2)}0${1 + at % 2}` }));
      return { line: line({ building: '6', campaign: '2022-04-06-survey', base }, records, 'p-00000001'),
        said: Object.fromEntries(records.map((one) => [one.door, one.disposition])) };
    });"""


# What a phone makes of a shop, and of a home, by what was said there.
SHOPS = """
    const script = document.querySelector('script').src;
    return import(script.replace('walk.js', 'walk-view.js')).then(({ situation }) =>
      ['not_dwelling', 'vacant', 'occupied'].map((state) => [null, 'nobody_home', 'vacant', 'completed'].map((disposition) => {
        const at = situation({ state, disposition, passes: disposition ? 1 : 0, answers: [] }, [], 3);
        return `${at.mark} ${at.left} ${at.due}`;
      })));"""


# The first button of a door where the registry has nobody living, and what it says; then of a home of two.
FIRST = """
    const script = document.querySelector('script').src;
    return import(script.replace('walk.js', 'walk-view.js')).then(({ answers, Words }) =>
      [['vacant', 0], ['not_dwelling', 0], ['occupied', 2]].map(([state, registered]) => {
        let said;
        const words = new Words(JSON.parse(document.getElementById('walk').dataset.words));
        const first = answers(words, { state, registered }, (answer) => { said = answer.disposition; }).querySelector('button');
        first.click();
        return `${first.innerText} ${said}`;
      }));"""


class Broken:
    """A browser whose pages begin with this script."""

    def __init__(self, phone, script):
        self.phone, self.script = phone, script

    def command(self, name, **parameters):
        return self.phone.call("POST", "/goog/cdp/execute", {"cmd": f"Page.{name}", "params": parameters})

    def __enter__(self):
        self.made = self.command("addScriptToEvaluateOnNewDocument", source=self.script)["identifier"]

    def __exit__(self, *_):
        self.command("removeScriptToEvaluateOnNewDocument", identifier=self.made)


def nothing_can_be_kept(phone, link, folder, seen):
    """A private window: the page says so, and the plain forms work."""
    with Broken(phone, NO_STORE):
        phone.open(link)
        phone.until("document.querySelector('#walk-no-store')")
        seen["no_store"] = phone.text("#walk")
        phone.shot(folder / "phones-no-store.png")
        phone.follow("#walk-forms a")
        phone.open(phone.run("return document.querySelector('.doors a').href"))
        phone.follow(".one-tap .counts button")
        seen["by_form"] = phone.text("main")


def the_phone_is_full(phone, link, folder, seen):
    with Broken(phone, FULL):
        phone.load(link, 3)
        phone.run("location.hash = '3-1-102'")
        phone.until("document.querySelector('h1')?.innerText.endsWith('102')")
        phone.click(".counts button")
        phone.until("document.querySelector('.walk-notice.bad')")
        seen["full"] = phone.text("#walk")
        seen["full_at"] = phone.run("return location.hash")
        phone.shot(folder / "phones-full.png")
    phone.load(link, 3)
    seen["full_after"] = phone.text("#walk-waiting")


def two_tabs(phone, link, seen):
    phone.load(link, 3)
    first = phone.call("GET", "/window")
    second = phone.call("POST", "/window/new", {"type": "tab"})["handle"]
    phone.call("POST", "/window", {"handle": second})
    phone.load(link, 3)
    cable("down")
    tap(phone, "3-1-201", "空置")
    phone.call("POST", "/window", {"handle": first})
    phone.waits(1)
    tap(phone, "3-1-202", "拒绝")
    # The other tab's door is answered anew here: what the other tab said is taken back, not contradicted.
    phone.answer("3-1-201", ".counts button")
    phone.run("location.hash = '3'")
    phone.waits(3)
    cable("up")
    phone.delivered()
    phone.call("POST", "/window", {"handle": second})
    phone.run("location.hash = '3'")
    phone.delivered()
    ask("tabs")
    seen["two_tabs"] = phone.text("#walk")
    phone.call("DELETE", "/window")
    phone.call("POST", "/window", {"handle": first})


def refused(phone, link, other, folder, seen):
    """Another invite that doesn't open the building: the record is kept with its reason, and follows when it may."""
    phone.load(link, 3)
    cable("down")
    tap(phone, "3-2-101", "外出（本轮不回）")
    phone.close_tab()
    cable("up")
    phone.open(other)
    phone.until("document.querySelector('#walk-refused')")
    seen["refused"] = phone.text("#walk")
    phone.load(link, 3)
    phone.run("location.hash = '3-2-101'")
    phone.until("document.querySelector('#walk-own button')")
    seen["reason"] = phone.text("#walk-own")
    phone.shot(folder / "phones-refused.png")
    phone.click("#walk-own button")
    phone.until("document.querySelector('#walk-own')?.innerText.includes('已送到主机')")
    ask("refused")


def every_answer(phone, desk, base, link, seen):
    """Whatever a phone can say in a line, the node reads."""
    phone.load(link, 3)
    seen["shops"] = phone.run(SHOPS)
    seen["first"] = phone.run(FIRST)
    made = phone.run(EVERY_ANSWER)
    seen["said"] = made["said"]
    seen["read"] = paste(desk, base, 6, made["line"])


def play(base, pin, folder):
    seen = {}
    desk, phone = Browser(9515), Phone(9516)
    try:
        set_up(desk, base, pin, folder, seen)
        link, other = seen["links"]
        nothing_can_be_kept(phone, link, folder, seen)
        the_phone_is_full(phone, link, folder, seen)
        two_tabs(phone, link, seen)
        refused(phone, link, other, folder, seen)
        every_answer(phone, desk, base, link, seen)
        return seen
    finally:
        desk.close()
        phone.close()


if __name__ == "__main__":
    tell(play)
