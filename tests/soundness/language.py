"""Attack the whole program with random claim files: ``python -m tests.soundness.language --count 3000 --seed 1``.

A file has variables, vectors, a matrix, definitions, hypotheses, and a claim: a relation, a chain of orders, steps or
cases, with derivatives, limits and optima in it. It is read and decided as any other. What is proved must hold at
exact points, by balls; what is refuted must fail at the point that is shown, by plain recursion in mpmath; what is
true by construction must not be refuted.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from time import perf_counter

import mpmath
from msgspec import Struct, field

from derive.claim import Goal
from derive.elaborate import elaborate
from derive.enclose import Missing, decide, enclose
from derive.evaluate import Point, integer_names
from derive.load import load_text
from derive.run.decide import decide as verdict_of
from derive.term import Limit, Optimum, Relation, subterms
from derive.verdict import Conflict, Counterexample, Proved, Refuted, Verdict
from derive.write import write
from tests.goals import second_opinion
from tests.soundness.points import PRECISION, is_admissible, points

POINTS = 24
NEAR = mpmath.mpf(10) ** -9
VARIABLES = {
    "n": "positive integer",
    "m": "positive integer",
    "x": "real",
    "y": "real",
    "u": "positive",
    "w": "nonnegative",
    "c": "integer",
    "o": "real[n]",
    "b": "positive[n]",
    "p": "simplex[n]",
    "h": "onehot[n]",
    "A": "real[n, n]",
    "B": "positive[n, m]",
}
LEAVES = ("x", "x", "y", "u", "w", "c", "n", "1", "2", "1/2", "0", "o[{i}]", "o[{i}]", "b[{i}]", "p[{i}]", "h[{i}]")
LEAVES += ("A[{i}, {j}]", "A[{i}, {j}]", "B[{i}, r]", "KroneckerDelta({i}, {j})", "s[{i}]", "g", "f(x)", "M[{i}, {j}]")
SHAPES = (
    *("({0} + {1})", "({0} - {1})", "({0}*{1})", "({0}*{1})", "({0}/{1})", "({0}**2)", "({0})**{e}", "-({0})"),
    *("exp({0})", "log({0})", "sqrt({0})", "Abs({0})", "Max({0}, {1})", "Min({0}, {1})", "sign({0})", "f({0})"),
    *("1/(1 + exp(-({0})))", "sin({0})", "tanh({0})", "atan({0})", "floor({0})", "cbrt({0})", "sqrt(({0})**2 + u)"),
)
SUMS = (
    *("Sum({b}, {k})", "Sum({b}, {k})", "Sum(({b})**2, {k})", "Sum(exp({b}), {k})", "Product({b}, {k})", "Max(o)"),
    *("Sum({b}, {k}, {k} != {i})", "Product({b}, {k}, {k} != {i})", "Sum(p[{k}]*({b}), {k})", "Sum(h[{k}]*({b}), {k})"),
    *("Max({b}, {k})", "Min({b}, {k})", "Sum(Sum(A[{k}, l]*o[l]*o[{k}], l), {k})", "Sum(s[{k}]*({b}), {k})"),
)
DERIVATIVES = ("diff({0}, x)", "diff({0}, o[{i}])", "diff({0}, u)", "diff({0}, A[{i}, {j}])", "diff({0}, x, o[{j}])")
DEFINED = {
    "f(t)": ("t**2 + 1", "exp(t)/(1 + exp(t))", "Max(t, 0)", "t*Abs(t)", "1/t", "log(1 + t**2)", "t**3 - x"),
    "s[k]": ("exp(o[k])/Sum(exp(o[l]), l)", "o[k] - Sum(o[l], l)/n", "b[k]/Sum(b[l], l)", "Sum(A[k, l]*o[l], l)"),
    "g": ("Sum(o[k]**2, k)", "log(Sum(exp(o[k]), k))", "x - y", "Sum(p[k]*o[k], k)", "Sum(A[k, k], k)"),
    "M[k, q]": ("Sum(A[k, l]*A[l, q], l)", "o[k]*o[q]", "A[k, q] - A[q, k]", "KroneckerDelta(k, q)*b[k]"),
}
HYPOTHESES = (
    *("n >= 2", "n == 2", "x > 0", "x != 0", "x >= y", "x < y", "0 < x <= 1", "x == 2*y", "x**2 == 1", "c >= 1"),
    *("o[i] > o[j]", "i != j", "o[k] > 0", "o[k] <= x", "Sum(o[k], k) == 0", "Sum(o[k]**2, k) > 0", "p[k] > 0"),
    *("A[k, l] == A[l, k]", "Sum(A[k, l], l) == 1", "Sum(b[k], k) == 1", "Max(o) <= 0", "s[k] != 0", "g > 0"),
)
TRUE = (
    "{0} == {0} + 0",
    "({0} + {1})**2 == ({0})**2 + 2*({0})*({1}) + ({1})**2",
    "exp({0} + {1}) == exp({0})*exp({1})",
    "({0})**2 >= 0",
    "Abs({0}) >= {0}",
    "Max({0}, {1}) + Min({0}, {1}) == {0} + {1}",
    "diff(({0})*({1}), x) == diff({0}, x)*({1}) + ({0})*diff({1}, x)",
    "diff(exp({0}), o[i]) == exp({0})*diff({0}, o[i])",
    "Sum({2}, k) == {3} + Sum({2}, k, k != i)",
    "Sum({2} + x, k) == Sum({2}, k) + n*x",
    "Sum(({2})**2, k) >= ({3})**2",
    "Sum(h[k]*({2}), k)**2 == Sum(h[k]*({2})**2, k)",
    "sqrt(({0})**2) == Abs({0})",
    "log(exp({0})) == {0}",
    "exp({0}) >= 1 + {0}",
    "f({0}) == f({0} + 0)",
    "sin({0})**2 + cos({0})**2 == 1",
    "floor({0}) <= {0}",
    "cbrt({0})**3 == {0}",
    "({0})*({1}) <= (({0})**2 + ({1})**2)/2",
)
APPROACHES = (
    "limit({0}, x, {a}) == {1}",
    "limit(({0})/x, x, oo) == {1}",
    "argmin(({0})**2 + (x - y)**2, x) == {1}",
    "argmax(y - (x - ({1}))**2, x) == {1}",
    "argmin(Sum(b[k]*(x - o[k])**2, k), x) == {1}",
)


class Report(Struct):
    """The tallies of a run, and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def attack(count: int, seed: int) -> Iterator[Report]:
    """So many random files; yields the same report, further filled, after each."""
    report = Report()
    for number in range(count):
        attack_file(Random(f"{seed}/{number}"), report)
        yield report


