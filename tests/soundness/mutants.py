"""Single slips in true claims, none of which may be proved unless it is true all the same.

``python -m tests.soundness.mutants [FILES] [--json] [--by-claim] [--every N]`` prints, by the kind of edit or by the
claim, how many mutants were refuted, proved, left undecided, or wrongly proved, and lists the last three sorts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from msgspec import Struct
from msgspec.structs import asdict

from derive.claim import Goal
from derive.enclose import Missing, decide, enclose
from derive.evaluate import integer_names
from derive.judge import judge
from derive.kernel import Theorem
from derive.mutate import Mutant
from derive.prove import prove
from derive.refute import refute
from derive.term import Relation
from derive.verdict import Conflict, Counterexample, Proved, Refuted, Undecided, Verdict
from derive.write import write
from tests.soundness.claims import CASES, goals, slips, without_models
from tests.soundness.points import PRECISION, points

REFUTED, PROVED, VACUOUS, UNDECIDED, FALSE, CRASH = OUTCOMES = (
    *("refuted", "proved", "vacuous", "undecided"),
    *("FALSE", "CRASH"),
)
ALARMS = (FALSE, CRASH)
FUEL = 60_000
EXTENDED = 6  # how much harder a proved mutant is looked at
MORE_POINTS = 60
NOWHERE = ("vacuous", "no admissible point found")


class Fate(Struct, frozen=True):
    """What became of one mutant."""

    claim: str
    kind: str
    edit: str
    relation: str
    outcome: str
    why: str


def fates(chosen: Iterable[tuple[str, Goal]], every: int = 1) -> Iterator[Fate]:
    """The fate of every mutant of the goals, or of one in ``every``."""
    for claim, goal in chosen:
        for mutant, changed in slips(goal, _start(claim, every), every):
            yield _fate(claim, mutant, changed)


def _start(claim: str, every: int) -> int:
    return Random(claim).randrange(every)


def _fate(claim: str, mutant: Mutant, goal: Goal) -> Fate:
    try:
        outcome, why = _outcome(goal, _verdict(goal))
    except Exception as defect:  # whatever it is, it must not hide the other mutants
        outcome, why = CRASH, repr(defect)
    relation = write(Relation(goal.left, goal.op, goal.right))
    return Fate(claim, mutant.kind, mutant.description, relation, outcome, why)


def _verdict(goal: Goal) -> Verdict:
    """The verdict as a run finds it, but what is proved is looked at harder."""
    with without_models():
        proof = prove(goal, FUEL)
    search = refute(goal, EXTENDED if isinstance(proof, Theorem) else 1)
    if not isinstance(proof, Theorem) and not isinstance(search, Counterexample):
        proof = prove(goal, FUEL, deep=True)
    return judge(goal, proof, search)


def _outcome(goal: Goal, verdict: Verdict) -> tuple[str, str]:
    match verdict:
        case Conflict(_, found):
            return FALSE, str(found)
        case Proved():
            found_wrong = next(_contrary(goal), None)
            return (FALSE, found_wrong) if found_wrong else (PROVED, ", ".join(verdict.conditions))
        case Refuted():
            return REFUTED, ""
        case Undecided(reason, detail, residual):
            return VACUOUS if reason in NOWHERE else UNDECIDED, f"{reason}: {detail} {residual}"[:200]


def _contrary(goal: Goal) -> Iterator[str]:
    """Random exact points at which a proved mutant fails."""
    integers = integer_names(goal)
    for point in points(goal, Random(0), MORE_POINTS):
        left, right = (enclose(side, point, integers, PRECISION) for side in (goal.left, goal.right))
        if not isinstance(left, Missing) and not isinstance(right, Missing) and decide(goal.op, left, right) is False:
            yield str(point)


def table(found: list[Fate], by_claim: bool = False) -> str:
    """Outcomes by kind of edit or by claim, and the share of those refuted that are not equivalent."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for fate in found:
        for name in (fate.claim if by_claim else fate.kind, "all"):
            counts[name][fate.outcome] += 1
    width = max(22, *(len(name) + 1 for name in counts))
    lines = [f"{'':{width}}" + "".join(f"{name:>11}" for name in OUTCOMES) + f"{'share':>9}"]
    for name in (*sorted(counts.keys() - {"all"}), "all"):
        tally = counts[name]
        cells = "".join(f"{tally[outcome]:>11}" for outcome in OUTCOMES)
        lines.append(f"{name:{width}}{cells}{_share(tally):>9.1%}")
    return "\n".join(lines)


def _share(row: Counter[str]) -> float:
    inequivalent = row[REFUTED] + row[UNDECIDED] + row[FALSE] + row[CRASH]
    return row[REFUTED] / inequivalent if inequivalent else 1.0


def main() -> int:
    """Run from the command line; the exit code is 1 where a mutant was wrongly proved, or crashed."""
    parser = argparse.ArgumentParser(description="Single slips in true claims.")
    parser.add_argument("files", nargs="*", type=Path, default=CASES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--by-claim", action="store_true", help="a row for every claim instead of every kind of edit")
    parser.add_argument("--every", type=int, default=1, help="look at one mutant in so many")
    options = parser.parse_args()
    found = []
    for fate in fates(goals(*options.files), options.every):
        found.append(fate)
        if fate.outcome in ALARMS:
            print(f"{fate.outcome} {fate.claim}: {fate.relation}\n  {fate.why}", file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps([asdict(f) for f in found], ensure_ascii=False, indent=1))
    else:
        print(*(f"{f.outcome:9} {f.claim}: {f.relation}  {f.why}" for f in found if f.outcome != REFUTED), sep="\n")
        print(table(found, options.by_claim))
    return 1 if any(f.outcome in ALARMS for f in found) else 0


if __name__ == "__main__":
    sys.exit(main())
