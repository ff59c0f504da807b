"""Figures as another machine pulls them: tags, waiting, packing, choosing, and a table that a spreadsheet opens."""

import collections
import csv
import gzip
import io
import json
import pathlib
import socket
import threading
import time

import openpyxl
import pytest
from conftest import CAMPAIGN, Node, eventually, fetch, run
from records import building, counted, delivered, visit
from standings import EMPTY, KNOWN, NEVER, SILENT, STALE, UNITS, every_standing, quiet
from survey_rows import put


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """For tests that only read."""
    aggregator = every_standing(tmp_path_factory.mktemp("district"))
    yield aggregator
    aggregator.kill()


@pytest.fixture
def changing(tmp_path):
    aggregator = every_standing(tmp_path / "changing")
    yield aggregator
    aggregator.kill()


def ask(district, path, headers=None, timeout=40):
    status, text, headers = district.fetch(path, headers=headers, timeout=timeout)
    return status, text, {name.lower(): value for name, value in headers.items()}


def table(district, query=""):
    status, text, _ = ask(district, "/v1/stats.csv" + query)
    assert status == 200, text
    assert text.startswith(b"\xef\xbb\xbf") and text.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_a_tag_is_of_one_question_and_one_packing(district):
    tags = {}
    for path in ("/v1/stats", "/v1/stats.csv", "/v1/stats?level=unit", "/v1/stats?fields=units", f"/v1/stats?division={KNOWN}",
                 "/v1/stats?on=2022-04-06"):
        for packing in ("identity", "gzip"):
            status, body, headers = ask(district, path, {"accept-encoding": packing})
            assert status == 200, body
            assert headers.get("content-encoding") == ("gzip" if packing == "gzip" else None)
            assert "accept-encoding" in headers["vary"].lower()
            tags[headers["etag"]] = path, packing
            assert headers["etag"].startswith('W/"'), "as_of may be a later one under the same tag"
            for said in (headers["etag"], headers["etag"].removeprefix("W/"), '"x", ' + headers["etag"]):
                status, body, again = ask(district, path, {"accept-encoding": packing, "if-none-match": said})
                assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    assert len(tags) == 12, "two answers share a tag"
    whole = ask(district, "/v1/stats")[1]
    packed = ask(district, "/v1/stats", {"accept-encoding": "br;q=1, gzip;q=0.5"})[1]
    assert gzip.decompress(packed) == whole and len(packed) < len(whole) / 3
    assert ask(district, "/v1/stats", {"accept-encoding": "gzip;q=0"})[1] == whole


def test_a_call_waits_for_news_and_no_longer(changing):
    eventually(lambda: quiet(changing))
    assert ask(changing, "/v1/stats?wait=25")[0] == 200, "whoever knows nothing yet waits for nothing"
    answers = []

    def wait():
        started = time.monotonic()
        status, text, _ = ask(changing, f"/v1/stats?division={KNOWN}&wait=20",
                              {"if-none-match": ask(changing, f"/v1/stats?division={KNOWN}")[2]["etag"]})
        answers.append((status, time.monotonic() - started, text))

    waiting = [threading.Thread(target=wait) for _ in range(40)]
    for thread in waiting:
        thread.start()
    eventually(lambda: b"jiayuan_readers_waiting 40\n" in ask(changing, "/metrics")[1])
    assert ask(changing, "/healthz")[0] == 200, "no thread is held"
    put(changing.known.rows, "7", completed=8, p_tested=20)
    changing.known.sync()
    for thread in waiting:
        thread.join(20)
    assert len(answers) == 40
    for status, seconds, text in answers:
        assert status == 200 and seconds < 15
        assert json.loads(text)["place"]["measures"][0]["numerator"] == 8
    eventually(lambda: b"jiayuan_readers_waiting 0\n" in ask(changing, "/metrics")[1])


def test_a_running_nodes_heartbeats_are_no_news(changing, stage):
    """It pushes three times a second; figures are asked for again and again, and answered when they change."""
    node = stage(Node(stage.folder, NEVER, changing.tokens[NEVER], changing.port))
    node.record(building("7", floors=1), visit("7-1-101"))
    counted(changing, 1, 4, unit=NEVER)
    delivered(node)
    tag = eventually(lambda: quiet(changing))
    heard, revision = changing.why(NEVER)["heard_at"], json.loads(ask(changing, "/v1/stats")[1])["revision"]
    page = ask(changing, "/")[2]["etag"]
    started = time.monotonic()
    assert ask(changing, "/v1/stats?wait=3", {"if-none-match": tag})[0] == 304
    assert 2.8 < time.monotonic() - started < 6, "not before its time"
    assert {ask(changing, "/v1/stats", {"if-none-match": tag})[0] for _ in range(20)} == {304}
    status, text, headers = ask(changing, "/v1/stats")
    assert (headers["etag"], json.loads(text)["revision"]) == (tag, revision)
    assert changing.why(NEVER)["heard_at"] > heard and ask(changing, "/")[2]["etag"] != page, "it was heard, and pages say so"
    assert json.loads(text)["as_of"] >= changing.why(NEVER)["heard_at"] - 1, "an answer is as of now, not of its tag's first day"
    answers = []

    def wait():
        started = time.monotonic()
        answers.append((ask(changing, "/v1/stats?wait=25", {"if-none-match": tag})[0], time.monotonic() - started))

    waiting = threading.Thread(target=wait)
    waiting.start()
    eventually(lambda: b"jiayuan_readers_waiting 1\n" in ask(changing, "/metrics")[1])
    node.record(visit("7-1-102"))
    waiting.join(30)
    [(status, seconds)] = answers
    assert status == 200 and seconds < 10, "a record ends the wait at once"
    assert changing.stats(NEVER)["figure"]["numerator"] == 2


