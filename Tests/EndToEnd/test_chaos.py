"""Everything at once, to real processes: a city above two districts above twelve compounds; kills, stops, restores, copies
and pulled cables, while records are entered. Then everything is mended, and every figure must be the truth.

JIAYUAN_LONG=1: ten minutes. JIAYUAN_SEED=n repeats the same choices (not the same moments).
"""

import collections
import os
import random
import signal
import threading
import time

import pytest
from chaos_compound import BUILDINGS, Compound, Machine
from chaos_district import City, District, completion
from conftest import eventually, free_port
from records import visit
from uplinks import Relayed, uplink

LONG = os.environ.get("JIAYUAN_LONG") == "1"
SECONDS = 600 if LONG else 25
STOREYS = 40 if LONG else 8
CITY = "421300000000"
# Its districts, three communities of two compounds each.
COMMUNITIES = {
    "421303000000": ["421303002001", "421303002003", "421303003003"],
    "421321000000": ["421321101001", "421321101002", "421321109001"],
}


class Town:
    """A city, two districts of six compounds, and a list of what was done to them."""

    def __init__(self, folder, chance):
        self.chance, self.deeds, self.wrong = chance, 0, []
        self.over = threading.Event()
        self.looks, self.done = 0, collections.Counter()
        doors = STOREYS * 2 * 2 * len(BUILDINGS)
        units = {code: [f"{community}-{serial:03}" for community in communities for serial in (1, 2)]
                 for code, communities in COMMUNITIES.items()}
        self.city = City(folder / "city", CITY, sum(units.values(), []), doors, tuple(units))
        self.districts, self.lines = [], []
        for code, mine in units.items():
            line = Relayed(len(self.lines), self.city.aggregator.port)
            self.lines.append(line)
            district = District(folder / code, code, mine, doors, (line.relay.port, code, self.city.aggregator.tokens[code]))
            district.line = line
            self.districts.append(district)
            for unit in mine:
                self.settle_in(folder / unit, unit, district)
        self.places = [*self.districts, self.city]
        self.city.compounds = self.compounds

    def settle_in(self, folder, unit, district):
        line = uplink(len(self.lines), district.aggregator.port)
        self.lines.append(line)
        district.compounds.append(Compound(folder, unit, district.aggregator.tokens[unit], line, STOREYS))

    @property
    def compounds(self):
        return [compound for district in self.districts for compound in district.compounds]

    def note(self, what):
        self.deeds += 1
        print(f"{time.monotonic() - self.begun:7.2f} s  {what}", flush=True)

    # MARK: People and observers

    def work(self, body):
        """A thread whose first failure ends the test."""
        def run():
            try:
                while not self.over.is_set():
                    body()
            except BaseException as error:
                self.wrong.append(error)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def clerk(self, seed):
        chance = random.Random(seed)

        def enter():
            chance.choice(self.compounds).enter(chance)
            time.sleep(chance.uniform(0.02, 0.2))
        return enter

    def observe(self):
        for place in self.places:
            self.looks += bool(place.check())
        time.sleep(0.2)

    # MARK: Faults

    def strike(self):
        """One fault, or one thing mended."""
        chance = self.chance
        place = chance.choice(self.places)
        compound = chance.choice(self.compounds)
        machine = chance.choice(compound.machines())
        deeds = [(8, f"{compound.unit} line", lambda: compound.line.pull(chance))]
        if machine.up:
            deeds += [(8, f"{compound.unit} killed", lambda: self.kill(machine)),
                      (6, f"{compound.unit} stopped", lambda: self.stop(machine))]
        if compound.line.pulled or not all(machine.up for machine in compound.machines()):
            deeds.append((40, f"{compound.unit} mended", lambda: self.mend(compound)))
        deeds += self.strikes(place)
        if machine is compound.machine and compound.machine.up and not compound.twin:
            deeds.append((4, f"{compound.unit} copied", compound.back_up))
            if compound.copies:
                for keep, words in ((True, "restored"), (False, "restored without its sidecar")):
                    deeds.append((2, f"{compound.unit} {words}", lambda keep=keep: compound.restore(chance, keep)))
            if sum(one.twin is not None for one in self.compounds) < 2:
                with_sidecar = chance.random() < 0.5
                deeds.append((3, f"{compound.unit} cloned", lambda: compound.clone(with_sidecar)))
        if compound.twin:
            deeds.append((5, f"{compound.unit} twin ended", compound.end_twin))
        if compound.ended and compound.machine.up:
            deeds.append((5, f"{compound.unit} takes its twin's facts over", compound.adopt))
        # What was done seldom so far is likelier, so that a short run has everything in it too.
        weights = [weight / (1 + self.done[words.split(maxsplit=1)[1]]) ** 1.5 for weight, words, _ in deeds]
        _, words, deed = chance.choices(deeds, weights)[0]
        self.done[words.split(maxsplit=1)[1]] += 1
        said = deed()
        self.note(f"{words}{f': {said}' if said else ''}")

    def strikes(self, place):
        """What may happen to an aggregator."""
        chance, deeds = self.chance, []
        if place is not self.city:
            deeds.append((3, f"{place.code} line", lambda: place.line.pull(chance)))
            if place.line.pulled:
                deeds.append((20, f"{place.code} line mended", place.line.mend))
        if not place.up:
            return deeds + [(40, f"{place.code} mended", lambda: self.wake(place))]
        deeds += [(3, f"{place.code} killed", lambda: self.kill(place)),
                  (2, f"{place.code} stopped", lambda: self.stop(place)),
                  (2, f"{place.code} emptied", place.empty), (3, f"{place.code} copied whole", place.back_up)]
        if place.copies:
            deeds += [(2, f"{place.code} rows restored", lambda: place.restore(chance, False)),
                      (2, f"{place.code} restored whole", lambda: place.restore(chance, True))]
        return deeds

    @staticmethod
    def process(one):
        return one.node if isinstance(one, Machine) else one.aggregator

    def kill(self, one):
        one.stopped = False
        self.process(one).kill()

    def stop(self, one):
        if one.up:
            one.stopped = True
            self.process(one).process.send_signal(signal.SIGSTOP)

    def wake(self, one):
        if one.stopped:
            one.stopped = False
            self.process(one).process.send_signal(signal.SIGCONT)
        elif not one.up:
            one.start()

    def mend(self, compound):
        compound.line.mend()
        for machine in compound.machines():
            self.wake(machine)

    # MARK: Afterwards

    def heal(self):
        for place in self.places:
            self.wake(place)
        for district in self.districts:
            district.line.mend()
        for compound in self.compounds:
            if compound.twin:
                compound.end_twin()
            self.mend(compound)
            compound.adopt()
        self.note("everything is mended")

    def settle(self, compound, district, patience):
        """What an operator does until a unit is right again: decides disputes, and restarts a node that sleeps long."""
        begun, restarted = time.monotonic(), False

        def right():
            nonlocal restarted
            lines = district.lines()
            assert lines and compound.machine.incarnation(), "neither has started again"
            line = lines[compound.unit]
            self.decide(compound, district, line)
            if time.monotonic() - begun > patience and not restarted:
                restarted = True
                compound.machine.node.stop()
                compound.machine.start()
                self.note(f"{compound.unit} restarted by its operator")
            place = district.place(compound.unit)
            assert place, "it hasn't heard of the round again"
            figure, journal = completion(place), compound.machine.journal()
            assert (place["state"], figure["numerator"], figure["denominator"]) == ("known", len(journal), compound.doors), (
                line, place, len(journal))
            return True
        eventually(right, within=600, every=0.3)

    def decide(self, compound, district, line):
        """Of two copies that spoke at one time an officer chooses the one that is left."""
        own = line["state"] == "disputed" and compound.machine.incarnation()
        if own:
            district.adopt(compound.unit, own)
            self.note(f"{compound.unit} {own[:8]} adopted")

    def settle_above(self, patience):
        begun, restarted = time.monotonic(), set()

        def right():
            for district in self.districts:
                # The last words of a copy that was ended may be noticed after its unit was right.
                lines = district.lines()
                assert lines, f"{district.code} has not started again"
                for compound in district.compounds:
                    self.decide(compound, district, lines[compound.unit])
                line = self.city.ask(f"/v1/units/{district.code}/why")
                if line and line["state"] == "disputed":
                    self.city.adopt(district.code, district.ask("/v1/upward")["incarnation"])
                    self.note(f"{district.code} adopted")
                if time.monotonic() - begun > patience and district not in restarted:
                    restarted.add(district)
                    district.aggregator.stop()
                    district.start()
                    self.note(f"{district.code} restarted by its operator")
            for place in self.places:
                truth = sum(len(compound.machine.journal()) for compound in place.compounds)
                document = place.ask(f"/v1/stats?division={place.code}")
                assert document, place.code
                figure = completion(document["place"])
                whole = (figure["exact"], figure["numerator"], figure["denominator"])
                assert whole == (True, truth, len(place.compounds) * place.doors), (place.code, truth, figure)
            return True
        eventually(right, within=600, every=0.3)

    def compare(self):
        patience = 60 if LONG else 20
        for district in self.districts:
            for compound in district.compounds:
                self.settle(compound, district, patience)
                missing = compound.machine.must - compound.machine.journal()
                assert not missing, f"{compound.unit} acknowledged and lost {sorted(missing)}"
                assert compound.machine.journal() <= compound.tried
        self.settle_above(patience)
        failures = [failure for line in self.lines for failure in line.failures()]
        assert not failures, f"an aggregator that is up answered {failures[:3]}"

    def close(self):
        self.over.set()
        for compound in self.compounds:
            for machine in compound.machines():
                machine.node.kill()
        for place in self.places:
            place.aggregator.kill()
        for line in self.lines:
            line.close()


