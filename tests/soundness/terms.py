"""Random terms and goals at symbolic dimensions, weighted towards what has fooled normal forms before."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from derive.claim import Declaration, Goal, Hypothesis
from derive.elaborate import elaborate
from derive.load import load_text
from derive.substitute import free_indices, substitute
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Op,
    Reduce,
    Relation,
    Term,
    Variable,
    own_indices,
    subterms,
)

SCALARS = {
    "x": "real",
    "y": "real",
    "u": "positive",
    "v": "nonzero",
    "w": "nonnegative",
    "t": "negative",
    "c": "integer",
    "e": "positive integer",
}
ARRAYS = {
    "a": ("real", ("n",)),
    "o": ("real", ("n",)),
    "b": ("positive", ("n",)),
    "z": ("nonzero", ("n",)),
    "r": ("nonnegative", ("n",)),
    "p": ("simplex", ("n",)),
    "h": ("onehot", ("n",)),
    "h2": ("onehot", ("n",)),
    "g": ("real", ("m",)),
    "q": ("positive", ("m",)),
    "A": ("real", ("n", "n")),
    "B": ("real", ("n", "m")),
}
TARGETS = {"x", "y", "u", "v", "w", *ARRAYS}
FREE = {"n": ("i", "j"), "m": ("s",)}
BOUND = {"n": ("k", "l", "d", "k"), "m": ("f", "g1")}
DECLARATIONS = (
    *(Declaration(name, "positive integer") for name in ("n", "m")),
    *(Declaration(name, kind) for name, kind in (*SCALARS.items(), ("T", "positive"))),
    *(Declaration(name, kind, dimensions) for name, (kind, dimensions) in ARRAYS.items()),
)
HYPOTHESES = (
    "n >= 2",
    "n == 2",
    "m >= n",
    "x < y",
    "x != y",
    "x > 0",
    "x >= 0",
    "x == 2*y",
    "x**2 == y",
    "x**2 == 1",
    "x**2 == x",
    "x*y == 1",
    "x + y == 1",
    "c >= 2",
    "i != j",
    "i == j",
    "x > a[i]",
    "a[i] > 0",
    "a[i] == x",
    "a[i] < a[j]",
    "a[k] > 0",
    "a[k] >= x",
    "a[k] == o[k]",
    "a[k] == x*o[k]",
    "a[k]**2 == 1",
    "a[k] != o[l]",
    "a[k] < o[l]",
    "p[k] > 0",
    "z[k] > 0",
    "Sum(a[k], k) == 1",
    "Sum(a[k], k) == x",
    "Sum(b[k], k) == 1",
    "Sum(a[k]*o[k], k) == 0",
    "Sum(a[k]**2, k) > 0",
    "Sum(a[k]**2, k) == 1",
    "A[k, l] == A[l, k]",
    "A[k, l] == -A[l, k]",
    "Sum(A[k, l], l) == 1",
    "Sum(Sum(A[k, l], l), k) == 1",
    "Sum(A[k, l]*o[l], l) == a[k]",
    "Sum(B[k, f], f) == g2",
    "Max(a) <= x",
    "1 - x > 0",
    "Sum(exp(o[k]), k) == 1",
)
BINDING = (
    "a[k] >= Sum(A[k, l], l)",
    "a[k] > Max(A[k, l], l)",
    "a[k] >= Product(A[k, l], l)",
    "o[k] <= Sum(A[l, k]*a[l], l)",
    "Sum(A[k, k], k) >= 0",
    "Max(A[k, k], k) >= x",
    "Product(A[k, k], k) >= 0",
    "Sum(A[k, k]*a[k], k) <= 0",
)
"""Orders with indices of their own in them, which an instance must not take for others."""


@cache
def hypothesis(text: str) -> Hypothesis:
    """A row of HYPOTHESES, elaborated; i, j are the claim's own indices."""
    names = "".join(f"  {d.name}: {_written_type(d)}\n" for d in DECLARATIONS)
    claim = "KroneckerDelta(i, j)*a[i]*a[j] == 0"
    file = load_text(
        f"derive: 1\nvariables:\n{names}  g2: real\nclaims:\n  - id: h\n    claim: {claim}\n    assume: ['{text}']\n",
        "h",
    )
    claims, problems = elaborate(file)
    assert claims, problems
    return claims[0].lines[0].goal.hypotheses[0]


