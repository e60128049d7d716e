"""Faults planted in the kernel, one at a time; the attacks must find every one: ``python -m tests.soundness.plants``.

A plant is a side condition dropped, a sign lost, a name captured: an edit of one function's source. Its detectors are
what it names itself, the false claims of the case files, then the fuzzer. The table gives, for each rule, its
conditions, the plants that drop each by itself, and what finds them; then the faults that drop none. A plant whose text
no longer stands in the kernel fails loudly.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache, partial
from importlib import import_module
from io import StringIO
from itertools import takewhile
from math import inf
from pathlib import Path
from random import Random
from textwrap import dedent
from time import perf_counter
from types import CodeType, FunctionType

import pytest
from msgspec import Struct

from derive.claim import Goal
from derive.find import Target
from derive.kernel import Theorem
from derive.kernel.rules import RULES
from derive.prove import prove
from derive.read import read
from tests.soundness.claims import CASES, ROOT, without_models
from tests.soundness.clauses import CLAUSES, CONSTRUCTED, IMPLIED
from tests.soundness.fuzz import ATTACKS, CRASHES, Report, attack
from tests.soundness.plant import Plant

HERE = ROOT / "tests" / "soundness"
NEAR = HERE / "near.yaml"
HOLES = HERE / "holes.yaml"
FALSE_CLAIMS = (HOLES, *CASES, NEAR)
COUNT = 3_000
FUEL = 20_000


class Catch(Struct, frozen=True):
    """Which detector found a plant, after how many cases, and what it saw."""

    detector: str
    cases: int
    seen: str


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """The kernel with the fault, wherever the function was imported to. Fails where the text does not stand there."""
    function = _function(plant.function)
    before = function.__code__
    function.__code__ = _edited(plant, function)
    try:
        yield
    finally:
        function.__code__ = before


def _function(path: str) -> FunctionType:
    module, *names = path.split(".")
    found: object = import_module(f"derive.kernel.{module}")
    for name in names:
        found = getattr(found, name)
    assert isinstance(found, FunctionType), path
    return found


def _edited(plant: Plant, function: FunctionType) -> CodeType:
    source = dedent(inspect.getsource(function))
    if source.count(plant.old) != 1:
        raise ValueError(f"{plant.name}: the text to replace stands {source.count(plant.old)} times in {function}")
    code = compile(source.replace(plant.old, plant.new), plant.name, "exec")
    return next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == function.__name__)


# The detectors.


def found_by(
    plant: Plant, count: int, seed: int, files: tuple[Path, ...] = FALSE_CLAIMS, seconds: float = inf
) -> Catch | None:
    """The first detector that finds a plant, or None; what the plant names is asked first, the others for so long.

    Raises ValueError where the plant fits the kernel no longer.
    """
    found, until = found_at_once(plant, files), perf_counter() + seconds
    return found or _by_claims(plant, files, until) or _by_fuzzing(plant, count, seed, until)


def found_at_once(plant: Plant, files: tuple[Path, ...] = FALSE_CLAIMS) -> Catch | None:
    """Whether what a plant names finds it: a claim of the files, a test, or a case of the fuzzer."""
    if "::" in plant.by:
        return Catch("test", 1, plant.by) if _fails(plant) else None
    if " " in plant.by:
        attacker, case = plant.by.split()
        return _by_case(plant, case, (attacker,), 1)
    goal = dict(false_goals(*files)).get(plant.by)
    return Catch("claims", 1, plant.by) if goal is not None and _tells(plant, goal) else None


def _fails(plant: Plant) -> bool:
    """Whether the test that a plant names fails with it, and with it alone."""
    run = ["-q", "-n0", "-p", "no:cacheprovider", str(ROOT / plant.by)]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        with planted(plant):
            failed = pytest.main(run) == pytest.ExitCode.TESTS_FAILED
        return failed and pytest.main(run) == pytest.ExitCode.OK


@cache
def false_goals(*paths: Path) -> tuple[tuple[str, Goal], ...]:
    """The goals of claims that are not true, one line each; of steps the claim as a whole says nothing of a line."""
    claims = [c for reading in read(map(Target, paths)) for c in reading.claims]
    return tuple((c.id, c.lines[0].goal) for c in claims if c.expect != "proved" and len(c.lines) == 1)


def is_proved(goal: Goal) -> bool:
    """Whether the rules by themselves prove a goal."""
    try:
        with without_models():
            return isinstance(prove(goal, FUEL), Theorem)
    except CRASHES:
        return False


def _by_claims(plant: Plant, files: tuple[Path, ...], until: float) -> Catch | None:
    for number, (id, goal) in enumerate(false_goals(*files), 1):
        if perf_counter() > until:
            break
        if _tells(plant, goal):
            return Catch("claims", number, id)
    return None


def _tells(plant: Plant, goal: Goal) -> bool:
    """Whether only the fault proves a goal; what is expected to stay undecided may have been proved before it."""
    with planted(plant):
        proved = is_proved(goal)
    return proved and not is_proved(goal)


def _by_fuzzing(plant: Plant, count: int, seed: int, until: float) -> Catch | None:
    numbers = takewhile(lambda _: perf_counter() < until, range(count))
    found = (_by_case(plant, f"{seed}/{number}", tuple(ATTACKS), number + 1) for number in numbers)
    return next((catch for catch in found if catch is not None), None)


def _by_case(plant: Plant, case: str, names: tuple[str, ...], number: int) -> Catch | None:
    """What one random case sees of a plant, and of it alone."""
    with planted(plant):
        name, report = _attacked(case, names)
    alone = report.differences and not _attacked(case, names)[1].differences
    return Catch(name, number, report.differences[0].sort) if alone else None


def _attacked(case: str, names: tuple[str, ...]) -> tuple[str, Report]:
    report = Report()
    return attack(Random(case), report, names), report


# The table.


def main() -> int:
    """Run from the command line; the exit code is 1 where a plant was not found."""
    parser = argparse.ArgumentParser(description="Planted faults that the attacks must find.")
    parser.add_argument("--count", type=int, default=COUNT, help="cases of the fuzzer for each plant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=inf, help="how long to search for what finds a plant")
    parser.add_argument("words", nargs="*", help="only plants whose names hold one of these words, or of these rules")
    options = parser.parse_args()
    chosen = [p for p in PLANTS if not options.words or any(_is_about(p, word) for word in options.words)]
    search = partial(found_by, count=options.count, seed=options.seed, seconds=options.seconds)
    missed = sum(_tell_rule(name, chosen, search) for name in RULES)
    print("Faults that drop no condition")
    missed += sum(_tell(plant, search) for plant in chosen if plant.drops is None)
    print(f"{missed} of {len(chosen)} plants not found" if missed else f"every one of {len(chosen)} plants was found")
    return 1 if missed else 0


def _is_about(plant: Plant, word: str) -> bool:
    return word in plant.name or (plant.drops is not None and word == plant.drops[0])


def _tell_rule(name: str, chosen: Sequence[Plant], search: Callable[[Plant], Catch | None]) -> int:
    """Print the conditions of a rule and what finds the loss of each; how many plants were not found."""
    rule, missed = RULES[name], 0
    dropping = {clause: [p for p in chosen if p.drops == (name, clause)] for clause in rule.requires}
    if any(dropping.values()):
        print(f"{name} {rule.title}")
    for clause, plants in dropping.items():
        reason = CONSTRUCTED.get((name, clause)) or IMPLIED.get((name, clause))
        if plants or (reason and any(dropping.values())):
            print(f"  {clause}" + (f" -- {reason}" if reason else ""))
        missed += sum(_tell(plant, search) for plant in plants)
    return missed


def _tell(plant: Plant, search: Callable[[Plant], Catch | None]) -> bool:
    """Print what finds a plant; whether nothing does."""
    started = perf_counter()
    try:
        catch = search(plant)
        what = f"{catch.detector} after {catch.cases}: {catch.seen}" if catch else "NOT FOUND"
    except ValueError:
        catch, what = None, "DOES NOT FIT"
    print(f"    {plant.name:58} {what}  ({perf_counter() - started:.0f} s)", flush=True)
    return catch is None


GUARDS = "tests/soundness/test_soundness.py::test_a_guard_in_a_product_keeps_what_is_beside_it_from_needing_a_value"
MEANS = "tests/soundness/test_soundness.py::test_weights_that_make_no_mean_prove_nothing"

PLANTS = (
    *CLAUSES,
    # Functions of angles, constants, slopes.
    Plant(
        "Pythagoras at any two angles",
        "ring._settle_sine",
        "ctx.generators[key].parts[1])",
        "({},))",
        drops=("G1", "one angle"),
        by="false-square-of-another",
    ),
    Plant(
        "a square of a sine that is not one",
        "ring._as_sine",
        "put(total, merge(rest, ((other, 2),)), -c)",
        "put(total, merge(rest, ((other, 2),)), c)",
        by="end-47",
    ),
    Plant(
        "inverse function on any branch",
        "angles._within",
        "for s in (1, -1)",
        "for s in ()",
        drops=("G5", "-2*pi < A < 2*pi"),
        by="false-branch-arctangent",
    ),
    Plant(
        "equal squares of two signs",
        "vanish._by_squares",
        " and _same_sign(ctx, first, second)",
        "",
        drops=("O9", "t**2: both >= 0, or of one sign"),
        by="false-identity-7",
    ),
    Plant(
        "the smaller square below",
        "vanish._sign_by_squares",
        "if ctx.sign(ctx, gap) & NONNEGATIVE else 0",
        "",
        drops=("O9", "t**2: both >= 0, or of one sign"),
        by="squares-4",
    ),
    Plant(
        "an even power like an odd one",
        "sign._parts_known",
        "% 2 == 1",
        "% 1 == 0",
        drops=("O9", "t**e: e is odd"),
        by="trap-04",
    ),
    Plant(
        "a root of a square of any sign",
        "sign._from_squares",
        "if _of_monomial(ctx, above) & NONNEGATIVE:",
        "if 1:",
        drops=("O9", "t**2: both >= 0, or of one sign"),
        by="false-derivative-2",
    ),
    Plant(
        "an equation that fails in one part",
        "split._failures",
        "zip(parts,",
        "zip(parts[:1] * len(parts),",
        drops=("K8", "every way to fail"),
        by="order-81",
    ),
    Plant(
        "gamma at a half of any sign",
        "counting.gamma",
        " and ctx.sign(ctx, between) & NONNEGATIVE:",
        ":",
        drops=("G8", "m >= 0"),
        by="half-4",
    ),
    Plant(
        "factorial of what may be -1",
        "counting.factorial",
        "if not ctx.sign(ctx, rest) & NONNEGATIVE:",
        "if False:",
        drops=("G8", "m >= 0"),
        by="factorial-of-what-may-be-zero",
    ),
    Plant(
        "induction from anywhere",
        "induction._grows_from",
        "if not _holds_at(",
        "if False and not _holds_at(",
        drops=("O24", "a(c) >= b(c)"),
        by="order-89",
    ),
    Plant(
        "induction without a step",
        "induction._is_step",
        "if not all(",
        "return True\n    if not all(",
        drops=("O24", "a, b > 0"),
        by="induction-3",
    ),
    Plant(
        "induction across what has no value",
        "induction._is_step",
        " and _has_value(ctx, part)",
        "",
        drops=("O24", "a and b have a value there"),
        by="induction-from-where-nothing-has-a-value",
    ),
    Plant(
        "induction with what holds at n alone",
        "induction._grows_from",
        "name not in names(ctx",
        "(1, ctx",
        drops=("O24", "nothing else is assumed of n"),
        by="induction-from-where-nothing-has-a-value",
    ),
    Plant(
        "induction over the range of a sum",
        "induction._counted",
        " and not _is_summed_over(poly, name)",
        "",
        drops=("O24", "n is no range"),
        by="induction-over-the-range-of-a-sum",
    ),
    Plant(
        "1/(t*u) like t",
        "sign._of_odd_part",
        "bits = times(bits, _of_power(ctx, key, e))",
        "pass",
        drops=("O2", "all terms of one sign"),
        by="product-of-one-sign-times-a-square",
    ),
    Plant(
        "an angle beyond its sine",
        "angles._is_below",
        "subtract(bound, argument)",
        "subtract(bound, {})",
        by="false-arctangent-sum",
    ),
    Plant(
        "half a turn taken for none",
        "angles._is_zero",
        "half or vanishes",
        "True or vanishes",
        drops=("G5", "without cos(A) = 1: -pi < A < pi"),
        by="false-arctangent-sum",
    ),
    Plant(
        "range of an angle on the wrong side",
        "angles.span_of",
        "if bits & NONNEGATIVE else -HALF",
        "if bits & NONPOSITIVE else -HALF",
        drops=("G6", "the sign of t, where a range depends on it"),
        by="false-reciprocal-side",
    ),
    Plant(
        "arccosine below a quarter turn",
        "angles.span_of",
        "(HALF if bits & NONNEGATIVE else Fraction(1))",
        "HALF",
        drops=("G6", "the sign of t, where a range depends on it"),
        by="false-branch-turn",
    ),
    Plant(
        "half an angle with a cosine of any sign",
        "trigonometry._of_inverse",
        'name == "acos"',
        "True",
        drops=("G2", "half of an angle: its cosine is >= 0"),
        by="false-arctangent-arccosine",
    ),
    Plant(
        "whole turns of what is not whole",
        "trigonometry._is_whole",
        "return name in ctx.integers",
        "return True or name in ctx.integers",
        drops=("G1", "a multiple of pi: by whole numbers"),
        by="false-real-multiple",
    ),
    Plant(
        "parity lost in whole turns",
        "trigonometry._whole_turns",
        "if c % 2 else ONE",
        "if False else ONE",
        by="false-integer-cosine",
    ),
    Plant(
        "an algebraic number that is nearly 0",
        "algebraic.is_zero",
        "* (1 << bits) < 1",
        "< Fraction(1, 10)",
        drops=("N3", "abs(U/L) < u**(1 - D)/L, D the degree, u above all conjugates of the algebraic integer U"),
        by="enumeration-rates-fall-with-every-block",
    ),
    Plant(
        "slope of one sign anywhere",
        "monotone._by_slope",
        "if value is None or not _is_signed(outside, value, NONNEGATIVE, depth - 1):",
        "if value is None:",
        drops=("O18", "the sign of f at an end"),
        by="tangent-with-the-other-slope",
    ),
    Plant(
        "strict at an end that is reached",
        "monotone._by_slope",
        "if not positive and reached:",
        "if False:",
        drops=("O18", "strict: f > 0 at an end that is reached, or f' of a strict sign"),
        by="logarithms-times-what-may-be-zero",
    ),
    Plant(
        "hypotheses at a point taken for the interval",
        "interval.forgetting",
        "if name not in names(case, f.polynomial)",
        "if True",
        drops=("O18", "the hypotheses give the interval"),
        by="monotone-reciprocal",
    ),
    Plant(
        "a jump taken for a continuous function",
        "monotone.is_continuous",
        "return all(",
        "return True or all(",
        drops=("O18", "f continuous on the interval"),
        by="monotone-reciprocal",
    ),
    Plant(
        "a derivative at the end of a domain that is not passed",
        "differentiate.ends",
        "if through or ctx.sign",
        "if True or ctx.sign",
        drops=("V15", "w' != 0 where w = 0: w moves through 0"),
        by="end-of-a-domain-that-is-only-touched",
    ),
    Plant(
        "weights that do not sum to one",
        "means._holds",
        "or sum(weights) != 1",
        "or False",
        drops=("O19", "w1 + .. + wk = 1"),
        by=MEANS,
    ),
    Plant(
        "a product of other powers than the weights",
        "means._holds",
        "if mixed != _exponent",
        "if False and mixed != _exponent",
        drops=("O19", "the product of these powers"),
        by=MEANS,
    ),
    Plant(
        "more than the weighted mean",
        "means._holds",
        "mean.size**common <= product",
        "True",
        drops=("O19", "c <= (a1/w1)**w1*..*(ak/wk)**wk"),
        by="more-than-the-mean-of-squares",
    ),
    Plant(
        "roots of what may be negative",
        "means._atoms",
        "and least.denominator == 1 and not",
        "and False and not",
        drops=("O12", "t > 0, c >= 0"),
        by="false-lesson-2",
    ),
    Plant(
        "a polynomial with roots of odd order",
        "roots.sign_of_values",
        "if _roots_inside(root_of_odd_order, where):",
        "if False:",
        drops=("O21", "the roots of odd order in the range are counted (Sturm)"),
        by="optimum-on-one-of-two-pieces",
    ),
    Plant(
        "sine positive on a whole turn",
        "ranges._in_windows",
        "scale(pi, start + 1)",
        "scale(pi, start + 2)",
        drops=("G6", "an angle: within the half turn of that sign"),
        by="false-whole-turn",
    ),
    Plant(
        "floor of what is not whole",
        "counting._is_whole_monomial",
        "return all(",
        "return True or all(",
        drops=("G9", "m is a whole number"),
        by="false-floor-sum",
    ),
    # Names and ranges.
    Plant(
        "one name for the factors of a product of sums",
        "sums._flatten",
        "for _ in range(int(e)):",
        "for _ in '1':",
        drops=("S6", "names apart"),
        by="square-of-a-row-sum-below-a-sum",
    ),
    Plant(
        "bound names not by height",
        "sums._closed",
        "base + 1 + n",
        "1 + n",
        by="instance-below-a-sum-of-quotients",
    ),
    Plant(
        "sum range from another dimension",
        "sums._factor",
        "next(iter(linked))[1]",
        "min(ctx.least)",
        drops=("S2", "n is the dimension of k"),
        by="weights-over-the-other-index",
    ),
    Plant(
        "unrolled one short",
        "sums._unrolled_sum",
        "range(1, size + 1)",
        "range(1, max(size, 2))",
        drops=("K6", "every index once"),
        by="the-last-of-two-indices-beside-what-has-no-value",
    ),
    Plant(
        "sign lost when a bound index is renamed",
        "sums._closed",
        "bound=bound), 1),), c)",
        "bound=bound), 1),), abs(c))",
        by="terms 1/23",
    ),
    Plant(
        "unit sign dropped",
        "ring.inverse_power",
        "Fraction(c) ** -exponent",
        "abs(Fraction(c)) ** -exponent",
        by="trap-45",
    ),
    Plant(
        "antisymmetric entry without its sign",
        "ring.component",
        "(at[1], at[0])), symmetry)",
        "(at[1], at[0])), 1)",
        by="sign-lost-in-an-instance-of-a-hypothesis",
    ),
    Plant(
        "one hot index for all one-hot vectors",
        "hypotheses.context_of",
        'f"\'{d.name}"',
        '"\'one"',
        drops=("H3", "every vector has its own h"),
        by="trap-21",
    ),
    # Deltas and guards.
    Plant(
        "guard forgotten",
        "ring.guarded",
        "multiply(ctx, single, guard(ctx, left, right))",
        "single",
        drops=("D4", "[i != j] is kept where F(b) may have no value"),
        by="the-last-of-two-indices-beside-what-has-no-value",
    ),
    Plant(
        "lazy guard read as strict",
        "ring.guarded",
        "where_equal is not None and defined(ctx, where_equal) and defined(ctx, single)",
        "where_equal is not None",
        drops=("D2", "t has a value where i = j too"),
        by="the-last-of-two-indices-beside-what-has-no-value",
    ),
    Plant(
        "distinct case not guarded",
        "ring.float_delta",
        "guarded(ctx, keep, drop, elsewhere)",
        "elsewhere",
        drops=("D4", "[i != j] is kept where F(b) may have no value"),
        by="terms 1/11",
    ),
    Plant(
        "any two deltas contradict",
        "ring._contradiction",
        "or all(p[0] == LITERAL",
        "or any(p[0] == LITERAL",
        drops=("D1", "j != k: two numbers, or by hypothesis"),
        by="an-index-that-is-one-and-another",
    ),
    Plant(
        "denominators cleared across guards",
        "zero._by_guards",
        'f[0][0] in "dg")',
        'f[0][0] in "")',
        drops=("R4", "u and u' differ from 0 where they stand"),
        by="logit-in-a-weight-as-printed",
    ),
    Plant(
        "undefined powers called defined",
        "ring.defined_power",
        "if e < 0 and not bits & NONZERO",
        "if False",
        by="the-last-of-two-indices-beside-what-has-no-value",
    ),
    Plant(
        "restricted sum pulled apart",
        "sums._factor",
        "if stay or len(partial) > 1",
        "if False and len(partial) > 1",
        drops=("S6", "a restricted range: the summands have a value"),
        by="terms 1/131",
    ),
    Plant(
        "contraction with a literal out of range",
        "sums._contract",
        "if not in_range(ctx, (keep,))",
        "if False",
        drops=("S3", "j is in the range"),
        by="contraction-with-a-literal-below-a-restriction",
    ),
    # Hypotheses and derivatives.
    Plant(
        "a form without a value outside of a range",
        "normalize.Reader._holds_around",
        " or _is_total(term)",
        " or True",
        drops=("O2", "all terms of one sign"),
        by="modulus-of-a-root-outside-of-a-range",
    ),
    Plant(
        "hypotheses below a derivative",
        "normalize.Reader._diff",
        "ctx.suspended = before | used",
        "pass",
        drops=("H2", "not below a derivative by what it constrains"),
        by="centred-logits-used-under-diff",
    ),
    Plant(
        "one-hot below a derivative",
        "ring.component",
        "hot is not None and array not in ctx.suspended",
        "hot is not None",
        drops=("H3", "not below a derivative by y"),
        by="derivative-35",
    ),
    Plant(
        "simplex below a derivative",
        "sums._connected",
        "ctx.simplex and gen.parts[0] not in ctx.suspended",
        "ctx.simplex",
        drops=("H4", "not below a derivative by y"),
        by="trap-24",
    ),
    Plant(
        "equation of an array below a derivative",
        "ring.component",
        "rule is not None and rule.names.isdisjoint(ctx.suspended)",
        "rule is not None",
        drops=("H2", "not below a derivative by what it constrains"),
        by="entries-that-equal-what-is-differentiated-by",
    ),
    Plant(
        "equation of a sum below a derivative",
        "sums._connected",
        "if rule.names.isdisjoint(ctx.suspended) else None",
        "if True else None",
        drops=("S10", "not below its diff"),
        by="centred-logits-used-under-diff",
    ),
    Plant(
        "fact about one index used for all",
        "facts.pattern_of",
        "p[0] >= BOUND",
        "p[0] >= 1",
        drops=("H1", "the index is none that the claim names"),
        by="attained-at-another",
    ),
    Plant(
        "weighted sum by the sum of a simplex",
        "sums._connected",
        "len(bound) == 1 and len(mono) == 1 and",
        "len(bound) == 1 and",
        drops=("H4", "y_k alone is summed"),
        by="simplex-pairs-without-half",
    ),
    Plant(
        "condition below a restriction taken for all",
        "normalize.Reader._collect",
        "if not scope.guarded:",
        "if True:",
        by="contraction-with-a-literal-below-a-restriction",
    ),
    Plant(
        "kink where the argument stands still",
        "differentiate.kinks",
        "ctx.sign(ctx, differentiate(ctx, inner, target)) & NONZERO",
        "True",
        drops=("V13", "w moves with the variable"),
        by="kink-where-the-argument-stands-still",
    ),
    Plant(
        "product with a zero factor",
        "differentiate._of_product",
        "if ctx.sign(ctx, opened) & NONZERO and not excluded:",
        "if not excluded:",
        drops=("V7", "t'/t: no factor is 0"),
        by="derivative-of-a-product-that-is-zero",
    ),
    Plant(
        "matrix entry by its first index",
        "differentiate._of_component",
        "zip(at, target.at, strict=True)",
        "zip(at[:1], target.at[:1])",
        drops=("V1", "all indices agree"),
        by="logit-in-a-weight-as-printed",
    ),
    Plant(
        "root differentiated wrongly",
        "differentiate._of_radicand",
        "power(ctx, radicand, e - 1), e)",
        "power(ctx, radicand, e - 1), 1)",
        by="induction-from-later",
    ),
    # Powers, logs, roots.
    Plant(
        "log of a factor of unknown sign",
        "functions._log_of_generator",
        "if bits & NONNEGATIVE or e.denominator != 1:",
        "if True:",
        drops=("P4", "t > 0"),
        by="trap-04",
    ),
    Plant(
        "log of a square without Abs",
        "functions._log_of_generator",
        "logarithm(ctx, absolute(ctx, base))",
        "logarithm(ctx, base)",
        drops=("P4", "t**2: Abs(t) unless t >= 0"),
        by="trap-04",
    ),
    Plant(
        "root of a square without Abs",
        "ring._root_of_generator",
        'if key[0] == "e" or',
        "if True or",
        drops=("P7", "t**2: Abs(t) unless t >= 0"),
        by="root-of-squares",
    ),
    Plant(
        "root of a product of any signs",
        "ring._roots_of_factors",
        "elif bits & NONNEGATIVE:\n            weak.append((_root_of_generator(ctx, key, e, exponent),",
        "elif True:\n            weak.append((settle(ctx, ((key, e * exponent),)),",
        drops=("P7", "t > 0, or t >= 0 and u >= 0"),
        by="root-of-a-quotient-of-negatives",
    ),
    Plant(
        "power split at 0",
        "functions._by_exponent",
        "if not apart or any(",
        "if any(",
        drops=("P5", "t != 0, or a >= 0 and b >= 0"),
        by="zero-to-a-power-that-may-be-zero",
    ),
    Plant(
        "symbolic power of what may be 0",
        "functions.symbolic_power",
        "if bits & POSITIVE == POSITIVE:",
        "if bits & NONNEGATIVE:",
        drops=("P6", "t > 0"),
        by="power-of-a-root-that-may-be-zero",
    ),
    Plant(
        "root to a power of what may be 0",
        "functions._power_of_generator",
        "if ctx.sign(ctx, base) & POSITIVE != POSITIVE:",
        "if False:",
        drops=("P6", "t > 0"),
        by="power-of-a-root-that-may-be-zero",
    ),
    Plant(
        "product by logs of what may be negative",
        "reductions.product_over",
        "if ctx.sign(ctx, body) & POSITIVE == POSITIVE and",
        "if ctx.sign(ctx, body) & NONNEGATIVE and",
        drops=("T2", "t > 0 for all k"),
        by="product-of-roots",
    ),
    Plant(
        "sign squared is 1",
        "ring._settle_sign",
        "(e if e < 3 else 2 - e % 2)",
        "e % 2",
        drops=("G7", "sign(t)**2 = 1: t != 0"),
        by="sign-of-zero",
    ),
    Plant(
        "Abs dropped",
        "ring.absolute",
        "if bits & NONNEGATIVE:",
        "if True:",
        drops=("G7", "Abs(t) = t: t >= 0"),
        by="maximum-of-squares",
    ),
    Plant(
        "Abs of an odd power dropped",
        "ring._absolute_power",
        "if bits & NONNEGATIVE:",
        "if True:",
        drops=("G7", "Abs(t) = t: t >= 0"),
        by="exponent-that-is-a-whole-number-in-disguise",
    ),
    Plant(
        "Max under a negative factor",
        "reductions._extremum_generator",
        "[kind] if flip else kind",
        "[kind] if False else kind",
        drops=("G7", "Max(c*t) = c*Max(t): c >= 0"),
        by="maximum-of-the-negated-as-negated-maximum",
    ),
    Plant(
        "Max of Max under what may be negative",
        "reductions._flattened",
        "ctx.sign(ctx, weight) & wanted",
        "True",
        drops=("G7", "Max of Max: a weight >= 0"),
        by="maxima-with-weights-of-any-sign",
    ),
    # Signs and orders.
    Plant(
        "delta taken for positive",
        "sign._by_kind",
        'if kind in "dg":\n        return NONNEGATIVE',
        'if kind in "dg":\n        return POSITIVE',
        drops=("O3", "strict: t > 0 for all k"),
        by="condition-beside-a-delta",
    ),
    Plant(
        "strict where no term is",
        "sign._term_by_term",
        "NONZERO if any(s & NONZERO for s in signs) else 0",
        "NONZERO",
        drops=("O2", "strict: one term is"),
        by="logarithm-of-a-dimension-is-positive",
    ),
    Plant(
        "sum above a body at n = 1",
        "gathered._less_one_term",
        ">= 2 else 0",
        ">= 1 else 0",
        drops=("O6", "strict: n >= 2"),
        by="body-above-its-sum-of-one-term",
    ),
    Plant(
        "whole numbers of an empty range",
        "roots._at_whole_numbers",
        "low, high = min(low, bound), max(high, -bound)\n    if low > high:\n        return UNKNOWN",
        "high = max(low - 1, high)",
        by="whole-numbers-beyond-all-roots",
    ),
    Plant(
        "a name that an author gave",
        "context.Context.array",
        'f"u~{',
        'f"u{',
        by="name-of-an-inner-sum-that-the-author-gave-to-an-array",
    ),
    Plant(
        "a slope on both sides of a pole",
        "monotone._by_limits",
        "if not is_continuous(inside, poly):",
        "if False:",
        drops=("O18", "f continuous on the interval"),
        by="limits-far-out-on-both-sides-of-a-pole",
    ),
    Plant(
        "sum above a term at n = 1",
        "inequalities._split_off",
        "and _has_several(ctx, bound[1])",
        "",
        drops=("O6", "strict: n >= 2"),
        by="outputs-are-below-one-for-any-n",
    ),
    Plant(
        "sum above a term of terms of any sign",
        "inequalities._split_off",
        "if not bits & ZERO:",
        "if False:",
        drops=("O6", "t >= 0 for all k"),
        by="entry-above-the-sum",
    ),
    Plant(
        "inequality times what may be negative",
        "sign._without_negative_term",
        "if outer & NONNEGATIVE and all(",
        "if all(",
        drops=("O16", "m >= 0"),
        by="sign-lost-in-an-instance-of-a-hypothesis",
    ),
    Plant(
        "least value one too high",
        "sign._shifted",
        "{(): ctx.least[name]}",
        "{(): ctx.least[name] + 1}",
        drops=("O17", "c is its least value"),
        by="logarithm-of-a-dimension-is-positive",
    ),
    Plant(
        "weights that may all be 0",
        "sign._of_sum",
        "gen.parts[0] in ctx.simplex and",
        "True and",
        drops=("O4", "strict: t > 0 and Sum(w) != 0"),
        by="sum-of-nonnegatives-is-positive",
    ),
    Plant(
        "sign of a product over an empty range",
        "sign._by_kind",
        "bits = sign(ctx, parts[2])\n        return bits & POSITIVE if bits & NONNEGATIVE else bits & NONZERO",
        "return sign(ctx, parts[2])",
        by="product-of-zeros-over-an-empty-range",
    ),
    # Sums inside of sums, finitely many values, inequalities between sums.
    Plant(
        "a sum taken out although its index stands elsewhere",
        "embed.embed",
        "ctx.generators[key].places.isdisjoint(images) for key, _ in left",
        "True for key, _ in left",
        drops=("S10", "the index of the sum stands nowhere else"),
        by="rows-that-weigh-what-moves-with-them",
    ),
    Plant(
        "an index of a hypothesis that is bound",
        "embed.embed",
        "images <= around and images.isdisjoint(others)",
        "True",
        drops=("S10", "the whole summand of that index"),
        by="joint-distribution-as-conditional",
    ),
    Plant(
        "a hypothesis about a sum below a derivative",
        "sums._connected",
        "if rule.names.isdisjoint(ctx.suspended)",
        "if True",
        drops=("S10", "not below its diff"),
        by="centred-logits-used-under-diff",
    ),
    Plant(
        "only the first of the values",
        "zero._by_values",
        "for piece in pieces if",
        "for piece in pieces[:1] if",
        drops=("K7", "every value that is left"),
        by="order-81",
    ),
    Plant(
        "a factor of Lagrange lost",
        "finite._basis",
        "if v != value",
        "if v < value",
        by="two-values-without-their-second-factor",
    ),
    Plant(
        "a kink inside a kink",
        "differentiate._smooth_where_zero",
        "return all(_apart(ctx, poly, key) for key in sizes)",
        "return True",
        drops=("V14", "w without kinks where it is 0"),
        by="kink-inside-a-kink",
    ),
    Plant(
        "a root differentiated at 0",
        "differentiate._of_radicand",
        "if e.denominator != 1 and e > 0",
        "if False and e > 0",
        drops=("V3", "a root: its radicand is > 0"),
        by="root-with-a-slope-at-zero",
    ),
    Plant(
        "slope of a smooth Abs taken for a kink",
        "differentiate.kinks",
        "ctx.sign(ctx, step) & NONZERO",
        "True",
        drops=("V13", "a != 0, G(1) != G(-1)"),
        by="corner-with-a-factor-that-may-be-zero",
    ),
    Plant(
        "products of signed sums",
        "comparison.products_of_sums",
        "if not all(ctx.sign(ctx, t) & NONNEGATIVE for t in (first, second)):",
        "if False:",
        drops=("O15", "products of sums: a, b >= 0"),
        by="cauchy-of-any-sign",
    ),
    Plant(
        "rests of signed sums",
        "comparison.products_of_rests",
        "if root is None or not all(ctx.sign(ctx, t) & NONNEGATIVE for t in (first, second)):",
        "if root is None:",
        drops=("O15", "without one term: a, b >= 0"),
        by="rests-of-signed-sums",
    ),
    Plant(
        "bounds with signed weights",
        "comparison.products_of_bounds",
        "if ctx.sign(ctx, w) & NONNEGATIVE",
        "if 1",
        drops=("O3", "t >= 0 for all k"),
        by="variance-by-the-range-under-weights-of-any-sign",
    ),
    Plant(
        "any side of a bound",
        "comparison._bounded",
        "if fact.bits & NONNEGATIVE else",
        "if True else",
        drops=("O3", "t >= 0 for all k"),
        by="products-of-a-gap-above-and-one-below",
    ),
    Plant(
        "a bound that is none",
        "comparison._bounded",
        "fact.bits & ZERO in (NONNEGATIVE, NONPOSITIVE)",
        "True",
        drops=("O3", "t >= 0 for all k"),
        by="variance-by-what-is-no-bound",
    ),
    Plant(
        "the least like the largest",
        "comparison._bounded",
        'if kind == "Max" else',
        "if True else",
        drops=("O3", "t >= 0 for all k"),
        by="second-moment-between-least-and-largest",
    ),
    Plant(
        "weights that sum to anything",
        "comparison.weights",
        "or rule.value != ONE",
        "",
        drops=("O4", "Sum(w) is known"),
        by="weights-that-sum-to-one-half",
    ),
    Plant(
        "tangent with the other slope",
        "comparison.tangents_elsewhere",
        "add(ONE, gap)",
        "subtract(ONE, gap)",
        by="induction-over-the-range-of-a-sum",
    ),
    Plant(
        "a mean that is not 0 either",
        "comparison._centre",
        "add(component(case, deviation, at), means)",
        "component(case, deviation, at)",
        by="square-of-a-sum-below-the-sum-of-squares",
    ),
    Plant(
        "logarithms beside what may be 0 or negative",
        "exponents._by_exponential_beside",
        "& POSITIVE != POSITIVE",
        "& 0",
        drops=("O10", "what stands beside all logarithms is > 0"),
        by="logarithms-times-what-may-be-zero",
    ),
    # Cases and budgets.
    Plant(
        "the case of equal indices twice",
        "split._relations",
        "for v in (1, 0)",
        "for v in (1, 1)",
        drops=("K1", "both cases"),
        by="cross-entropy-gradient-with-a-foreign-index",
    ),
    Plant(
        "only dimension 1 and 2",
        "split._relations",
        '">=", Number',
        '"==", Number',
        drops=("K5", "both cases"),
        by="at-most-a-hundred",
    ),
    Plant(
        "the case 0 forgotten",
        "cases.by_cases",
        "for tries in COVER",
        "for tries in COVER[:2]",
        drops=("K2", "every case"),
        by="sign-of-zero",
    ),
    Plant(
        "long products truncated",
        "ring.multiply",
        "for m, c in left.items():",
        "for m, c in [*left.items()][:6]:",
        by="terms 1/17",
    ),
    Plant(
        "remainder of a division with the wrong sign",
        "division._exchange",
        "-v * w * c",
        "v * w * c",
        by="remainder-of-a-division-added",
    ),
    # Limits.
    Plant(
        "error of a series ignored",
        "approach.Approach._by_series",
        "small = series.error is None or scale.powers.compare(series.error, {}) > 0",
        "small = True",
        drops=("L5", "the error is smaller than the terms"),
        by="terms-that-cancel-beyond-the-first",
    ),
    Plant(
        "growth hidden inside a function",
        "approach.Approach._touches",
        "return any(self._touch(ctx, part, scaled) for part in _inside(ctx.generators[key]))",
        "return False",
        drops=("L5", "c varies more slowly than every power of w"),
        by="growth-inside-a-fraction",
    ),
    Plant(
        "only one side of a two-sided limit",
        "limit._ways",
        "None: (1, -1)",
        "None: (1,)",
        drops=("L6", "both exist and are equal"),
        by="false-calculus-2",
    ),
    Plant(
        "a case of a parameter forgotten",
        "limit._relations",
        '(">", NONPOSITIVE), ("<", NONNEGATIVE)',
        '(">", NONPOSITIVE)',
        drops=("K2", "every case"),
        by="scales-112",
    ),
    Plant(
        "a body without a value near the point",
        "neighbourhood.body_of",
        "for condition in reader.conditions or []:",
        "for condition in []:",
        drops=("L11", "the quotient has a value for all n far out"),
        by="value-missing-again-and-again",
    ),
    Plant(
        "one index with the largest rate, unproved",
        "growth._largest_at",
        "found = sign(case, gap) & POSITIVE == POSITIVE",
        "found = True",
        drops=("L7", "c > 0, or one a exceeds all others"),
        by="any-index-as-the-largest",
    ),
    Plant(
        "one bounded quantity for all summands",
        "approach.Approach._require_free",
        "if any(not self.atom_places[name].isdisjoint(fresh) for name in met):",
        "if False:",
        drops=("L10", "the growth of the summands does not depend on the index"),
        by="oscillations-of-each-summand",
    ),
    Plant(
        "one ratio for sums of exponentials at two rates",
        "growth._by_largest",
        'key = f"plain {poly_text(ctx, growing, {})} {',
        'key = f"plain {',
        drops=("L7", "one R for equal sums alone"),
        by="exponentials-at-two-rates",
    ),
    Plant(
        "the tail of erf taken for its leading term",
        "growth.tail",
        "multiply(ctx, power(ctx, argument, -1), ratio)",
        "power(ctx, argument, -1)",
        by="second-term-of-the-tail-of-erf",
    ),
    # Maxima, and products of factors.
    Plant(
        "a maximum beside a modulus that bends with it",
        "envelope.envelope",
        " or not smooth(ctx, around)",
        "",
        drops=("V17", "G smooth, without Abs"),
        by="a-maximum-beside-a-modulus-at-a-kink",
    ),
    Plant(
        "a maximum of what bends itself",
        "envelope.envelope",
        "if not smooth(ctx, body):",
        "if False:",
        drops=("V17", "t smooth"),
        by="a-maximum-of-moduli-at-a-kink",
    ),
    Plant(
        "any component for the largest",
        "envelope._attaining",
        "if bits & ZERO == ZERO), None)",
        "if bits & NONNEGATIVE), None)",
        drops=("V17", "t[k := h] = Max(t, k) is known, or h is new"),
        by="derivative-in-a-parameter-of-another-maximiser",
    ),
    Plant(
        "factors of any sign that shrink",
        "factors.bounds_of_product",
        "bits & NONPOSITIVE and ctx.sign(ctx, factor) & NONNEGATIVE",
        "bits & NONPOSITIVE",
        drops=("O22", "x >= 0 for all k, or -1 <= x <= 0 for all k"),
        by="product-of-any-signs-below-one-of-them",
    ),
    Plant(
        "factors on both sides of 1",
        "factors.bounds_of_product",
        "if not shrinks and not bits & NONNEGATIVE:",
        "if False:",
        drops=("O22", "x >= 0 for all k, or -1 <= x <= 0 for all k"),
        by="below-the-sum-of-both-signs",
    ),
    Plant(
        "more than one factor",
        "factors.bounds_of_product",
        "ctx.least.get(place[1], 1) >= 2 and bits",
        "bits",
        drops=("O6", "strict: n >= 2"),
        by="product-of-one-share",
    ),
    Plant(
        "a second value where there is one place",
        "reductions._of_two_values",
        "if ctx.least.get(bound[1], 1) < 2:",
        "if False:",
        drops=("D4", "a second value: n >= 2"),
        by="maximum-43",
    ),
    Plant(
        "values of any sign in order",
        "ordered.by_order",
        "if any(not sign(ctx, {((key, 1),): 1}) & NONNEGATIVE for key in keys):",
        "if False:",
        drops=("O23", "x >= 0"),
        by="cubes-of-values-of-any-sign",
    ),
    Plant(
        "one order for all",
        "ordered.by_order",
        "for order in permutations(keys):",
        "for order in [tuple(keys)]:",
        drops=("O23", "every order of the values is looked at"),
        by="larger-in-one-order",
    ),
    Plant(
        "a binder that takes an outer index for its own",
        "spelling.below_binder",
        "while any(number + 1 + n in outer for n in range(len(closed))):",
        "while False:",
        by="instance-below-a-sum-of-quotients",
    ),
    # Whole parts.
    Plant(
        "a period of what grows",
        "periods._over_a_period",
        "if steps.slope + sum(c * q for c, q, _ in steps.parts):",
        "if False:",
        drops=("N5", "F(x + P) = F(x)"),
        by="whole-part-of-the-double",
    ),
    Plant(
        "a period that is too short",
        "periods._over_a_period",
        "Fraction(lcm(*(q.denominator for _, q, _ in steps.parts)))",
        "Fraction(1)",
        drops=("N5", "P a whole multiple of all denominators of q"),
        by="order-101",
    ),
    Plant(
        "only whole numbers are looked at",
        "periods._over_a_period",
        "whole = name in ctx.integers and name not in ctx.suspended",
        "whole = True",
        drops=("N5", "x at its jumps alone: a whole number"),
        by="false-identity-3",
    ),
    Plant(
        "the next whole number of what is none",
        "periods._between_whole_numbers",
        "if not is_whole(ctx, poly):",
        "if False:",
        drops=("N4", "F is a whole number: whole parts, times whole numbers"),
        by="whole-part-of-a-fraction",
    ),
    Plant(
        "a whole part of a positive as positive",
        "ranges._of_whole_part",
        " and bits & ZERO == away",
        "",
        by="whole-part-of-a-positive",
    ),
    Plant(
        "a quotient with the sign of what is above",
        "normalize.Reader._angle_sign",
        " if below else bits",
        " if 0 else bits",
        by="window-or-part-w15",
    ),
    Plant(
        "roots of weights of any sign",
        "convexity._roots_of_weights",
        "all(ctx.sign(ctx, {((k, 1),): 1}) & POSITIVE == POSITIVE for k, _ in mono)",
        "True",
        by="squares-over-weights-of-any-sign",
    ),
    Plant(
        "powers of sides of any sign",
        "order._powers_of_sides",
        "if all(sign(ctx, side) & NONNEGATIVE for side in (first, second)):",
        "if True:",
        by="fourth-powers-of-a-side-of-any-sign",
    ),
    # Optima.
    Plant(
        "an optimiser that is not admissible",
        "optimum._decide",
        "closed = theorem is not None and set(theorem.conditions) <= set(shown.conditions)",
        "closed = True",
        drops=("M5", "e satisfies what p does"),
        by="maximum-at-a-pole-2",
    ),
    Plant(
        "admissible points in two pieces",
        "optimum._is_convex",
        "if found.variable.type not in CONVEX:",
        "if False:",
        drops=("M1", "the admissible points are an interval"),
        by="hill-behind-a-gap-in-the-range",
    ),
    Plant(
        "concave at some points only",
        "optimum._by_curvature",
        "if not _is_negative(setting, _derivative(setting, (first, first))):",
        "if False:",
        drops=("M1", "f'' < 0 at all of them"),
        by="maximum-for-a-minimum",
    ),
    Plant(
        "stationary nowhere",
        "optimum._by_curvature",
        "return _is_nothing(setting, slope)",
        "return True",
        drops=("M1", "f'(e) = 0"),
        by="mode-of-a-beta-density-without-the-ones",
    ),
    Plant(
        "a minimum as a maximum",
        "optimum._setting",
        'sense = 1 if found.kind == "argmax" else -1',
        "sense = 1",
        by="maximum-for-a-minimum",
    ),
    Plant(
        "a product of a guard and of what it guards",
        "reductions._factored_product",
        'if key[0] in "dg":',
        "if False:",
        drops=("T1", "a guard stays with what it guards"),
        by=GUARDS,
    ),
)

if __name__ == "__main__":
    sys.exit(main())
