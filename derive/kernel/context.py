"""What one proof carries: the interned generators, the hypotheses, the facts, and the fuel.

A *polynomial* is a mapping from monomials to rational coefficients; a *monomial* is a sorted tuple of (generator key,
rational exponent); a *generator* is an opaque real value named by its key. Two generators with one key have one
value: the key spells out structure, dimensions, bound names and signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import count
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from derive.verdict import Reason

Rational = int | Fraction
Monomial = tuple[tuple[str, Rational], ...]
Polynomial = dict[Monomial, Rational]

# An index is (rank, dimension, name). The rank tells literals, the claim's own indices, canonical bound names (named
# by the height of their binder) and names opened for the moment apart, so that no renaming can capture.
Place = tuple[int, str, Any]
LITERAL, FREE, BOUND, FRESH = 0, 1, 2, 3

# What is known of a sign, as bits; `POSITIVE` and so on are combinations.
NONNEGATIVE, NONPOSITIVE, NONZERO = 1, 2, 4
POSITIVE, NEGATIVE, ZERO = NONNEGATIVE | NONZERO, NONPOSITIVE | NONZERO, NONNEGATIVE | NONPOSITIVE
UNKNOWN = 0


class Stuck(Exception):
    """The kernel has no rule for a construct, or cannot discharge an obligation; never a wrong answer."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class OpenBase(Stuck):
    """The base of a power with an exponent that is no whole number is not seen to be positive (P6)."""

    def __init__(self, base: Polynomial) -> None:
        super().__init__("open obligation", "the base of a power is not seen to be positive")
        self.base = base


class Undefined(Exception):
    """A term that is defined at no admissible point."""


class Contradiction(Undefined):
    """Hypotheses that no point satisfies."""


class Generator(Struct, frozen=True):
    """An interned generator: its kind (one letter, the first of its key), parts, free indices and variable names."""

    kind: str
    parts: tuple[Any, ...]
    key: str
    places: frozenset[Place]
    names: frozenset[str]
    height: int


class Fact(Struct, frozen=True):
    """``polynomial`` has the sign ``bits``; its BOUND and FRESH indices stand for every value of their dimension."""

    polynomial: Polynomial
    bits: int
    key: str


class SumRule(Struct, frozen=True):
    """The hypothesis that the sum of ``summand`` over ``place`` equals ``value``, for every value of ``pattern``."""

    place: Place
    summand: Monomial
    value: Polynomial
    pattern: frozenset[Place]
    names: frozenset[str]

    @property
    def bound(self) -> tuple[Place, ...]:
        """The one index of the sum, as ``SumEquation`` has them."""
        return (self.place,)


class SumEquation(Struct, frozen=True):
    """As ``SumRule``, for a sum over several indices, or one whose value is a sum again."""

    bound: tuple[Place, ...]
    summand: Monomial
    value: Polynomial
    pattern: frozenset[Place]
    names: frozenset[str]


class ComponentRule(Struct, frozen=True):
    """The hypothesis that a component at the places of ``pattern`` equals ``value``, for every value of them."""

    pattern: tuple[Place, ...]
    value: Polynomial
    names: frozenset[str]


class Note(Struct, frozen=True):
    """How a sign was found: the polynomial, the rule, and what a checker needs to see it again."""

    polynomial: Polynomial
    bits: int
    rule: str
    parts: tuple[Any, ...] = ()


Propose = Callable[[Polynomial], tuple[tuple[Polynomial, int], ...]]
"""An untrusted source of factorisations."""


class Context(Struct):
    """The state of one proof; nothing outlives it.

    ``sign`` and ``rebuild`` are the functions of these names, which the ring calls and which are built on it;
    ``depth`` is how many rules deep a search for a sign may still go,
    and ``lemmas`` whether it may use convexity; ``notes`` collects how signs were found, if asked for; ``models`` are
    points at which all is true that is known, as far as ``is_modelled`` tells.
    """

    types: dict[str, str]
    integers: frozenset[str]
    sign: Callable[[Context, Polynomial], int]
    rebuild: Callable[
        [Context, Generator, Callable[[Place], Place], Callable[[Polynomial], Polynomial]],
        Polynomial,
    ]
    fuel: int = 200_000
    propose: Propose | None = None
    least: dict[str, int] = field(default_factory=dict)
    hot: dict[str, Place] = field(default_factory=dict)
    simplex: frozenset[str] = frozenset()
    distinct: set[frozenset[Place]] = field(default_factory=set)
    size: dict[str, int] = field(default_factory=dict)
    sum_rules: list[SumRule] = field(default_factory=list)
    sum_equations: list[SumEquation] = field(default_factory=list)
    component_rules: dict[str, ComponentRule] = field(default_factory=dict)
    symmetric: dict[str, int] = field(default_factory=dict)
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    generators: dict[str, Generator] = field(default_factory=dict)
    suspended: frozenset[str] = frozenset()
    rules: set[str] = field(default_factory=set)
    angle_units: dict[str, int] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)
    proposals: dict[str, Any] = field(default_factory=dict)
    depth: int = 3
    lemmas: bool = False
    notes: list[Note] | None = None
    unknown: int = 0
    models: list[Any] = field(default_factory=list)
    is_modelled: bool = False
    numbers: Iterator[int] = field(default_factory=partial(count, 1))

    def spend(self, steps: int) -> None:
        """Pay for work; Fails with Stuck when the budget is used up, so that no result is ever truncated."""
        self.fuel -= steps
        if self.fuel < 0:
            raise Stuck("budget", "the step budget is used up")

    def fork(self) -> Context:
        """A copy for one case of a split: what is learnt in it stays in it.

        Names are drawn from one store for all copies: polynomials go from one copy to another.
        """
        facts = {shape: list(bucket) for shape, bucket in self.facts.items()}
        return replace(
            self,
            facts=facts,
            memo={},
            models=list(self.models),
            is_modelled=False,
            sum_rules=list(self.sum_rules),
            sum_equations=list(self.sum_equations),
            component_rules=dict(self.component_rules),
            least=dict(self.least),
            types=dict(self.types),
            distinct=set(self.distinct),
        )

    def note(self, polynomial: Polynomial, bits: int, rule: str, *parts: Any) -> int:
        """Write down how a sign was found, where somebody wants to know; returns the sign."""
        if self.notes is not None and bits:
            self.notes.append(Note(polynomial, bits, rule, parts))
        return bits

    def use(self, rule: str) -> None:
        """Record that a rule of the rule sheet was used."""
        self.rules.add(rule)

    def open(self, dimension: str) -> Place:
        """A name of a dimension that occurs nowhere else."""
        return (FRESH, dimension, next(self.numbers))

    def witness(self, dimension: str) -> Place:
        """A name for one index of which something is known; unlike an opened one it stands for no other."""
        return (FREE, dimension, f"'{next(self.numbers)}")

    def array(self) -> str:
        """A name for an array of the proof's own, which no author can give to another one."""
        return f"u~{next(self.numbers)}"