def _written_type(d: Declaration) -> str:
    return d.type + (f"[{','.join(d.dimensions)}]" if d.dimensions else "")


def goal_of(left: Term, op: Op, right: Term, hypotheses: tuple[Hypothesis, ...] = ()) -> Goal:
    """A goal over the declarations here: those that it uses."""
    relations = (Relation(left, op, right), *(h.relation for h in hypotheses))
    used = {name for r in relations for side in (r.left, r.right) for name in _names(side)}
    used |= {d for declared in DECLARATIONS if declared.name in used for d in declared.dimensions}
    declarations = tuple(d for d in (*DECLARATIONS, Declaration("g2", "real")) if d.name in used)
    quantified = {str(q.name) for h in hypotheses for q in h.quantified}
    indices = [i for r in relations for side in (r.left, r.right) for i in free_indices(side)]
    return Goal(
        left,
        op,
        right,
        declarations,
        tuple(d.name for d in declarations if d.name in ("n", "m")),
        tuple(dict.fromkeys(i for i in indices if i.name not in quantified)),
        hypotheses,
    )


def _names(term: Term) -> set[str]:
    found: set[str] = set()
    for t in subterms(term):
        found.update(i.dimension for i in own_indices(t))
        match t:
            case Variable(name) | Component(name):
                found.add(name)
            case Reduce(_, _, index):
                found.add(index.dimension)
            case Diff(_, targets):
                found.update(x.name if isinstance(x, Variable) else x.array for x in targets)
    return found - {""}


