"""The protocol as a stranger speaks it, against a real aggregator."""

import gzip
import json
import secrets
import socket
import sqlite3
import time

import pytest
from conftest import eventually, fetch, run
from foreign_client import Client, Rows, body
from survey_rows import CAMPAIGN, CATALOGUES, SURVEY, put, survey

UNIT, OTHER, THIRD = "421303587002-001", "421303587002-002", "421303003006-001"


def client(aggregator, unit=UNIT, rows=None, session=1):
    return Client(aggregator.port, unit, aggregator.tokens[unit], rows or Rows(dict(CATALOGUES)), session)


def settled(aggregator, unit, numerator, denominator, state="known"):
    def look():
        place = aggregator.stats(unit)
        assert place["state"] == state, place["state"]
        key = "figure" if state == "known" else "last"
        figure = place["figure"] if key == "figure" else place["figure"]["last_known"]
        assert (figure["numerator"], figure["denominator"]) == (numerator, denominator), figure
        return place
    return eventually(look)


def test_first_contact_delta_deletion_and_retry(aggregator):
    child = client(aggregator)
    put(child.rows, "7", unvisited=10, completed=20)
    put(child.rows, "9", unvisited=5, completed=1)
    assert child.push("delta", origin=[0, "0" * 32])[1]["error"] == "catalogue"
    answer = child.sync()
    assert answer["role"] == "active" and answer["parent"] and answer["next_after_ms"] > 0
    settled(aggregator, UNIT, 21, 36)

    put(child.rows, "7", completed=30)
    child.rows.delete("survey", CAMPAIGN, "9")
    origin, position, changes = child.cursor, child.rows.position, child.rows.changes(child.cursor[0])
    child.sync()
    settled(aggregator, UNIT, 30, 30)
    # The answer was lost, and the same request comes again: it is answered as before and changes nothing.
    status, answer = child.push("delta", origin=origin, to=position, changes=changes)
    assert (status, answer["at"]) == (200, position)
    settled(aggregator, UNIT, 30, 30)
    # What officers publish: who shows it says so in rows.
    run("directive", "publish", "2022-41", "--kind", "order", "--title", "入户摸底", "--reason", "首发", "--officer", "张科长", "--to", UNIT,
        "--config", aggregator.config)
    child.tell(read=("2022-41",))
    child.sync()
    def shown(code):
        [order] = json.loads(run("directive", "show", code, "--json", "--config", aggregator.config).stdout)
        return order["received"], order["acknowledged"]
    eventually(lambda: shown("2022-41") == (1, 1) and shown(CAMPAIGN) == (1, 0))


def test_an_empty_push_keeps_the_appointment_in_few_bytes(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=1)
    child.sync()
    data = gzip.compress(body(child.rows, [], child.session, secrets.token_hex(8), 1, child.cursor, child.cursor,
                              epoch=[1, child.rows.incarnation]))
    status, answer = child.post("delta", data, {"content-encoding": "gzip"})
    assert status == 200 and answer["at"] == child.cursor
    assert len(data) <= 200 and len(json.dumps(answer, separators=(",", ":"))) <= 200


def test_a_deletion_of_what_was_never_there_is_ignored(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=1)
    child.sync()
    child.rows.delete("survey", CAMPAIGN, "99")
    child.sync()
    settled(aggregator, UNIT, 1, 1)


def test_zero_missing_and_unknown_are_three_things(aggregator):
    zero, unknown = client(aggregator), client(aggregator, OTHER)
    put(zero.rows, "7")
    zero.sync()
    assert settled(aggregator, UNIT, 0, 0)["state"] == "known"
    unknown.rows.put("survey", CAMPAIGN, "7", [None] * len(SURVEY))
    unknown.sync()
    assert eventually(lambda: aggregator.stats(OTHER)["state"] == "unknown_rows")
    assert aggregator.stats(THIRD)["state"] == "never_connected"
    empty = client(aggregator, THIRD)
    empty.sync()
    assert eventually(lambda: aggregator.stats(THIRD)["state"] == "silent")


