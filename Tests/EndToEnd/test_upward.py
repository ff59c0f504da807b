"""A city above two districts above their compounds, all of them processes: the city's figure is the sum of its
districts is the truth, and a district emptied, restored or cut off behaves like a compound."""

import json
import secrets
import shutil
import time
from types import SimpleNamespace

import pytest
from cables import Relay
from conftest import CAMPAIGN, Aggregator, Node, eventually, fetch, run
from records import NOW, building, doors, visit

WEST, EAST = "421303000000", "421321000000"
UNITS = {"421303587002-001": (100, 300), "421303003006-001": (80, 200), "421321101001-001": (50, 120)}
# What each compound has on paper: a building of 20 doors, so many of them visited.
VISITED = {"421303587002-001": 7, "421303003006-001": 3, "421321101001-001": 5}


@pytest.fixture
def world(stage):
    """City, districts by code with the cable above each, nodes by code with the cable above each."""
    city = stage(Aggregator(stage.folder / "city", units=UNITS, relays=(WEST, EAST)))
    world = SimpleNamespace(city=city, districts={}, nodes={}, up={}, down={})
    for code in (WEST, EAST):
        world.up[code] = Relay(city.port)
        units = {unit: ceiling for unit, ceiling in UNITS.items() if unit[:6] == code[:6]}
        world.districts[code] = stage(Aggregator(
            stage.folder / code, lease=10_000, units=units, parent=(world.up[code].port, code, city.tokens[code])))
    for unit in UNITS:
        district = world.districts[unit[:6] + "000000"]
        world.down[unit] = Relay(district.port)
        folder = stage.folder / unit
        folder.mkdir()
        node = world.nodes[unit] = stage(Node(folder, unit, district.tokens[unit], world.down[unit].port))
        node.record(building(), *[visit(door) for door in doors()[:VISITED[unit]]])
    whole(world)
    yield world
    for cable in [*world.up.values(), *world.down.values()]:
        cable.close()


def whole(world, within=40, **visited):
    """The city, both districts and every unit at the city say what is on paper, exactly."""
    truth = VISITED | {unit: number for unit, number in visited.items()}

    def look():
        for aggregator in [world.city, *world.districts.values()]:
            mine = {unit: n for unit, n in truth.items()
                    if aggregator is world.city or aggregator is world.districts[unit[:6] + "000000"]}
            place = aggregator.stats()
            figure = place["figure"]
            assert (figure["numerator"], figure["denominator"], figure["exact"]) == \
                (sum(mine.values()), 20 * len(mine), True), place
            assert place["units"]["heard"] == place["units"]["expected"] == len(mine)
        for unit, number in truth.items():
            place = world.city.stats(unit)
            assert (place["state"], place["figure"]["numerator"]) == ("known", number), place
        return True
    return eventually(look, within)


def bounds(world, *unknown):
    """While `unknown` are unknown the city's bounds are those computed by hand, and the truth lies in them."""
    known = [unit for unit in UNITS if unit not in unknown]
    n, m = sum(VISITED[unit] for unit in known), 20 * len(known)
    ceiling = sum(UNITS[unit][0] for unit in unknown)

    def look():
        place = world.city.stats()
        figure = place["figure"]
        assert (figure["numerator"], figure["denominator"]) == (n, m), place
        assert figure["lower"] == {"numerator": n, "denominator": m + ceiling}
        assert figure["upper"] == {"numerator": n + ceiling, "denominator": m + ceiling}
        assert figure["last_known"]["numerator"] == sum(VISITED.values()), "shown apart, as last known"
        return place
    place = eventually(look)
    truth = sum(VISITED.values()) / (20 * len(UNITS))
    figure = place["figure"]
    assert figure["lower"]["numerator"] / (m + ceiling) <= truth <= figure["upper"]["numerator"] / (m + ceiling)
    return place


def life(world, code):
    """Which life of a district the city counts."""
    return world.city.why(code)["incarnation"]


ORDER = ("--reason", "首发", "--officer", "张科长")


def published(aggregator, code):
    """An order with its units by code, as commands see it."""
    [order] = json.loads(run("directive", "show", code, "--json", "--config", aggregator.config).stdout)
    return order | {"units": {unit["unit"]: unit for unit in order["units"]}}


