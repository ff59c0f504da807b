"""One compound of the chaos test: its machine, its copies, and what is known to be in its journal."""

import contextlib
import json
import shutil
import sqlite3
import threading

from conftest import CAMPAIGN, Node, run
from records import building, visit

BUILDINGS = ("1", "2", "3")


class Machine:
    """A node on a line, with what it has acknowledged. `floors` proves what a position must hold."""

    def __init__(self, folder, unit, token, line, name="node"):
        self.node = Node(folder, unit, token, line.parent, name=name, pin=line.pin, listen=line.listen)
        self.line = line
        self.must = set()  # doors whose record was acknowledged and not taken back by a restore
        self.sure = set()  # those of which it is certain under which incarnation they were written
        self.floors = {}  # incarnation → [(seq, doors that are written by then)]
        self.stopped = False

    @property
    def up(self):
        return self.node.process is not None and self.node.process.poll() is None and not self.stopped

    def start(self):
        self.stopped = False
        self.node.start(wrap=self.line.wrap)

    def incarnation(self):
        status, text, _ = self.node.fetch("/api/v1/status", timeout=5)
        return json.loads(text)["incarnation"] if status == 200 else None

    def record(self, entry):
        """True if it was acknowledged; a sender that hears nothing sends the same record again."""
        before = self.incarnation()
        status, text, _ = self.node.fetch("/api/v1/records", "POST", json.dumps(entry),
                                          {"content-type": "application/json"}, timeout=5)
        if status != 200:
            return False
        answer = json.loads(text)
        assert answer["refused"] == [], answer
        self.must.add(entry["door"])
        if before and before == self.incarnation():
            steps = self.floors.setdefault(before, [(0, frozenset(self.sure))])
            self.sure.add(entry["door"])
            steps.append((answer["position"]["seq"], frozenset(self.sure)))
        return True

    def journal(self):
        """Doors that the node itself says are done."""
        doors = [door for code in BUILDINGS for door in self.node.get(f"/api/v1/survey?campaign={CAMPAIGN}&building={code}")]
        return {door["code"] for door in doors if door.get("disposition") == "completed"}

    def written_under(self):
        """The incarnation that lies in its folder. It only reads, so that what a kill left behind is found by the node."""
        with contextlib.closing(sqlite3.connect(f"file:{self.node.state}/journal.sqlite?mode=ro", uri=True)) as journal:
            return journal.execute("SELECT lower(hex(incarnation)) FROM position").fetchone()[0]

    def forget_certainty(self, muddied):
        """A restored or copied folder may write two histories under one incarnation: it proves nothing any more, nor does
        one under which nothing was certain until now."""
        muddied |= {*self.floors, self.written_under()}
        self.floors = {}
        self.sure = set(self.must)


class Compound:
    def __init__(self, folder, unit, token, line, storeys):
        folder.mkdir()
        self.folder, self.unit, self.token, self.storeys = folder, unit, token, storeys
        self.machine = Machine(folder, unit, token, line)
        self.line = line
        self.twin = None
        self.ended = []  # journals of copies that lived, and what they had acknowledged
        self.copies = []  # (folder, doors that were acknowledged by then)
        self.lock = threading.Lock()
        self.left = [f"{code}-{stair}-{floor}0{door}" for code in BUILDINGS for stair in (1, 2)
                     for floor in range(1, storeys + 1) for door in (1, 2)]
        self.doors = len(self.left)
        self.tried = set()
        self.muddied = set()
        self.pending = {}  # machine → the record that it hasn't acknowledged yet
        self.restores = self.twins = 0

    def open(self):
        self.machine.start()
        self.machine.node.record(*[building(code, floors=self.storeys) for code in BUILDINGS])

    def machines(self):
        return [machine for machine in (self.machine, self.twin) if machine]

    def enter(self, chance):
        """One record by one client; whoever restores or copies waits until it is over."""
        with self.lock:
            machine = chance.choice(self.machines())
            if not machine.up or (machine not in self.pending and not self.left):
                return
            if machine not in self.pending:
                door = self.left.pop(chance.randrange(len(self.left)))
                self.pending[machine] = visit(door)
                self.tried.add(door)
            try:
                if machine.record(self.pending[machine]):
                    del self.pending[machine]
            except OSError:
                pass

    # MARK: What people do to the machine

    def back_up(self):
        with self.lock:
            was_up = self.machine.up
            self.machine.node.kill() if not self.machine.stopped else None
            target = self.folder / f"copy-{len(self.copies)}"
            shutil.copytree(self.machine.node.state, target, ignore=shutil.ignore_patterns("lock"))
            self.copies.append((target, set(self.machine.must)))
            if was_up:
                self.machine.start()

    def restore(self, chance, keep_sidecar):
        with self.lock:
            copy, must = chance.choice(self.copies)
            self.machine.node.kill()
            shutil.rmtree(self.machine.node.state)
            shutil.copytree(copy, self.machine.node.state)
            if not keep_sidecar:
                self.sidecar("node").unlink(missing_ok=True)
            self.machine.must = set(must)
            self.machine.forget_certainty(self.muddied)
            self.restores += 1
            self.machine.start()

    def clone(self, with_sidecar):
        """The same folder on a second machine, on the same line, with the same slip."""
        with self.lock:
            self.machine.node.kill()
            self.twins += 1
            name = f"twin-{self.twins}"
            shutil.copytree(self.machine.node.state, self.folder / name, ignore=shutil.ignore_patterns("lock"))
            if with_sidecar and self.sidecar("node").exists():
                shutil.copy(self.sidecar("node"), self.sidecar(name))
            self.twin = Machine(self.folder, self.unit, self.token, self.line, name)
            self.twin.must = set(self.machine.must)
            for machine in self.machines():
                machine.forget_certainty(self.muddied)
                machine.start()

    def end_twin(self):
        with self.lock:
            self.twin.node.kill()
            self.pending.pop(self.twin, None)
            self.ended.append((self.twin.node.state / "journal.sqlite", self.twin.must))
            self.twin = None

    def adopt(self):
        """The facts of every copy that lived are taken over; doing it twice changes nothing."""
        with self.lock:
            for journal, must in self.ended:
                run("adopt", journal, "--config", self.machine.node.config)
                self.machine.must |= must

    def sidecar(self, name):
        return self.folder / "sidecars" / name

    def floor(self, incarnation, seq):
        """Doors that a parent that holds this position must have counted."""
        doors = set()
        if incarnation in self.muddied:
            return doors
        for machine in self.machines():
            for at, written in list(machine.floors.get(incarnation, [])):
                if at <= seq:
                    doors = doors | written
        return doors

    def steps(self, incarnation):
        """For whoever reads of a failure: where each machine stood under it, and how many doors it was sure of."""
        return {machine.node.state.name: [(at, len(written)) for at, written in machine.floors.get(incarnation, [])]
                for machine in self.machines()}