def test_bounds_enclose_what_is_not_known(aggregator):
    children = {unit: client(aggregator, unit) for unit in (UNIT, OTHER)}
    for unit, child in children.items():
        put(child.rows, "7", unvisited=10, completed=30)
        child.sync()

    def keep(units):
        for unit in units:
            children[unit].sync()
        return aggregator.stats()
    place = eventually(lambda: (lambda p: p["units"]["heard"] == 2 and p)(keep(children)))
    # The third unit may owe anything from nothing to its 80 households.
    assert (place["figure"]["lower_permille"], place["figure"]["upper_permille"]) == (60000 // 160, 140000 // 160)
    assert place["units"]["never_connected"] == 1 and place["figure"]["missing"] == {
        "at_least": 20, "at_most": 100, "last_known": 20}
    place = eventually(lambda: (lambda p: p["units"]["stale"] == 1 and p)(keep([UNIT])))
    assert place["figure"]["numerator"] == 30, "a stale unit's last value is never counted as current"
    assert place["figure"]["last_known"]["numerator"] == 60
    assert place["figure"]["lower_permille"] == 30 * 1000 // (40 + 50 + 80)


def test_ten_thousand_rows_in_parts(aggregator):
    child = client(aggregator)
    for number in range(10_000):
        put(child.rows, f"b{number}", completed=1)
    child.asked = [CATALOGUES["survey"]]
    changes, push = child.rows.changes(0), secrets.token_hex(8)
    parts = [changes[at:at + 2000] for at in range(0, 10_000, 2000)]
    for number, part in enumerate(parts[:-1], 1):
        status, answer = child.push("snapshot", origin=None, to=None, changes=part, push=push, part=number)
        assert (status, answer["staged"]) == (200, number)
        assert "at" not in answer, "no position between the ends is ever acknowledged"
    assert aggregator.stats(UNIT)["state"] == "never_connected", "staged parts are not counted"
    # A part that comes twice changes nothing; a gap starts the push again.
    assert child.push("snapshot", origin=None, to=None, changes=parts[1], push=push, part=2)[0] == 200
    position = child.rows.position
    status, answer = child.push("snapshot", None, position, parts[-1], push, part=9)
    assert (status, answer["error"]) == (409, "parts")
    status, answer = child.push("snapshot", None, position, parts[-1], push, part=len(parts))
    assert (status, answer["at"]) == (200, position)
    settled(aggregator, UNIT, 10_000, 10_000)


def test_a_newer_push_drops_the_parts_of_an_older_one(aggregator):
    child = client(aggregator)
    put(child.rows, "1", completed=1)
    put(child.rows, "2", completed=1)
    child.asked = [CATALOGUES["survey"]]
    changes, old, new = child.rows.changes(0), secrets.token_hex(8), secrets.token_hex(8)
    assert child.push("snapshot", None, None, changes[:1], old, 1)[0] == 200
    assert child.push("snapshot", None, None, changes[:1], new, 1)[0] == 200
    status, answer = child.push("snapshot", None, changes=changes[1:], push=old, part=2)
    assert (status, answer["error"]) == (409, "parts")


def test_stale_and_mismatch_state_what_is_held(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=1)
    child.sync()
    held = child.cursor
    put(child.rows, "7", completed=2)
    status, answer = child.push("delta", origin=[held[0] + 5, held[1]])
    assert (status, answer["error"], answer["have"]) == (409, "stale", held)
    status, answer = child.push("delta", origin=held, to=[child.rows.seq, "0" * 32])
    assert (status, answer["error"], answer["have"]) == (409, "mismatch", held)
    settled(aggregator, UNIT, 1, 1)


def test_sessions_order_the_runs_of_one_node(aggregator):
    first = client(aggregator, session=5)
    put(first.rows, "7", completed=1)
    first.sync()
    copy = client(aggregator, rows=first.rows.copy(), session=5)
    copy.cursor = first.cursor
    put(copy.rows, "7", completed=9)
    assert copy.push("delta")[1]["error"] == "fork", "the same counter with another tag is a second copy"
    later = client(aggregator, rows=first.rows, session=6)
    later.cursor = first.cursor
    put(later.rows, "7", completed=2)
    later.sync()
    # A dead run's request is delivered late.
    status, answer = first.push("delta", origin=later.cursor, changes=[])
    assert (status, answer["error"]) == (409, "fork")
    settled(aggregator, UNIT, 2, 2)


def test_restored_then_advanced_past_its_old_counter(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=1)
    child.sync()
    backup = child.rows.copy()
    put(child.rows, "7", completed=5)
    child.sync()
    # The backup writes on and reaches the same number with other rows: only the digest tells.
    restored = client(aggregator, rows=backup, session=9)
    put(restored.rows, "9", completed=7)
    assert restored.rows.seq == child.rows.seq
    put(restored.rows, "9", completed=8)
    restored.cursor = child.cursor
    before = restored.rows.incarnation
    role = restored.sync()["role"]
    assert restored.rows.incarnation != before
    # It waits for the lease of its former life, uncounted, then takes over once.
    assert role == "shadow"
    eventually(lambda: restored.sync()["role"] == "active", within=15, every=0.3)
    settled(aggregator, UNIT, 9, 9)


def test_two_living_copies_are_in_dispute_and_never_added(aggregator):
    original = client(aggregator)
    put(original.rows, "7", completed=10)
    original.sync()
    clone = client(aggregator, rows=original.rows.renumbered(), session=1)
    put(clone.rows, "7", completed=11)

    def both():
        original.sync()
        clone.sync()
        place = aggregator.stats(UNIT)
        assert place["figure"]["last_known"]["numerator"] in (0, 10) and place["figure"]["numerator"] in (0, 10)
        return place["state"] == "disputed"
    eventually(both, every=0.1)
    assert aggregator.stats()["figure"]["lower_permille"] == 0, "a disputed unit is unknown in the bounds"
    why = aggregator.why(UNIT)
    run("unit", "retire", UNIT, why["shadows"][0]["incarnation"], "--reason", "copied disk", "--officer", "D. Officer",
        "--config", aggregator.config)
    for _ in range(5):
        clone.sync()
        original.sync()
        time.sleep(0.2)
    settled(aggregator, UNIT, 10, 10)


def test_the_highest_epoch_is_learnt_back(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=3)
    answer = child.sync()
    assert answer["epoch"] == [1, child.rows.incarnation]
    held = child.rows.incarnation
    data = body(child.rows, [], child.session, secrets.token_hex(8), 1, child.cursor, child.cursor,
                epoch=[7, held])
    assert "epoch" not in child.post("delta", data)[1], "what was just said is not said back"
    data = body(child.rows, [], child.session, secrets.token_hex(8), 1, child.cursor, child.cursor, epoch=[2, held])
    assert child.post("delta", data)[1]["epoch"] == [7, held]


@pytest.mark.parametrize("counts, why", [
    (lambda: survey(completed=10**9 + 1), "count_out_of_range:completed"),
    (lambda: survey(completed=2**53 - 1), "count_out_of_range:completed"),
    (lambda: [-2] + survey()[1:], "count_out_of_range:unvisited"),
    (lambda: survey()[1:], "expected_26_counts"),
])
def test_a_bad_row_is_named_and_the_rest_can_go_on(aggregator, counts, why):
    child = client(aggregator)
    put(child.rows, "7", completed=4)
    child.rows.put("survey", CAMPAIGN, "9", counts())
    child.asked = [CATALOGUES["survey"]]
    status, answer = child.push("snapshot")
    assert (status, answer["error"], answer["rows"]) == (422, "rows", [[2, why]])
    assert aggregator.stats(UNIT)["state"] == "never_connected", "nothing of the push was written"
    child.rows.put("survey", CAMPAIGN, "9", [None] * len(SURVEY))
    child.sync()
    place = eventually(lambda: (lambda p: p["state"] == "unknown_rows" and p)(aggregator.stats(UNIT)))
    assert place["figure"]["numerator"] == 0 and place["figure"]["last_known"]["numerator"] == 4


HEADER = b'{"v":1,"inc":"%s","session":[1,"%s"],"push":"%s","part":1,"from":null' % (b"ab" * 16, b"cd" * 8, b"ef" * 8)


@pytest.mark.parametrize("data, status", [
    (b"", 400), (b"\n", 400), (b"<html>", 400), (b"{}", 400), (b'{"v":2}', 415), (HEADER, 400),
    (HEADER + b'}\n[1,0,0,0,1,1]\n', 400),
    (HEADER + b',"sets":[["survey","' + b"00" * 16 + b'"]],"sym":["a"]}\n[1,0,0,0,1,NaN]\n', 400),
    (HEADER + b',"sets":[["survey","' + b"00" * 16 + b'"]],"sym":["a"]}\n[1,0,0,0,1,1.5]\n', 400),
    (HEADER + b',"sets":[["survey","' + b"00" * 16 + b'"]],"sym":["a"]}\n[1,0,0,0,1,1e9]\n', 400),
    (HEADER + b',"sets":[["survey","' + b"00" * 16 + b'"]],"sym":["a"]}\n[1,0,0,0,1,10000000000000000000]\n', 400),
    (HEADER + b',"sets":[["survey","' + b"00" * 16 + b'"]],"sym":["a"]}\n[2,0,0,0,1,1]\n[1,0,0,0,1,1]\n', 400),
    (HEADER + b',"sym":["\xe9\x83\x8e"]}\n', 400), (HEADER + b',"sym":["\xff\xfe"]}\n', 400),
    (HEADER + b',"x":' + b"[" * 100 + b"]" * 100 + b"}\n", 400),
    (HEADER.replace(b"abab", b"ABAB") + b"}\n", 400), (HEADER.replace(b'"session":[1,', b'"session":[-1,') + b"}\n", 400),
])
def test_malformed_bodies_have_clear_answers(aggregator, data, status):
    child = client(aggregator)
    got, answer = child.post("snapshot", data)
    assert got == status and answer["parent"] and answer["message"], answer


def test_bounds_of_a_request(aggregator):
    child = client(aggregator)
    bomb = gzip.compress(b"\n" * 64_000_000)
    assert child.post("snapshot", bomb, {"content-encoding": "gzip"})[0] == 413
    status, answer = child.post("snapshot", b"x" * 600_000)
    assert status == 413 and answer["parent"]
    assert child.post("snapshot", b"x" * 6_000_000)[0] == 413
    assert child.post("snapshot", b"not gzip", {"content-encoding": "gzip"})[0] == 400
    assert child.post("snapshot", b"{}", {"content-encoding": "br"})[0] == 415
    assert child.post("snapshot", b"{}", {"content-type": "application/json"})[0] == 415
    assert child.post("snapshot", b"{}", {"content-type": "application/x-ndjson; v=2"})[0] == 415
    for number in range(5000):
        put(child.rows, f"b{number}", completed=1)
    assert child.push("snapshot")[0] == 413, "more rows than one part may carry"


def test_enrolment_has_a_code_for_each_mistake(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=1)
    assert child.post("snapshot", b"{}", {"authorization": None}) [1]["error"] == "token_missing"
    assert child.post("snapshot", b"{}", {"authorization": "Basic eA=="})[1]["error"] == "token_malformed"
    status, answer = child.post("snapshot", b"{}", {"authorization": "Bearer jyu_wrong"})
    assert (status, answer["error"]) == (401, "token_unknown")
    status, answer = child.post("snapshot", b"{}", unit=OTHER)
    assert (status, answer["error"]) == (403, "wrong_unit")


def test_a_slow_sender_holds_up_nobody(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=1)
    slow = [socket.create_connection(("127.0.0.1", aggregator.port)) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"POST /v1/units/x/delta HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n{")
    begun = time.monotonic()
    child.sync()
    assert time.monotonic() - begun < 5
    for connection in slow:
        connection.close()


def test_restart_keeps_positions_and_refill_after_the_rows_are_lost(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=30, unvisited=10)
    child.sync()
    aggregator.stop()
    aggregator.start()
    assert aggregator.stats(UNIT)["figure"]["last_known"]["numerator"] == 30
    put(child.rows, "7", completed=31, unvisited=9)
    assert child.push("delta")[0] == 200, "the position outlives a restart"
    child.cursor = child.rows.position
    aggregator.stop()
    for file in aggregator.state.glob("rows.sqlite*"):
        file.unlink()
    aggregator.start()
    assert aggregator.stats(UNIT)["state"] == "never_connected"
    incarnation = child.rows.incarnation
    child.sync()
    assert child.rows.incarnation == incarnation, "an honest child keeps its life when the parent loses its rows"
    settled(aggregator, UNIT, 31, 40)


def test_a_flipped_bit_is_found_never_counted_and_healed(aggregator):
    child = client(aggregator)
    put(child.rows, "7", completed=30, unvisited=10)
    child.sync()
    good = run("verify", "--config", aggregator.config)
    assert "0 findings" in good.stdout
    aggregator.stop()
    with sqlite3.connect(aggregator.state / "rows.sqlite") as database:
        found = bytearray(database.execute("SELECT body FROM block").fetchone()[0])
        found[-3] ^= 1
        database.execute("UPDATE block SET body = ?", [bytes(found)])
    # Without a daemon the command looks by itself, and names what it found.
    bad = run("verify", "--config", aggregator.config, check=False)
    assert bad.returncode == 1 and UNIT in bad.stdout and "磁盘" in bad.stdout, bad.stdout
    aggregator.start()
    assert aggregator.stats(UNIT)["state"] == "silent", "rows that don't add up are no figure"
    assert aggregator.why(UNIT)["state"] == "damaged"
    status, answer = child.push("delta")
    assert (status, answer["error"]) == (409, "unknown"), answer
    child.sync()
    settled(aggregator, UNIT, 30, 40)
    assert "0 findings" in run("verify", "--config", aggregator.config).stdout
    assert b"jiayuan_scrub_findings 0" in fetch(aggregator.port, "/metrics")[1]


def test_a_newer_database_is_refused(aggregator):
    aggregator.stop()
    with sqlite3.connect(aggregator.state / "rows.sqlite") as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('99 from the future')")
    done = run("aggregator", "--config", aggregator.config, check=False)
    assert done.returncode == 78 and "newer version" in done.stderr
