"""The aggregators of the chaos test, districts and the city above them, and what must hold of their figures at any
moment."""

import json
import shutil

from conftest import Aggregator, run

TOKEN = "a-token-of-the-city"
PACE = {"pace": 500, "grace": 1500, "lease": 4000, "token": TOKEN}


class Place:
    """An aggregator and the division that it counts."""

    def __init__(self, code, doors, compounds, aggregator):
        self.code, self.doors, self.compounds, self.aggregator = code, doors, compounds, aggregator
        self.copies = []
        self.stopped = False

    @property
    def up(self):
        return self.aggregator.process is not None and self.aggregator.process.poll() is None and not self.stopped

    def start(self):
        self.stopped = False
        self.aggregator.start()

    # MARK: What people do to it

    def empty(self):
        self.aggregator.kill()
        for file in self.aggregator.state.glob("rows.sqlite*"):
            file.unlink()
        self.start()

    def back_up(self):
        self.aggregator.kill()
        target = self.aggregator.folder / f"copy-{len(self.copies)}"
        shutil.copytree(self.aggregator.state, target, ignore=shutil.ignore_patterns("lock"))
        self.copies.append(target)
        self.start()

    def restore(self, chance, whole):
        """The rows alone, or everything: then a district that has a parent starts a new life there."""
        self.aggregator.kill()
        state, copy = self.aggregator.state, chance.choice(self.copies)
        for file in state.iterdir() if whole else state.glob("rows.sqlite*"):
            file.unlink()
        for file in copy.iterdir() if whole else copy.glob("rows.sqlite*"):
            shutil.copy(file, state)
        self.start()

    def adopt(self, unit, incarnation):
        run("unit", "adopt", unit, incarnation, "--reason", "the other copy was ended", "--officer", "chaos",
            "--config", self.aggregator.config)

    # MARK: What must hold

    def ask(self, path):
        """What it says; None while it can't be asked. An aggregator that is up has no excuse."""
        try:
            status, text, _ = self.aggregator.fetch(path, timeout=5)
        except OSError:
            return None
        assert status < 500, f"{path}: {status} {text[:200]}"
        return json.loads(text) if status == 200 else None

    def check(self):
        document = self.ask(f"/v1/stats?division={self.code}")
        if document:
            self.check_place(document)
        return document

    def check_place(self, document):
        """The figure is the sum of its parts, the bounds are those of DESIGN §6, and nothing is counted that never was."""
        place, children = document["place"], document["children"]
        figure = completion(place)
        for member in ("numerator", "denominator"):
            assert figure[member] == sum(completion(child)[member] for child in children), document
        ceiling = (place["units"]["expected"] - place["units"]["heard"]) * self.doors
        known, due = figure["numerator"], figure["denominator"] + ceiling
        assert figure["unknown_ceiling"] == ceiling, place
        if due:
            for bound, numerator in ((figure["lower"], known), (figure["upper"], known + ceiling)):
                assert bound["numerator"] * due == numerator * bound["denominator"], place
        assert known <= sum(len(compound.tried) for compound in self.compounds), "more is counted than was ever recorded"


class City(Place):
    """Counts what districts say of their compounds."""

    def __init__(self, folder, code, units, doors, relays):
        super().__init__(code, doors, [], Aggregator(folder, units=dict.fromkeys(units, (doors, doors)), relays=relays, **PACE))


class District(Place):
    def __init__(self, folder, code, units, doors, parent):
        """`parent`: port, own code and token."""
        super().__init__(code, doors, [], Aggregator(
            folder, units=dict.fromkeys(units, (doors, doors)), listen="0.0.0.0", parent=parent, **PACE))

    def check(self):
        """A unit's figure is read between two looks at the position that it may stand for."""
        before = self.lines()
        places = [self.place(compound.unit) for compound in self.compounds]
        after = self.lines()
        if not (before and after and all(places)):
            return None
        for compound, place in zip(self.compounds, places):
            self.check_unit(compound, place, before[compound.unit], after[compound.unit])
        return super().check()

    def lines(self):
        units = self.ask("/v1/units")
        return units and {line["unit"]: line for line in units}

    def place(self, unit):
        document = self.ask(f"/v1/stats?division={unit}")
        return document and document["place"]

    def check_unit(self, compound, place, before, after):
        figure = completion(place)
        last = figure["last_known"]
        tried = len(compound.tried)
        assert last["numerator"] <= tried, f"{compound.unit}: {last['numerator']} counted of {tried} ever recorded"
        assert last["denominator"] <= compound.doors, f"{compound.unit}: doors counted twice"
        if place["state"] != "known":
            bounds = [(figure[end]["numerator"], figure[end]["denominator"]) for end in ("lower", "upper")]
            assert bounds == [(0, self.doors), (self.doors, self.doors)], (place, "a silent unit is unknown")
        elif before["position"] and all(before[member] == after[member] for member in ("position", "incarnation")):
            floor = compound.floor(before["incarnation"], before["position"]["seq"])
            assert figure["numerator"] >= len(floor), (
                f"{compound.unit}: {before['incarnation']} was acknowledged at {before['position']}, which holds "
                f"{len(floor)} doors, and {figure['numerator']} are counted; {compound.steps(before['incarnation'])}")


def completion(place):
    return next(figure for figure in place["measures"] if figure["measure"] == "survey.completion")
