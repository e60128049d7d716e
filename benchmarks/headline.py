"""The headline claims of the catalogue, and the same statements for other systems, with explicit symbols ``o1 .. on``.

What derive proves for every label, every pair of indices and every n is asked of them for one one-hot label and for
one diagonal and one off-diagonal component, which symmetry makes enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from msgspec import Struct

Sides = tuple[sp.Expr, sp.Expr]


class Setting(Struct, frozen=True):
    """Explicit logits, a one-hot label for the first class, and what the catalogue defines from them."""

    o: tuple[sp.Symbol, ...]
    a: sp.Symbol
    x: sp.Symbol

    @property
    def total(self) -> sp.Expr:
        return sp.Add(*map(sp.exp, self.o))

    @property
    def s(self) -> list[sp.Expr]:
        return [sp.exp(o) / self.total for o in self.o]

    @property
    def y(self) -> list[int]:
        return [int(k == 0) for k in range(len(self.o))]

    @property
    def loss(self) -> sp.Expr:
        return -sp.Add(*(y * sp.log(s) for y, s in zip(self.y, self.s, strict=True)))

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return [(0, 0), (0, 1)]


def setting(n: int) -> Setting:
    """The symbols for n classes."""
    return Setting(sp.symbols(f"o1:{n + 1}", real=True), sp.Symbol("a", real=True), sp.Symbol("x", real=True))


def _jacobian(at: Setting) -> Iterator[Sides]:
    for i, j in at.pairs:
        yield sp.Derivative(at.s[i], at.o[j]), at.s[i] * (int(i == j) - at.s[j])


def _gradient(at: Setting) -> Iterator[Sides]:
    for j in (0, 1):
        yield sp.Derivative(at.loss, at.o[j]), at.s[j] - at.y[j]


def _hessian(at: Setting) -> Iterator[Sides]:
    for i, j in at.pairs:
        yield sp.Derivative(at.loss, at.o[i], at.o[j]), at.s[i] * (int(i == j) - at.s[j])


def _covariance(at: Setting) -> Iterator[Sides]:
    s = at.s
    for i, j in at.pairs:
        terms = (s[k] * (int(k == i) - s[i]) * (int(k == j) - s[j]) for k in range(len(s)))
        yield sp.Derivative(at.loss, at.o[i], at.o[j]), sp.Add(*terms)


def _squared_error(at: Setting) -> Iterator[Sides]:
    s, y = at.s, at.y
    squared = sp.Add(*((s[k] - y[k]) ** 2 for k in range(len(s)))) / 2
    for j in (0, 1):
        terms = ((s[k] - y[k]) * s[k] * (int(k == j) - s[j]) for k in range(len(s)))
        yield sp.Derivative(squared, at.o[j]), sp.Add(*terms)


def _log_softmax(at: Setting) -> Iterator[Sides]:
    yield sp.log(at.s[0]), at.o[0] - sp.log(at.total)


def _shift(at: Setting) -> Iterator[Sides]:
    yield sp.exp(at.o[0] + at.a) / sp.Add(*(sp.exp(o + at.a) for o in at.o)), at.s[0]


def _entropy(at: Setting) -> Iterator[Sides]:
    s = at.s
    mean = sp.Add(*(p * o for p, o in zip(s, at.o, strict=True)))
    yield sp.log(at.total), mean - sp.Add(*(p * sp.log(p) for p in s))


def _sums_to_one(at: Setting) -> Iterator[Sides]:
    yield sp.Add(*at.s), sp.Integer(1)


def _sigmoid(at: Setting) -> Iterator[Sides]:
    sigmoid = 1 / (1 + sp.exp(-at.x))
    yield sp.Derivative(sigmoid, at.x), sigmoid * (1 - sigmoid)


def _bound(at: Setting) -> Iterator[Sides]:
    """The left side is claimed to be at most the right one."""
    yield sp.log(at.total), sp.Max(*at.o) + sp.log(len(at.o))


class Headline(Struct, frozen=True):
    """One claim of the catalogue by its id, and its sides at explicit n; ``relation`` is what is asked of them."""

    id: str
    sides: Callable[[Setting], Iterator[Sides]]
    relation: str = "=="
    has_dimension: bool = True


HEADLINES = (
    Headline("softmax-sums-to-one", _sums_to_one),
    Headline("softmax-shift-invariance", _shift),
    Headline("log-softmax", _log_softmax),
    Headline("softmax-jacobian", _jacobian),
    Headline("cross-entropy-gradient", _gradient),
    Headline("cross-entropy-hessian", _hessian),
    Headline("hessian-is-covariance", _covariance),
    Headline("squared-error-gradient", _squared_error),
    Headline("log-sum-exp-and-entropy", _entropy),
    Headline("soft-maximum-within-log-n-of-the-maximum", _bound, "<="),
    Headline("sigmoid-derivative-by-steps", _sigmoid, has_dimension=False),
)