class Terms(Struct, frozen=True):
    """Draws terms; ``bound`` are the indices of the reductions around, the innermost last."""

    random: Random
    bound: tuple[Index, ...] = ()
    below_diff: bool = False
    features: set[str] = field(default_factory=set)

    def expression(self) -> Term:
        """A term of one to three pieces, each of a kind that matters."""
        pieces = [self.piece() for _ in range(self.random.choice((1, 2, 2, 3)))]
        total = pieces[0]
        for piece in pieces[1:]:
            total = Binary(self.random.choice(("+", "-", "*", "*")), total, piece)
        return self.random.choice(WRAPPINGS)(self, total) if self.random.random() < 0.3 else total

    def piece(self) -> Term:
        return self.random.choices(list(PIECES.values()), [WEIGHTS[name] for name in PIECES])[0](self)

    # Indices and leaves.

    def index(self, dimension: str = "n") -> Index:
        """An index in scope, a bound one for the most part."""
        inner = [b for b in self.bound if b.dimension == dimension]
        if inner and self.random.random() < 0.75:
            return self.random.choice(inner)
        if self.random.random() < 0.03:
            return Index(self.random.choice((1, 2)), dimension)
        return Index(self.random.choice(FREE[dimension]), dimension)

    def component(self, names: tuple[str, ...] = tuple(ARRAYS)) -> Component:
        name = self.random.choice(names)
        return Component(name, tuple(self.index(d) for d in ARRAYS[name][1]))

    def leaf(self) -> Term:
        roll = self.random.random()
        if roll < 0.5:
            return self.component()
        if roll < 0.75:
            return Variable(self.random.choice(tuple(SCALARS)))
        if roll < 0.9:
            return Number(Fraction(self.random.choice(("1", "2", "-1", "3", "1/2", "0"))))
        if roll < 0.94:
            return Variable(self.random.choice(("n", "m")))
        return self.delta() if roll < 0.99 else Constant(self.random.choice(("pi", "E")))

    def delta(self) -> Term:
        self.features.add("delta")
        dimension = self.random.choice(("n", "n", "n", "m"))
        return Delta(self.index(dimension), self.index(dimension))

    def number(self, *choices: int) -> Number:
        return Number(Fraction(self.random.choice(choices)))

    # Composite terms.

    def term(self, depth: int) -> Term:
        if depth <= 0 or self.random.random() < 0.12:
            return self.leaf()
        return self.random.choice(COMPOSITE)(self, depth - 1)

    def sum(self, depth: int) -> Term:
        return Binary(self.random.choice(("+", "-")), self.term(depth), self.term(depth))

    def product(self, depth: int) -> Term:
        return Binary("*", self.term(depth), self.term(depth))

    def negative(self, depth: int) -> Term:
        return Neg(self.term(depth))

    def quotient(self, depth: int) -> Term:
        return Binary("/", self.term(depth), self.denominator(depth))

    def denominator(self, depth: int) -> Term:
        return self.indefinite() if self.random.random() < 0.45 else self.positive(depth)

    def indefinite(self) -> Term:
        """A denominator of either sign, with coinciding indices in it."""
        if self.bound:
            self.features.add("sign-indefinite denominator under a sum")
        arrays = self.random.choice((("a",), ("o",), ("a", "o", "z")))
        first = self.component(arrays)
        second = Binary("*", self.number(1, 2, -1), self.component(arrays))
        gap = Binary("-", first, second)
        return self.random.choice((gap, Binary("+", gap, Variable("x")), Binary("+", first, Variable("v")), first))

    def positive(self, depth: int) -> Term:
        """A term that is positive, or nearly: seen to be so with more or less work."""
        square = Binary("**", self.term(depth - 1), self.number(2))
        return self.random.choice(
            (
                Variable("u"),
                self.component(("b",)),
                Apply("exp", (self.term(depth - 1),)),
                Binary("+", square, self.number(1)),
                Binary("+", square, Variable("u")),
                square,
                self.total("n", lambda t: Apply("exp", (t.component(("a", "o")),))),
                self.total("n", lambda t: t.component(("b",))),
                Binary("+", self.component(("b",)), self.component(("b", "r", "p"))),
                Apply("cosh", (self.leaf(),)),
            )
        )

    def power(self, depth: int) -> Term:
        base = self.term(depth)
        return Binary("**", base, self.number(2, 2, 3, -1, -2, 0))

    def symbolic_power(self, depth: int) -> Term:
        roll = self.random.random()
        if roll < 0.4:
            return Binary("**", self.positive(depth), self.term(depth - 1))
        if roll < 0.7:
            return Binary("**", self.term(depth - 1), self.whole())
        exponent = Number(Fraction(self.random.choice(("1/2", "3/2", "1/3", "-1/2", "2/3"))))
        return Binary("**", self.positive(depth) if roll < 0.9 else self.term(depth - 1), exponent)

    def whole(self) -> Term:
        """An exponent of integer type, a symbol or a constant in disguise, or nearly."""
        c = Variable(self.random.choice(("c", "e", "n")))
        sum_ = Binary("+", self.number(1, 2, -1), self.number(1, 3))
        product = Binary("*", self.number(2), c)
        shifted = Binary("+", c, self.number(1, -1))
        return self.random.choice((c, product, shifted, Neg(c), Binary("/", sum_, self.number(1, 2)), self.delta()))

    def apply(self, depth: int) -> Term:
        name = self.random.choice(FUNCTIONS)
        if name in ("log", "sqrt") and self.random.random() < 0.75:
            return Apply(name, (self.radicand(depth),))
        return Apply(name, (self.term(depth),))

    def radicand(self, depth: int) -> Term:
        """A positive term, or a product of powers whose factors may have any sign."""
        roll = self.random.random()
        if roll < 0.4:
            return self.positive(depth)
        left, right = self.term(depth - 1), self.positive(depth - 1)
        if roll < 0.7:
            return Binary("*", Binary("**", left, self.number(2, 2, 3, -2)), right)
        return Binary(self.random.choice(("*", "/")), left, self.term(depth - 1))

    def extreme(self, depth: int) -> Term:
        return Apply(self.random.choice(("Max", "Min")), (self.term(depth), self.term(depth - 1)))

    def reduced(self, depth: int) -> Term:
        kind = self.random.choice(("Sum", "Sum", "Sum", "Product", "Max", "Min"))
        return self.reduction(kind, self.random.choice(("n", "n", "n", "m")), lambda inner: inner.term(depth))

    def total(self, dimension: str, body: Callable[[Terms], Term]) -> Term:
        return self.reduction("Sum", dimension, body)

    def reduction(self, kind: str, dimension: str, body: Callable[[Terms], Term]) -> Term:
        if len(self.bound) >= 3:
            return self.leaf()
        index = Index(self.random.choice(BOUND[dimension]), dimension)
        others = [i for i in self.indices(dimension) if i.name != index.name]
        shown = tuple(b for b in self.bound if b.name != index.name)
        inner = replace(self, bound=(*shown, index))
        if self.bound and kind == "Sum":
            self.features.add("nested sum")
        restricted = kind in ("Sum", "Product") and self.random.random() < 0.15
        excluded = tuple(self.random.choices(others, k=self.random.choice((1, 1, 2)))) if restricted else ()
        return Reduce(kind, body(inner), index, excluded)  # type: ignore[arg-type]

    def indices(self, dimension: str) -> list[Index]:
        free = [Index(name, dimension) for name in FREE[dimension]]
        return [*free, *(b for b in self.bound if b.dimension == dimension)]

    def derivative(self, depth: int) -> Term:
        self.features.add("derivative")
        body = replace(self, below_diff=True).term(depth)
        return Diff(body, self.targets(body))

    def targets(self, body: Term) -> tuple[Variable | Component, ...]:
        count = 1 if self.below_diff or self.random.random() < 0.75 else 2
        return tuple(self.target(body) for _ in range(count))

    def target(self, body: Term) -> Variable | Component:
        """Something that the body depends on, for the most part, at indices that may be other ones."""
        used = sorted(_names(body) & TARGETS) if self.random.random() < 0.9 else []
        name = self.random.choice(used or sorted(TARGETS))
        return self.component((name,)) if name in ARRAYS else Variable(name)

    # Pieces that have gone wrong before.

    def nested_sum(self) -> Term:
        """Sums over indices that the summand links; squares and products of inner sums too."""
        return self.total("n", Terms.inner_sums)

    def inner_sums(self) -> Term:
        inner = self.total(self.random.choice(("n", "n", "m")), lambda t: Binary("*", t.linked(), t.term(1)))
        other = self.total("n", Terms.linked)
        squared = Binary("**", other, self.number(2, 2, 3))
        return self.random.choice((inner, inner, inner, squared, Binary("*", inner, other), self.enclosed_sum()))

    def enclosed_sum(self) -> Term:
        """A sum that a function keeps whole, and whose summand mentions the index around it."""
        row = self.random.choice(FREE["n"]) if not self.bound else self.bound[-1].name
        here = Index(row, "n")
        body: Callable[[Terms], Term] = lambda t: t.random.choice(  # noqa: E731
            (
                Apply("exp", (Component("A", (here, t.index())),)),
                Binary("**", Binary("-", Component("a", (here,)), t.component(("a", "o"))), self.number(2)),
                Binary("+", Component("b", (here,)), t.component(("b",))),
            )
        )
        inner = self.total("n", body)
        wrapped = Apply(self.random.choice(("log", "sqrt", "exp", "Abs", "cosh")), (inner,))
        return self.random.choice((wrapped, wrapped, Binary("/", self.leaf(), inner)))

    def linked(self) -> Term:
        left, right = self.component(), self.component(("A", "B", "a", "b", "z"))
        return Binary(self.random.choice(("*", "*", "+", "-")), left, right)

    def contracted(self) -> Term:
        return self.total("n", lambda t: Binary("*", t.delta(), t.term(2)))

    def delta_inside(self) -> Term:
        inner = Binary("+", Binary("*", self.delta(), self.term(1)), self.term(1))
        return self.random.choice(
            (
                Apply(self.random.choice(FUNCTIONS), (inner,)),
                Binary("/", self.term(1), Binary("+", inner, Variable("u"))),
                Binary("/", self.delta(), Binary("-", self.number(1), self.delta())),
                Binary("**", inner, self.number(2, 3, -1)),
            )
        )

    def denominators(self) -> Term:
        """One or two factors; the second differs from the first by what may be 0."""
        first = self.indefinite()
        if self.random.random() < 0.6:
            return first
        return Binary("*", first, Binary("+", first, self.leaf()))

    def fraction_sum(self) -> Term:
        depth = self.random.choice((0, 0, 1))
        fraction: Callable[[Terms], Term] = lambda t: Binary("/", t.term(depth), t.denominators())  # noqa: E731
        if self.random.random() < 0.5:
            return self.total("n", lambda s: s.total("n", fraction))
        return self.total("n", fraction)

    def softmax(self) -> Term:
        array = self.random.choice(("o", "a"))
        top = Apply("exp", (self.component((array,)),))
        bottom = self.total("n", lambda t: Apply("exp", (t.component((array,)),)))
        return self.random.choice((Binary("/", top, bottom), Apply("log", (bottom,)), Binary("-", top, bottom)))

    def gradient(self) -> Term:
        self.features.add("derivative")
        inner = replace(self, below_diff=True)
        body = self.random.choice((inner.softmax, inner.nested_sum, inner.weighted, inner.fraction_sum))()
        return Diff(body, (self.target(body),))

    def angle(self) -> Term:
        """Sums of multiples of leaves and of pi: halves, thirds, whole numbers; one angle in two guises."""
        first = Binary(
            "*", self.fraction(), self.random.choice((Variable("x"), self.component(("a", "o")), Variable("c")))
        )
        quarter = Binary("*", self.fraction(), Constant("pi"))
        turns = Binary("*", Constant("pi"), Variable(self.random.choice(("c", "e"))))
        second = Binary("*", self.fraction(), self.random.choice((Variable("x"), Variable("y"))))
        return Binary(self.random.choice(("+", "-")), first, self.random.choice((quarter, turns, second, second)))

    def fraction(self) -> Number:
        return Number(Fraction(self.random.choice(("1", "2", "3", "-1", "1/2", "-3/2", "1/3", "2/5", "1/4"))))

    def trigonometric(self) -> Term:
        """Functions of angles and of what undoes them, squares that Pythagoras relates, roots of these."""
        self.features.add("angle")
        one, two = (Apply(self.random.choice(("sin", "cos", "tan")), (self.angle(),)) for _ in range(2))
        inner = self.random.choice((one, Variable("x"), self.component(("a", "p")), self.fraction()))
        inverse = Apply(self.random.choice(("asin", "acos", "atan", "acot", "atan")), (inner,))
        square = Binary("-", self.number(1), Binary("**", one, self.number(2)))
        return self.random.choice(
            (
                Binary(self.random.choice(("+", "*", "-")), one, two),
                Apply(self.random.choice(("sin", "cos", "tan")), (Binary("*", self.fraction(), inverse),)),
                Binary("+", inverse, Apply("atan", (self.leaf(),))),
                Apply(self.random.choice(("sqrt", "log", "Abs", "sign")), (square,)),
                Binary("/", one, Binary("+", square, two)),
                Apply(self.random.choice(("sqrt", "log")), (Binary("+", Binary("*", one, two), self.positive(1)),)),
                Diff(Binary("*", one, inverse), (Variable("x"),)),
            )
        )

    def rounded(self) -> Term:
        """Whole parts, factorials and signs of whole powers."""
        whole = self.random.choice((Variable("e"), Variable("c"), Binary("+", Variable("e"), self.number(1, 2, -1))))
        some = Binary("+", self.leaf(), self.random.choice((whole, self.fraction())))
        power = Binary("**", self.number(-1), Binary("*", whole, self.random.choice((whole, Variable("e")))))
        return self.random.choice(
            (
                Apply(self.random.choice(("floor", "ceiling")), (some,)),
                Apply(self.random.choice(("factorial", "gamma")), (whole,)),
                Apply("gamma", (Binary("+", Variable("u"), self.number(1, 2)),)),
                Apply("binomial", (whole, self.number(0, 1, 2))),
                power,
            )
        )

    def kink(self) -> Term:
        """A derivative of what has a corner, and of what has none because a factor is 0 there."""
        self.features.add("derivative")
        inner = replace(self, below_diff=True)
        leaves = (inner.component(("a", "o", "A")), Variable("x"), Variable("y"))
        corner, factor, other = (self.random.choice(leaves) for _ in range(3))
        inside = self.random.choice((corner, Binary("-", corner, other)))
        name = self.random.choice(("Abs", "Abs", "sign", "cbrt"))
        body = Binary("*", factor, Apply(name, (inside,)))
        return Diff(self.random.choice((body, Binary("+", body, inner.term(1)))), (self.target(corner),))

    def weighted(self) -> Term:
        """A sum with simplex, one-hot or positive weights, of a positive or any term."""
        weights = self.random.choice(("p", "h", "b", "r"))
        return self.total("n", lambda t: Binary("*", Component(weights, (t.bound[-1],)), t.term(1)))

    def generic(self) -> Term:
        return self.term(3)

    # What stands around the whole.

    def log_of(self, inner: Term) -> Term:
        return Apply(
            self.random.choice(("log", "sqrt")), (Binary("*", Binary("**", inner, self.number(2)), Variable("u")),)
        )

    def times_indicator(self, inner: Term) -> Term:
        """What is 0 unless something is 0, or is 0 there: a division by it that was not allowed shows."""
        sign = Binary("**", Apply("sign", (self.leaf(),)), self.number(2))
        return Binary("*", inner, Binary("-", self.number(1), sign))

    def inverted(self, inner: Term) -> Term:
        return Binary("/", self.term(1), inner)

    def function_of(self, inner: Term) -> Term:
        return Apply(self.random.choice(FUNCTIONS), (inner,))

    def summed(self, inner: Term) -> Term:
        return self.total("n", lambda t: Binary("*", inner, t.term(1)))

    def differentiated(self, inner: Term) -> Term:
        self.features.add("derivative")
        return Diff(inner, (self.target(inner),))


