"""What the public reads of a running district, three times in a round, attacked with a solver."""

import copy
import csv
import io
import json
import random
import time

from conftest import CAMPAIGN, ROOT, Aggregator, eventually, fetch, run
from foreign_client import Client, Rows
from release_attack import COLUMNS, Attack
from survey_rows import CATALOGUES, put

DIVISIONS = {line["code"]: line for line in csv.DictReader((ROOT / "Config/divisions.csv").open(encoding="utf-8"))}
COMMUNITIES = [code for code, line in DIVISIONS.items() if line["level"] == "community"]
LATE = COMMUNITIES[5]
# Sets that overlap, the smallest community in some of them, single units in one.
SETS = {"odd": COMMUNITIES[1::2], "even": COMMUNITIES[::2], "but-one": COMMUNITIES[:2] + COMMUNITIES[3:], "three": COMMUNITIES[5:8],
        "units": [COMMUNITIES[0] + "-001"]}
MEASURES = {"survey.completion": ("completed", "unvisited"), "survey.tested": ("p_tested", "p_untested")}
TOKEN = "read-token-of-the-tests"


def evening():
    """Done and due of each community and measure in three releases: most are of a size to show, some are small, one has hardly
    anybody, one is heard late, one is over early."""
    chance = random.Random(6)
    rounds = []
    sizes = {code: chance.choice((60, 90, 140, 260)) for code in COMMUNITIES} | {COMMUNITIES[2]: 7}
    for share in (0.05, 0.5, 0.97):
        counts = {}
        for code in COMMUNITIES:
            for measure, people in (("survey.completion", 1), ("survey.tested", 3)):
                due = sizes[code] * people
                before = rounds[-1][code][measure][0] if rounds else 0
                done = max(before, min(due, round(due * share * chance.uniform(0.5, 1.1))))
                counts.setdefault(code, {})[measure] = (due if code == COMMUNITIES[9] else done, due)
        rounds.append(counts)
    rounds[0][COMMUNITIES[0]]["survey.completion"] = (0, rounds[0][COMMUNITIES[0]]["survey.completion"][1])
    return rounds


def truth(counts, measure, heard):
    """Of every place and column, summed up the tree by another hand than the aggregator's."""
    sums = {}
    for code in COMMUNITIES:
        done, due = counts[code][measure] if code in heard else (0, 0)
        while code in DIVISIONS:
            for column, count in zip(COLUMNS, (done, due - done, due)):
                sums[code, column] = sums.get((code, column), 0) + count
            code = DIVISIONS[code]["parent_code"]
    return sums