def test_more_than_may_wait_are_told_to_ask(changing):
    tag = eventually(lambda: quiet(changing))
    request = (f"GET /v1/stats?wait=25 HTTP/1.1\r\nHost: x\r\nAuthorization: {changing.secret}\r\n"
               f"If-None-Match: {tag}\r\n\r\n").encode()
    lines = [socket.create_connection(("127.0.0.1", changing.port)) for _ in range(64)]
    try:
        for line in lines:
            line.sendall(request)
        eventually(lambda: b"jiayuan_readers_waiting 64\n" in ask(changing, "/metrics")[1], within=15)
        refused, text, headers = ask(changing, "/v1/stats?wait=25", {"if-none-match": tag})
        assert refused == 503 and json.loads(text)["error"] == "too_many_wait" and headers["retry-after"] == "5"
        assert ask(changing, "/v1/stats")[0] == 200, "whoever asks without waiting is answered"
        with socket.create_connection(("127.0.0.1", changing.port), source_address=("127.0.0.2", 0)) as other:
            other.settimeout(10)
            other.sendall(request.replace(b"wait=25", b"wait=1"))
            assert b" 304 " in other.recv(1000).splitlines()[0], "one address leaves room for others"
    finally:
        for line in lines:
            line.close()


def test_whoever_waits_doesnt_keep_a_daemon_from_stopping_and_nothing_is_exported_without_one(changing):
    tag = ask(changing, "/v1/stats")[2]["etag"]
    waiting = threading.Thread(target=lambda: ask(changing, "/v1/stats?wait=25", {"if-none-match": tag}), daemon=True)
    waiting.start()
    eventually(lambda: b"jiayuan_readers_waiting 1\n" in ask(changing, "/metrics")[1])
    changing.stop(within=8)
    refused = run("export", "dhis2", "--config", changing.config, check=False)
    assert refused.returncode == 69 and not refused.stdout, "files alone would call every unit stale, and withdraw it all"
    waiting.join(5)
    assert not waiting.is_alive()


def test_fields_and_levels_are_chosen(district):
    document = json.loads(ask(district, "/v1/stats?fields=units,volunteers&level=unit")[1])
    assert sorted(place["code"] for place in document["children"]) == sorted(UNITS)
    assert set(document["place"]) == {"code", "name", "level", "state", "units", "volunteers"}
    assert {place["code"]: place["volunteers"] for place in document["children"]}[STALE] == {}, "no old number as if current"
    levels = {level: len(json.loads(ask(district, f"/v1/stats?level={level}")[1])["children"])
              for level in ("city", "district", "street", "community", "unit")}
    assert levels["unit"] == 5 and levels["community"] == 2 and levels["district"] == 1
    one = json.loads(ask(district, f"/v1/stats?level=unit&division={NEVER}")[1])
    assert [place["code"] for place in one["children"]] == [NEVER]


@pytest.mark.parametrize("query, status, error, parameter", [
    ("divison=x", 422, "parameter_unknown", "divison"), ("division=", 404, "division_unknown", "division"), ("division=x", 404, "division_unknown", "division"),
    ("campaign=x", 404, "campaign_unknown", "campaign"), ("level=house", 422, "level_unreadable", "level"),
    ("fields=units,", 422, "fields_unreadable", "fields"), ("wait=26", 422, "wait_unreadable", "wait"),
    ("wait=-1", 422, "wait_unreadable", "wait"), ("on=2022-02-30", 422, "on_unreadable", "on")])
def test_a_refusal_names_the_parameter(district, query, status, error, parameter):
    for path in ("/v1/stats", "/v1/stats.csv"):
        assert ask(district, path)[0] == 200, "and what is kept for whoever asks well is no answer to this"
        said, text, _ = ask(district, f"{path}?{query}")
        document = json.loads(text)
        assert (said, document["error"], document["parameter"]) == (status, error, parameter) and document["hint"]


def test_nothing_is_read_without_the_token(district):
    for path in ("/v1/stats", "/v1/stats.csv", "/metrics", "/v1/export/dhis2.json", "/v1/export/adx.xml", "/v1/export/fhir.json"):
        assert fetch(district.port, path)[0] == 401