FUNCTIONS = (
    *("exp", "log", "sqrt", "Abs", "sign", "cbrt", "exp", "log", "Abs", "sign"),
    *("sinh", "cosh", "tanh", "sin", "cos", "atan", "log1p", "expm1", "asinh", "erf", "coth"),
)
COMPOSITE = (
    Terms.sum,
    Terms.sum,
    Terms.product,
    Terms.product,
    Terms.product,
    Terms.negative,
    Terms.quotient,
    Terms.quotient,
    Terms.power,
    Terms.symbolic_power,
    Terms.apply,
    Terms.apply,
    Terms.apply,
    Terms.extreme,
    Terms.reduced,
    Terms.reduced,
    Terms.reduced,
    Terms.derivative,
)
PIECES: dict[str, Callable[[Terms], Term]] = {
    "nested": Terms.nested_sum,
    "contracted": Terms.contracted,
    "delta": Terms.delta_inside,
    "fraction": Terms.fraction_sum,
    "softmax": Terms.softmax,
    "gradient": Terms.gradient,
    "kink": Terms.kink,
    "trigonometric": Terms.trigonometric,
    "rounded": Terms.rounded,
    "weighted": Terms.weighted,
    "generic": Terms.generic,
}
WEIGHTS = {
    "nested": 3,
    "contracted": 2,
    "delta": 2,
    "fraction": 4,
    "softmax": 1,
    "gradient": 4,
    "kink": 1,
    "trigonometric": 3,
    "rounded": 1,
    "weighted": 2,
    "generic": 4,
}
WRAPPINGS: tuple[Callable[[Terms, Term], Term], ...] = (
    Terms.times_indicator,
    Terms.log_of,
    Terms.inverted,
    Terms.function_of,
    Terms.summed,
    Terms.differentiated,
)


