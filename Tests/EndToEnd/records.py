"""Records as clients send them, and what should become of them."""

import secrets

from conftest import CAMPAIGN, eventually

UNIT, OTHER = "421303587002-001", "421303587002-002"
NOW = 1649242800


def building(code="7", floors=5):
    return {"kind": "building", "id": secrets.token_hex(16), "building": code, "stair_units": 2, "floors": floors,
            "doors_per_floor": 2, "recorder": "s01", "observed_at": NOW}


def visit(door, disposition="completed", **more):
    record = {"kind": "visit", "id": secrets.token_hex(16), "campaign": CAMPAIGN, "door": door,
              "disposition": disposition, "recorder": "v01", "observed_at": NOW}
    if disposition in ("completed", "partial"):
        record["people"] = {"tested": 2}
    return record | more


def doors(code="7", floors=5):
    return [f"{code}-{unit}-{floor}0{door}" for unit in (1, 2) for floor in range(1, floors + 1) for door in (1, 2)]


def counted(aggregator, numerator, denominator, unit=UNIT, within=20.0):
    def look():
        place = aggregator.stats(unit)
        figure = place["figure"]
        assert (place["state"], figure["numerator"], figure["denominator"]) == ("known", numerator, denominator), place
        return place
    return eventually(look, within)


def delivered(node):
    """Nothing is open, and nothing will be by itself: the parent's document, which brings rounds and so rows, is here."""
    def look():
        status = node.status()
        return status["unacknowledged"] == 0 and status["acknowledged_seq"] and status["name"] and status
    return eventually(look)
