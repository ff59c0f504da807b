"""A round is read by the rule that its officer publishes: real aggregators, a client in another language, real nodes."""

import json

import pytest
from conftest import CAMPAIGN, Aggregator, Node, eventually, fetch, run
from records import building, doors, visit
from survey_rows import CATALOGUES, put
from foreign_client import Client, Rows

UNIT, OTHER = "421303587002-001", "421303587002-002"
CITY, WEST = "421300000000", "421303000000"
WORD = ("--reason", "市指挥部通知", "--officer", "张科长")
TESTED = "survey.tested"


@pytest.fixture
def district(stage):
    """One unit has told of 100 people, the other one, of 40 residents, never speaks."""
    aggregator = stage(Aggregator(stage.folder, units={UNIT: (50, 120), OTHER: (20, 40)}))
    aggregator.client = Client(aggregator.port, UNIT, aggregator.tokens[UNIT], Rows(CATALOGUES))
    put(aggregator.client.rows, "7", completed=30, p_tested=40, p_elsewhere_unverified=10, p_untested=20, p_absent=25, p_exempt=5)
    aggregator.client.rows.put("report", CAMPAIGN, "-", [1])
    aggregator.client.sync()
    eventually(lambda: aggregator.stats(UNIT)["state"] == "known")
    return aggregator


def publish(aggregator, *more, code="kj-1", check=True, titled=True):
    return run("directive", "publish", code, "--kind", "rule", *(("--title", "外地回来的也算") if titled else ()), "--campaign", CAMPAIGN,
               *more, *WORD, "--config", aggregator.config, check=check)


def of_tested(aggregator, division=None):
    figure = aggregator.stats(division, TESTED)["figure"]
    return figure["rule_version"], figure["numerator"], figure["denominator"]


def test_earlier_rows_are_read_by_the_new_rule_everywhere(district):
    before = of_tested(district)
    assert before == (2, 40, 70), "by the program's rule: unverified proof is due and not done, who is away isn't due"
    series = f"/v1/series?measure={TESTED}&division={UNIT}"
    eventually(lambda: json.loads(district.fetch(series)[1])["points"][-1]["numerator"] == 40, 20)
    moment = json.loads(district.fetch(series)[1])["points"][-1]["at"]
    tag = district.fetch("/v1/stats")[2]["etag"]
    publish(district, "--measure", TESTED, "--done", "p_tested, p_elsewhere_unverified", "--open", "p_untested,p_absent")
    assert of_tested(district) == (101, 50, 95)
    figure = district.stats(CITY, TESTED)["figure"]
    assert figure["lower"] == {"numerator": 50, "denominator": 135} and figure["upper"] == {"numerator": 90, "denominator": 135}
    assert district.fetch("/v1/stats", headers={"if-none-match": tag})[0] == 200, "who has the old figure is told"
    completion = district.stats(CITY)["figure"]
    assert (completion["rule_version"], completion["numerator"]) == (1, 30), "the other measures are as they were"
    # Each form says the same.
    csv = district.fetch("/v1/stats.csv")[1].decode("utf-8-sig").splitlines()
    row = dict(zip(csv[0].split(","), csv[1].split(",")))
    assert [row[f"{TESTED}.{name}"] for name in ("rule_version", "numerator [residents]", "denominator [residents]")] == ["101", "50", "95"]
    metrics = district.fetch("/metrics")[1].decode()
    assert f'jiayuan_rule_version{{measure="{TESTED}"}} 101' in metrics
    assert f'jiayuan_numerator{{measure="{TESTED}"}} 50' in metrics
    report = json.loads(run("export", "fhir", "--config", district.config).stdout)
    assert report["measure"].endswith("|1.1.101")
    buildings = district.fetch(f"/v1/units/{UNIT}/buildings.csv")[1].decode("utf-8-sig").splitlines()
    row = dict(zip(buildings[0].split(","), buildings[1].split(",")))
    assert row[f"{TESTED}.numerator [residents]"] == "50"
    work = json.loads(run("work", "--json", "--config", district.config).stdout)["items"]
    assert any(item["key"] == f"rule/{TESTED}/101/{CAMPAIGN}" for item in work), work
    # A series has no figure for what was read otherwise.
    def sampled():
        line = json.loads(district.fetch(series)[1])
        return line["rule_version"] == 101 and line["points"][-1]["numerator"] == 50 and line["points"]
    points = eventually(sampled, 20)
    assert {point["numerator"] for point in points} == {None, 50}, points
    # Of a moment before it is told what was told then.
    status, text, _ = district.fetch(f"/v1/stats?division={UNIT}&at={moment}")
    assert status == 200, text
    [then] = [one for one in json.loads(text)["place"]["measures"] if one["measure"] == TESTED]
    assert (then["rule_version"], then["numerator"], then["denominator"]) == (2, 40, 70)


