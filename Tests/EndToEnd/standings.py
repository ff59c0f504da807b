"""A district with a unit in every standing, none of which changes any more."""

import time

from conftest import CAMPAIGN, Aggregator, eventually
from foreign_client import Client, Rows
from survey_rows import CATALOGUES, put

KNOWN, EMPTY, STALE, SILENT, NEVER = (
    "421303587002-001", "421303587002-002", "421303587002-003", "421303003006-001", "421303003006-002")
UNITS = {KNOWN: (10, 30), EMPTY: (10, 30), STALE: (20, 60), SILENT: (8, 24), NEVER: (5, 15)}
TOKEN = "read-token-of-the-tests"


def child(aggregator, unit):
    return Client(aggregator.port, unit, aggregator.tokens[unit], Rows(CATALOGUES))


def final(client):
    """A final report never grows old."""
    client.rows.put("report", CAMPAIGN, "-", [1])


def every_standing(folder, token=TOKEN, settle_units=True):
    """`KNOWN` has 6 of 8 doors, 12 of 20 people and a door above; `EMPTY` says that nothing is due; `STALE` last said 19 of 20."""
    aggregator = Aggregator(folder, units=UNITS, token=token).start()
    try:
        if settle_units:
            settle(aggregator)
    except BaseException:
        aggregator.kill()
        raise
    return aggregator


def settle(aggregator):
    known, empty, stale, silent = (child(aggregator, unit) for unit in (KNOWN, EMPTY, STALE, SILENT))
    put(known.rows, "7", completed=6, unvisited=2, p_tested=12, p_untested=8)
    known.rows.put("volunteers", CAMPAIGN, "7", [4, 3, 1, 2, 2, 1])
    put(empty.rows, "1", vacant=3)
    put(stale.rows, "9", completed=19, unvisited=1, p_tested=50)
    stale.rows.put("volunteers", CAMPAIGN, "9", [9, 0, 9, 2, 2, 1])
    silent.rows.put("feedback", CAMPAIGN, "-", [0] * (len(CATALOGUES["feedback"].splitlines()) - 1))
    final(known)
    final(empty)
    for client in (known, empty, stale, silent):
        client.sync()
    eventually(lambda: aggregator.stats(STALE)["state"] == "stale")
    states = {unit: aggregator.stats(unit)["state"] for unit in UNITS}
    assert states == {KNOWN: "known", EMPTY: "known", STALE: "stale", SILENT: "silent", NEVER: "never_connected"}
    aggregator.known = known
    eventually(lambda: quiet(aggregator))


def quiet(aggregator):
    """The tag that holds, once nothing has changed for a second."""
    _, _, headers = aggregator.fetch("/v1/stats")
    tag = headers["etag"]
    started = time.monotonic()
    status, _, _ = aggregator.fetch("/v1/stats?wait=1", headers={"if-none-match": tag})
    return tag if status == 304 and 0.9 < time.monotonic() - started < 5 else None