def states(aggregator, code):
    return {unit: line["state"] for unit, line in published(aggregator, code)["units"].items()}


def read(node, code, reader="李主任"):
    """Somebody at a compound says that he has read what is shown last."""
    [item] = [item for item in node.get("/api/v1/directives")["items"] if item["code"] == code]
    form = f"directive={code}&version={item['last']['version']}&at={item['last']['at']}&reader={reader}"
    status, text, _ = fetch(node.port, "/desk/directives/acknowledgement", "POST", form.encode(),
                            {"content-type": "application/x-www-form-urlencoded"})
    assert status == 303, text


def shown(node, code):
    """The version that a node shows; None for none."""
    return next((item["last"]["version"] for item in node.get("/api/v1/directives")["items"] if item["code"] == code), None)


def test_an_order_reaches_every_compound_and_is_read_there(world):
    """A city's order through its districts, a district's own, a moved deadline; one compound is cut off meanwhile."""
    city, west, away, near, east = world.city, world.districts[WEST], *UNITS
    whole(world)
    world.down[away].mode = "cut"
    done = run("directive", "publish", "2022-41", "--kind", "order", "--title", "入户摸底", "--text", "今晚完成", "--to", WEST,
               "--due", "2030-04-06T22:00", *ORDER, "--config", city.config)
    assert "published as version 1, for 2 compounds" in done.stdout
    run("directive", "publish", "n-1", "--kind", "notice", "--title", "防汛", "--to", near, *ORDER, "--config", west.config)
    eventually(lambda: shown(world.nodes[near], "2022-41") == 1 and shown(world.nodes[near], "n-1") == 1)
    assert shown(world.nodes[east], "2022-41") is None and shown(world.nodes[away], "2022-41") is None
    status = world.nodes[near].status()
    assert status["directives"] == {"count": 3, "title": "防汛"}, "the round itself too"
    page = fetch(world.nodes[near].port, "/directives?lang=zh-Hans")[1].decode()
    assert "2 条" not in page and "今晚完成" in page and "张科长" in page
    read(world.nodes[near], "2022-41")
    for aggregator in (west, city):
        eventually(lambda: states(aggregator, "2022-41") == {away: "missing", near: "acknowledged"}, within=20)
    order = published(city, "2022-41")
    assert (order["addressed"], order["received"], order["acknowledged"]) == (2, 1, 1)
    assert "李主任" not in json.dumps(order, ensure_ascii=False), "who read it is known at the compound"
    assert published(west, "2022-41")["units"][near]["since"] > time.time() - 60
    # What was issued above is changed above; a round's times are moved with a reason and a name.
    for code, words, daemon in (("2022-41", "上级发布", west), ("2022-41", "范围不能", city)):
        to = ("--to", near) if daemon is city else ()
        done = run("directive", "publish", code, "--text", "x", *to, *ORDER, "--config", daemon.config, check=False)
        assert done.returncode == 1 and words in done.stderr, done.stderr
    moved = ("campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline", 1649264400, "--config", city.config)
    assert "缺事由" in run(*moved, check=False).stderr
    run(*moved, *ORDER, "--targets", "22:00 50%，00:30 100%")
    run("directive", "publish", "2022-41", "--text", "明早完成", *ORDER, "--config", city.config)
    eventually(lambda: shown(world.nodes[near], "2022-41") == 2 and shown(world.nodes[near], CAMPAIGN) == 2, within=20)
    eventually(lambda: b"jiayuan_round_deadline_timestamp_seconds 1649264400\n" in fetch(west.port, "/metrics")[1])
    wanted = [(target["at"], target["percent"]) for target in published(city, CAMPAIGN)["last"]["targets"]]
    assert wanted == [(1649253600, 50), (1649262600, 100)], "the evening before the deadline, and after midnight"
    assert published(west, CAMPAIGN)["last"]["targets"] == published(city, CAMPAIGN)["last"]["targets"]
    for aggregator in (west, city):
        place = json.loads(fetch(aggregator.port, "/v1/stats?fields=targets")[1])["place"]
        assert [target["outcome"] for target in place["targets"]] == ["unknown"] * 2, "nobody looked in 2022"
    page = fetch(world.nodes[near].port, "/survey?lang=zh-Hans")[1].decode()
    assert "前 50 %：" in page and page.count("（上级要求）") == 2
    # Back again the compound hears of the last version at once; a withdrawal is said, and what was said before stays readable.
    world.down[away].mode = "pass"
    eventually(lambda: states(city, "2022-41") == {away: "received", near: "received"}, within=30)
    assert shown(world.nodes[away], "2022-41") == 2
    run("directive", "withdraw", "2022-41", *ORDER, "--config", city.config)
    eventually(lambda: shown(world.nodes[away], "2022-41") == shown(world.nodes[near], "2022-41") == 3, within=20)
    page = fetch(world.nodes[near].port, "/directives?lang=zh-Hans")[1].decode()
    assert "已撤回" in page and "较早的版本（2）" in page and "今晚完成" in page
    whole(world)