def test_withdrawn_the_programs_rule_holds_again_and_a_restart_forgets_nothing(district):
    publish(district, "--measure", TESTED, "--done", "p_tested,p_elsewhere_unverified", "--open", "p_untested")
    district.stop()
    district.start()
    assert of_tested(district, UNIT) == (101, 50, 70)
    publish(district, "--text", "照办", titled=False)
    assert of_tested(district, UNIT)[0] == 101, "other words, the same rule"
    publish(district, "--measure", TESTED, "--done", "p_tested", "--open", "p_untested", titled=False)
    assert of_tested(district, UNIT) == (102, 40, 60)
    [shown] = json.loads(run("directive", "show", "kj-1", "--json", "--config", district.config).stdout)
    assert [version["counts"]["version"] for version in shown["versions"]] == [101, 101, 102]
    assert "done p_tested; open p_untested" in run("directive", "show", "kj-1", "--config", district.config).stdout
    run("directive", "withdraw", "kj-1", *WORD, "--config", district.config)
    assert of_tested(district, UNIT) == (2, 40, 70)


def test_what_is_no_rule_changes_nothing(district):
    for more, said in (
        (("--measure", TESTED, "--done", "p_tested", "--open", "p_gone"), "p_gone"),
        (("--measure", "survey.completion", "--done", "completed", "--open", "vacant"), "vacant"),
        (("--measure", "survey.joy", "--done", "p_tested", "--open", "p_untested"), "survey.joy"),
        (("--measure", TESTED, "--done", "p_tested", "--open", "p_untested", "--to", UNIT), "every compound"),
        (("--measure", TESTED, "--done", "p_tested"), "--done and --open belong together"),
    ):
        done = publish(district, *more, check=False)
        assert done.returncode != 0 and said in done.stdout + done.stderr, done
    assert of_tested(district) == (2, 40, 70)
    publish(district, "--measure", TESTED, "--done", "p_tested", "--open", "p_untested")
    twice = publish(district, "--measure", TESTED, "--done", "p_tested", "--open", "p_absent", code="kj-2", check=False)
    assert twice.returncode != 0 and "kj-1" in twice.stdout + twice.stderr
    run("campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline", 1649260800, "--closed", *WORD,
        "--config", district.config)
    over = run("directive", "withdraw", "kj-1", *WORD, "--config", district.config, check=False)
    assert over.returncode != 0 and CAMPAIGN in over.stdout + over.stderr
    assert of_tested(district) == (101, 40, 60), "a round that is over keeps its rule"


def test_a_district_and_its_compounds_go_by_the_citys_rule(stage):
    city = stage(Aggregator(stage.folder / "city", units={UNIT: (50, 120)}, relays=(WEST,)))
    west = stage(Aggregator(stage.folder / "west", lease=10_000, units={UNIT: (50, 120)}, parent=(city.port, WEST, city.tokens[WEST])))
    node = stage(Node(stage.folder, UNIT, west.tokens[UNIT], west.port))
    node.record(building(), *[visit(door) for door in doors()[:3]], visit(doors()[3], "refused"))

    def both(version, numerator):
        def look():
            for aggregator in (city, west):
                figure = aggregator.stats()["figure"]
                assert (figure["rule_version"], figure["numerator"], figure["exact"]) == (version, numerator, True), figure
            return True
        return eventually(look, 30)
    both(1, 4)
    publish(city, "--measure", "survey.completion", "--done", "completed,partial", "--open",
            "refused,unvisited,nobody_home,nobody_home_final,absent,postponed,not_found,moved,language,other")
    both(101, 3)
    page = eventually(lambda: (lambda text: "外地回来的也算" in text and text)(fetch(node.port, "/directives?lang=zh-Hans")[1].decode()), 20)
    assert "应做未完成：" in page and "拒绝" in page, "compounds read what counts"
    mine = publish(west, "--measure", "survey.contact", "--done", "completed", "--open", "unvisited", code="q-1", check=False)
    assert mine.returncode != 0, "the city's round is read as the city says"
    status, page, _ = fetch(west.port, f"/directives/rule?campaign={CAMPAIGN}&measure=survey.contact&lang=zh-Hans")
    assert status == 200 and "由上级发布" in page.decode() and "<form" not in page.decode()
    run("directive", "withdraw", "kj-1", *WORD, "--config", city.config)
    both(1, 4)
