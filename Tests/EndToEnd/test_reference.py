"""Every figure of /v1/stats equals a calculation that shares nothing with the daemons, at every place and for every standing."""

import json
import random

import pytest
from conftest import CAMPAIGN, Aggregator, eventually
from foreign_client import Client, Rows
from reference import BESIDE, DOORS, FINAL, MEASURES, PEOPLE, Unit, completeness, figure, figure_beside
from survey_rows import CATALOGUES, SURVEY, put

CITY = "421300000000"
# Registered numbers by unit, each of which is in the case that its name says.
CASES = {
    "third": ("421303002001-001", (3, 9)), "thousandth": ("421303002001-002", (1000, 3000)),
    "nearly": ("421303002003-001", (9999, 20000)), "one_door": ("421303002003-002", (1, 1)),
    "stale": ("421303003003-001", (20, 60)), "silent": ("421303003003-002", (8, 24)), "never": ("421303003003-003", (5, 15)),
    "unregistered_stale": ("421303003006-001", None), "unregistered": ("421303587002-001", None),
    "nothing_due": ("421303587002-002", (10, 20)), "above": ("421321101001-001", (10, 30)),
    "above_and_stale": ("421321101001-002", (10, 30)), "null_row": ("421321101002-001", (30, 90)),
    "unlisted": ("421321101002-002", (30, 90)), "disputed": ("421321101002-003", (12, 40)),
    "owning": ("421381001001-001", (20, 60)), "counting": ("421381001002-001", (20, 60)),
    "plain": ("421381001002-002", (20, 60)),
}
AWKWARD = {
    "third": [{"completed": 1, "unvisited": 2, "p_tested": 2, "p_untested": 1}],
    "thousandth": [{"completed": 999, "unvisited": 1, "p_tested": 1, "p_untested": 2999}],
    "nearly": [{"completed": 9998, "unvisited": 1, "p_tested": 1, "p_untested": 19999}],
    "unregistered": [{"completed": 900, "unvisited": 100, "p_tested": 7, "p_untested": 3}],
    "nothing_due": [{"vacant": 3, "not_dwelling": 1, "p_exempt": 2, "p_absent": 1}],
    "above": [{"completed": 11, "unvisited": 3, "p_tested": 40}],
    "above_and_stale": [{"completed": 2, "unvisited": 38, "p_untested": 5}],
}
NEVER = ("never", "one_door")
# All of a community, and one of each standing.
VOLUNTEERING = ("third", "thousandth", "stale", "disputed", "null_row")
# Whose appointments are missed while no final report stands.
LOUD = ("stale", "unregistered_stale", "above_and_stale", "disputed", "silent")


def call(chance):
    """A call for volunteers, in some roles of which more came than were needed."""
    roles = [(chance.randint(0, 9), chance.randint(0, 9)) for _ in range(3)]
    buildings = chance.randint(0, 12)
    claimed = chance.randint(0, buildings)
    return {"need": sum(need for need, _ in roles), "filled": sum(filled for _, filled in roles),
            "short": sum(max(0, need - filled) for need, filled in roles), "buildings": buildings, "claimed": claimed,
            "done": chance.randint(0, claimed)}


def counts(chance, households):
    """A building of some of the households and as many people as come."""
    made = {}
    for _ in range(chance.randint(0, households)):
        code = chance.choice(DOORS + FINAL[:1] * 9)
        made[code] = made.get(code, 0) + 1
    for _ in range(chance.randint(0, 3 * households)):
        code = chance.choice(PEOPLE + ("p_exempt", "p_absent") + PEOPLE[:1] * 9)
        made[code] = made.get(code, 0) + 1
    return made | {"vacant": chance.randint(0, 5)}


