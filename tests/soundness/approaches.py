"""Attack limits and optima: ``python -m tests.soundness.approaches --count 2000 --seed 1``.

A random term in T and parameters approaches a point; what the kernel says of its limit, in whichever case of the
parameters, is held against enclosures of the term ever nearer to the point, at parameters of that case. A random
objective is given a random optimiser; what is proved to be the optimum must not be outdone at any point.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from random import Random

from flint import arb
from msgspec import Struct, field
from msgspec.structs import replace

from derive.claim import Goal
from derive.contradict import outdone
from derive.enclose import Missing, Real, enclose
from derive.enclose import decide as compare
from derive.evaluate import Point, integer_names
from derive.kernel import Theorem, decide
from derive.term import Constant, Limit, Neg, Term
from derive.write import write
from tests.goals import goal as parsed

FUEL = 60_000
BITS = 6_000
NEARER = (1, 2, 4, 8, 16, 64, 256)
"""Powers of ten at which a term is looked at."""
VARIABLES = "T, x, y: real; c, d: positive; n: positive integer; o: real[n]; z: positive[n]"
VALUES = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/3", "3")))
VECTORS = tuple(
    tuple(map(Fraction, v)) for v in (("0",), ("2",), ("1", "1"), ("1", "-1"), ("2", "0", "2"), ("-1", "-2", "0"))
)
POINTS = ("oo", "oo", "oo", "-oo", "0, '+'", "0, '-'", "0", "1, '+'", "1", "x")
SCALARS = ("x", "y", "c", "d", "1", "2", "3", "1/2")
UNARY = (
    "exp({})",
    "exp(-{})",
    "log(Abs({}))",
    "log(1 + {}**2)",
    "sqrt(1 + {}**2)",
    "sin({})",
    "cos({})",
    "tanh({})",
    "atan({})",
    "Abs({})",
    "1/{}",
    "{}**2",
    "sqrt(Abs({}))",
    "log(1 + exp({}))",
    "sign({})",
    "Max({}, 0)",
    "floor({})",
)
SUMS = (
    "Sum(exp({}*o[k]), k)",
    "Sum(z[k]**{}, k)",
    "Sum(o[k]*exp({}*o[k]), k)",
    "Sum(1/(1 + exp({}*o[k])), k)",
    "Sum(Abs(o[k] - {}), k)",
    "Sum(z[k]*exp(o[k]*{}), k)",
    "log(Sum(exp({}*o[k]), k))",
    "Max(o)",
    "Sum(o[k], k)",
)
OBJECTIVES = (
    "(x - y)**2",
    "c*x**2 - 2*y*x",
    "x**4",
    "x**3",
    "exp(x) - y*x",
    "log(c + x**2)",
    "Abs(x - y)",
    "x*log(x)",
    "c*log(x) - x",
    "-x**2*y",
    "Sum((o[k] - x)**2, k)",
    "Sum(z[k]*(o[k] - x)**2, k)",
    "x + c/x",
    "Max(x, y)",
    "sqrt(1 + x**2)",
    "(x**2 - 1)**2",
    "c*log(x) + d*log(1 - x)",
    "exp(-x)*x",
    "Sum(Abs(o[k] - x), k)",
    "x",
    "sin(x)",
    "1/(1 + x**2)",
    "Sum(log(1 + exp(o[k] + x)), k)",
)
OPTIMISERS = (
    "y",
    "y/c",
    "0",
    "1",
    "-1",
    "log(y)",
    "1/c",
    "c",
    "Sum(o[k], k)/n",
    "Sum(z[k]*o[k], k)/Sum(z[k], k)",
    "sqrt(c)",
    "c/(c + d)",
    "exp(-1)",
    "Max(o)",
    "x*0",
    "1/2",
)
ASSUMED = (
    (),
    (),
    (),
    ("x > 0",),
    ("x >= 0",),
    ("x >= 1",),
    ("0 < x", "x < 1"),
    ("y > 0",),
    ("x != 0",),
    ("y > 0", "x > y"),
    ("x <= y",),
)


class Report(Struct):
    """The tallies of a run, and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def attack(count: int, seed: int) -> Report:
    """So many random limits, and half as many optima."""
    report = Report()
    for number in range(count):
        random = Random(f"{seed}/{number}")
        attack_limit(random, report)
        if number % 2:
            attack_optimum(random, report)
    return report


# Limits.


def term(random: Random, depth: int) -> str:
    """A random term in T."""
    if depth == 0 or random.random() < 0.12:
        return random.choice(("T", "T", "T", "1/T", random.choice(SCALARS)))
    kind = random.random()
    if kind < 0.5:
        left, right = term(random, depth - 1), term(random, random.randrange(depth))
        return f"({left} {random.choice('+-**/')} {right})" if random.random() < 0.85 else f"({left} - ({right}))"
    if kind < 0.6:
        return f"(1 + Abs({term(random, depth - 1)}))**{random.choice(('x', 'T', '2', 'c', '(1/2)', '(1/T)'))}"
    shapes = SUMS if kind > 0.9 else UNARY
    return random.choice(shapes).format(f"({term(random, depth - 1)})")


