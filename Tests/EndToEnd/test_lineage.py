"""Compounds that split, merge, move and close while some are offline, over real nodes and a real aggregator: conflict
cases 14, 15 and 21 of the field's catalogue."""

import json

from conftest import CAMPAIGN, ROOT, Node, eventually, fetch, run
from records import UNIT, building, doors, visit

ORDER = ("--reason", "街道通知", "--officer", "王敏")
OTHER = "421303587002-002"
FIRST, SECOND, WHOLE = "421303587002-011", "421303587002-012", "421303587002-020"


def command(aggregator, *arguments, check=True):
    return run(*arguments, "--config", aggregator.config, check=check)


def change(aggregator, kind, *arguments):
    done = command(aggregator, "unit", kind, *arguments, *ORDER, "--json")
    slips = json.loads(done.stdout)["slips"]
    return {slip["unit"]: slip.get("token") for slip in slips}


def table(folder, *units):
    path = folder / "new.csv"
    path.write_text("code,name,expected_households,expected_residents,duty_telephone\n" + "".join(
        f"{code},{name},{households},{residents},0722-555-0199\n" for code, name, households, residents in units))
    return path


def changes(aggregator):
    return json.loads(command(aggregator, "unit", "changes", "--json").stdout)


def why(aggregator, unit):
    return aggregator.why(unit)["state"]


def page(daemon, path, lang="zh-Hans"):
    status, text, _ = fetch(daemon.port, f"{path}?lang={lang}")
    assert status == 200, text
    return text.decode()


def last_known(aggregator, division=None):
    figure = aggregator.stats(division)["figure"]
    return figure["last_known"]["numerator"], figure["last_known"]["denominator"]


def test_case14_a_compound_is_split_while_it_is_offline(stage, aggregator):
    old = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    old.record(building("3"), building("7"), *[visit(door) for door in doors("3")[:5] + doors("7")[:2]])
    eventually(lambda: last_known(aggregator) == (7, 40))
    before = aggregator.stats()
    # The office is cut off, works on, and then its two halves open.
    old.stop()
    journal = old.state / "journal.sqlite"
    tokens = change(aggregator, "split", UNIT, "--into",
                    table(stage.folder, (FIRST, "东区", 60, 180), (SECOND, "西区", 40, 120)))
    assert [one["settledAt"] if "settledAt" in one else None for one in changes(aggregator)] == [None]
    assert aggregator.stats()["units"]["expected"] == before["units"]["expected"]
    east = stage(Node(stage.folder, FIRST, tokens[FIRST], aggregator.port, name="east"))
    eventually(lambda: "承接 " + UNIT in page(east, "/survey"))
    assert run("adopt", journal, "--from", UNIT, "--buildings", "3,4", "--config", east.config,
               check=False).returncode != 0, "building 4 is a slip of the finger"
    run("adopt", journal, "--from", UNIT, "--buildings", "3", "--config", east.config)
    east.record(visit(doors("3")[5]))
    eventually(lambda: not east.status()["unacknowledged"])
    # One half has delivered: what was counted before stands, nothing twice.
    assert last_known(aggregator) == (7, 40)
    assert why(aggregator, FIRST) == "awaited"
    assert aggregator.fetch(f"/v1/export/dhis2.json?division={FIRST}")[0] == 404, "its households count elsewhere still"
    assert any(SECOND in line and "尚未报齐" in line for line in changes(aggregator)[0]["waitsFor"])
    west = stage(Node(stage.folder, SECOND, tokens[SECOND], aggregator.port, name="west"))
    west.record(building("9"))
    eventually(lambda: any("还有户没有接过去" in line or "after" in line for line in changes(aggregator)[0]["waitsFor"])
               or changes(aggregator)[0].get("settledAt"))
    run("adopt", journal, "--from", UNIT, "--buildings", "7", "--config", west.config)
    # Everybody who follows is there: all change places at once.
    eventually(lambda: last_known(aggregator) == (8, 60))
    after = aggregator.stats()
    assert after["units"]["expected"] == before["units"]["expected"] + 1
    assert why(aggregator, UNIT) == "ended" and why(aggregator, FIRST) == "known"
    sent = json.loads(aggregator.fetch("/v1/export/dhis2.json")[1])["dataValues"]
    assert all(value.get("deleted") for value in sent if value["orgUnit"] == UNIT), "what was sent before must not stand"
    done = {value["orgUnit"]: value.get("value") for value in sent if value["dataElement"] == "SURVEY_COMPLETION_NUMERATOR"}
    assert UNIT in done and {FIRST, SECOND} <= set(done)
    assert aggregator.fetch(f"/v1/stats?division={UNIT}")[0] == 404
    # Case 21: the register says ended, the node still sends. Kept, never added, and a person is told.
    old.start()
    old.record(visit(doors("7")[9]))
    eventually(lambda: why(aggregator, UNIT) == "ended_speaking")
    assert last_known(aggregator) == (8, 60)
    assert changes(aggregator)[0]["stillSpeaking"] == [UNIT]
    eventually(lambda: f"拆分为 {FIRST}、{SECOND}" in page(old, "/survey"))
    assert "却仍在上报" in page(aggregator, f"/unit/{UNIT}")