def test_what_is_hidden_stays_hidden(stage):
    first = (int(time.time()) // 5 + 3) * 5
    appointments = [first, first + 10, first + 20]
    aggregator = stage(Aggregator(
        stage.folder, units={code + "-001": (300, 900) for code in COMMUNITIES}, token=TOKEN, releases=appointments))
    clients = {code: Client(aggregator.port, code + "-001", aggregator.tokens[code + "-001"], Rows(CATALOGUES)) for code in COMMUNITIES}
    table = "code,name,kind,member,from,until\n" + "".join(
        f"{code},{code},zone,{member},2022-04-01,\n" for code, members in SETS.items() for member in members)
    run("overlay", "import", "-", "--config", aggregator.config, input=table)
    rounds, truths = evening(), {measure: [] for measure in MEASURES}
    for number, counts in enumerate(rounds):
        heard = [code for code in COMMUNITIES if number or code != LATE]
        for code in heard:
            put(clients[code].rows, "1", **{
                column: count for measure, (done, left) in MEASURES.items()
                for column, count in ((done, counts[code][measure][0]), (left, counts[code][measure][1] - counts[code][measure][0]))})
            clients[code].rows.put("report", CAMPAIGN, "-", [1])
            clients[code].sync()
        for measure in MEASURES:
            truths[measure].append(truth(counts, measure, heard))
        assert time.time() < appointments[number], "this machine is too slow for the test's own clock"
        eventually(lambda: len(listed(aggregator)) == number + 1, 20)
        if number == 1:
            aggregator.stop()
            aggregator.start()
    releases = [json.loads(fetch(aggregator.port, f"/public/{release['id']}.json")[1]) for release in listed(aggregator)]
    assert [release["appointed"] for release in releases] == [release["as_of"] for release in releases] == appointments
    for release in releases:
        assert sorted(one["figures"]["code"] for one in release["overlays"]) == sorted(set(SETS) - {"units"})
        assert all(figure["hidden"] == [] for one in release["overlays"] if one["figures"]["code"] == "three"
                   for figure in one["figures"]["measures"] if all_shown(release, one["members"], figure["measure"]))
    for measure in MEASURES:
        says_what_is_so(releases, measure, truths[measure])
        for known in (None, truths[measure]):
            for upto in (1, 2, 3):
                attack = Attack(releases[:upto], measure, known and known[:upto])
                assert attack.hidden and not attack.finds()
    an_attack_can_win(releases[:1], truths["survey.completion"])
    nobody_reads_more(aggregator)
    nothing_is_sent_twice(aggregator, releases)
    what_is_told_stays(aggregator, releases)


def all_shown(release, codes, measure):
    return not any(figure["hidden"] for place in release["places"] if place["code"] in codes
                   for figure in place["measures"] if figure["measure"] == measure)


def listed(aggregator):
    releases = json.loads(fetch(aggregator.port, "/public/releases.json")[1])
    assert all(release["published"] for release in releases), releases
    return releases


def says_what_is_so(releases, measure, truths):
    for release, counts in zip(releases, truths):
        assert "withheld" not in next(rule for rule in release["measures"] if rule["measure"] == measure)
        for place in release["places"]:
            figure = next(figure for figure in place["measures"] if figure["measure"] == measure)
            for column in COLUMNS:
                count = counts[place["code"], column]
                assert figure.get(column) in (None, count)
                assert (column in figure["hidden"]) or 0 == count or count > 9
                assert not (column in figure["hidden"] and count == 0), "zero is shown"
            if place["units_heard"] == "none":
                assert not set(COLUMNS) & set(figure) and figure["uncounted_at_most"] >= 300, "nothing heard is not zero"
            if figure["hidden"]:
                assert not {"rate_permille", "lower_permille", "upper_permille"} & set(figure) or "missing" == figure["hidden"]
            if "rate_permille" in figure:
                assert figure["due"] >= 30
    root = releases[-1]["places"][0]["measures"][0]
    assert root["hidden"] == [] and root["exact"] and releases[0]["places"][0]["units_heard"] == "most"


def an_attack_can_win(releases, truths):
    """Were only the small counts hidden, the solver would tell some of them: it is no straw man."""
    careless = copy.deepcopy(releases)
    for place in careless[0]["places"]:
        for figure in place["measures"]:
            if figure["measure"] == "survey.completion" and place["units_heard"] != "none":
                counts = {column: truths[0][place["code"], column] for column in COLUMNS}
                figure["hidden"] = [column for column in COLUMNS if 0 < counts[column] < 10]
                figure |= {column: count for column, count in counts.items() if column not in figure["hidden"]}
    assert Attack(careless, "survey.completion").finds()


def nobody_reads_more(aggregator):
    """Without the token there is the public's part and nothing else."""
    open_to_all = ("/public", "/public/releases.json", "/healthz", "/v1/openapi.json", "/assets/style.css")
    inside = ("/", "/wall", "/division/421303000000", f"/unit/{LATE}-001", "/live", "/v1/stats", "/v1/stats.csv", "/v1/units",
              f"/v1/units/{LATE}-001/why", "/v1/upward", "/metrics", "/v1/series", "/v1/series.csv", "/v1/export/fhir.json", "/v1/receipts", "/v1/phone-ins")
    assert [fetch(aggregator.port, path)[0] for path in open_to_all] == [200] * len(open_to_all)
    assert {path: fetch(aggregator.port, path)[0] for path in inside} == dict.fromkeys(inside, 401)


def nothing_is_sent_twice(aggregator, releases):
    """Who has a page, a list or a file already is told so in no bytes."""
    for path in ("/public", "/public/releases.json", f"/public/{releases[0]['id']}.json", f"/public/{releases[0]['id']}.csv"):
        status, body, said = fetch(aggregator.port, path)
        assert status == 200 and body
        again = fetch(aggregator.port, path, headers={"if-none-match": said["etag"], "accept-encoding": "gzip"})
        assert again[:2] == (304, b""), (path, again)
        assert fetch(aggregator.port, path, headers={"if-none-match": '"another"'})[0] == 200


def what_is_told_stays(aggregator, releases):
    """The rows are lost, and what was told is told as before, byte by byte."""
    told = [fetch(aggregator.port, f"/public/{release['id']}.json")[1] for release in releases]
    aggregator.stop()
    for file in aggregator.state.glob("rows.sqlite*"):
        file.unlink()
    aggregator.start()
    assert [fetch(aggregator.port, f"/public/{release['id']}.json")[1] for release in releases] == told
    table = fetch(aggregator.port, f"/public/{releases[0]['id']}.csv")[1].decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(table)))
    told = releases[0]["places"] + [one["figures"] for one in releases[0]["overlays"]]
    assert [line["code"] for line in lines] == [place["code"] for place in told]
