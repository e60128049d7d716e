"""From a term to its normal form, collecting on the way the conditions under which the term as written has a value."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct, field

from derive.kernel.bits import decisive, negated, times
from derive.kernel.context import (
    FREE,
    LITERAL,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    ZERO,
    Context,
    Place,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.differentiate import Target, differentiate, ends, jumps, kinks
from derive.kernel.elementary import apply_function, domain_of
from derive.kernel.envelope import envelope
from derive.kernel.functions import maximum, number_constant, symbolic_power
from derive.kernel.polynomial import add, constant, scale, subtract
from derive.kernel.ranges import sign_of_function
from derive.kernel.readback import term_of
from derive.kernel.reductions import extremum, product_over
from derive.kernel.ring import absolute, component, delta, guarded, multiply, power, renew, variable
from derive.kernel.sign import learn
from derive.kernel.spelling import poly_text
from derive.kernel.sums import sum_over
from derive.term import (
    Apply,
    Binary,
    Call,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Op,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
)
from derive.whole import is_integer_type

QUOTIENTS = {
    "sin": ("sin", ""),
    "cos": ("cos", ""),
    "tan": ("sin", "cos"),
    "cot": ("cos", "sin"),
    "sec": ("", "cos"),
    "csc": ("", "sin"),
}
"""Circular functions as a sine or cosine over another; an empty name is one."""
OP_SIGN: dict[Op, int] = {
    ">": POSITIVE,
    ">=": NONNEGATIVE,
    "<": NEGATIVE,
    "<=": NONPOSITIVE,
    "!=": NONZERO,
    "==": NONNEGATIVE | NONPOSITIVE,
}
NEVER: dict[Op, tuple[int, ...]] = {
    ">": (NEGATIVE, NONPOSITIVE, NONNEGATIVE | NONPOSITIVE),
    ">=": (NEGATIVE,),
    "!=": (NONNEGATIVE | NONPOSITIVE,),
    "<": (POSITIVE, NONNEGATIVE, NONNEGATIVE | NONPOSITIVE),
    "<=": (POSITIVE,),
    "==": (POSITIVE, NEGATIVE, NONZERO),
}
ZERO_TERM = Number(Fraction(0))


class Condition(Struct, frozen=True):
    """``polynomial`` has the sign ``bits`` wherever the side has a value; ``written`` is the author's own form."""

    polynomial: Polynomial
    bits: int
    written: Relation
    bound: tuple[str, ...]
    restrictions: tuple[Relation, ...]

    @property
    def guarded(self) -> bool:
        """Whether it is known for part of a range only."""
        return bool(self.restrictions)


class Scope(Struct, frozen=True):
    """The indices in scope; the names bound around, and the restrictions of their ranges."""

    places: dict[str, Place] = field(default_factory=dict)
    bound: tuple[str, ...] = ()
    restrictions: tuple[Relation, ...] = ()

    @property
    def guarded(self) -> bool:
        """Whether a range around is restricted, and so may be empty."""
        return bool(self.restrictions)