def test_case14_two_compounds_become_one(stage, aggregator):
    one = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    two = stage(Node(stage.folder, OTHER, aggregator.tokens[OTHER], aggregator.port, name="two"))
    one.record(building("1"), *[visit(door) for door in doors("1")[:3]])
    two.record(building("1"), *[visit(door) for door in doors("1")[:4]])
    eventually(lambda: last_known(aggregator) == (7, 40))
    for node in (one, two):
        node.stop()
    refused = command(aggregator, "unit", "merge", UNIT, OTHER, "--into",
                      table(stage.folder, (WHOLE, "新区", 149, 420)), *ORDER, check=False)
    assert refused.returncode != 0 and "150 before and 149 after" in refused.stderr
    tokens = change(aggregator, "merge", UNIT, OTHER, "--into", table(stage.folder, (WHOLE, "新区", 150, 420)))
    whole = stage(Node(stage.folder, WHOLE, tokens[WHOLE], aggregator.port, name="whole"))
    run("adopt", one.state / "journal.sqlite", "--from", UNIT, "--config", whole.config)
    clash = run("adopt", two.state / "journal.sqlite", "--from", OTHER, "--config", whole.config, check=False)
    assert clash.returncode != 0 and "--prefix" in clash.stderr
    eventually(lambda: any("40" in line and "20" in line for line in changes(aggregator)[0]["waitsFor"]))
    assert last_known(aggregator) == (7, 40)
    run("adopt", two.state / "journal.sqlite", "--from", OTHER, "--prefix", "B", "--config", whole.config)
    eventually(lambda: why(aggregator, WHOLE) == "known")
    eventually(lambda: last_known(aggregator) == (7, 40))
    assert [why(aggregator, unit) for unit in (UNIT, OTHER)] == ["ended", "ended"]
    assert aggregator.stats()["units"]["heard"] == 1


def test_case15_the_code_of_a_community_changes(stage, aggregator):
    """The hierarchy has a date: a round that was closed before stays where it was counted."""
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building("3"), *[visit(door) for door in doors("3")[:5]])
    eventually(lambda: last_known(aggregator) == (5, 20))
    old, new = "421303587002", "421303587009"
    edition = stage.folder / "2024.csv"
    lines = (ROOT / "Config/divisions.csv").read_text().splitlines()
    edition.write_text("\n".join(line.replace(old, new, 1) if line.startswith(old) else line for line in lines) + "\n")
    said = command(aggregator, "divisions", "import", edition, "--edition", "2024", "--valid-from", "2024-01-01").stdout
    assert f"{UNIT} in {old}" in said, "a code that was withdrawn keeps its place until somebody moves the unit"
    assert last_known(aggregator, old) == (5, 20)
    command(aggregator, "campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline",
            1649260800, "--closed", "--reason", "本轮结束", "--officer", "张科长")
    command(aggregator, "campaign", "add", "next", "--name", "第二轮", "--opens", 1649239201, "--deadline", 1749260800)
    change(aggregator, "move", UNIT, "--to", new)
    eventually(lambda: "next" in page(node, "/survey") or node.status()["campaign"] == "next")

    def stats(query):
        status, text, _ = fetch(aggregator.port, f"/v1/stats?{query}")
        return status, json.loads(text)

    def completion(document):
        [figure] = [one for one in document["place"]["measures"] if one["measure"] == "survey.completion"]
        return figure["last_known"]["numerator"], figure["last_known"]["denominator"]

    status, closed = stats(f"division={old}&campaign={CAMPAIGN}")
    assert status == 200 and completion(closed) == (5, 20)
    assert closed["division_edition"] == "2024", "in force when it was closed"
    status, running = stats(f"division={new}&campaign=next")
    assert status == 200 and running["place"]["units"]["expected"] == 1 and running["division_edition"] == "2024"
    # As of a day: whatever is held, along the hierarchy of that day.
    status, past = stats(f"division={old}&campaign=next&on=2023-06-01")
    assert status == 200 and past["place"]["units"]["expected"] == 2
    assert past["division_edition"] not in (None, "2024"), "that of the day that was asked for"
    status, text, _ = fetch(aggregator.port, f"/v1/series?division={old}&campaign={CAMPAIGN}")
    assert status == 200 and json.loads(text)["pace"] is None, "of a round that is over the series is there, and no projection"
    assert stats(f"division={new}&campaign=next&on=2023-06-01")[0] == 404
    assert stats("on=yesterday")[0] == 422


def test_a_closed_compound_is_not_expected(stage, aggregator):
    node = stage(Node(stage.folder, UNIT, aggregator.tokens[UNIT], aggregator.port))
    node.record(building("3"), *[visit(door) for door in doors("3")[:5]])
    eventually(lambda: last_known(aggregator) == (5, 20))
    expected = aggregator.stats()["units"]["expected"]
    change(aggregator, "close", UNIT, "--on", "2099-01-01")
    assert aggregator.stats()["units"]["expected"] == expected, "its day has not come"
    change(aggregator, "close", OTHER)
    eventually(lambda: aggregator.stats()["units"]["expected"] == expected - 1)
    again = command(aggregator, "unit", "close", OTHER, *ORDER, check=False)
    assert again.returncode != 0 and "is not counted any more" in again.stderr
    taken = command(aggregator, "unit", "split", UNIT, "--into",
                    table(stage.folder, (OTHER, "东区", 60, 180), (SECOND, "西区", 40, 120)), *ORDER, check=False)
    assert taken.returncode != 0 and "a code is never used again" in taken.stderr