def attack_limit(random: Random, report: Report) -> None:
    body, near = term(random, random.choice((2, 3, 3, 4))), random.choice(POINTS)
    value = random.choice(("0", "1", "x", "c", "2", "oo"))
    hypotheses = random.choice(((), (), ("x > 0",), ("x > y",), ("c > 1",)))
    try:
        claim = parsed(VARIABLES, f"limit({body}, T, {near}) == {value}".replace("'", "''"), *hypotheses)
    except AssertionError:
        return
    report.counts["limits"] += 1
    result = decide(claim, FUEL)
    limit = next(t for t in (claim.left, claim.right) if isinstance(t, Limit))
    if isinstance(result, Theorem):
        report.counts["proved"] += 1
        report.rules.update(result.rules)
        _hold(replace(claim, left=limit, right=claim.right if claim.left is limit else claim.left), report, random)
    elif result.instead is not None or result.absent:
        report.counts["another" if result.instead else "absent"] += 1
        sided = replace(limit, side=result.side or limit.side)
        case = replace(claim, left=sided, hypotheses=(*claim.hypotheses, *result.within))
        if result.instead is not None:
            _hold(replace(case, right=result.instead), report, random)
        elif "no value" in result.absent:
            _hold_undefined(case, report, random)


def _points(claim: Goal, random: Random) -> Iterator[Point]:
    """Points that satisfy the hypotheses; T stands for nothing yet."""
    integers, given = integer_names(claim), 0
    for _ in range(60):
        vector = random.choice(VECTORS)
        values = {name: random.choice(VALUES) for name in "xy"} | {
            name: abs(random.choice(VALUES[1:])) for name in "cd"
        }
        weights = tuple(abs(v) + Fraction(1, 2) for v in vector)
        point = Point({"n": len(vector)}, {**values, "o": vector, "z": weights, "T": Fraction(1)}, {})
        if all(_holds(h.relation.left, h.relation.op, h.relation.right, point, integers) for h in claim.hypotheses):
            given += 1
            yield point
        if given == 5:
            return


def _holds(left: Term, op: str, right: Term, point: Point, integers: frozenset[str]) -> bool:
    a, b = (enclose(side, point, integers, BITS) for side in (left, right))
    return not isinstance(a, Missing) and not isinstance(b, Missing) and compare(op, a, b) is True


def _ladder(limit: Limit, claim: Goal, point: Point) -> Iterator[tuple[int, Real | Missing]]:
    """The body ever nearer to the point of the limit, from every side asked for."""
    integers = integer_names(claim)
    for way in (1, -1):
        infinite = {Constant("oo"): 1, Neg(Constant("oo")): -1}.get(limit.point)
        if infinite not in (None, way) or limit.side == ("-" if way > 0 else "+"):
            continue
        centre = Fraction(0)
        if infinite is None:
            found = enclose(limit.point, point, integers, BITS)
            if isinstance(found, (Missing, arb)):
                continue
            centre = Fraction(int(found.p), int(found.q))
        for power in NEARER:
            step = Fraction(10) ** (power if infinite else -power)
            there = replace(point, values={**point.values, "T": centre + way * step})
            yield way, enclose(limit.body, there, integers, BITS)


def _hold(claim: Goal, report: Report, random: Random) -> None:
    """Hold a limit against the values near its point."""
    limit = claim.left
    assert isinstance(limit, Limit)
    for point in _points(claim, random):
        target = {Constant("oo"): 1, Neg(Constant("oo")): -1}.get(claim.right)
        end = None if target else enclose(claim.right, point, integer_names(claim), BITS)
        if isinstance(end, Missing):
            continue
        for way in (1, -1):
            seen = [v for w, v in _ladder(limit, claim, point) if w == way]
            known = [arb(v) for v in seen if not isinstance(v, Missing)]
            if seen and seen[-1] is Missing.UNDEFINED:
                report.wrong.append(f"{write(limit)} == {write(claim.right)} at {point}: undefined near the point")
            if len(known) < 3:
                continue
            report.counts["points"] += 1
            if _strays(known, target, end):
                values = ", ".join(v.str(8) for v in known)
                report.wrong.append(f"{write(limit)} == {write(claim.right)} at {point}: {values}")
                return


def _strays(known: list[arb], target: int | None, end: Real | None) -> bool:
    """Whether values keep away from what they should approach; slow logarithms still come nearer."""
    if target is not None:
        last, before = known[-1] * target, known[-2] * target
        return bool(last < 3 and last <= before + arb("0.01"))
    last, before = abs(known[-1] - end), abs(known[-2] - end)
    return bool(last > arb("0.3") and last >= before * arb("0.97"))


def _hold_undefined(claim: Goal, report: Report, random: Random) -> None:
    limit = claim.left
    assert isinstance(limit, Limit)
    for point in _points(claim, random):
        if any(not isinstance(value, Missing) for _, value in list(_ladder(limit, claim, point))[-1:]):
            report.wrong.append(f"{write(limit)} at {point}: has a value near the point")


# Optima.


def attack_optimum(random: Random, report: Report) -> None:
    objective = random.choice(OBJECTIVES)
    if random.random() < 0.3:
        objective = f"{objective} + {random.choice(OBJECTIVES)}"
    kind = random.choice(("argmax", "argmin"))
    objective = f"-({objective})" if random.random() < 0.3 else objective
    claim = f"{kind}({objective}, x) == {random.choice(OPTIMISERS)}"
    try:
        goal = parsed(VARIABLES.replace("T, ", ""), claim, *random.choice(ASSUMED))
    except AssertionError:
        return
    report.counts["optima"] += 1
    result = decide(goal, FUEL)
    if not isinstance(result, Theorem):
        return
    report.counts["optima proved"] += 1
    report.rules.update(result.rules)
    if against := outdone(goal):
        report.wrong.append(f"{claim}: {against.point}")


def main() -> int:
    """Run from the command line; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(description="Random attacks on limits and optima.")
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report = attack(options.count, options.seed)
    print(*report.wrong, sep="\n")
    print(dict(report.counts), dict(report.rules), sep="\n")
    return bool(report.wrong)


if __name__ == "__main__":
    sys.exit(main())