class District:
    def __init__(self, folder, seed):
        chance = random.Random(seed)
        self.aggregator = Aggregator(
            folder, lease=2500, units={code: numbers or ("", "") for code, numbers in CASES.values()}).start()
        self.clients, self.rows, self.beside = {}, {}, {}
        for case in CASES:
            if case not in NEVER:
                self.tell(case, chance)

    def tell(self, case, chance):
        code, numbers = CASES[case]
        client = self.clients[case] = Client(self.aggregator.port, code, self.aggregator.tokens[code], Rows(CATALOGUES))
        households = (numbers or (20, 60))[0]
        rows = AWKWARD.get(case) or [counts(chance, households // 2) for _ in range(2)]
        if case == "unlisted":
            rows[0]["unlisted"] = 2
        beside = self.beside[case] = {}
        if case == "silent":
            rows = []
        if case == "silent" or chance.random() < 0.5:
            received = chance.randint(0, 20)
            answered = chance.randint(0, received)
            beside["feedback"] = {"received": received, "open": received - answered, "answered": answered}
        if case in VOLUNTEERING or case != "silent" and chance.random() < 0.5:
            beside["volunteers"] = call(chance)
        for dataset, row in beside.items():
            client.rows.put(dataset, CAMPAIGN, "-", list(row.values()))
        for number, row in enumerate(rows, 1):
            put(client.rows, str(number), **row)
        if case == "null_row":
            client.rows.put("survey", CAMPAIGN, "9", [None] * len(SURVEY))
        # The smaller code owns what both claim.
        if case in ("owning", "counting"):
            client.rows.put("claim", CAMPAIGN, "0" * 15 + "1", [1, int(case == "counting")])
            client.rows.put("claim", CAMPAIGN, "0" * 15 + "2", [1, 1])
        if case not in LOUD:
            client.rows.put("report", CAMPAIGN, "-", [1])
        client.sync()
        self.rows[case] = rows

    def dispute(self):
        """A copy takes over after the lease, and the first is heard again."""
        first = self.clients["disputed"]
        copy = Client(first.port, first.unit, first.token, first.rows.renumbered())
        eventually(lambda: copy.sync()["role"] == "active", every=0.2)
        first.sync()

    def units(self):
        """By code, with the standing that each was brought into."""
        standings = {case: case for case in ("stale", "silent", "disputed")} | {
            "unregistered_stale": "stale", "above_and_stale": "stale", "null_row": "unknown_rows"} | {
            case: "never_connected" for case in NEVER}
        made = {}
        for case, (code, numbers) in CASES.items():
            households, residents = numbers or (None, None)
            made[code] = Unit(standings.get(case, "known"), households, residents, self.rows.get(case, []),
                              self.beside.get(case, {}))
        # The first token is `owning`'s, who doesn't count it, and `counting` does; the second is `owning`'s and both count it.
        made[CASES["owning"][0]].deficit = 1
        made[CASES["counting"][0]].surplus = 2
        return made


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_what_the_definitions_say(tmp_path, seed):
    district = District(tmp_path / "district", seed)
    aggregator = district.aggregator
    try:
        district.dispute()
        units = district.units()
        eventually(lambda: {code: aggregator.stats(code)["state"] for code in units}
                   == {code: unit.standing for code, unit in units.items()})
        documents = [json.loads(aggregator.fetch(f"/v1/stats?level={level}")[1])["children"]
                     for level in ("city", "district", "street", "community", "unit")]
        places = {place["code"]: place for children in documents for place in children}
        assert CITY in places and len(places) == 1 + 3 + 5 + 9 + len(CASES)
        for code, place in places.items():
            below = [unit for name, unit in units.items() if name.startswith(code.rstrip("0") if len(code) == 12 else code)]
            assert {name: place["units"][name] for name in completeness(below)} == completeness(below), code
            for measured in place["measures"]:
                expected = figure(below, measured["measure"])
                assert {name: measured[name] for name in expected} == expected, (code, measured["measure"])
            assert {measured["measure"] for measured in place["measures"]} == set(MEASURES)
            assert set(place["by_dataset"]) == {"volunteers", "feedback", "report"}
            for dataset, said in place["by_dataset"].items():
                if dataset != "report":
                    expected = completeness(below, dataset)
                    assert {name: said["units"][name] for name in expected} == expected, (code, dataset)
                for measured in said["measures"]:
                    expected = figure_beside(below, measured["measure"])
                    assert {name: measured[name] for name in expected} == expected, (code, measured["measure"])
            assert {measured["measure"] for said in place["by_dataset"].values() for measured in said["measures"]} == set(BESIDE)
        city = places[CITY]["measures"][0]
        found = {code: place["by_dataset"]["volunteers"]["measures"][0] for code, place in places.items()}
        assert found["421303002001"]["exact"] and found[CITY]["missing"]["at_most"] is None
        assert city["no_bound"] == "no_ceiling" and places["421321101001"]["measures"][0]["no_bound"] == "above_due"
    finally:
        aggregator.kill()
