"""What figures have to be, worked out anew from the definitions in whole numbers and exact fractions.

Nothing is shared with the daemons. Sources: bounds after Manski's worst case for missing answers (Partial Identification of
Probability Distributions, 2003), each unit that isn't known taking any n in 0..d and d in 0..D; coverage and survey completion
after WHO's administrative coverage and AAPOR's final dispositions; completeness after DHIS2's REPORTING_RATE
(actual / expected reports).
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction

FINAL = ("completed", "partial", "nobody_home_final", "absent", "refused", "not_found", "moved", "language", "other")
DOORS = FINAL + ("unvisited", "nobody_home", "postponed")
MET = ("completed", "partial", "postponed", "refused", "language")
TESTED = ("p_tested", "p_elsewhere_verified")
PEOPLE = TESTED + ("p_unsurveyed", "p_elsewhere_unverified", "p_home_service", "p_refused", "p_untested")
# measure: (done, due, what is due, of how many of them one household may be)
MEASURES = {
    "survey.completion": (FINAL, DOORS, "households", 1),
    "survey.contact": (MET, DOORS, "households", 1),
    "survey.tested": (TESTED, PEOPLE, "residents", 12),
}
# What is counted beside the survey: (dataset, done, what of it is lacking, due). Nobody registers how many there may be.
BESIDE = {
    "volunteers.found": ("volunteers", "need", "short", "need"), "volunteers.claimed": ("volunteers", "claimed", None, "buildings"),
    "volunteers.done": ("volunteers", "done", None, "buildings"), "feedback.answered": ("feedback", "answered", None, "received"),
}
STANDINGS = ("known", "stale", "silent", "never_connected", "disputed", "unknown_rows")


@dataclass
class Unit:
    standing: str
    households: int | None
    residents: int | None
    rows: list = field(default_factory=list)
    # By dataset beside the survey, a row.
    beside: dict = field(default_factory=dict)
    # Households that it counts though they are another's, and those that it owns and doesn't count.
    surplus: int = 0
    deficit: int = 0

    def standing_in(self, dataset):
        """Of a dataset beside the survey: who has sent none of it is silent about it, whatever else he sent."""
        if self.standing != "never_connected" and dataset not in self.beside:
            return "silent"
        # A null row is one of the survey's, and whoever is silent about the survey is late with what he did send.
        return {"unknown_rows": "known", "silent": "stale"}.get(self.standing, self.standing)

    def sum(self, codes):
        return sum(row.get(code, 0) for row in self.rows for code in codes)


def down(ratio):
    return math.floor(ratio * 1000)


def up(ratio):
    return math.ceil(ratio * 1000)


def nearest(numerator, denominator):
    """100 % only where equal, 0 % only where zero."""
    if denominator == 0:
        return None
    rounded = math.floor(Fraction(numerator, denominator) * 1000 + Fraction(1, 2))
    if rounded == 1000 and numerator != denominator:
        return 999 if numerator < denominator else 1001
    return 1 if rounded == 0 and numerator else rounded


def fraction(ratio, of):
    return None if ratio is None else {"numerator": ratio, "denominator": of}


def figure(units, measure):
    """The members of `measures[]` that say how much is done, and how far that can be trusted."""
    done_codes, due_codes, base, of_one = MEASURES[measure]
    known = [unit for unit in units if unit.standing == "known"]
    others = [unit for unit in units if unit.standing != "known"]
    last = [unit for unit in others if unit.standing in ("stale", "disputed", "unknown_rows")]
    done, due = (sum(unit.sum(codes) for unit in known) for codes in (done_codes, due_codes))
    last_done, last_due = (sum(unit.sum(codes) for unit in last) for codes in (done_codes, due_codes))
    ceiling = sum(getattr(unit, base) or 0 for unit in others)
    every = [getattr(unit, base) for unit in units]
    # A ceiling that a unit's own last word is above is none.
    broken = [unit for unit in last if getattr(unit, base) is not None and unit.sum(due_codes) > getattr(unit, base)]
    nowhere = [unit for unit in others if getattr(unit, base) is None]
    uncounted = sum(unit.sum(["unlisted"]) for unit in known) if measure == "survey.tested" else 0
    taken = sum(unit.surplus for unit in known) * of_one
    added = ceiling + sum(unit.deficit for unit in known) * of_one + uncounted * of_one
    no_bound = "no_ceiling" if nowhere else "above_due" if broken else None
    lower = upper = None
    least = due + added - taken
    if no_bound is None and due + added > 0:
        lower, upper = (max(0, done - taken), min(done + added, least)) if least > 0 else (0, due + added)
        least = least if least > 0 else due + added
    share = Fraction(ceiling, sum(every)) if None not in every and not broken and sum(every) else None
    return {
        "numerator": done, "denominator": due, "rate_permille": nearest(done, due),
        "lower": fraction(lower, least), "upper": fraction(upper, least),
        "lower_permille": None if lower is None else down(Fraction(lower, least)),
        "upper_permille": None if upper is None else up(Fraction(upper, least)),
        "exact": no_bound is None and added == 0 and taken == 0, "no_bound": no_bound,
        "missing": {"at_least": max(0, due - done - taken), "at_most": due - done + added if no_bound is None else None,
                    "last_known": max(0, due + last_due - done - last_done) if known or last else None},
        "last_known": {"numerator": done + last_done, "denominator": due + last_due,
                       "rate_permille": nearest(done + last_done, due + last_due)},
        "unknown_ceiling": ceiling, "share_unknown_permille": None if share is None else up(share),
        "uncounted_households": uncounted,
        "above_registered": {"ceiling": sum(every), "registered": sum(every), "reported": due + last_due}
        if None not in every and 0 < sum(every) < due + last_due else None,
    }


def completeness(units, dataset=None):
    """The members of `units` that are no matter of time."""
    stands = [unit.standing_in(dataset) if dataset else unit.standing for unit in units]
    counts = {standing: stands.count(standing) for standing in STANDINGS}
    heard = counts.pop("known")
    return {"expected": len(units), "heard": heard, **counts, "completeness_permille": down(Fraction(heard, len(units)))}


def figure_beside(units, measure):
    """The same of what is counted beside the survey: as long as one unit isn't known in it there is a least and no most."""
    dataset, done_code, lack_code, due_code = BESIDE[measure]

    def sums(standings):
        rows = [unit.beside[dataset] for unit in units if dataset in unit.beside and unit.standing_in(dataset) in standings]
        return sum(row[done_code] - row.get(lack_code, 0) for row in rows), sum(row[due_code] for row in rows)

    (done, due), (last_done, last_due) = sums(["known"]), sums(["stale", "disputed"])
    is_whole = all(unit.standing_in(dataset) == "known" for unit in units)
    whole = fraction(done, due) if is_whole and due else None
    was_heard = any(unit.standing_in(dataset) not in ("silent", "never_connected") for unit in units)
    return {
        "numerator": done, "denominator": due, "rate_permille": nearest(done, due), "lower": whole, "upper": whole,
        "exact": is_whole, "no_bound": None if is_whole else "no_ceiling",
        "missing": {"at_least": due - done, "at_most": due - done if is_whole else None,
                    "last_known": due + last_due - done - last_done if was_heard else None},
        "last_known": {"numerator": done + last_done, "denominator": due + last_due,
                       "rate_permille": nearest(done + last_done, due + last_due)},
        "unknown_ceiling": 0, "share_unknown_permille": None, "uncounted_households": 0, "above_registered": None,
    }