def test_zero_missing_and_unknown_are_three_things_in_a_table(district):
    rows = {row["code"]: row for row in table(district, "?level=unit")}
    assert set(rows) == set(UNITS)
    done, due, rate = (f"survey.completion.{part}" for part in ("numerator [households]", "denominator [households]", "rate [%]"))
    state, lower, upper = (f"survey.completion.{part}" for part in ("state", "lower [%]", "upper [%]"))
    last = "survey.completion.last_known_numerator [households]"
    assert [rows[KNOWN][name] for name in (state, done, due, rate, lower, upper)] == ["exact", "6", "8", "75.0", "75.0", "75.0"]
    assert [rows[EMPTY][name] for name in (state, done, due, rate)] == ["nothing_due", "0", "0", ""]
    for unit, standing, kept in ((STALE, "stale", "19"), (SILENT, "silent", ""), (NEVER, "never_connected", "")):
        row = rows[unit]
        assert row["state"] == standing
        assert [row[name] for name in (state, done, due, rate, lower, upper)] == ["unknown", "", "", "", "0.0", "100.0"]
        assert row[last] == kept and row["volunteers.short [people]"] == ""
    assert rows[KNOWN]["volunteers.short [people]"] == "1"
    found = [[rows[unit]["volunteers.found." + part] for part in ("state", "numerator [volunteers]", "missing_at_least [volunteers]",
                                                                  "missing_at_most [volunteers]", "last_known_numerator [volunteers]")]
             for unit in (KNOWN, EMPTY, STALE)]
    assert found == [["exact", "3", "1", "1", "3"], ["unknown", "", "0", "", ""], ["unknown", "", "0", "", "0"]]
    city = table(district)[0]
    assert [city[name] for name in (state, done, due)] == ["partial", "6", "8"]
    assert (city["units.heard [units]"], city["units.expected [units]"], city["units.completeness [%]"]) == ("2", "5", "40.0")
    assert city[last] == "25" and city["survey.tested.rule_version"] == "2" and city["as_of"].endswith("+08:00")
    assert city["oldest_contact"] and not rows[KNOWN]["oldest_contact"]


def test_a_table_is_no_program(changing, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text('code,name,expected_households,expected_residents,duty_telephone\n421303587002-009,"=1+1,""x""",1,2,1\n')
    run("unit", "add", "--from", names, "--json", "--config", changing.config)
    row = next(row for row in table(changing, "?level=unit&fields=units") if row["code"] == "421303587002-009")
    assert row["name"] == "'=1+1,\"x\"" and not [name for name in row if name.startswith("survey")]


def test_a_form_of_ones_own_is_filled(district, tmp_path):
    template = tmp_path / "form.csv"
    template.write_text("日报,{{name}} {{as_of}},\n社区,至少,未收到\n"
                        "{{each community}}{{name}},{{survey.completion.lower}} %,{{units.silent}}\n"
                        "合计,{{survey.completion.lower}} %,{{ units.silent }}\n")
    done = run("export", "form", "--template", template, "--config", district.config)
    lines = list(csv.reader(io.StringIO(done.stdout.lstrip("\ufeff"))))
    rows = {row["code"]: row for row in table(district, "?level=community")}
    assert lines[0][1].startswith("随州市 20") and lines[1] == ["社区", "至少", "未收到"]
    assert lines[2:-1] == [[row["name"], row["survey.completion.lower [%]"] + " %", row["units.silent [units]"]] for row in rows.values()]
    assert lines[-1][0] == "合计" and lines[-1][2] == "1"
    book = openpyxl.Workbook()
    for line in csv.reader(template.read_text().splitlines()):
        book.active.append(line)
    book.save(tmp_path / "form.xlsx")
    run("export", "form", "--template", tmp_path / "form.xlsx", "--to", tmp_path / "out.csv", "--config", district.config)
    again = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))
    assert again[1:] == lines[1:], "the same from a workbook"
    for text, said in (("{{each house}},1\n", "LEVEL one of"), ("{{survey.lower}},1\n", "no column"), ("a,b\nc\n", "line 2")):
        template.write_text(text)
        refused = run("export", "form", "--template", template, "--config", district.config, check=False)
        assert refused.returncode == 1 and said in refused.stderr, refused


def test_threads_that_take_reports_stand_back_for_readers(changing):
    """What is behind the name in /proc/PID/task/TID/stat: the 17th is nice, which Linux counts for each thread."""
    tasks = pathlib.Path(f"/proc/{changing.process.pid}/task")
    steps = {int(task.name): int((task / "stat").read_text().rsplit(")", 1)[1].split()[16]) for task in tasks.iterdir()}
    own = steps[changing.process.pid]
    assert sum(step == own + 5 for step in steps.values()) >= 2, f"the one that writes, and those that take apart: {steps}"
    assert sum(step <= own for step in steps.values()) >= 4, f"all others: {steps}"
