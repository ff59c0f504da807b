"""Somebody who has the releases and a solver. He reads the JSON that anybody reads, writes down everything that it says of every count as
equations and inequalities in whole numbers, and asks HiGHS for the least and the greatest value of each hidden count."""

import collections
import functools

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

COLUMNS = ("done", "missing", "due")
PLENTY = 10**6


class Attack:
    def __init__(self, releases, measure, truth=None):
        """`truth`: the counts of each release by place, for an outsider who guesses rightly where figures only rise or fall."""
        self.releases, self.measure = releases, measure
        self.numbers, self.low, self.high, self.rows = {}, [], [], []
        self.hidden, self.ceilings = [], {}
        for index, release in enumerate(releases):
            self.read(index, release)
        self.bound()
        if truth:
            self.guess(truth)

    def number(self, key, low, high):
        self.numbers[key] = len(self.low)
        self.low.append(low)
        self.high.append(high)

    def say(self, terms, low, high):
        """low ≤ Σ factor × count ≤ high."""
        self.rows.append(([(self.numbers[key], factor) for key, factor in terms], low, high))

    def read(self, index, release):
        children = collections.defaultdict(list)
        for place in release["places"]:
            figure = next((figure for figure in place["measures"] if figure["measure"] == self.measure), None)
            if figure is None:
                continue
            if "parent" in place:
                children[place["parent"]].append(place["code"])
            for column in COLUMNS:
                key = index, place["code"], column
                if column in figure["hidden"]:
                    self.number(key, 1, PLENTY)
                    self.hidden.append(key)
                elif place["units_heard"] == "none":
                    self.number(key, 0, 0)
                else:
                    self.number(key, figure[column], figure[column])
            self.read_figure(index, place, figure)
        self.read_sets(index, release)
        for parent, below in children.items():
            for column in COLUMNS:
                self.say([((index, code, column), 1) for code in below] + [((index, parent, column), -1)], 0, 0)

    def read_sets(self, index, release):
        """Sets beside the tree: what is said of their sums, however they overlap."""
        for one in release.get("overlays", ()):
            place = one["figures"] | {"code": "set " + one["figures"]["code"]}
            for figure in (figure for figure in place["measures"] if figure["measure"] == self.measure):
                for column in COLUMNS:
                    shown = figure.get(column, PLENTY if column in figure["hidden"] else 0)
                    self.number((index, place["code"], column), 0 if column in figure["hidden"] else shown, shown)
                    self.say([((index, code, column), 1) for code in one["members"]] + [((index, place["code"], column), -1)], 0, 0)
                self.read_figure(index, place, figure)

    def read_figure(self, index, place, figure):
        done, missing, due = ((index, place["code"], column) for column in COLUMNS)
        self.say([(done, 1), (missing, 1), (due, -1)], 0, 0)
        if "rate_permille" in figure:
            self.say([(done, 2000), (due, 1 - 2 * figure["rate_permille"])], 0, numpy.inf)
            self.say([(done, 2000), (due, -1 - 2 * figure["rate_permille"])], -numpy.inf, 0)
        if figure.get("exact"):
            for said, sign in (("lower_permille", 1), ("upper_permille", -1)):
                if said in figure:
                    self.say([(done, 1000 * sign), (due, -figure[said] * sign)], 0, numpy.inf)
        if "missing_at_most" in figure:
            self.say([(missing, 1)], figure["missing_at_least"], figure["missing_at_most"])
        # While nobody was heard all that may be due was uncounted: that much it can be in any release.
        if place["units_heard"] == "none" and "uncounted_at_most" in figure:
            self.ceilings[place["code"]] = figure["uncounted_at_most"]

    def bound(self):
        """Ceilings are said in tens, rounded up, and add up along the tree: nothing due is more."""
        counts, below = list(self.numbers), collections.defaultdict(list)
        for place in self.releases[-1]["places"] if self.releases else []:
            below[place.get("parent")].append(place["code"])
        for code, ceiling in self.ceilings.items():
            self.number(("all", code, "ceiling"), max(0, ceiling - 9), ceiling)
        for parent, codes in below.items():
            if parent in self.ceilings and all(code in self.ceilings for code in codes):
                self.say([(("all", code, "ceiling"), 1) for code in codes] + [(("all", parent, "ceiling"), -1)], 0, 0)
        for key in counts:
            if key[2] == "due" and key[1] in self.ceilings:
                self.say([(key, 1), (("all", key[1], "ceiling"), -1)], -numpy.inf, 0)

    def guess(self, truth):
        for key in list(self.numbers):
            index, place, column = key
            if column == "ceiling":
                continue
            before, now = (index - 1, place, column), truth[index].get((place, column))
            was = truth[index - 1].get((place, column)) if index else None
            if before not in self.numbers or was is None or now is None:
                continue
            if column == "missing" and now <= was:
                self.say([(key, 1), (before, -1)], -numpy.inf, 0)
            elif column == "due" and now == was:
                self.say([(key, 1), (before, -1)], 0, 0)
            elif column != "missing" and now >= was:
                self.say([(key, 1), (before, -1)], 0, numpy.inf)
    def interval(self, key):
        ends = []
        for sign in (1, -1):
            aim = numpy.zeros(len(self.low))
            aim[self.numbers[key]] = sign
            found = milp(aim, constraints=self.said(), bounds=Bounds(self.low, self.high), integrality=numpy.ones(len(self.low)))
            assert found.status == 0, f"{key}: {found.message}"
            ends.append(round(sign * found.fun))
        return tuple(ends)

    @functools.cache
    def said(self):
        matrix = lil_array((len(self.rows), len(self.low)))
        for row, (terms, _, _) in enumerate(self.rows):
            for number, factor in terms:
                matrix[row, number] += factor
        return LinearConstraint(matrix.tocsr(), [low for _, low, _ in self.rows], [high for _, _, high in self.rows])

    def finds(self, spread=5):
        """Hidden counts that can be told more closely than they may."""
        found = {key: self.interval(key) for key in self.hidden}
        return {key: ends for key, ends in found.items() if ends[1] - ends[0] < spread}
