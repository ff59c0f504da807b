"""How a round went: sampled while it goes, kept over restarts, and silent about what nobody saw."""

import csv
import io
import json
import time

from conftest import CAMPAIGN, eventually, fetch, run
from foreign_client import Client, Rows
from survey_rows import CATALOGUES, put

UNIT = "421303587002-001"


def series(aggregator, query=""):
    status, text, _ = fetch(aggregator.port, f"/v1/series?{query}")
    assert status == 200, text
    return json.loads(text)


def test_a_round_is_read_as_it_went(aggregator):
    begins = time.time()
    client = Client(aggregator.port, UNIT, aggregator.tokens[UNIT], Rows(CATALOGUES))
    put(client.rows, "7", completed=3, unvisited=5)
    client.sync()
    done = lambda: [(point["numerator"], point["denominator"]) for point in series(aggregator, f"division={UNIT}")["points"]]
    # Known is who keeps its appointments.
    eventually(lambda: (client.sync(), (3, 8) in done())[1], 15, every=0.2)
    put(client.rows, "7", completed=6, unvisited=2)
    client.sync()
    # The client keeps no appointment: what was last said is no count of now.
    last = eventually(lambda: (points := series(aggregator, f"division={UNIT}")["points"])
                      and points[-1]["units_known"] == 0 and points[-1]["last_known_permille"] == 750 and points, 15)[-1]
    assert (last["numerator"], last["lower_permille"], last["upper_permille"]) == (0, 0, 1000)
    moments = [point["at"] for point in series(aggregator)["points"]]
    assert moments == sorted(set(moments)) and moments[-1] >= int(begins)
    before = done()
    aggregator.stop()
    time.sleep(10)
    aggregator.start()
    eventually(lambda: series(aggregator)["gaps"], 15)
    assert done()[:len(before)] == before, "a restart forgets nothing"
    gap = series(aggregator)["gaps"][0]
    status, text, headers = fetch(aggregator.port, "/v1/series.csv")
    lines = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert status == 200 and headers["content-type"].startswith("text/csv")
    cut = series(aggregator)["cut"]
    assert cut == json.loads(fetch(aggregator.port, "/v1/stats")[1])["cut"] and cut["kind"] == "division"
    assert {(line["cut"], line["cut_version"]) for line in lines} == {("division", cut["version"])}
    assert [line["state"] for line in lines].count("gap") == 1 and gap["until"] > gap["from"]
    samples = [line for line in lines if line["state"] == "sample"]
    assert samples[0]["last_known_permille"] == "" and samples[-1]["last_known_permille"] == "750", "unknown is empty"
    first = next(point for point in series(aggregator, f"division={UNIT}")["points"] if point["numerator"] == 3)
    status, text, _ = fetch(aggregator.port, f"/v1/stats?division=421303587002&at={first['at'] + 1}")
    then = json.loads(text)
    unit = next(child for child in then["children"] if child["code"] == UNIT)
    assert (unit["state"], unit["measures"][0]["numerator"], unit["measures"][0]["denominator"]) == ("known", 3, 8)
    assert then["as_of"] == first["at"] and then["place"]["units"]["heard"] == 1 and then["place"]["units"]["silent"] == 0
    for moment in (gap["from"], int(begins) - 100):
        status, text, _ = fetch(aggregator.port, f"/v1/stats?at={moment}")
        assert (status, json.loads(text)["error"]) == (404, "not_sampled")
    page = fetch(aggregator.port, "/division/421303587002", headers={"accept-language": "zh-CN"})[1].decode()
    assert 'class="open"' in page and "最近 75.0 %" in page and '<td class="unheard">—</td>' in page
    assert 'class="wall"' in fetch(aggregator.port, "/wall")[1].decode()


def test_the_lost_file_of_the_series_costs_no_figure(aggregator):
    client = Client(aggregator.port, UNIT, aggregator.tokens[UNIT], Rows(CATALOGUES))
    put(client.rows, "7", completed=3, unvisited=5)
    client.sync()
    aggregator.stop()
    for file in aggregator.state.glob("series.sqlite*"):
        file.unlink()
    aggregator.start()
    assert aggregator.stats(UNIT)["figure"]["last_known"]["numerator"] == 3
    eventually(lambda: len(series(aggregator)["points"]) == 1, 15)


def test_what_cannot_be_read_says_what_can(aggregator):
    for query, error in (("division=9", "division_unknown"), ("measure=x", "measure_unknown"),
                         ("campaign=x", "campaign_unknown")):
        status, text, _ = fetch(aggregator.port, f"/v1/series?{query}")
        assert (status, json.loads(text)["error"]) == (404, error)
    assert series(aggregator, f"campaign={CAMPAIGN}&measure=survey.tested")["measure"] == "survey.tested"


def test_who_reports_after_the_deadline_was_not_on_time(aggregator):
    place = "421303587002"
    stats = lambda: json.loads(fetch(aggregator.port, f"/v1/stats?division={place}")[1])
    early, late = (Client(aggregator.port, unit, aggregator.tokens[unit], Rows(CATALOGUES)) for unit in (UNIT, f"{place}-002"))
    assert stats()["place"]["units"]["on_time"] is None, "the round's deadline was in 2022: nobody looked then"
    page = lambda: fetch(aggregator.port, f"/division/{place}", headers={"accept-language": "zh-CN"})[1].decode()
    assert "按时上报率不详" in page()
    put(early.rows, "7", completed=3, unvisited=5)
    early.sync()
    deadline = (int(time.time()) // 5 + 2) * 5
    run("campaign", "add", CAMPAIGN, "--name", "入户摸底", "--opens", 1649239200, "--deadline", deadline, "--reason", "延长", "--officer", "张科长",
        "--config", aggregator.config)
    before = stats()
    assert before["deadline"] == deadline and before["place"]["units"]["on_time"] is None, "not before it has come"

    def over():
        early.sync()
        return stats()["place"]["units"]["on_time"] is not None
    eventually(over, 20, every=0.2)
    put(late.rows, "7", completed=8)
    late.sync()
    eventually(lambda: stats()["children"][1]["state"] == "known")
    after = stats()
    assert [after["place"]["units"][name] for name in ("expected", "on_time", "on_time_permille")] == [2, 1, 500]
    assert [child["units"]["on_time"] for child in after["children"]] == [1, 0]
    assert "）50.0 %：1 / 2" in page()
    text = fetch(aggregator.port, f"/v1/stats.csv?division={place}")[1].decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert (row["units.on_time [units]"], row["units.timeliness [%]"]) == ("1", "50.0") and row["deadline"], row