class Reader(Struct):
    """Reads terms of one side in one proof; ``conditions`` is None where nothing may be collected.

    ``given`` knows the hypotheses only: what it does not see is a condition, even where the other side implies it.
    ``exists`` says that the claim speaks only of points where the derivatives that are read have a value.
    ``domain`` gathers what must be >= 0 everywhere for what was read to have a value, whatever the hypotheses say.
    """

    ctx: Context
    conditions: list[Condition] | None = None
    given: Context | None = None
    exists: bool = False
    domain: list[Polynomial] = field(default_factory=list)

    def read(self, term: Term, scope: Scope) -> Polynomial:
        """The normal form of a term; Fails with Stuck (no rule) or Undefined (no value anywhere)."""
        ctx = self.ctx
        match term:  # what is met most often comes first
            case Binary(op, left, right):
                return self._binary(op, left, right, scope)
            case Component(array, indices):
                return component(ctx, array, tuple([self.place(i, scope) for i in indices]))
            case Apply(function, args):
                return self._apply(function, args, scope)
            case Number(value):
                return {(): int(value) if value.denominator == 1 else value} if value else {}
            case Reduce():
                return self._reduce(term, scope)
            case Variable(name):
                return variable(ctx, name)
            case Neg(operand):
                return scale(self.read(operand, scope), -1)
            case Delta(left, right):
                return delta(ctx, self.place(left, scope), self.place(right, scope))
            case Diff(body, targets):
                return self._diff(body, targets, scope)
            case Constant("oo"):
                raise Stuck("outside the fragment", "oo as a value")
            case Constant(name):
                return number_constant(ctx, name)
            case Limit():
                raise Stuck("limit not established", "a limit inside a term")
            case Optimum(kind):
                raise Stuck("optimum not established", kind)
            case Call(name):
                raise Stuck("outside the fragment", f"the function {name}")

    def _binary(self, op: str, left: Term, right: Term, scope: Scope) -> Polynomial:
        if op == "/":
            return self._quotient(left, right, scope)
        if op == "**":
            return self._power(left, right, scope)
        first, second = self.read(left, scope), self.read(right, scope)
        if op == "*":
            return multiply(self.ctx, first, second)
        return add(first, second) if op == "+" else subtract(first, second)

    def place(self, index: Index, scope: Scope) -> Place:
        """The place of an index; a literal one must lie in the range."""
        dimension = self.dimension(index.dimension)
        if isinstance(index.name, int):
            if dimension.isdecimal():
                if index.name > int(dimension):
                    raise Undefined(f"the index {index.name} is out of range")
            elif index.name > self.ctx.least.get(dimension, 1):
                gap = subtract(variable(self.ctx, index.dimension), {(): index.name})
                written = Relation(Variable(index.dimension), ">=", Number(Fraction(index.name)))
                self._collect(gap, NONNEGATIVE, written, scope)
            return (LITERAL, dimension, index.name)
        if dimension == "1":
            return (LITERAL, "1", 1)
        return scope.places.get(index.name) or (FREE, dimension, index.name)

    def dimension(self, name: str) -> str:
        """A dimension by its name, or as digits where hypotheses fix it (K6)."""
        number = self.ctx.size.get(name)
        return name if number is None else str(number)

    def _collect(self, poly: Polynomial, bits: int, written: Relation, scope: Scope) -> None:
        if self.conditions is None:
            return
        if constant(poly) is not None:
            # There is a value where the range is empty alone, which no condition says.
            raise Stuck("outside the fragment", "a function without a value in a range that may be empty")
        self.conditions.append(Condition(poly, bits, written, scope.bound, scope.restrictions))
        if not scope.guarded:
            learn(self.ctx, poly, bits)

    def _bound(self, poly: Polynomial, op: Op, scope: Scope) -> None:
        if op in (">=", "<=") and not scope.guarded:
            self.domain.append(poly if op == ">=" else scale(poly, -1))

    def _need(self, term: Term, poly: Polynomial, op: Op, scope: Scope) -> None:
        """Record that a term must have a sign for its parent to have a value; look at the author's form for it."""
        wanted = OP_SIGN[op]
        given = self.given or self.ctx
        known = given.sign(given, poly)
        self._bound(poly, op, scope)
        if not decisive(known):
            found = Reader(given, exists=self.exists).written_sign(term, scope)
            if found & ~known and self._holds_around(term, scope):
                learn(given, poly, found)
                learn(self.ctx, poly, found)
            known |= found
        if known & wanted != wanted:
            if known in NEVER[op] and not scope.guarded:
                raise Undefined("a side has a value nowhere")
            self._collect(poly, wanted, Relation(term, op, ZERO_TERM), scope)

    def _holds_around(self, term: Term, scope: Scope) -> bool:
        """Whether a term has a value outside of a restricted range too, where its normal form may have one alone."""
        return not scope.guarded or _is_total(term)

    def _quotient(self, left: Term, right: Term, scope: Scope) -> Polynomial:
        top, bottom = self.read(left, scope), self.read(right, scope)
        self._need(right, bottom, "!=", scope)
        return multiply(self.ctx, top, power(self.ctx, bottom, -1))

    def _power(self, left: Term, right: Term, scope: Scope) -> Polynomial:
        base, exponent = self.read(left, scope), self.read(right, scope)
        whole = is_integer_type(right, self.ctx.integers)
        value = constant(exponent)
        if whole and value is not None:
            if value < 0:
                self._need(left, base, "!=", scope)
        elif whole:
            self._whole_exponent(left, right, base, exponent, scope)
        else:
            self._real_exponent(left, right, base, exponent, scope)
        return symbolic_power(self.ctx, base, exponent, whole)

    def _real_exponent(self, left: Term, right: Term, base: Polynomial, exponent: Polynomial, scope: Scope) -> None:
        """t**u has a value where t > 0, or t = 0 and u > 0, which is t >= 0 and Max(t, u) > 0."""
        given = self.given or self.ctx
        if given.sign(given, base) & ZERO == ZERO:
            self._need(right, exponent, ">", scope)
            return
        bits = given.sign(given, exponent)
        self._need(left, base, ">" if bits & NONPOSITIVE else ">=", scope)
        if not bits & NONPOSITIVE and bits & POSITIVE != POSITIVE and given.sign(given, base) & POSITIVE != POSITIVE:
            poly = maximum(self.ctx, base, exponent, 1)
            self._collect(poly, POSITIVE, Relation(Apply("Max", (left, right)), ">", ZERO_TERM), scope)

    def _whole_exponent(self, left: Term, right: Term, base: Polynomial, exponent: Polynomial, scope: Scope) -> None:
        """t**m has a value where t != 0 or m >= 0, which is Max(Abs(t), m + 1) > 0."""
        given = self.given or self.ctx
        bits = given.sign(given, exponent)
        if bits & NONNEGATIVE:
            return
        self._learn_written(left, base, scope)
        if bits & NEGATIVE == NEGATIVE:
            self._need(left, base, "!=", scope)
        elif not given.sign(given, base) & NONZERO:
            either = Apply("Max", (Apply("Abs", (left,)), Binary("+", right, Number(Fraction(1)))))
            poly = maximum(self.ctx, absolute(self.ctx, base), add(exponent, {(): 1}), 1)
            self._collect(poly, POSITIVE, Relation(either, ">", ZERO_TERM), scope)

    def _learn_written(self, term: Term, poly: Polynomial, scope: Scope) -> None:
        if not self._holds_around(term, scope):
            return
        # Once for each value: looking at the author's form reads it again, and so all that is nested in it.
        seen = ("written", poly_text(self.ctx, poly, {}), self.ctx.suspended)
        if seen not in self.ctx.memo and not decisive(self.ctx.sign(self.ctx, poly)):
            self.ctx.memo[seen] = True
            learn(self.ctx, poly, self.written_sign(term, scope))

    def _apply(self, function: str, args: tuple[Term, ...], scope: Scope) -> Polynomial:
        ctx = self.ctx
        values = [self.read(a, scope) for a in args]
        if function in ("log", "sqrt"):
            self._need(args[0], values[0], ">" if function == "log" else ">=", scope)
        elif function in ("Abs", "sign"):
            self._learn_written(args[0], values[0], scope)
        else:
            given = self.given or ctx
            for poly, op, written in domain_of(ctx, function, tuple(args), tuple(values)):
                known = given.sign(given, poly)
                self._bound(poly, op, scope)
                if known & OP_SIGN[op] != OP_SIGN[op]:
                    if known in NEVER[op] and not scope.guarded:
                        raise Undefined("a side has a value nowhere")
                    self._collect(poly, OP_SIGN[op], written, scope)
        return apply_function(ctx, function, tuple(values))

    def _reduce(self, term: Reduce, scope: Scope) -> Polynomial:
        ctx = self.ctx
        place, inner = self.inside(term, scope)
        try:
            body = self.read(term.body, inner)
        except Undefined as undefined:
            if not inner.guarded:
                raise
            raise Stuck("outside the fragment", f"{undefined} in a range that may be empty") from undefined
        excluded = tuple(self.place(i, scope) for i in term.excluded)
        if term.kind == "Sum":
            for other in excluded:
                body = guarded(ctx, place, other, body)
            return sum_over(ctx, (place,), body)
        if term.kind == "Product":
            return product_over(ctx, place, excluded, body)
        if excluded:
            raise Stuck("outside the fragment", f"{term.kind} over a restricted range")
        return extremum(ctx, term.kind, place, body)

    def inside(self, term: Reduce, scope: Scope) -> tuple[Place, Scope]:
        """A new index for what a reduction binds, and the scope below it."""
        place = self.ctx.open(self.dimension(term.index.dimension))
        name = str(term.index.name)
        beside = tuple(Relation(Variable(name), "!=", Variable(str(i.name))) for i in term.excluded)
        return place, Scope({**scope.places, name: place}, (*scope.bound, name), scope.restrictions + beside)

    def _diff(self, body: Term, targets: tuple[Variable | Component, ...], scope: Scope) -> Polynomial:
        """V8, E5: the body under the hypotheses that do not constrain the targets, then the derivatives in turn."""
        ctx = self.ctx
        used = frozenset(t.name if isinstance(t, Variable) else t.array for t in targets)
        before = ctx.suspended
        ctx.suspended = before | used
        outer, self.domain = self.domain, []
        try:
            poly = self.read(body, scope)
            for target in targets:
                chosen = self._target(target, scope)
                for end in ends(ctx, self.domain, chosen):
                    self._collect(end, POSITIVE, Relation(term_of(ctx, end, {}), ">", ZERO_TERM), scope)
                for kink in (*kinks(ctx, poly, chosen), *jumps(ctx, poly, chosen)):
                    self._collect(kink, NONZERO, Relation(term_of(ctx, kink, {}), "!=", ZERO_TERM), scope)
                found = envelope(ctx, poly, chosen, before) if target is targets[-1] else None
                poly = differentiate(ctx, poly, chosen) if found is None else found
        finally:
            ctx.suspended = before
            self.domain = [*outer, *self.domain]
        return renew(ctx, poly, used - before)

    def _target(self, target: Variable | Component, scope: Scope) -> Target:
        if isinstance(target, Variable):
            return Target(target.name, None, self.exists)
        return Target(target.array, tuple(self.place(i, scope) for i in target.indices), self.exists)

    def written_sign(self, term: Term, scope: Scope) -> int:
        """The sign that the author's own form shows: sums and products of signs, squares, exponentials (4.11)."""
        match term:
            case Neg(operand):
                return negated(self.written_sign(operand, scope))
            case Binary("+", left, right):
                return _plus(self.written_sign(left, scope), self.written_sign(right, scope)) or self._sign(term, scope)
            case Binary("-", left, right):
                other = negated(self.written_sign(right, scope))
                return _plus(self.written_sign(left, scope), other) | self._sign(term, scope)
            case Binary("*", left, right):
                bits = times(self.written_sign(left, scope), self.written_sign(right, scope))
                return bits | (NONNEGATIVE if left == right else UNKNOWN)
            case Binary("/", left, right):
                return times(self.written_sign(left, scope), self.written_sign(right, scope) | NONZERO)
            case Binary("**", left, right):
                return self._power_sign(left, right, scope)
            case Reduce("Sum", body, _, excluded):
                _, inner = self.inside(term, scope)
                bits = self.written_sign(body, inner)
                bits = bits & ~NONZERO if excluded or not bits & (NONNEGATIVE | NONPOSITIVE) else bits
                return bits | self._sign(term, scope)
            case Apply("sqrt" | "Abs", (arg,)):
                return NONNEGATIVE | (self.written_sign(arg, scope) & NONZERO)
            case Apply(name, (arg,)) if name in QUOTIENTS:
                return self._angle_sign(name, arg, scope) | self._sign(term, scope)
            case _:
                return self._sign(term, scope)

    def _angle_sign(self, name: str, arg: Term, scope: Scope) -> int:
        """G6: the sign of a circular function by where its angle lies, which the addition theorems would take apart."""
        angle = Reader(self.ctx, exists=self.exists).read(arg, scope)
        above, below = QUOTIENTS[name]
        bits = sign_of_function(self.ctx, above, (angle,)) if above else POSITIVE
        return times(bits, sign_of_function(self.ctx, below, (angle,)) | NONZERO) if below else bits

    def _sign(self, term: Term, scope: Scope) -> int:
        return self.ctx.sign(self.ctx, Reader(self.ctx, exists=self.exists).read(term, scope))

    def _power_sign(self, left: Term, right: Term, scope: Scope) -> int:
        bits = self.written_sign(left, scope)
        if not is_integer_type(right, self.ctx.integers):
            return NONNEGATIVE | (bits & NONZERO)
        value = right.value if isinstance(right, Number) else None
        if value is None:
            # A power to 0 is 1, whatever the base.
            return bits & POSITIVE if bits & NONNEGATIVE else bits & NONZERO
        if value < 0:
            bits |= NONZERO
        return NONNEGATIVE | (bits & NONZERO) if value % 2 == 0 else bits


def _is_total(term: Term) -> bool:
    """Whether a term has a value whatever its variables are: no quotient, no root, no function with a domain."""
    match term:
        case Number() | Variable() | Component() | Delta():
            return True
        case Neg() | Binary("+" | "-" | "*") | Reduce("Sum"):
            return all(map(_is_total, children(term)))
        case Binary("**", base, Number(value)):
            return value.denominator == 1 and value > 0 and _is_total(base)
        case Apply("exp" | "Abs", (inner,)):
            return _is_total(inner)
        case _:
            return False


def _plus(left: int, right: int) -> int:
    same = left & right & (NONNEGATIVE | NONPOSITIVE)
    if same not in (NONNEGATIVE, NONPOSITIVE):
        return same
    return same | ((left | right) & NONZERO)