def answer(node, **said):
    """A manager's answer to the only offer that his page shows."""
    [offer] = said.pop("offers")
    form = "&".join(f"{name}={value}" for name, value in {**offer, "task": CAMPAIGN, **said}.items())
    status, text, _ = fetch(node.port, "/desk/help/help_answer", "POST", form.encode(),
                            {"content-type": "application/x-www-form-urlencoded"})
    assert status == 303, text


def test_compounds_are_offered_each_others_spare_people(world):
    """One is three short, another has two too many: both are told, both answer, the officer sees it, no figure changes."""
    west, short, spare = world.districts[WEST], *list(UNITS)[:2]
    call = {short: (4, 1), spare: (1, 3)}
    for unit, (need, filled) in call.items():
        world.nodes[unit].record(*[{"id": secrets.token_hex(16), "recorder": "s01", "observed_at": NOW, **record} for record in [
            {"kind": "need", "task": CAMPAIGN, "required": need}, {"kind": "help_consent", "task": CAMPAIGN, "state": "offered"},
            *[{"kind": "fill", "task": CAMPAIGN, "volunteer": f"v{number}", "state": "filled"} for number in range(filled)]]])

    def page(unit):
        return fetch(world.nodes[unit].port, f"/volunteers?lang=zh-Hans&campaign={CAMPAIGN}")[1].decode()
    eventually(lambda: "可以支援你们 2 人" in page(short) and "可以支援 2 人" in page(spare), within=20)
    assert "同一区县" in page(short) and "0722-555-0100" in page(short)
    gap = world.districts[WEST].stats()["volunteers"]["short"]
    assert gap == 3, "never netted"
    answer(world.nodes[spare], offers=[{"side": "give", "role": "general", "unit": short, "people": 2}], state="yes")
    eventually(lambda: "对方：可以" in page(short), within=20)
    answer(world.nodes[short], offers=[{"side": "take", "role": "general", "unit": spare, "people": 2}], state="yes")
    eventually(lambda: "对方：可以" in page(spare), within=20)
    officer = fetch(west.port, "/help?lang=zh-Hans")[1].decode()
    assert officer.count("● 可以") == 2 and "还差 3" in officer, officer
    assert west.stats()["volunteers"]["short"] == gap
    eventually(lambda: world.city.stats()["volunteers"]["short"] == gap)
    assert "v0" not in officer + json.dumps(json.loads(fetch(west.port, "/v1/stats")[1])), "names stay"


def test_the_city_is_the_sum_of_its_districts_is_the_truth(world):
    # The round was published at the city only: districts pass it on.
    assert all(fetch(district.port, "/v1/stats")[0] == 200 for district in world.districts.values())
    assert world.city.stats(EAST)["figure"]["numerator"] == VISITED["421321101001-001"]
    why = world.city.why("421303587002-001")
    assert (why["state"], why["through"]) == ("known", WEST) and why["heard_at"] > time.time() - 60
    def delivered():
        status, text, _ = fetch(world.districts[WEST].port, "/?lang=en")
        assert status == 200
        return "Everything delivered" in text.decode() and text.decode()
    page = eventually(delivered)
    assert " · 曾都区</h1>" in page and ">随州市<" not in page and "· 随州市" not in page, "a district's figures are nobody's city"
    page = fetch(world.city.port, "/unit/421303587002-001?lang=en")[1].decode()
    assert "Passed on by</th><td>曾都区</td>" in page and "Counted incarnation" not in page
    assert "stand on the pages of the aggregator of 曾都区" in page, "the way down to the building ends with a word"
    world.nodes["421321101001-001"].record(visit(doors()[10]))
    whole(world, **{"421321101001-001": 6})


