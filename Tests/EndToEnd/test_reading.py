"""Whoever reads figures: what an address, a tag and a word promise, over restarts and rounds that overlap."""

import json
import subprocess
import time

from conftest import BINARY, CAMPAIGN, eventually, fetch, run
from foreign_client import Client, Rows
from survey_rows import CATALOGUES, put

UNIT, OTHER = "421303587002-001", "421303587002-002"
HEAD = "code,name,expected_households,expected_residents,duty_telephone\n"


def child(aggregator, unit=UNIT):
    return Client(aggregator.port, unit, aggregator.tokens[unit], Rows(CATALOGUES))


def units(aggregator, tmp_path, text, check=True, *more):
    table = tmp_path / "more.csv"
    table.write_text(HEAD + text)
    return run("unit", "add", "--from", table, "--json", "--config", aggregator.config, *more, check=check)


def test_a_tag_of_an_earlier_run_is_no_tag_of_this_one(aggregator, tmp_path):
    _, _, headers = fetch(aggregator.port, "/v1/stats")
    tag = headers["etag"]
    assert fetch(aggregator.port, "/v1/stats", headers={"if-none-match": tag})[0] == 304
    aggregator.stop()
    units(aggregator, tmp_path, "421303587002-009,新,10,20,1\n")
    aggregator.start()
    for path in ("/v1/stats", "/"):
        status, text, _ = fetch(aggregator.port, path, headers={"if-none-match": tag})
        assert status == 200, f"{path}: one unit more is expected now"
    assert aggregator.stats()["units"]["expected"] == 4


def test_why_says_what_the_figures_say(aggregator):
    silent = child(aggregator)
    silent.rows.put("volunteers", CAMPAIGN, "7", [2, 1, 1, 1, 0, 0])
    silent.sync()
    eventually(lambda: aggregator.stats(UNIT)["state"] == "silent")
    assert aggregator.why(UNIT)["state"] == "silent"
    put(silent.rows, "7", completed=3)
    silent.sync()
    eventually(lambda: aggregator.stats(UNIT)["state"] == "known")
    assert aggregator.why(UNIT)["state"] == "known"


def test_a_round_of_next_year_takes_nothing_off_the_page(aggregator):
    counted = child(aggregator)
    put(counted.rows, "7", completed=3, unvisited=1)
    counted.sync()
    later = int(time.time()) + 90_000_000
    run("campaign", "add", "next-round", "--name", "明年", "--opens", later, "--deadline", later + 1, "--config", aggregator.config)
    document = json.loads(fetch(aggregator.port, "/v1/stats")[1])
    assert document["campaign"] == CAMPAIGN
    assert "明年" not in fetch(aggregator.port, "/", headers={"accept-language": "zh-CN"})[1].decode()
    status, text, _ = fetch(aggregator.port, "/?campaign=next-round", headers={"accept-language": "zh-CN"})
    page = text.decode()
    assert status == 200 and "明年" in page
    assert "/division/421303000000?lang=zh-Hans&amp;campaign=next-round" in page, "links keep the round"
    status, text, _ = fetch(aggregator.port, "/?campaign=never", headers={"accept-language": "zh-CN"})
    assert status == 404 and "没有这一页" in text.decode() and "<header" in text.decode()


def test_a_child_hears_what_was_registered(aggregator, tmp_path):
    slips = json.loads(units(aggregator, tmp_path, "421303587002-010,一,100,250,1\n421303587002-011,二,,,1\n").stdout)
    said = []
    for slip in slips:
        _, text, _ = fetch(aggregator.port, "/v1/registry", headers={"authorization": f"Bearer {slip['token']}"})
        unit = json.loads(text)["unit"]
        said.append((unit.get("expectedHouseholds"), unit.get("expectedResidents")))
    assert said == [(100, 250), (None, None)], "neither the ceiling nor a zero for what nobody knows"