def attack_file(random: Random, report: Report) -> None:
    """One file with one claim, each of whose lines is decided."""
    text, is_true = file(random)
    report.counts["files"] += 1
    claims, problems = elaborate(load_text(text, "random.yaml"))
    if not claims:
        report.counts[f"unread {problems[0].code if problems else ''}"] += 1
    for line in (x for claim in claims for x in claim.lines):
        try:
            verdict = verdict_of(line.goal)
        except Exception as defect:  # whatever it is, it must not hide the other files
            report.wrong.append(f"crash {defect!r}\n{text}")
            continue
        report.counts[type(verdict).__name__.lower()] += 1
        report.counts["true refuted"] += (is_true and isinstance(verdict, Refuted)) or 0
        found = (
            "true by construction" if is_true and isinstance(verdict, Refuted) else _wrong(line.goal, verdict, random)
        )
        if found:
            relation = write(Relation(line.goal.left, line.goal.op, line.goal.right))
            report.wrong.append(f"{type(verdict).__name__} {relation}: {found}\n{text}")


# The files.


def file(random: Random) -> tuple[str, bool]:
    """The text of a claim file, and whether its claim is true by construction."""
    defined = {head: random.choice(bodies) for head, bodies in DEFINED.items()}
    chosen = random.sample(HYPOTHESES, random.choice((0, 0, 1, 1, 2)))
    kind = random.choices(("true", "relation", "chain", "steps", "cases", "approach"), (4, 4, 2, 2, 1, 2))[0]
    lines = [
        f"  {name}: '{type}'" for name, type in {"n": "positive integer", "m": "positive integer", **VARIABLES}.items()
    ]
    lines += ["define:", *(f"  '{head}': '{body}'" for head, body in defined.items())]
    lines += ["claims:", "  - id: a", f"    assume: [{', '.join(map(_quoted, chosen))}]", *_CLAIMS[kind](random)]
    return "derive: 1\nvariables:\n" + "\n".join(lines) + "\n", kind == "true"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _true(random: Random) -> list[str]:
    inner, instance = _summand(random)
    text = random.choice(TRUE).format(term(random, 2), term(random, 1), inner, instance)
    return [f"    claim: {_quoted(text)}"]


def _summand(random: Random) -> tuple[str, str]:
    """A term in k, and the same at i."""
    state = random.getstate()
    inner = term(random, 1, "k")
    random.setstate(state)
    return inner, term(random, 1, "i")


def _relation(random: Random) -> list[str]:
    op = random.choice(("==", "==", "<=", ">=", "<", ">", "!="))
    return [f"    claim: {_quoted(f'{term(random, 3)} {op} {term(random, 2)}')}"]


def _chain(random: Random) -> list[str]:
    ops = random.choice((("<", "<="), ("<=", "<="), ("<=", "=="), (">=", ">")))
    return [f"    claim: {_quoted(f'{term(random, 1)} {ops[0]} {term(random, 2)} {ops[1]} {term(random, 1)}')}"]