def pair_of_hypotheses(random: Random) -> tuple[Hypothesis, ...]:
    """One or two hypotheses; where one binds indices, often two that do."""
    if random.random() < 0.15:
        return tuple(map(hypothesis, random.sample(BINDING, 2)))
    return tuple(map(hypothesis, random.sample(HYPOTHESES, random.choice((1, 2, 2)))))


def consequence(random: Random, hypotheses: tuple[Hypothesis, ...]) -> Relation:
    """An instance of the first hypothesis at indices of its own, both sides inside something else."""
    own = hypotheses[0]
    t = Terms(random)
    at = {str(q.name): t.random.choice([Index(n, q.dimension) for n in FREE[q.dimension]]) for q in own.quantified}
    sides = [substitute(side, at, {}, None, frozenset()) for side in (own.relation.left, own.relation.right)]
    around = random.choice(AROUND if own.relation.op == "==" else AROUND_ORDERS)
    left, right = around(t, sides[0], sides[1])
    return Relation(left, own.relation.op, right)


def _as_it_is(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    return left, right


def _with_more(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    more = t.term(1)
    return Binary("+", left, more), Binary("+", right, more)


def _with_factor(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    factor = t.random.choice((t.positive(1), t.leaf()))
    return Binary("*", left, factor), Binary("*", factor, right)


def _summed(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    index = Index("i", "n")
    weight = t.component(("b", "p", "r", "h"))
    return tuple(Reduce("Sum", Binary("*", weight, side), index) for side in (left, right))  # type: ignore[return-value]


def _differentiated(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    target = t.target(Binary("+", left, right))
    return Diff(left, (target,)), Diff(right, (target,))


def _applied(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    name = t.random.choice(FUNCTIONS)
    return Apply(name, (left,)), Apply(name, (right,))


def _differentiated_product(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    factor = t.component(("a", "o", "b", "p", "h", "A"))
    target = t.target(Binary("*", factor, left))
    left, right = (Diff(Binary("*", factor, side), (target,)) for side in (left, right))
    return left, right


def _below(t: Terms, left: Term, right: Term) -> tuple[Term, Term]:
    """An order of the gap, or of one side, everywhere in a range."""
    inner = t.random.choice((Binary("-", left, right), left))
    one = Number(Fraction(1))
    body = t.random.choice((inner, Binary("+", one, inner), Binary("/", one, Binary("+", one, inner))))
    kind = t.random.choice(("Sum", "Product", "Max", "Min"))
    return Reduce(kind, body, Index("i", "n")), Number(Fraction(0))  # type: ignore[arg-type]


AROUND_ORDERS = (_as_it_is, _with_more, _with_factor, _summed, _below)
AROUND = (_as_it_is, _with_more, _with_factor, _summed, _differentiated, _differentiated_product, _applied)


SHAPES = (
    "Sum({v}[k]*log({v}[k]/{w}[k]), k) >= Sum({v}[k], k) - Sum({w}[k], k)",
    "Sum({v}[k]*log({w}[k]), k) <= log(Sum({v}[k]*{w}[k], k))",
    "Sum({v}[k]*log({v}[k]), k) >= Sum({v}[k], k)*log(Sum({v}[k], k)/n)",
    "Sum({v}[k]*{w}[k], k)**2 <= Sum({v}[k]**2, k)*Sum({w}[k]**2, k)",
    "Sum({v}[k], k)*Sum({w}[k], k) >= Sum({v}[k]*{w}[k], k)",
    "Sum({v}[k], k)**2 <= n*Sum({v}[k]**2, k)",
    "Sum({v}[k]*exp({w}[k]**2), k) >= Sum({v}[k], k)",
    "exp({v}[i]) >= exp({w}[j])*(1 + {v}[i] - {w}[j])",
    "{v}[i]*log(2 + {w}[j]**2) >= {v}[i]*log(2)",
    "Product({v}[k], k) == {v}[i]*Product({v}[k], k, k != i)",
    "Product({v}[k]**2 + x, k) == ({v}[j]**2 + x)*Product({w}[k]**2 + x, k, k != i)",
    "diff(Product({v}[k], k), {v}[j]) == Product({w}[k], k, k != j)",
    "diff(Max({v}), {v}[j])**2 == diff(Max({w}), {w}[j])",
    "Sum(diff(Max({v}), {v}[j])*{w}[j], j) == Max({v})",
    "diff(Max(x*{v}[k] + {w}[k], k), x) == {v}[i]",
    "diff(Abs({v}[i]**3 + x), {v}[j]) == 3*{w}[i]**2*sign({v}[i]**3 + x)*KroneckerDelta(i, j)",
    "floor(x) + floor(x + Rational(1, 2)) == floor(2*x)",
    "floor(x/3) + floor(-x/3) >= -1",
    "exp(-x)/(x - y) + {v}[i]**2 >= 0",
    "atan(1/(x - y)) >= -1",
)
"""Inequalities and splittings that hold for some arrays in the places of v and w, and not for others."""


def shape(random: Random) -> Relation:
    """A row of SHAPES with vectors of any type."""
    vectors = [name for name, (_, dimensions) in ARRAYS.items() if dimensions == ("n",)]
    first, second = (random.choice(vectors) for _ in range(2))
    text = random.choice(SHAPES).format(v=first, w=first if random.random() < 0.3 else second)
    return hypothesis(text).relation


def limits(random: Random) -> Goal:
    """A limit at oo of what grows like exponentials of T, against what it tends to, or nearly."""
    t = Terms(random)
    scale = Variable("T")
    rates = [t.random.choice((t.component(("a", "o", "b")), Variable("x"), t.number(0))) for _ in range(2)]
    rows = [Binary("*", t.positive(0), Apply("exp", (Binary("*", scale, rate),))) for rate in rates]
    total = t.total("n", lambda inner: Apply("exp", (Binary("*", scale, inner.component(("o",))),)))
    row = Apply("exp", (Binary("*", scale, Component("o", (Index("i", "n"),))),))
    sums = (Binary("+", rows[0], rows[1]), Binary("+", rows[0], total), Binary("-", total, row))
    body = random.choice((rows[0], total, *sums))
    wholes: list[Term] = [rates[0], Apply("Max", (rates[0], rates[1])), Apply("Min", (rates[0], rates[1]))]
    wholes += [Reduce("Max", Component("o", (Index("k", "n"),)), Index("k", "n"))]
    wholes += [Apply("Max", (wholes[-1], rates[0])), Apply("Max", (rates[0], t.leaf()))]
    left = Limit(Binary("/", Apply("log", (body,)), scale), "T", Constant("oo"))
    if random.random() < 0.3:
        left = replace(left, body=Binary("+", left.body, Binary("/", t.leaf(), scale)))
    given = (hypothesis("n >= 2"),) if random.random() < 0.5 else ()
    return goal_of(left, "==", random.choice(wholes), given)
