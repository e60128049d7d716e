"""Compare the gradients of claims with automatic differentiation: ``autodiff.py [FILES]``, by default the examples.

Every true equation with a derivative is evaluated at random points that satisfy its hypotheses: derivatives by autograd
(``pip install autograd``), everything else in floats. Prints, by file, how many claims were compared, and the largest
relative difference of the two sides. Nothing here takes part in a verdict.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from derive.claim import Goal, Hypothesis
from derive.enclose import Missing, enclose
from derive.evaluate import Point, integer_names
from derive.find import Target
from derive.read import read
from derive.sample import sample
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    subterms,
)

try:
    import autograd.numpy as np
    from autograd import grad
    from autograd.scipy.special import erf, gammaln
except ImportError:
    sys.exit("automatic differentiation needs autograd and scipy: pip install autograd scipy")

EXAMPLES = sorted((Path(__file__).resolve().parent.parent / "examples").glob("*.yaml"))
POINTS = 5  # compared for each claim
DRAWN = 24  # of which those are chosen, for each choice of dimensions
LARGEST = 5.0  # greater entries only show the rounding of floats
NEAR = 1e-9
PRECISION = 64  # bits, to see whether a point has a value

Environment = Mapping[str, Any]


def main() -> None:
    """Print a line for every file, and the largest difference."""
    warnings.simplefilter("ignore")  # of points at which a side has no value
    paths = [Path(name) for name in sys.argv[1:]] or EXAMPLES
    largest = 0.0
    for path in paths:
        differences = [d for goal in _goals(path) for d in [_difference(goal)] if d is not None]
        largest = max([largest, *differences])
        print(f"{path.name:24}{len(differences):>4} claims  {max(differences, default=0):.1e}", flush=True)
    print(f"largest relative difference {largest:.1e}")


def _goals(path: Path) -> Iterator[Goal]:
    """The true equations with a derivative."""
    for reading in read([Target(path)]):
        for claim in reading.claims:
            goal = claim.lines[0].goal
            derived = any(isinstance(t, Diff) for side in (goal.left, goal.right) for t in subterms(side))
            if claim.expect == "proved" and goal.op == "==" and derived:
                yield goal


def _difference(goal: Goal) -> float | None:
    """The largest difference of the sides at a few points; None where there is no point for floats.

    Points without a derivative, such as ties, are left out: there a framework answers with a subgradient.
    """
    found = []
    sides, integers = (goal.left, goal.right), integer_names(goal)
    for point in _points(goal):
        if any(isinstance(enclose(side, point, integers, PRECISION), Missing) for side in sides):
            continue
        left, right = (float(_value(side, point.values, point.indices, point.dimensions)) for side in sides)
        if np.isfinite(left) and np.isfinite(right):
            found.append(abs(left - right) / max(1.0, abs(left), abs(right)))
        if len(found) == POINTS:
            break
    return max(found, default=None)


def _points(goal: Goal) -> Iterator[Point]:
    """Admissible points of moderate size, with entries that differ, in the order of a fixed shuffle."""
    random = Random(0)
    drawn: list[Point] = []
    for batch in sample(goal, lambda dimensions: DRAWN if max(dimensions.values(), default=1) <= 3 else 0):
        for row in range(batch.count):
            place = {str(i.name): random.randint(1, _size(i, batch.dimensions)) for i in goal.indices}
            drawn.append(batch.point(row, place))
    random.shuffle(drawn)
    yield from (point for point in drawn if _moderate(point.values) and all(_holds(h, point) for h in goal.hypotheses))


def _moderate(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_moderate, value.values()))
    return all(map(_moderate, value)) if isinstance(value, tuple) else abs(value) <= LARGEST


def _holds(hypothesis: Hypothesis, point: Point) -> bool:
    """Whether a hypothesis holds in floats, for all of its indices."""
    places: list[dict[str, int]] = [dict(point.indices)]
    for index in hypothesis.quantified:
        ranges = range(1, _size(index, point.dimensions) + 1)
        places = [{**place, str(index.name): k} for place in places for k in ranges]
    relation = hypothesis.relation
    pairs = [
        [float(_value(side, point.values, place, point.dimensions)) for side in (relation.left, relation.right)]
        for place in places
    ]
    return all(HOLDS[relation.op](left, right) for left, right in pairs)


def _size(index: Index, dimensions: Mapping[str, int]) -> int:
    return int(index.dimension) if index.dimension.isdigit() else dimensions[index.dimension]


def _value(term: Term, values: Environment, places: Mapping[str, int], sizes: Mapping[str, int]) -> Any:
    """A term in floats; what is differentiated may be a number that autograd follows."""
    match term:
        case Number(value):
            return float(value)
        case Constant(name):
            return CONSTANTS[name]
        case Variable(name):
            return _entry(values[name], []) if name in values else float(sizes[name])
        case Component(array, indices):
            return _entry(values[array], [_place(i, places) for i in indices])
        case Delta(left, right):
            return float(_place(left, places) == _place(right, places))
        case Neg(operand):
            return -_value(operand, values, places, sizes)
        case Binary(op, left, right):
            return BINARY[op](_value(left, values, places, sizes), _value(right, values, places, sizes))
        case Apply(function, args):
            return FUNCTIONS[function](*(_value(a, values, places, sizes) for a in args))
        case Reduce(kind, body, index, excluded):
            terms = [
                _value(body, values, {**places, str(index.name): k}, sizes)
                for k in range(1, _size(index, sizes) + 1)
                if all(k != _place(other, places) for other in excluded)
            ]
            return REDUCTIONS[kind](terms)
        case Diff(body, targets):
            return _derivative(body, targets, values, places, sizes)
        case _:
            raise NotImplementedError(type(term).__name__)


def _derivative(
    body: Term,
    targets: tuple[Variable | Component, ...],
    values: Environment,
    places: Mapping[str, int],
    sizes: Mapping[str, int],
) -> Any:
    """The derivative by the last target of what the others leave, at the value of its coordinate."""
    *others, last = targets
    at = [_place(i, places) for i in last.indices] if isinstance(last, Component) else []
    name = last.array if isinstance(last, Component) else last.name

    def moved(value: Any) -> Any:
        inner = {**values, name: _with_entry(values[name], at, value)}
        if others:
            return _derivative(body, tuple(others), inner, places, sizes)
        return _value(body, inner, places, sizes)

    return grad(moved)(_entry(values[name], at))


def _place(index: Index, places: Mapping[str, int]) -> int:
    return index.name if isinstance(index.name, int) else places[index.name]


def _entry(value: Any, at: list[int]) -> Any:
    for k in at:
        value = value[k - 1]
    return float(value) if isinstance(value, Fraction) else value


def _with_entry(value: Any, at: list[int], new: Any) -> Any:
    if not at:
        return new
    first, *rest = at
    return (*value[: first - 1], _with_entry(value[first - 1], rest, new), *value[first:])


def _product(terms: list[Any]) -> Any:
    total: Any = 1.0
    for term in terms:
        total = total * term
    return total


def _extremum(choose: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def apply(*terms: Any) -> Any:
        total = terms[0]
        for term in terms[1:]:
            total = choose(total, term)
        return total

    return apply


CONSTANTS = {"pi": np.pi, "E": np.e}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sign")},
    "Abs": np.abs,
    "erf": erf,
    "loggamma": gammaln,
    "Max": _extremum(np.maximum),
    "Min": _extremum(np.minimum),
}
REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "Sum": sum,
    "Product": _product,
    "Max": lambda terms: _extremum(np.maximum)(*terms),
    "Min": lambda terms: _extremum(np.minimum)(*terms),
}
HOLDS: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: abs(a - b) < NEAR,
    "!=": lambda a, b: abs(a - b) > NEAR,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b + NEAR,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b - NEAR,
}

if __name__ == "__main__":
    main()