@pytest.fixture
def town(tmp_path):
    seed = int(os.environ.get("JIAYUAN_SEED") or random.randrange(1_000_000))
    print(f"JIAYUAN_SEED={seed}")
    town = Town(tmp_path, random.Random(seed))
    yield town
    town.close()


def test_the_truth_comes_back_whatever_happened(town):
    town.begun = time.monotonic()
    for place in reversed(town.places):
        place.start()
    for compound in town.compounds:
        compound.open()
    threads = [town.work(town.clerk(seed)) for seed in range(3)] + [town.work(town.observe)]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and not town.wrong:
        town.strike()
        time.sleep(town.chance.uniform(0.05, 0.5))
    town.over.set()
    for thread in threads:
        thread.join(timeout=60)
    town.heal()
    town.compare()
    if town.wrong:
        raise town.wrong[0]
    entered = sum(len(compound.tried) for compound in town.compounds)
    town.note(f"{town.deeds} deeds, {entered} records, {town.looks} looks, {sum(c.restores for c in town.compounds)} "
              f"restores, {sum(c.twins for c in town.compounds)} copies that lived")
    assert entered > 50 and town.looks > 5, "nothing was tried"


@pytest.mark.parametrize("with_sidecar", (True, False))
def test_what_two_machines_write_under_one_incarnation_proves_nothing(tmp_path, with_sidecar):
    """A position may be the other machine's. That of a machine alone holds what it had acknowledged by then."""
    line = Relayed(0, free_port())
    alone, copied = (Compound(tmp_path / unit, unit, "jyu_" + "0" * 64, line, STOREYS)
                     for unit in ("421303002001-001", "421303002001-002"))
    try:
        for compound in (alone, copied):
            compound.open()
        copied.clone(with_sidecar)
        for compound, machine, door in ((alone, alone.machine, "1-1-101"), (copied, copied.machine, "1-1-101"),
                                        (copied, copied.twin, "1-1-102")):
            assert machine.record(visit(door))
        shared = copied.machine.incarnation()
        assert shared == copied.twin.incarnation(), "they have heard of each other"
        assert copied.floor(shared, 1_000) == set()
        assert alone.floor(alone.machine.incarnation(), 1_000) == {"1-1-101"}
    finally:
        for machine in (alone.machine, *copied.machines()):
            machine.node.kill()
        line.close()