def test_more_than_the_ceiling_is_flagged_with_what_was_registered(aggregator, tmp_path):
    slip = json.loads(units(aggregator, tmp_path, "421303587002-010,一,100,250,1\n").stdout)[0]
    much = Client(aggregator.port, slip["unit"], slip["token"], Rows(CATALOGUES))
    put(much.rows, "1", completed=119)
    much.sync()
    eventually(lambda: aggregator.stats(slip["unit"])["figure"]["denominator"] == 119)
    assert aggregator.stats(slip["unit"])["figure"]["above_registered"] is None, "within the allowance"
    put(much.rows, "1", completed=160)
    much.sync()
    figure = eventually(lambda: aggregator.stats(slip["unit"])["figure"]["above_registered"])
    assert figure == {"reported": 160, "registered": 100, "ceiling": 120}
    page = fetch(aggregator.port, f"/unit/{slip['unit']}", headers={"accept-language": "zh-CN"})[1].decode()
    assert "上报 160，超过登记的 100" in page


def test_a_table_of_units_that_says_too_little_is_refused(aggregator, tmp_path):
    for text, words in (("421303003006,小区,1,1,1\n", "no unit code"), ("421303003006-,小区,1,1,1\n", "no unit code"),
                        ("421303003006-7, ,1,1,1\n", "has no name"), ("", "no units")):
        done = units(aggregator, tmp_path, text, check=False)
        assert done.returncode == 1 and words in done.stdout + done.stderr, (text, done)
    assert aggregator.stats()["units"]["expected"] == 3


def test_a_lost_registry_turns_nobody_away(stage, aggregator, tmp_path):
    counted = child(aggregator)
    put(counted.rows, "7", completed=30, unvisited=1)
    counted.sync()
    backup = tmp_path / "registry-backup.sqlite"
    run("backup", "--to", backup, "--config", aggregator.config)
    parent = json.loads(fetch(aggregator.port, "/v1/registry", headers={"authorization": f"Bearer {aggregator.tokens[UNIT]}"})[1])["parent"]
    aggregator.stop()
    for file in aggregator.state.glob("registry.sqlite*"):
        file.unlink()

    refused = run("why", "--config", aggregator.config, check=False)
    assert refused.returncode == 74 and "jiayuan restore" in refused.stderr
    assert not (aggregator.state / "registry.sqlite").exists(), "looking makes no new identity"
    aggregator.process = subprocess.Popen([BINARY, "aggregator", "--config", str(aggregator.config)],
                                          stdout=open(aggregator.log, "ab"), stderr=subprocess.STDOUT)
    status, text, _ = eventually(lambda: fetch(aggregator.port, "/healthz"))
    assert status == 503 and json.loads(text)["status"] == "registry_lost"
    put(counted.rows, "7", completed=31)
    status, text, headers = fetch(aggregator.port, f"/v1/units/{UNIT}/delta", "POST", "x",
                                  {"authorization": f"Bearer {aggregator.tokens[UNIT]}"})
    assert status == 503 and headers["retry-after"] == "60", "no 401"
    assert "parent" not in json.loads(text), "and nobody new"
    assert "登记库丢失" in fetch(aggregator.port, "/", headers={"accept-language": "zh-CN"})[1].decode()

    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(backup.read_bytes()[:5000])
    for file, code in ((damaged, 1), (tmp_path / "nothing.sqlite", 66), (aggregator.state / "rows.sqlite", 1)):
        done = run("restore", file, "--config", aggregator.config, check=False)
        assert done.returncode == code and str(file) in done.stderr, done
    run("restore", backup, "--config", aggregator.config)
    eventually(lambda: fetch(aggregator.port, "/healthz")[0] == 200)
    answer = counted.sync()
    assert answer["parent"] == parent and answer["at"] == counted.rows.position, "the same aggregator as before"
    eventually(lambda: aggregator.stats(UNIT)["figure"]["numerator"] == 31)


def test_a_restored_registry_keeps_the_one_before(aggregator, tmp_path):
    backup = tmp_path / "early.sqlite"
    run("backup", "--to", backup, "--config", aggregator.config)
    units(aggregator, tmp_path, "421303587002-010,一,100,250,1\n")
    assert run("restore", backup, "--config", aggregator.config, check=False).returncode == 69, "the daemon runs"
    assert aggregator.stats()["units"]["expected"] == 4
    aggregator.stop()
    done = run("restore", backup, "--config", aggregator.config)
    kept = done.stdout.split("the one before is ")[1].strip()
    aggregator.start()
    assert aggregator.stats()["units"]["expected"] == 3
    aggregator.stop()
    run("restore", kept, "--config", aggregator.config)
    aggregator.start()
    assert aggregator.stats()["units"]["expected"] == 4
