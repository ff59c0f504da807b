"""A household that two compounds have registered is counted once: real nodes, real aggregator."""

import json
import re
import secrets
import sqlite3

import pytest
from conftest import CAMPAIGN, Aggregator, Node, eventually, fetch, run
from records import NOW, OTHER, UNIT, building, counted, delivered, visit

DISTRICT = "421303000000"


@pytest.fixture
def city(stage):
    # A pace at which a double claim stays open long enough to be looked at.
    return stage(Aggregator(stage.folder, pace=1500, grace=6000, lease=30000,
                            units={UNIT: (100, 300), OTHER: (50, 120)}))


@pytest.fixture
def owner(stage, city):
    return stage(Node(stage.folder, UNIT, city.tokens[UNIT], city.port, name="owner"))


@pytest.fixture
def other(stage, city):
    return stage(Node(stage.folder, OTHER, city.tokens[OTHER], city.port, name="other"))


def household(door, address, residents=3):
    return {"kind": "household", "id": secrets.token_hex(16), "door": door, "residents": residents, "state": "occupied",
            "address": address, "recorder": "s01", "observed_at": NOW}


def open_claims(city, *more):
    return json.loads(run("claims", "list", "--json", *more, "--config", city.config).stdout)


def door(node, code):
    return next(one for one in node.get(f"/api/v1/survey?building={code.split('-')[0]}") if one["code"] == code)


def claim_both(owner, other):
    """The flat is 7-1-101 in one compound's books and 9-1-101 in the other's, and each spells the address its own way."""
    assert owner.record(building("7"), household("7-1-101", "解放路12号7栋#1-101"))["refused"] == []
    delivered(owner)
    assert other.record(building("9"), household("9-1-101", "解放路 １２号７栋＃1-101"))["refused"] == []


def district(city):
    return city.stats(DISTRICT)


def test_claimed_twice_is_counted_once_after_one_round_trip_each(owner, other, city):
    claim_both(owner, other)
    # The second compound has told, and has not heard yet: the figure is wide and says why.
    open_place = eventually(lambda: (lambda place: place["double_claims"] == 1 and place)(district(city)), 10)
    figure = open_place["figure"]
    assert (figure["numerator"], figure["denominator"], figure["exact"]) == (0, 40, False)
    assert figure["lower"] == {"numerator": 0, "denominator": 39}, figure
    claim, = open_claims(city)
    assert claim["owner"] == UNIT and [one["unit"] for one in claim["claimants"]] == [UNIT, OTHER]
    page = fetch(city.port, f"/unit/{OTHER}?lang=en")[1].decode()
    assert "households claimed twice, to be settled: 1" in page
    # One push, one document, one push.
    counted(city, 0, 19, unit=OTHER)
    counted(city, 0, 20)
    settled = district(city)
    assert settled["double_claims"] == settled["claims_in_transit"] == 0 and open_claims(city) == []
    lost = door(other, "9-1-101")
    assert lost["elsewhere"] is True and lost["token"] == claim["token"]
    assert door(owner, "7-1-101")["elsewhere"] is False
    page = fetch(other.port, "/survey/9/9-1-101?lang=en")[1].decode()
    assert "counts it; nobody has to call here" in page and claim["token"] in page
    # Whoever calls there all the same is not counted; whoever calls at the owner's is.
    other.record(visit("9-1-101"))
    owner.record(visit("7-1-101"))
    counted(city, 1, 20)
    counted(city, 0, 19, unit=OTHER)
    assert claim["token"] not in json.dumps(city.stats(DISTRICT)) + fetch(city.port, "/metrics")[1].decode()
    # The door is none of the owner's after all: the other compound's visit counts again.
    owner.record(household("7-1-101", ""))
    counted(city, 1, 20, unit=OTHER)
    assert door(other, "9-1-101")["elsewhere"] is False
    assert open_claims(city) == []


def test_an_officer_decides_and_the_key_ends_with_the_round(owner, other, city):
    claim_both(owner, other)
    counted(city, 0, 19, unit=OTHER)
    token = door(owner, "7-1-101")["token"]
    run("claims", "decide", token, OTHER, "--reason", "the deed", "--officer", "wang", "--config", city.config)
    counted(city, 0, 20, unit=OTHER)
    counted(city, 0, 19)
    assert door(owner, "7-1-101")["elsewhere"] is True
    refused = run("claims", "decide", "0" * 16, UNIT, "--reason", "x", "--officer", "wang", "--config",
                  city.config, check=False)
    assert refused.returncode == 1 and "does not claim" in refused.stderr + refused.stdout
    eventually(lambda: open_claims(city) == [], 10)

    key = sqlite3.connect(f"file:{city.state}/registry.sqlite?mode=ro", uri=True).execute(
        "SELECT claim_key FROM campaign").fetchone()[0]
    before = district(city)["figure"]
    end = ("campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline", 1649260800, "--closed",
           "--config", city.config)
    refused = run(*end, check=False)
    assert refused.returncode == 1 and "缺事由" in refused.stderr and "The reason is missing" in refused.stderr
    run(*end, "--reason", "本轮结束", "--officer", "张科长")
    eventually(lambda: not any(door(node, code).get("token") for node, code in
                               ((owner, "7-1-101"), (other, "9-1-101"))), 10)
    delivered(owner), delivered(other)
    [told] = [item["last"] for item in owner.get("/api/v1/directives")["items"] if item["code"] == CAMPAIGN]
    assert (told["version"], told["closed"], told["reason"], told["officer"]) == (2, True, "本轮结束", "张科长")
    after = eventually(lambda: (lambda figure: figure["exact"] and figure)(district(city)["figure"]), 20) \
        if before["exact"] else district(city)["figure"]
    assert (after["numerator"], after["denominator"]) == (before["numerator"], before["denominator"]) == (0, 39)
    assert door(owner, "7-1-101")["elsewhere"] is True, "a closed round's figures stand"
    run("backup", "--to", city.folder / "later.sqlite", "--config", city.config)
    places = [path for folder in (city.state, owner.state, other.state) for path in folder.iterdir() if path.is_file()]
    places += [city.folder / "later.sqlite", city.log, owner.log, other.log]
    for path in places:
        data = path.read_bytes()
        assert key not in data and key.hex().encode() not in data, path
        if "rows.sqlite" not in path.name:
            assert token.encode() not in data, path
    with sqlite3.connect(f"file:{city.state}/rows.sqlite?mode=ro", uri=True) as rows:
        assert rows.execute("SELECT count(*) FROM block WHERE dataset = 'claim'").fetchone() == (0,)
    assert run("claims", "list", "--campaign", CAMPAIGN, "--config", city.config).stdout.strip() == "0 not settled"


def test_households_are_compared_no_more_only_for_a_reason(owner, other, city):
    """What was decided about them is deleted with the key, so somebody answers for it."""
    claim_both(owner, other)
    eventually(lambda: len(open_claims(city)) == 1, 10)
    end = ("campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline", 1649260800, "--no-claims",
           "--config", city.config)
    refused = run(*end, check=False)
    assert refused.returncode == 1 and "The reason is missing" in refused.stderr and len(open_claims(city)) == 1
    run(*end, "--reason", "地址不可靠", "--officer", "张科长")
    assert open_claims(city) == []
    run(*end)
    with sqlite3.connect(f"file:{city.state}/registry.sqlite?mode=ro", uri=True) as registry:
        words = registry.execute("SELECT action, unit, reason, officer FROM decision").fetchall()
    assert words == [("no claims", CAMPAIGN, "地址不可靠", "张科长")], words