def test_a_silent_compound_is_silent_at_the_city_too(world):
    unit = "421303587002-001"
    world.down[unit].mode = "cut"
    place = bounds(world, unit)
    assert place["units"]["stale"] == 1 and place["units"]["heard"] == 2
    heard = world.districts[WEST].why(unit)["heard_at"]
    assert place["oldest_contact"] == heard == world.city.why(unit)["heard_at"], "freshness passes through"
    world.down[unit].mode = "pass"
    whole(world)


def test_a_district_cut_off_ages_like_a_compound(world):
    world.up[WEST].mode = "cut"
    place = bounds(world, *[unit for unit in UNITS if unit.startswith("421303")])
    assert place["units"]["stale"] == 2
    assert world.city.why("421303587002-001")["state"] == "relay_stale"
    district = world.districts[WEST]
    assert district.stats()["figure"]["exact"], "the district itself goes on"
    status, text, _ = fetch(district.port, "/v1/upward")
    assert b'"because":"unreachable"' in text
    world.nodes["421303587002-001"].record(visit(doors()[12]))
    world.up[WEST].mode = "pass"
    whole(world, **{"421303587002-001": 8})


def test_an_emptied_district_never_overwrites_what_stands_with_nothing(world):
    district, before = world.districts[WEST], life(world, WEST)
    district.stop()
    for file in district.state.glob("rows.sqlite*"):
        file.unlink()
    # One of its compounds cannot speak for a while: until it does, or for a lease, the district says nothing.
    world.down["421303587002-001"].mode = "cut"
    district.start()
    seen = set()
    until = time.monotonic() + 2.2
    while time.monotonic() < until:
        place = world.city.stats("421303587002-001")
        seen.add(place["state"])
        assert place["state"] in ("known", "stale") and place["figure"]["last_known"]["numerator"] == 7, place
        time.sleep(0.05)
    assert seen == {"known", "stale"}, "its rows stand and age"
    assert b'"because":"held_back"' in fetch(district.port, "/v1/upward")[1]
    world.down["421303587002-001"].mode = "pass"
    whole(world)
    assert life(world, WEST) == before, "an aggregator that kept its outbox is the same child"


def test_a_district_restored_from_an_older_copy_waits_its_lease(world, tmp_path):
    district, before = world.districts[WEST], life(world, WEST)
    district.stop()
    shutil.copytree(district.state, tmp_path / "copy")
    district.start()
    world.nodes["421303587002-001"].record(visit(doors()[12]))
    whole(world, **{"421303587002-001": 8})
    district.stop()
    shutil.rmtree(district.state)
    shutil.copytree(tmp_path / "copy", district.state)
    district.start()
    eventually(lambda: world.city.why(WEST)["shadows"])
    assert life(world, WEST) == before, "a shadow, not counted at once"
    # The rows of its former life say the same until the lease is over: agreement alone is no sign of the change.
    eventually(lambda: life(world, WEST) != before)
    assert world.city.why(WEST)["shadows"][0]["incarnation"] == before
    whole(world, **{"421303587002-001": 8})


def test_a_restored_city_is_filled_again(world):
    world.city.stop()
    for file in world.city.state.glob("rows.sqlite*"):
        file.unlink()
    world.city.start()
    whole(world)


def test_a_district_that_never_spoke_is_expected(stage):
    city = stage(Aggregator(stage.folder / "city", units=UNITS, relays=(WEST, EAST)))
    place = city.stats()
    assert place["units"] == place["units"] | {"expected": 3, "heard": 0, "never_connected": 3}
    assert (place["figure"]["lower_permille"], place["figure"]["upper_permille"]) == (0, 1000)
