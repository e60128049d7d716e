"""Attack the kernel with random terms and claims: ``python -m tests.soundness.fuzz --count 20000 --seed 1``.

Six attacks, each a list of differences that must stay empty:

* terms: a random term is read to its normal form, and both are evaluated at exact points, with balls. Wherever the
  term has a value, the normal form must have the same one, and every fact, condition and sign that the kernel
  recorded on the way must be true there.
* slips: a true claim of the case files with two slips of the pen; what is proved must hold at every point.
* claims: a random relation, and slips of it.
* consequences: an instance of a hypothesis, inside a sum, a function, a derivative, and slips of it.
* shapes: known inequalities and splittings, of vectors of which they are true or not, and slips of them.
* limits: what is proved to be a limit must be approached.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from math import inf
from pathlib import Path
from random import Random
from time import perf_counter

from flint import arb, fmpq
from msgspec import Struct, field

import derive.kernel
from derive.claim import Goal
from derive.enclose import Missing, Real, decide, difference, enclose
from derive.evaluate import Point, integer_names
from derive.kernel.context import (
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    Context,
    Contradiction,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.equality import Sides, read_sides
from derive.kernel.normalize import Condition
from derive.kernel.sign import sign
from derive.kernel.spelling import poly_text
from derive.kernel.theorem import Theorem
from derive.mutate import Mutant
from derive.prove import prove
from derive.term import Limit, Op, Relation, Term
from derive.write import write
from tests.soundness.claims import CASES, goals, slips, without_models
from tests.soundness.normal import NormalForm, NoValue
from tests.soundness.points import PRECISION, points
from tests.soundness.terms import (
    HYPOTHESES,
    Terms,
    consequence,
    goal_of,
    hypothesis,
    limits,
    pair_of_hypotheses,
    shape,
)

FUEL = 30_000
TERM_FUEL = 10_000
MOST_SIGNS = 25
SIGN_FUEL = 2_000
CLAIM_FUEL = 2_500
"""Of a random claim: 8,000 prove one in two hundred more, and take three times as long."""
DEPTHS = (0, 1, 1, 2)
"""How deep cases are split within cases: the few claims that are split in vain twice cost as much as all others."""
POINTS = 8
FEATURES = (
    "nested sum",
    "delta",
    "coinciding indices",
    "derivative",
    "sign-indefinite denominator under a sum",
)
LEAST_SHARE = 0.25
APPROACHES = "LM"  # limits and optima have an attack of their own
HAS: dict[int, str] = {NONNEGATIVE: ">=", NONPOSITIVE: "<=", NONZERO: "!="}
CRASHES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
Sign = tuple[Polynomial, int, str]
"""A polynomial, what the kernel says of its sign, and its text."""
OPS: tuple[Op, ...] = ("==", "==", "==", ">=", "<=", ">", "<", "!=")


class Difference(Struct, frozen=True):
    """What the kernel got wrong: the sort of error, the claim with its hypotheses, the point, and what was seen."""

    sort: str
    claim: str
    point: str
    seen: str

    def __str__(self) -> str:
        return f"{self.sort}\n  {self.claim}\n  at {self.point}\n  {self.seen}"


class Report(Struct):
    """The tallies of a run."""

    counts: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def fuzz(
    count: int, seed: int, attacks: tuple[str, ...] = ("terms", "slips", "claims", "consequences", "shapes", "limits")
) -> Iterator[Report]:
    """So many cases, each of one attack; yields the same report, further filled, after every case."""
    report = Report()
    for number in range(count):
        attack(Random(f"{seed}/{number}"), report, attacks)
        yield report


def attack(random: Random, report: Report, attacks: tuple[str, ...]) -> str:
    """One case of one attack; returns its name."""
    name = random.choices(attacks, [WEIGHTS[a] for a in attacks])[0]
    report.counts["cases"] += 1
    with without_models():
        ATTACKS[name](random, report)
    return name


# Terms.


def attack_term(random: Random, report: Report) -> None:
    """Compare a term and its normal form."""
    terms = Terms(random)
    goal = _with_hypotheses(random, terms.expression(), "==", None)
    report.counts["terms"] += 1
    chosen = list(points(goal, random, POINTS))
    report.features.update(terms.features | ({"coinciding indices"} if _coincide(chosen) else set()))
    sides = _read(goal, chosen, report)
    if sides is None:
        return
    report.rules.update(sides.ctx.rules)
    values = [(point, _value(goal.left, goal, point)) for point in chosen]
    defined = [(point, value) for point, value in values if not isinstance(value, Missing)]
    signs = _signs(sides.ctx, _declared(chosen[0])) if defined else []
    wrong = ((p, found) for p, value in defined if (found := _first_wrong(sides, p, value, signs)) is not None)
    report.differences += [_found(sort, goal, point, seen) for point, (sort, seen) in islice(wrong, 1)]
    if "derivative" not in terms.features:
        nowhere = (point for point, value in values if value is Missing.UNDEFINED)
        lost = (p for p in nowhere if all(_certain(sides, p, c) for c in sides.left_conditions))
        report.differences += [_found("a condition is lost", goal, p, "") for p in islice(lost, 1)]
    report.counts["compared"] += bool(defined)
    report.counts["points"] += len(defined)


def _read(goal: Goal, chosen: list[Point], report: Report) -> Sides | None:
    """Both sides read; None where the kernel has no rule, or says that there is nothing, which must be true."""
    try:
        return read_sides(goal, TERM_FUEL)
    except Contradiction:
        report.differences += [_found("contradiction at a point", goal, p, "") for p in chosen[:1]]
    except Undefined as undefined:
        report.counts["undefined"] += 1
        seen = ((p, _value(goal.left, goal, p)) for p in chosen)
        wrong = (_found(f"undefined: {undefined}", goal, p, str(v)) for p, v in seen if not isinstance(v, Missing))
        report.differences += islice(wrong, 1)
    except Stuck as stuck:
        report.counts["stuck"] += 1
        report.stuck[stuck.detail] += 1
    except CRASHES as defect:
        report.differences.append(_found("crash", goal, None, repr(defect)))
    return None


def _with_hypotheses(random: Random, left: Term, op: Op, right: Term | None) -> Goal:
    chosen = random.sample(HYPOTHESES, random.choice((1, 1, 2))) if random.random() < 0.4 else []
    return goal_of(left, op, left if right is None else right, tuple(map(hypothesis, chosen)))


def _coincide(chosen: list[Point]) -> bool:
    return any({"i", "j"} <= p.indices.keys() and p.indices["i"] == p.indices["j"] for p in chosen)


def _value(term: Term, goal: Goal, point: Point) -> Real | Missing:
    return enclose(term, point, integer_names(goal), PRECISION)


def _first_wrong(sides: Sides, point: Point, value: Real, signs: list[Sign]) -> tuple[str, str] | None:
    try:
        return next(_wrong(sides, point, value, signs), None)
    except CRASHES as defect:
        return "malformed normal form", repr(defect)


def _wrong(sides: Sides, point: Point, value: Real, signs: list[Sign]) -> Iterator[tuple[str, str]]:
    """What is false at a point at which the term has a value."""
    normal = NormalForm(sides.ctx, point)
    for poly in (sides.left, sides.right):
        try:
            found = normal.value(poly)
        except NoValue as none:
            if none.why is Missing.UNDEFINED:
                yield "the normal form has no value", f"{_short(value)} / undefined"
            continue
        if decide("==", value, found) is False:
            yield "the normal form has another value", f"{_short(value)} / {_short(found)}"
    yield from (("a name that an author may give", name) for name in sorted(_captured(sides.ctx, point)))
    yield from _false_facts(sides.ctx, normal)
    yield from _false_facts(sides.given, normal)
    yield from _false_conditions([*sides.left_conditions, *sides.right_conditions], normal)
    yield from (("a false sign", seen) for poly, bits, text in signs for seen in _false(normal, poly, bits, text))


def _captured(ctx: Context, point: Point) -> set[str]:
    """Names that the kernel drew which a claim might have declared: what is known of the one would hold for both."""
    drawn = {name for gen in ctx.generators.values() for name in gen.names} - _declared(point)
    return {name for name in drawn if name.isidentifier()}


def _declared(point: Point) -> set[str]:
    return {*point.values, *point.dimensions}


def _short(value: Real) -> str:
    return arb(value).str(12)


def _false_facts(ctx: Context, normal: NormalForm) -> Iterator[tuple[str, str]]:
    for bucket in ctx.facts.values():
        for fact in bucket:
            yield from (("a false fact", seen) for seen in _false(normal, fact.polynomial, fact.bits, fact.key))


def _false_conditions(conditions: list[Condition], normal: NormalForm) -> Iterator[tuple[str, str]]:
    for c in conditions:
        if not c.guarded:
            text = write(c.written)
            yield from (("a false condition", seen) for seen in _false(normal, c.polynomial, c.bits, text))


def _certain(sides: Sides, point: Point, condition: Condition) -> bool:
    """Whether a condition surely holds at a point, for all values of what is bound around it."""
    normal = NormalForm(sides.ctx, point)
    try:
        values = [normal.value(condition.polynomial, at) for at in normal.environments(condition.polynomial)]
    except NoValue:
        return False
    ops = [op for bit, op in HAS.items() if condition.bits & bit]
    return all(decide(op, value, fmpq(0)) is True for value in values for op in ops)


def _signs(ctx: Context, declared: set[str]) -> list[Sign]:
    """Signs of generators and of what stands in them, with every hypothesis and with those that a diff suspends.

    All copies of a context share its generators; one that is named in a copy only has no value here.
    """
    generators = [gen for gen in ctx.generators.values() if gen.names <= declared][:MOST_SIGNS]
    polys: list[Polynomial] = [{((gen.key, 1),): 1} for gen in generators]
    polys += [gen.parts[0] for gen in generators if gen.kind in "blhz"]
    everything = frozenset(name for gen in generators for name in gen.names)
    found: list[Sign] = []
    for suspended in (frozenset[str](), everything):
        ctx.suspended = suspended
        found += [(poly, bits, poly_text(ctx, poly, {})) for poly in polys if (bits := _sign(ctx, poly))]
    ctx.suspended = frozenset()
    return found


def _sign(ctx: Context, poly: Polynomial) -> int:
    ctx.fuel = SIGN_FUEL
    try:
        return sign(ctx, poly)
    except Stuck:
        return 0


def _false(normal: NormalForm, poly: Polynomial, bits: int, text: str) -> Iterator[str]:
    """Where a polynomial certainly has another sign; where it has no value, nothing is claimed."""
    for at in normal.environments(poly):
        try:
            value = normal.value(poly, at)
        except NoValue:
            continue
        for bit, op in HAS.items():
            if bits & bit and decide(op, value, fmpq(0)) is False:
                yield f"{text} {op} 0 is false: {_short(value)} at {at}"


# Claims.


def attack_claim(random: Random, report: Report) -> None:
    """Prove a random relation and slips of it, and look for points at which they fail."""
    terms = Terms(random)
    left = terms.piece() if random.random() < 0.7 else terms.expression()
    right = random.choice((left, left, terms.leaf(), terms.number(0)))
    goal = _with_hypotheses(random, left, random.choice(OPS), right)
    _check(goal, random, report)
    for _, slip in _sampled(goal, random, 3):
        _check(slip, random, report)


def attack_slip(random: Random, report: Report) -> None:
    """A true claim of the case files, and two slips in a row."""
    _, goal = random.choice(goals(*CASES))
    _check(goal, random, report, FUEL, deep=random.random() < 0.3)
    for _, slip in _sampled(goal, random, 2):
        for _, second in _sampled(slip, random, 1):
            _check(second, random, report)


def attack_consequence(random: Random, report: Report) -> None:
    """An instance of a hypothesis, as it is or inside something, and slips of it."""
    hypotheses = pair_of_hypotheses(random)
    relation = consequence(random, hypotheses)
    goal = goal_of(relation.left, relation.op, relation.right, hypotheses)
    _check(goal, random, report)
    for _, slip in _sampled(goal, random, 3):
        _check(slip, random, report)


def attack_shape(random: Random, report: Report) -> None:
    """A known inequality or splitting of random vectors, and slips of it."""
    found = shape(random)
    goal = _with_hypotheses(random, found.left, found.op, found.right)
    _check(goal, random, report, FUEL)
    for _, slip in _sampled(goal, random, 2):
        _check(slip, random, report)


def _sampled(goal: Goal, random: Random, count: int) -> list[tuple[Mutant, Goal]]:
    every = list(slips(goal))
    return random.sample(every, min(count, len(every)))


def _check(goal: Goal, random: Random, report: Report, fuel: int = CLAIM_FUEL, deep: bool = False) -> None:
    report.counts["claims"] += 1
    try:
        result = prove(goal, fuel, random.choice(DEPTHS), deep)
    except CRASHES as defect:
        report.differences.append(_found("crash", goal, None, repr(defect)))
        return
    if not isinstance(result, Theorem):
        report.stuck[result.reason] += 1
        return
    report.counts["proved"] += 1
    report.rules.update(result.rules)
    for point in points(goal, random, 3 * POINTS):
        left, right = _value(goal.left, goal, point), _value(goal.right, goal, point)
        if isinstance(left, Missing) or isinstance(right, Missing):
            continue
        report.counts["points"] += 1
        if decide(goal.op, left, right) is False:
            report.differences.append(
                _found("a false claim is proved", goal, point, f"{_short(left)} / {_short(right)}")
            )
            return


# Limits.


def attack_limit(random: Random, report: Report) -> None:
    """Prove a random limit at oo, and go far out."""
    goal = limits(random)
    report.counts["limits"] += 1
    result = prove(goal, FUEL)
    if not isinstance(result, Theorem):
        report.stuck[result.reason] += 1
        return
    report.counts["proved"] += 1
    report.rules.update(result.rules)
    assert isinstance(goal.left, Limit)
    for point in points(goal, random, POINTS):
        far = Point(point.dimensions, {**point.values, goal.left.variable: FAR}, point.indices)
        there, limit = _value(goal.left.body, goal, far), _value(goal.right, goal, point)
        if isinstance(there, Missing) or isinstance(limit, Missing):
            continue
        report.counts["points"] += 1
        if bool(abs(arb(difference(there, limit))) > arb(NEAR.numerator) / NEAR.denominator):
            report.differences.append(_found("not the limit", goal, point, f"{_short(there)} / {_short(limit)}"))
            return


# The report.


def _found(sort: str, goal: Goal, point: Point | None, seen: str) -> Difference:
    given = "; ".join(write(h.relation) for h in goal.hypotheses)
    types = ", ".join(f"{d.name}: {d.type}[{','.join(d.dimensions)}]" for d in goal.declarations)
    claim = f"{write(Relation(goal.left, goal.op, goal.right))}  given {given or 'nothing'}  ({types})"
    return Difference(sort, claim, _plain(point), seen)


def _plain(point: Point | None) -> str:
    if point is None:
        return "no point"
    return ", ".join(
        f"{k}={_text(v)}" for part in (point.dimensions, point.values, point.indices) for k, v in part.items()
    )


def _text(value: object) -> str:
    return f"({', '.join(map(_text, value))})" if isinstance(value, tuple) else str(value)


def rules() -> set[str]:
    """Every rule that the kernel records, read off its source."""
    sources = sorted(Path(derive.kernel.__path__[0]).glob("*.py"))
    return {rule for path in sources for rule in re.findall(r'\buse\("(\w+)"\)', path.read_text(encoding="utf-8"))}


def failures(report: Report) -> Iterator[str]:
    """Why a full run fails: differences, rules never met, features too rare."""
    if report.differences:
        yield f"{len(report.differences)} differences"
    missing = sorted(rule for rule in rules() - report.rules.keys() if rule[0] not in APPROACHES)
    if missing:
        yield f"rules never used: {' '.join(missing)}"
    for feature in FEATURES:
        if report.features[feature] < LEAST_SHARE * report.counts["terms"]:
            yield f"too few terms with: {feature}"


def summary(report: Report) -> str:
    """The tallies as text."""
    terms = max(1, report.counts["terms"])
    lines = [", ".join(f"{name} {number}" for name, number in report.counts.items())]
    lines += [f"{feature}: {report.features[feature] / terms:.0%}" for feature in FEATURES]
    lines.append(" ".join(f"{rule}:{number}" for rule, number in sorted(report.rules.items())))
    lines += [f"{number:6} {reason}" for reason, number in report.stuck.most_common(12)]
    return "\n".join(lines)


def main() -> int:
    """Run from the command line; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(description="Random attacks on the kernel.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--attacks", nargs="+", choices=ATTACKS, default=list(ATTACKS))
    parser.add_argument("--most", type=int, default=20, help="stop after so many differences")
    parser.add_argument("--seconds", type=float, default=inf, help="stop after so long, with what was seen until then")
    options = parser.parse_args()
    report, started = Report(), perf_counter()
    for report in fuzz(options.count, options.seed, tuple(options.attacks)):
        if len(report.differences) >= options.most or perf_counter() - started > options.seconds:
            break
    print(*report.differences, sep="\n\n")
    print(summary(report), f"{perf_counter() - started:.0f} s", sep="\n")
    found = list(failures(report))
    print(*(f"FAILED: {why}" for why in found), sep="\n")
    return 1 if found else 0


ATTACKS: dict[str, Callable[[Random, Report], None]] = {
    "terms": attack_term,
    "slips": attack_slip,
    "claims": attack_claim,
    "consequences": attack_consequence,
    "shapes": attack_shape,
    "limits": attack_limit,
}
WEIGHTS = {"terms": 10, "slips": 3, "claims": 3, "consequences": 3, "shapes": 1, "limits": 1}
FAR = Fraction(10**6)
NEAR = Fraction(1, 100)

if __name__ == "__main__":
    sys.exit(main())