def _steps(random: Random) -> list[str]:
    steps = [f"{random.choice(('==', '==', '<=', '>='))} {term(random, 2)}" for _ in range(random.choice((1, 2)))]
    return [f"    steps: [{', '.join(map(_quoted, (term(random, 2), *steps)))}]"]


def _cases(random: Random) -> list[str]:
    whens = random.choice((("x > 0", "x <= 0"), ("i == j", "i != j"), ("x > y", "x < y"), ("n == 1", "n >= 2")))
    first, last = term(random, 2), term(random, 1)
    steps = ", ".join(map(_quoted, (first, f"{random.choice(('==', '<=', '>='))} {last}")))
    return ["    cases:", *(f"      - {{when: {_quoted(when)}, steps: [{steps}]}}" for when in whens)]


def _approach(random: Random) -> list[str]:
    point = random.choice(("oo", "0", "0, '+'", "1", "-oo", "y"))
    return [f"    claim: {_quoted(random.choice(APPROACHES).format(term(random, 2), term(random, 1), a=point))}"]


_CLAIMS: dict[str, Callable[[Random], list[str]]] = {
    "true": _true,
    "relation": _relation,
    "chain": _chain,
    "steps": _steps,
    "cases": _cases,
    "approach": _approach,
}


def term(random: Random, depth: int, at: str = "i") -> str:
    """A random term whose indices are ``at`` and j."""
    roll = random.random()
    if depth <= 0 or roll < 0.12:
        return random.choice(LEAVES).format(i=at, j=random.choice((at, "j", "j")))
    if roll < 0.3:
        bound = "k" if at != "k" else "q"
        return random.choice(SUMS).format(b=term(random, depth - 1, bound), k=bound, i=at)
    if roll < 0.42:
        return random.choice(DERIVATIVES).format(term(random, depth - 1, at), i=at, j="j")
    parts = (term(random, depth - 1, at), term(random, random.randrange(depth), at))
    return random.choice(SHAPES).format(*parts, e=random.choice(("3", "-1", "c", "(1/2)", "0")))


# What is wrong with a verdict.


def _wrong(goal: Goal, verdict: Verdict, random: Random) -> str:
    match verdict:
        case Conflict():
            return "conflict"
        case Proved() if not _is_beyond_points(goal):
            return next(_contrary(goal, random), "")
        case Refuted(Counterexample() as found) if not _is_beyond_points(goal) and not found.implied:
            return _unfounded(goal, found)
    return ""


def _is_beyond_points(goal: Goal) -> bool:
    return any(isinstance(t, Limit | Optimum) for side in (goal.left, goal.right) for t in subterms(side))


def _contrary(goal: Goal, random: Random) -> Iterator[str]:
    integers = integer_names(goal)
    for point in points(goal, random, POINTS):
        left, right = (enclose(side, point, integers, PRECISION) for side in (goal.left, goal.right))
        if not isinstance(left, Missing) and not isinstance(right, Missing) and decide(goal.op, left, right) is False:
            yield f"it fails at {point}"


def _unfounded(goal: Goal, found: Counterexample) -> str:
    """Why a counterexample is none."""
    point = Point(dict(found.dimensions), dict(found.values), dict(found.indices))
    if not is_admissible(goal, point):
        return f"the point is not admissible: {found}"
    left, right = (second_opinion(side, found) for side in (goal.left, goal.right))
    for value, known in ((left, found.left), (right, found.right)):
        if known.exact is not None and abs(value - mpmath.mpf(known.exact.numerator) / known.exact.denominator) > NEAR:
            return f"another value at the point: {mpmath.nstr(value, 20)}: {found}"
    gap = mpmath.re(left - right)
    slack = NEAR * max(1, abs(left))
    holds = {"==": abs(gap) == 0, "<=": gap < -slack, "<": gap < -slack, ">=": gap > slack, ">": gap > slack}
    fails = holds.get(goal.op, abs(gap) > slack)
    return f"it holds there, {mpmath.nstr(left, 20)} {goal.op} {mpmath.nstr(right, 20)}: {found}" if fails else ""


def main() -> int:
    """Run from the command line; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(description="Random claim files against the whole program.")
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=20, help="stop after so many findings")
    options = parser.parse_args()
    started, told, report = perf_counter(), 0, Report()
    for report in attack(options.count, options.seed):
        print(*report.wrong[told:], sep="\n", end="\n" if report.wrong[told:] else "", flush=True)
        told = len(report.wrong)
        if told >= options.most:
            break
    print(", ".join(f"{name} {count}" for name, count in sorted(report.counts.items())))
    print(f"{len(report.wrong)} findings, {perf_counter() - started:.0f} s")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
