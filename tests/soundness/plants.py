"""Faults planted in the kernel, one at a time; the attacks must find every one: ``python -m tests.soundness.plants``.

A plant is a side condition dropped, a sign lost, a name captured: an edit of one function's source. Its detectors are
the false claims of the case files, then the fuzzer. A plant whose text no longer stands in the kernel fails loudly.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from textwrap import dedent
from time import perf_counter
from types import CodeType, FunctionType

from msgspec import Struct

from derive.claim import Goal
from derive.find import Target
from derive.kernel import Theorem
from derive.prove import prove
from derive.read import read
from tests.soundness.claims import CASES, ROOT, without_models
from tests.soundness.fuzz import ATTACKS, CRASHES, Report, attack

HERE = ROOT / "tests" / "soundness"
NEAR = HERE / "near.yaml"
FALSE_CLAIMS = (HERE / "holes.yaml", *CASES, NEAR)
COUNT = 3_000
FUEL = 20_000


class Plant(Struct, frozen=True):
    """A fault: the function it stands in (``module.function``), and the text that is replaced."""

    name: str
    function: str
    old: str
    new: str


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


def found_by(plant: Plant, count: int, seed: int, files: tuple[Path, ...] = FALSE_CLAIMS) -> Catch | None:
    """The first detector that finds a plant, or None. Raises ValueError where the plant fits the kernel no longer."""
    return _by_claims(plant, files) or _by_fuzzing(plant, count, seed)


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


def _by_claims(plant: Plant, files: tuple[Path, ...]) -> Catch | None:
    """A claim that only the fault proves; what is expected to stay undecided may have been proved before it."""
    for number, (id, goal) in enumerate(false_goals(*files), 1):
        with planted(plant):
            proved = is_proved(goal)
        if proved and not is_proved(goal):
            return Catch("claims", number, id)
    return None


def _by_fuzzing(plant: Plant, count: int, seed: int) -> Catch | None:
    names = tuple(ATTACKS)
    for number in range(count):
        with planted(plant):
            name, report = _attacked(seed, number, names)
        if report.differences and not _attacked(seed, number, names)[1].differences:
            return Catch(name, number + 1, report.differences[0].sort)
    return None


def _attacked(seed: int, number: int, names: tuple[str, ...]) -> tuple[str, Report]:
    report = Report()
    return attack(Random(f"{seed}/{number}"), report, names), report


def main() -> int:
    """Run from the command line; the exit code is 1 where a plant was not found."""
    parser = argparse.ArgumentParser(description="Planted faults that the attacks must find.")
    parser.add_argument("--count", type=int, default=COUNT, help="cases of the fuzzer for each plant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("words", nargs="*", help="only plants whose names hold one of these words")
    options = parser.parse_args()
    missed = 0
    for plant in PLANTS:
        if options.words and not any(word in plant.name for word in options.words):
            continue
        started = perf_counter()
        what = _told(plant, options.count, options.seed)
        missed += what.isupper()
        print(f"{plant.name:58} {what}  ({perf_counter() - started:.0f} s)", flush=True)
    print(f"{missed} plants not found" if missed else "every plant was found")
    return 1 if missed else 0


def _told(plant: Plant, count: int, seed: int) -> str:
    try:
        catch = found_by(plant, count, seed)
    except ValueError:
        return "DOES NOT FIT"
    return f"{catch.detector} after {catch.cases}: {catch.seen}" if catch else "NOT FOUND"


PLANTS = (
    # Functions of angles, constants, slopes.
    Plant("Pythagoras at any two angles", "ring._settle_sine", "ctx.generators[key].parts[1])", "({},))"),
    Plant(
        "a square of a sine that is not one",
        "ring._as_sine",
        "put(total, merge(rest, ((other, 2),)), -c)",
        "put(total, merge(rest, ((other, 2),)), c)",
    ),
    Plant("inverse function on any branch", "angles._within", "for s in (1, -1)", "for s in ()"),
    Plant("equal squares of two signs", "vanish._by_squares", " and _same_sign(ctx, first, second)", ""),
    Plant("the smaller square below", "vanish._sign_by_squares", "if ctx.sign(ctx, gap) & NONNEGATIVE else 0", ""),
    Plant("an even power like an odd one", "sign._parts_known", "% 2 == 1", "% 1 == 0"),
    Plant(
        "a root of a square of any sign", "sign._from_squares", "if _of_monomial(ctx, above) & NONNEGATIVE:", "if 1:"
    ),
    Plant("an equation that fails in one part", "split._failures", "zip(parts,", "zip(parts[:1] * len(parts),"),
    Plant("gamma at a half of any sign", "counting.gamma", " and ctx.sign(ctx, between) & NONNEGATIVE:", ":"),
    Plant(
        "factorial of what may be -1", "counting.factorial", "if not ctx.sign(ctx, rest) & NONNEGATIVE:", "if False:"
    ),
    Plant("induction from anywhere", "induction._grows_from", "if not _holds_at(", "if False and not _holds_at("),
    Plant("induction without a step", "induction._is_step", "if not all(", "return True\n    if not all("),
    Plant("induction across what has no value", "induction._is_step", " and _has_value(ctx, part)", ""),
    Plant("induction with what holds at n alone", "induction._grows_from", "name not in names(ctx", "(1, ctx"),
    Plant("induction over the range of a sum", "induction._counted", " and not _is_summed_over(poly, name)", ""),
    Plant("1/(t*u) like t", "sign._of_odd_part", "bits = times(bits, _of_power(ctx, key, e))", "pass"),
    Plant("an angle beyond its sine", "angles._is_below", "subtract(bound, argument)", "subtract(bound, {})"),
    Plant("half a turn taken for none", "angles._is_zero", "half or vanishes", "True or vanishes"),
    Plant(
        "range of an angle on the wrong side",
        "angles.span_of",
        "if bits & NONNEGATIVE else -HALF",
        "if bits & NONPOSITIVE else -HALF",
    ),
    Plant("arccosine below a quarter turn", "angles.span_of", "(HALF if bits & NONNEGATIVE else Fraction(1))", "HALF"),
    Plant("half an angle with a cosine of any sign", "trigonometry._of_inverse", 'name == "acos"', "True"),
    Plant(
        "whole turns of what is not whole",
        "trigonometry._is_whole",
        "return name in ctx.integers",
        "return True or name in ctx.integers",
    ),
    Plant("parity lost in whole turns", "trigonometry._whole_turns", "if c % 2 else ONE", "if False else ONE"),
    Plant("an algebraic number that is nearly 0", "algebraic.is_zero", "* (1 << bits) < 1", "< Fraction(1, 10)"),
    Plant(
        "slope of one sign anywhere",
        "monotone._by_slope",
        "if value is None or not _is_signed(outside, value, NONNEGATIVE, depth - 1):",
        "if value is None:",
    ),
    Plant("strict at an end that is reached", "monotone._by_slope", "if not positive and reached:", "if False:"),
    Plant(
        "hypotheses at a point taken for the interval",
        "interval.forgetting",
        "if name not in names(case, f.polynomial)",
        "if True",
    ),
    Plant("a jump taken for a continuous function", "monotone.is_continuous", "return all(", "return True or all("),
    Plant(
        "a derivative at the end of a domain that is not passed",
        "differentiate.ends",
        "if through or ctx.sign",
        "if True or ctx.sign",
    ),
    Plant("weights that do not sum to one", "means._holds", "or sum(weights) != 1", "or False"),
    Plant(
        "a product of other powers than the weights",
        "means._holds",
        "if mixed != _exponent",
        "if False and mixed != _exponent",
    ),
    Plant("more than the weighted mean", "means._holds", "mean.size**common <= product", "True"),
    Plant("roots of what may be negative", "means._atoms", "and least.denominator == 1 and not", "and False and not"),
    Plant(
        "a polynomial with roots of odd order",
        "roots.sign_of_values",
        "if _roots_inside(root_of_odd_order, where):",
        "if False:",
    ),
    Plant("a whole number is a real one only", "monotone._relaxed", "or _is_counted(ctx, poly, name)", "or False"),
    Plant("sine positive on a whole turn", "ranges._in_windows", "scale(pi, start + 1)", "scale(pi, start + 2)"),
    Plant("floor of what is not whole", "counting._is_whole_monomial", "return all(", "return True or all("),
    # Names and ranges.
    Plant("one name for the factors of a product of sums", "sums._flatten", "for _ in range(int(e)):", "for _ in '1':"),
    Plant("bound names not by height", "sums._closed", "base + 1 + n", "1 + n"),
    Plant("sum range from another dimension", "sums._factor", "next(iter(linked))[1]", "min(ctx.least)"),
    Plant("unrolled one short", "sums._unrolled_sum", "range(1, size + 1)", "range(1, max(size, 2))"),
    Plant(
        "sign lost when a bound index is renamed",
        "sums._closed",
        "bound=bound), 1),), c)",
        "bound=bound), 1),), abs(c))",
    ),
    Plant("unit sign dropped", "ring.inverse_power", "Fraction(c) ** -exponent", "abs(Fraction(c)) ** -exponent"),
    Plant(
        "antisymmetric entry without its sign", "ring.component", "(at[1], at[0])), symmetry)", "(at[1], at[0])), 1)"
    ),
    Plant("one hot index for all one-hot vectors", "hypotheses.context_of", 'f"\'{d.name}"', '"\'one"'),
    # Deltas and guards.
    Plant("guard forgotten", "ring.guarded", "multiply(ctx, single, guard(ctx, left, right))", "single"),
    Plant(
        "lazy guard read as strict",
        "ring.guarded",
        "where_equal is not None and defined(ctx, where_equal) and defined(ctx, single)",
        "where_equal is not None",
    ),
    Plant("distinct case not guarded", "ring.float_delta", "guarded(ctx, keep, drop, elsewhere)", "elsewhere"),
    Plant("any two deltas contradict", "ring._contradiction", "or all(p[0] == LITERAL", "or any(p[0] == LITERAL"),
    Plant("denominators cleared across guards", "zero._by_guards", 'f[0][0] in "dg")', 'f[0][0] in "")'),
    Plant("undefined powers called defined", "ring.defined_power", "if e < 0 and not bits & NONZERO", "if False"),
    Plant(
        "restricted sum pulled apart", "sums._factor", "if stay or len(partial) > 1", "if False and len(partial) > 1"
    ),
    Plant("contraction with a literal out of range", "sums._contract", "if not in_range(ctx, (keep,))", "if False"),
    # Hypotheses and derivatives.
    Plant(
        "a form without a value outside of a range", "normalize.Reader._holds_around", " or _is_total(term)", " or True"
    ),
    Plant("hypotheses below a derivative", "normalize.Reader._diff", "ctx.suspended = before | used", "pass"),
    Plant(
        "one-hot below a derivative",
        "ring.component",
        "hot is not None and array not in ctx.suspended",
        "hot is not None",
    ),
    Plant(
        "simplex below a derivative",
        "sums._connected",
        "ctx.simplex and gen.parts[0] not in ctx.suspended",
        "ctx.simplex",
    ),
    Plant(
        "equation of an array below a derivative",
        "ring.component",
        "rule is not None and rule.names.isdisjoint(ctx.suspended)",
        "rule is not None",
    ),
    Plant(
        "equation of a sum below a derivative",
        "sums._connected",
        "if rule.names.isdisjoint(ctx.suspended) else None",
        "if True else None",
    ),
    Plant("fact about one index used for all", "facts.pattern_of", "p[0] >= BOUND", "p[0] >= 1"),
    Plant(
        "weighted sum by the sum of a simplex",
        "sums._connected",
        "len(bound) == 1 and len(mono) == 1 and",
        "len(bound) == 1 and",
    ),
    Plant(
        "condition below a restriction taken for all", "normalize.Reader._collect", "if not scope.guarded:", "if True:"
    ),
    Plant(
        "kink where the argument stands still",
        "differentiate.kinks",
        "ctx.sign(ctx, differentiate(ctx, inner, target)) & NONZERO",
        "True",
    ),
    Plant(
        "product with a zero factor",
        "differentiate._of_product",
        "if ctx.sign(ctx, opened) & NONZERO and not excluded:",
        "if not excluded:",
    ),
    Plant(
        "matrix entry by its first index",
        "differentiate._of_component",
        "zip(at, target.at, strict=True)",
        "zip(at[:1], target.at[:1])",
    ),
    Plant(
        "root differentiated wrongly",
        "differentiate._of_radicand",
        "power(ctx, radicand, e - 1), e)",
        "power(ctx, radicand, e - 1), 1)",
    ),
    # Powers, logs, roots.
    Plant(
        "log of a factor of unknown sign",
        "functions._log_of_generator",
        "if bits & NONNEGATIVE or e.denominator != 1:",
        "if True:",
    ),
    Plant(
        "log of a square without Abs",
        "functions._log_of_generator",
        "logarithm(ctx, absolute(ctx, base))",
        "logarithm(ctx, base)",
    ),
    Plant("root of a square without Abs", "ring._root_of_generator", 'if key[0] == "e" or', "if True or"),
    Plant(
        "root of a product of any signs",
        "ring._roots_of_factors",
        "elif bits & NONNEGATIVE:\n            weak.append((_root_of",
        "elif True:\n            weak.append((_root_of",
    ),
    Plant("power split at 0", "functions._integer_power", "if not apart or any(", "if any("),
    Plant(
        "symbolic power of what may be 0",
        "functions.symbolic_power",
        "if bits & POSITIVE == POSITIVE:",
        "if bits & NONNEGATIVE:",
    ),
    Plant(
        "root to a power of what may be 0",
        "functions._power_of_generator",
        "if ctx.sign(ctx, base) & POSITIVE != POSITIVE:",
        "if False:",
    ),
    Plant(
        "product by logs of what may be negative",
        "reductions.product_over",
        "if ctx.sign(ctx, body) & POSITIVE == POSITIVE and",
        "if ctx.sign(ctx, body) & NONNEGATIVE and",
    ),
    Plant("sign squared is 1", "ring._settle_sign", "(e if e < 3 else 2 - e % 2)", "e % 2"),
    Plant("Abs dropped", "ring.absolute", "if bits & NONNEGATIVE:", "if True:"),
    Plant("Abs of an odd power dropped", "ring._absolute_power", "if bits & NONNEGATIVE:", "if True:"),
    Plant(
        "Max under a negative factor",
        "reductions._extremum_generator",
        "[kind] if flip else kind",
        "[kind] if False else kind",
    ),
    Plant("Max of Max under what may be negative", "reductions._flattened", "ctx.sign(ctx, weight) & wanted", "True"),
    # Signs and orders.
    Plant(
        "delta taken for positive",
        "sign._by_kind",
        'if kind in "dg":\n        return NONNEGATIVE',
        'if kind in "dg":\n        return POSITIVE',
    ),
    Plant(
        "strict where no term is", "sign._term_by_term", "NONZERO if any(s & NONZERO for s in signs) else 0", "NONZERO"
    ),
    Plant("sum above a body at n = 1", "gathered._less_one_term", ">= 2 else 0", ">= 1 else 0"),
    Plant(
        "whole numbers of an empty range",
        "roots._at_whole_numbers",
        "low, high = min(low, bound), max(high, -bound)\n    if low > high:\n        return UNKNOWN",
        "high = max(low - 1, high)",
    ),
    Plant("a name that an author gave", "context.Context.array", 'f"u~{', 'f"u{'),
    Plant("a slope on both sides of a pole", "monotone._by_limits", "if not is_continuous(inside, poly):", "if False:"),
    Plant("sum above a term at n = 1", "inequalities._split_off", "and _has_several(ctx, bound[1])", ""),
    Plant("sum above a term of terms of any sign", "inequalities._split_off", "if not bits & ZERO:", "if False:"),
    Plant(
        "inequality times what may be negative",
        "sign._without_negative_term",
        "if outer & NONNEGATIVE and all(",
        "if all(",
    ),
    Plant("least value one too high", "sign._shifted", "{(): ctx.least[name]}", "{(): ctx.least[name] + 1}"),
    Plant("weights that may all be 0", "sign._of_sum", "gen.parts[0] in ctx.simplex and", "True and"),
    Plant(
        "sign of a product over an empty range",
        "sign._by_kind",
        "bits = sign(ctx, parts[2])\n        return bits & POSITIVE if bits & NONNEGATIVE else bits & NONZERO",
        "return sign(ctx, parts[2])",
    ),
    # Sums inside of sums, finitely many values, inequalities between sums.
    Plant(
        "a sum taken out although its index stands elsewhere",
        "embed.embed",
        "ctx.generators[key].places.isdisjoint(images) for key, _ in left",
        "True for key, _ in left",
    ),
    Plant(
        "an index of a hypothesis that is bound",
        "embed.embed",
        "images <= around and images.isdisjoint(others)",
        "True",
    ),
    Plant(
        "a hypothesis about a sum below a derivative",
        "sums._connected",
        "if rule.names.isdisjoint(ctx.suspended)",
        "if True",
    ),
    Plant("only the first of the values", "zero._by_values", "for piece in pieces if", "for piece in pieces[:1] if"),
    Plant("a factor of Lagrange lost", "finite._basis", "if v != value", "if v < value"),
    Plant(
        "a kink inside a kink",
        "differentiate._smooth_where_zero",
        "return all(_apart(ctx, poly, key) for key in sizes)",
        "return True",
    ),
    Plant(
        "a root differentiated at 0",
        "differentiate._of_radicand",
        "if e.denominator != 1 and e > 0",
        "if False and e > 0",
    ),
    Plant("slope of a smooth Abs taken for a kink", "differentiate.kinks", "ctx.sign(ctx, step) & NONZERO", "True"),
    Plant(
        "products of signed sums",
        "comparison.products_of_sums",
        "if not all(ctx.sign(ctx, t) & NONNEGATIVE for t in (first, second)):",
        "if False:",
    ),
    Plant(
        "rests of signed sums",
        "comparison.products_of_rests",
        "if root is None or not all(ctx.sign(ctx, t) & NONNEGATIVE for t in (first, second)):",
        "if root is None:",
    ),
    Plant("bounds with signed weights", "comparison.products_of_bounds", "if ctx.sign(ctx, w) & NONNEGATIVE", "if 1"),
    Plant("any side of a bound", "comparison._bounded", "if fact.bits & NONNEGATIVE else", "if True else"),
    Plant("a bound that is none", "comparison._bounded", "fact.bits & ZERO in (NONNEGATIVE, NONPOSITIVE)", "True"),
    Plant("the least like the largest", "comparison._bounded", 'if kind == "Max" else', "if True else"),
    Plant("weights that sum to anything", "comparison.weights", "or rule.value != ONE", ""),
    Plant("tangent with the other slope", "comparison.tangents_elsewhere", "add(ONE, gap)", "subtract(ONE, gap)"),
    Plant(
        "a mean that is not 0 either",
        "comparison._centre",
        "add(component(case, deviation, at), means)",
        "component(case, deviation, at)",
    ),
    Plant(
        "logarithms beside what may be 0 or negative",
        "exponents._by_exponential_beside",
        "& POSITIVE != POSITIVE",
        "& 0",
    ),
    # Cases and budgets.
    Plant("the case of equal indices twice", "split._relations", "for v in (1, 0)", "for v in (1, 1)"),
    Plant("only dimension 1 and 2", "split._relations", '">=", Number', '"==", Number'),
    Plant(
        "the case 0 forgotten",
        "cases.by_cases",
        "for tries in COVER",
        "for tries in COVER[:2]",
    ),
    Plant("long products truncated", "ring.multiply", "for m, c in left.items():", "for m, c in [*left.items()][:6]:"),
    Plant("remainder of a division with the wrong sign", "division._exchange", "-v * w * c", "v * w * c"),
    # Limits.
    Plant(
        "error of a series ignored",
        "approach.Approach._by_series",
        "small = series.error is None or scale.powers.compare(series.error, {}) > 0",
        "small = True",
    ),
    Plant(
        "growth hidden inside a function",
        "approach.Approach._touches",
        "return any(self._touch(ctx, part, scaled) for part in _inside(ctx.generators[key]))",
        "return False",
    ),
    Plant("only one side of a two-sided limit", "limit._ways", "None: (1, -1)", "None: (1,)"),
    Plant(
        "a case of a parameter forgotten",
        "limit._relations",
        '(">", NONPOSITIVE), ("<", NONNEGATIVE)',
        '(">", NONPOSITIVE)',
    ),
    Plant(
        "a body without a value near the point",
        "neighbourhood.body_of",
        "for condition in reader.conditions or []:",
        "for condition in []:",
    ),
    Plant(
        "one index with the largest rate, unproved",
        "growth._largest_at",
        "found = sign(case, gap) & POSITIVE == POSITIVE",
        "found = True",
    ),
    Plant(
        "one bounded quantity for all summands",
        "approach.Approach._require_free",
        "if any(not self.atom_places[name].isdisjoint(fresh) for name in met):",
        "if False:",
    ),
    Plant(
        "one ratio for sums of exponentials at two rates",
        "growth._by_largest",
        'key = f"plain {poly_text(ctx, growing, {})} {',
        'key = f"plain {',
    ),
    Plant(
        "the tail of erf taken for its leading term",
        "growth.tail",
        "multiply(ctx, power(ctx, argument, -1), ratio)",
        "power(ctx, argument, -1)",
    ),
    # Maxima, and products of factors.
    Plant(
        "a maximum beside a modulus that bends with it",
        "envelope.envelope",
        " or not smooth(ctx, around)",
        "",
    ),
    Plant("a maximum of what bends itself", "envelope.envelope", "if not smooth(ctx, body):", "if False:"),
    Plant(
        "any component for the largest",
        "envelope._attaining",
        "if bits & ZERO == ZERO), None)",
        "if bits & NONNEGATIVE), None)",
    ),
    Plant(
        "factors of any sign that shrink",
        "factors.bounds_of_product",
        "bits & NONPOSITIVE and ctx.sign(ctx, factor) & NONNEGATIVE",
        "bits & NONPOSITIVE",
    ),
    Plant(
        "factors on both sides of 1",
        "factors.bounds_of_product",
        "if not shrinks and not bits & NONNEGATIVE:",
        "if False:",
    ),
    Plant(
        "more than one factor",
        "factors.bounds_of_product",
        "ctx.least.get(place[1], 1) >= 2 and bits",
        "bits",
    ),
    Plant(
        "a second value where there is one place",
        "reductions._of_two_values",
        "if ctx.least.get(bound[1], 1) < 2:",
        "if False:",
    ),
    Plant(
        "values of any sign in order",
        "ordered.by_order",
        "if any(not sign(ctx, {((key, 1),): 1}) & NONNEGATIVE for key in keys):",
        "if False:",
    ),
    Plant("one order for all", "ordered.by_order", "for order in permutations(keys):", "for order in [tuple(keys)]:"),
    Plant(
        "a binder that takes an outer index for its own",
        "spelling.below_binder",
        "while any(number + 1 + n in outer for n in range(len(closed))):",
        "while False:",
    ),
    # Whole parts.
    Plant(
        "a period of what grows",
        "periods._over_a_period",
        "if steps.slope + sum(c * q for c, q, _ in steps.parts):",
        "if False:",
    ),
    Plant(
        "a period that is too short",
        "periods._over_a_period",
        "Fraction(lcm(*(q.denominator for _, q, _ in steps.parts)))",
        "Fraction(1)",
    ),
    Plant(
        "only whole numbers are looked at",
        "periods._over_a_period",
        "whole = name in ctx.integers and name not in ctx.suspended",
        "whole = True",
    ),
    Plant(
        "the next whole number of what is none",
        "periods._between_whole_numbers",
        "if not is_whole(ctx, poly):",
        "if False:",
    ),
    Plant("a whole part of a positive as positive", "ranges._of_whole_part", " and bits & ZERO == away", ""),
    Plant(
        "a quotient with the sign of what is above",
        "normalize.Reader._angle_sign",
        " if below else bits",
        " if 0 else bits",
    ),
    Plant(
        "roots of weights of any sign",
        "convexity._roots_of_weights",
        "all(ctx.sign(ctx, {((k, 1),): 1}) & POSITIVE == POSITIVE for k, _ in mono)",
        "True",
    ),
    Plant(
        "powers of sides of any sign",
        "order._powers_of_sides",
        "if all(sign(ctx, side) & NONNEGATIVE for side in (first, second)):",
        "if True:",
    ),
    # Optima.
    Plant(
        "an optimiser that is not admissible",
        "optimum._decide",
        "closed = theorem is not None and set(theorem.conditions) <= set(shown.conditions)",
        "closed = True",
    ),
    Plant(
        "admissible points in two pieces", "optimum._is_convex", "if found.variable.type not in CONVEX:", "if False:"
    ),
    Plant(
        "concave at some points only",
        "optimum._by_curvature",
        "if not _is_negative(setting, _derivative(setting, (first, first))):",
        "if False:",
    ),
    Plant("stationary nowhere", "optimum._by_curvature", "return _is_nothing(setting, slope)", "return True"),
    Plant("a minimum as a maximum", "optimum._setting", 'sense = 1 if found.kind == "argmax" else -1', "sense = 1"),
)

if __name__ == "__main__":
    sys.exit(main())
