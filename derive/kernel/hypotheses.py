"""From a goal to the context of its proof: types, least values, facts, and hypotheses that are equations."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from operator import and_

from msgspec import Struct, field

from derive.claim import Goal, Hypothesis
from derive.kernel.context import (
    FREE,
    FRESH,
    LITERAL,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    ComponentRule,
    Context,
    Contradiction,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Propose,
    Rational,
    Stuck,
    SumEquation,
    SumRule,
    Undefined,
)
from derive.kernel.finite import Values, finite_values
from derive.kernel.normalize import OP_SIGN, Reader, Scope
from derive.kernel.overlap import consequences
from derive.kernel.polynomial import add, constant, magnitude, scale, subtract
from derive.kernel.rebuild import rebuild
from derive.kernel.ring import component, multiply, power, rename, replace_generators
from derive.kernel.sign import TYPE_SIGN, learn, sign
from derive.kernel.solutions import solutions
from derive.kernel.spelling import names, parts_of, places
from derive.kernel.sums import sum_over
from derive.kernel.zero import Equations, rewriting
from derive.term import Component, Delta, Number, Op, Relation, Variable

LARGEST_SIZE = 64
MOST_SUMMED = 4
MIRRORED: dict[Op, Op] = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}
INTEGER_TYPES = ("integer", "positive integer", "nonnegative integer", "dimension")


def context_of(goal: Goal, fuel: int, propose: Propose | None = None) -> tuple[Context, Scope]:
    """A fresh context for a goal, and the scope of its free indices."""
    types = {d.name: d.type for d in goal.declarations}
    types.update({name: "dimension" for name in goal.dimensions})
    ctx = Context(
        types=types,
        integers=frozenset(name for name, kind in types.items() if kind in INTEGER_TYPES),
        sign=sign,
        rebuild=rebuild,
        fuel=fuel,
        propose=propose,
        least={name: 1 for name, kind in types.items() if kind in ("dimension", "positive integer")},
        simplex=frozenset(name for name, kind in types.items() if kind == "simplex"),
    )
    ctx.size.update(_sizes(goal))
    for d in goal.declarations:
        if d.type == "onehot":
            dimension = str(ctx.size.get(d.dimensions[-1], d.dimensions[-1]))
            if len(d.dimensions) == 1:
                ctx.hot[d.name] = (1, dimension, f"'{d.name}") if dimension != "1" else (0, "1", 1)
    return ctx, Scope(_identified(ctx, goal))


def _sizes(goal: Goal) -> dict[str, int]:
    """Dimensions that a hypothesis fixes, as in ``n == 2`` (K6)."""
    found: dict[str, int] = {}
    for hypothesis in goal.hypotheses:
        left, right = hypothesis.relation.left, hypothesis.relation.right
        if isinstance(right, Variable) and isinstance(left, Number):
            left, right = right, left
        if hypothesis.relation.op == "==" and isinstance(left, Variable) and isinstance(right, Number):
            size = right.value
            fixed = left.name in goal.dimensions and size.denominator == 1 and 1 <= size <= LARGEST_SIZE
            if fixed and found.setdefault(left.name, int(size)) != size:
                raise Contradiction("the hypotheses contradict each other")
    return found


def _identified(ctx: Context, goal: Goal) -> dict[str, Place]:
    """Free indices that hypotheses make equal get one place; those made different are remembered (K1)."""
    chosen: dict[str, Place] = {}
    reader = Reader(ctx)
    told = [found for hypothesis in goal.hypotheses if (found := _about_indices(hypothesis)) is not None]
    for pair in (pair for pair, equal in told if equal):
        keep, drop = sorted(reader.place(i, Scope(chosen)) for i in (pair.left, pair.right))
        if isinstance(drop[2], str):
            chosen = _as_one(chosen, drop, keep)
    for pair in (pair for pair, equal in told if not equal):
        left, right = (reader.place(i, Scope(chosen)) for i in (pair.left, pair.right))
        if left == right:
            raise Contradiction("the hypotheses contradict each other")
        ctx.distinct.add(frozenset((left, right)))
        ctx.least[left[1]] = max(ctx.least.get(left[1], 1), 2)
    while (only := _only_place(ctx)) is not None:
        drop, keep = only
        chosen = _as_one(chosen, drop, keep)
        ctx.distinct = {frozenset(keep if p == drop else p for p in pair) for pair in ctx.distinct}
        if any(len(pair) == 1 for pair in ctx.distinct):
            raise Contradiction("the hypotheses contradict each other")
    return chosen


def _as_one(chosen: dict[str, Place], drop: Place, keep: Place) -> dict[str, Place]:
    return {name: keep if p == drop else p for name, p in chosen.items()} | {str(drop[2]): keep}


def _only_place(ctx: Context) -> tuple[Place, Place] | None:
    """An index of explicit dimension that differs from all places but one, and that one (K6)."""
    for place in sorted({p for pair in ctx.distinct for p in pair if p[0] == FREE and p[1].isdecimal()}):
        others = [p for pair in ctx.distinct if place in pair for p in pair if p[0] == LITERAL]
        left = set(range(1, int(place[1]) + 1)) - {p[2] for p in others}
        if not left:
            raise Contradiction("the hypotheses contradict each other")
        if len(left) == 1:
            ctx.use("K6")
            return place, (LITERAL, place[1], left.pop())
    return None


def _about_indices(hypothesis: Hypothesis) -> tuple[Delta, bool] | None:
    relation = hypothesis.relation
    if isinstance(relation.left, Delta) and isinstance(relation.right, Number) and relation.op == "==":
        if any(q.name in (relation.left.left.name, relation.left.right.name) for q in hypothesis.quantified):
            return None
        return relation.left, relation.right.value == 1
    return None


class _Collected(Struct):
    """The equations of the hypotheses as far as they have been read; the fields are those of ``Equations``."""

    values: list[tuple[str, Polynomial]] = field(default_factory=list)
    rewrites: list[tuple[Monomial, Polynomial]] = field(default_factory=list)
    schemas: list[Polynomial] = field(default_factory=list)
    finite: dict[str, Values] = field(default_factory=dict)

    def equations(self) -> Equations:
        finite = tuple(sorted(self.finite.items()))
        return Equations(tuple(self.values), tuple(self.rewrites), tuple(self.schemas), finite)


def assume(ctx: Context, goal: Goal, scope: Scope) -> Equations:
    """Take the hypotheses of a goal into the context; equations are returned, to be used outside of derivatives."""
    collected = _Collected()
    for poly in _explicit_simplices(ctx, goal):
        _equation(ctx, poly, collected)
    _learn_bounds(ctx, goal, scope)
    # Equations first: what they eliminate is gone before other hypotheses are read.
    for hypothesis in sorted(goal.hypotheses, key=lambda h: h.relation.op != "=="):
        if _about_indices(hypothesis) is None and not _least(ctx, hypothesis.relation):
            _hypothesis(ctx, hypothesis, scope, collected)
    terms_of_sums(ctx)
    for poly in (*consequences(ctx), *_summed(ctx, collected.schemas)):
        if any(p[0] == FRESH for p in places(ctx, poly)):
            collected.schemas.append(poly)
        else:
            collected.rewrites.extend(rewriting(poly))
    return collected.equations()


def _hypothesis(ctx: Context, hypothesis: Hypothesis, scope: Scope, collected: _Collected) -> None:
    """Take a relation between values, which holds at every index that it does not name."""
    reader, op = Reader(ctx), hypothesis.relation.op
    opened = {str(q.name): ctx.open(reader.dimension(q.dimension)) for q in hypothesis.quantified}
    poly = _gap(ctx, hypothesis.relation, Scope({**scope.places, **opened}))
    number = constant(poly)
    if number is not None:
        if not _true(number, op):
            raise Contradiction("the hypotheses contradict each other")
        return
    _learn_components(ctx, poly, OP_SIGN[op])
    if op == "==":
        if any(key[0] == "m" for mono in poly for key, _ in mono):
            learn(ctx, poly, ZERO)
        _equation(ctx, poly, collected)
        _finite(ctx, poly, collected.finite)
    else:
        learn(ctx, poly, OP_SIGN[op])
        _without_sizes(ctx, poly, OP_SIGN[op])


def _learn_bounds(ctx: Context, goal: Goal, scope: Scope) -> None:
    """What is known of single values first: on it rests how the others are read."""
    for hypothesis in goal.hypotheses:
        relation, kinds = hypothesis.relation, {type(hypothesis.relation.left), type(hypothesis.relation.right)}
        single = kinds in ({Variable, Number}, {Component, Number}) and not hypothesis.quantified
        if single and relation.op != "!=" and not _least(ctx, relation):
            learn(ctx, _gap(ctx, relation, scope), OP_SIGN[relation.op])


def _finite(ctx: Context, poly: Polynomial, finite: dict[str, Values]) -> None:
    """K7: a variable with finitely many values, the sign that all of them have, and the least and largest of them."""
    found = finite_values(ctx, poly)
    if found is None:
        return
    name, allowed = found
    finite.setdefault(name, allowed)
    signs = [sign(ctx, {(): v} if v else {}) for v in allowed]
    key = next(key for mono in poly for key, _ in mono)
    learn(ctx, {((key, 1),): 1}, reduce(and_, signs))
    for end, oriented in ((min(allowed), 1), (max(allowed), -1)):
        if end:
            learn(ctx, scale(subtract({((key, 1),): 1}, {(): end}), oriented), NONNEGATIVE)


def _summed(ctx: Context, schemas: list[Polynomial]) -> Iterator[Polynomial]:
    """S1: an equation that holds at every index, summed over one of them."""
    for schema in schemas[:MOST_SUMMED]:
        for place in sorted(p for p in places(ctx, schema) if p[0] == FRESH):
            total = sum_over(ctx, (place,), schema)
            if total:
                ctx.use("S1")
                yield total


def _learn_components(ctx: Context, poly: Polynomial, bits: int) -> None:
    """O7, G7: what is at least a Max is at least every component; what is at least Abs(w) is at least w, -w and 0."""
    for mono, c in poly.items():
        if len(mono) != 1 or mono[0][0][0] not in "mh" or mono[0][1] != 1:
            continue
        largest, values = _at_most(ctx, mono[0][0])
        wanted = NONPOSITIVE if (c > 0) == largest else NONNEGATIVE
        if bits & wanted:
            rest = {m: v for m, v in poly.items() if m != mono}
            for value in values:
                learn(ctx, add(rest, scale(value, c)), wanted | (bits & NONZERO))


def _at_most(ctx: Context, key: str) -> tuple[bool, tuple[Polynomial, ...]]:
    """What a Max or an Abs is nowhere less than; or what a Min, then False, is nowhere more than."""
    parts = ctx.generators[key].parts
    if key[0] == "h":
        ctx.use("G7")
        return True, (parts[0], scale(parts[0], -1), {})
    ctx.use("O7")
    kind, bound, body = parts
    return kind == "Max", (rename(ctx, body, {bound: ctx.open(bound[1])}),)


def terms_of_sums(ctx: Context) -> None:
    """O6: where all terms of a sum of known value are >= 0, none exceeds that value; each is below it for n >= 2."""
    for rule in ctx.sum_rules:
        place = ctx.open(rule.place[1])
        term = rename(ctx, {rule.summand: 1}, {rule.place: place})
        bits = sign(ctx, term)
        if bits & NONNEGATIVE:
            ctx.use("O6")
            strict = bits & NONZERO if ctx.least.get(rule.place[1], 1) >= 2 else 0
            learn(ctx, subtract(rule.value, term), NONNEGATIVE | strict)


def _without_sizes(ctx: Context, poly: Polynomial, bits: int) -> None:
    """G7, O9: c - Abs(w) >= 0 gives c - w >= 0, c + w >= 0 and c**2 - w**2 >= 0, which gives these for a number c."""
    if not bits & ZERO or bits & ZERO == ZERO:
        return
    poly, bits = (poly, bits) if bits & NONNEGATIVE else (scale(poly, -1), NONNEGATIVE | bits & NONZERO)
    for mono, c in poly.items():
        if c > 0 or len(mono) != 1:
            continue
        ((key, e),) = mono
        rest = {m: v for m, v in poly.items() if m != mono}
        if key[0] == "h" and e == 1:
            ctx.use("G7")
            size, bound = scale(ctx.generators[key].parts[0], -c), rest
            learn(ctx, subtract(multiply(ctx, bound, bound), multiply(ctx, size, size)), bits)
        elif e == 2 and list(rest) == [()] and rest[()] > 0:
            ctx.use("O9")
            size, bound = {((key, 1),): 1}, power(ctx, {(): Fraction(rest[()]) / -Fraction(c)}, Fraction(1, 2))
        else:
            continue
        learn(ctx, subtract(bound, size), bits)
        learn(ctx, add(bound, size), bits)


def _gap(ctx: Context, relation: Relation, scope: Scope) -> Polynomial:
    """The difference of the sides; D of a hypothesis holds with it, so its own conditions become facts."""
    reader = Reader(ctx, [])
    return subtract(reader.read(relation.left, scope), reader.read(relation.right, scope))


def _explicit_simplices(ctx: Context, goal: Goal) -> Iterator[Polynomial]:
    """The sum of the components of a simplex vector of explicit dimension, less one (H4)."""
    for d in goal.declarations:
        size = str(ctx.size.get(d.dimensions[0], d.dimensions[0])) if d.type == "simplex" else ""
        if len(d.dimensions) == 1 and size.isdecimal() and int(size) <= LARGEST_SIZE:
            yield add({(): -1}, *(component(ctx, d.name, ((LITERAL, size, v),)) for v in range(1, int(size) + 1)))


def contradictory(goal: Goal, fuel: int) -> bool:
    """Whether the hypotheses of a goal are seen to contradict each other."""
    if not goal.hypotheses:
        return False
    try:
        ctx, scope = context_of(goal, fuel)
        assume(ctx, goal, scope)
    except Contradiction:
        return True
    except (Stuck, Undefined):
        return False
    return False


def _true(number: int | Fraction, op: str) -> bool:
    bits = NONNEGATIVE | 2 if number == 0 else POSITIVE if number > 0 else 2 | NONZERO
    wanted = OP_SIGN[op]  # type: ignore[index]
    return bits & wanted == wanted


def _least(ctx: Context, relation: Relation) -> bool:
    """``n >= 2`` for a dimension or an integer raises its least value."""
    left, op, right = relation.left, relation.op, relation.right
    if isinstance(right, Variable) and isinstance(left, Number):
        left, right, op = right, left, MIRRORED[op]
    if not (isinstance(left, Variable) and isinstance(right, Number) and left.name in ctx.integers):
        return False
    if op not in (">", ">="):
        return False
    value = right.value
    if left.name in ctx.size:
        return False
    least = -(-value.numerator // value.denominator) if op == ">=" else value.numerator // value.denominator + 1
    before = ctx.least.get(left.name)
    ctx.least[left.name] = least if before is None else max(before, least)
    if ctx.least[left.name] >= 0 and ctx.types.get(left.name) == "integer":
        ctx.types[left.name] = "positive integer" if ctx.least[left.name] > 0 else "nonnegative integer"
    return True


def _equation(ctx: Context, poly: Polynomial, collected: _Collected) -> None:
    """Make a sum rule, an elimination or a rewriting of ``poly == 0`` (H2, S10)."""
    values = collected.values
    for key, value in values:
        poly = replace_generators(ctx, poly, {key: value})
    quantified = frozenset(p for p in places(ctx, poly) if p[0] == FRESH)
    rule = _sum_rule(ctx, poly, quantified)
    if rule is not None:
        ctx.sum_rules.append(rule)
        return
    if quantified:
        if not _component_rule(ctx, poly, quantified) and not _sum_equation(ctx, poly, quantified):
            learn(ctx, poly, OP_SIGN["=="])
            collected.schemas.append(poly)
        return
    solved = next(solutions(ctx, poly), None)
    if solved is not None:
        for n, (key, value) in enumerate(values):
            values[n] = (key, replace_generators(ctx, value, dict([solved])))
        values.append(solved)
        _rewrite_facts(ctx, *solved)
        return
    if not _sum_equation(ctx, poly, quantified):
        learn(ctx, poly, OP_SIGN["=="])
        collected.rewrites.extend(rewriting(poly))


def _component_rule(ctx: Context, poly: Polynomial, quantified: frozenset[Place]) -> bool:
    """``x[k] == value`` for all k eliminates the array; ``A[i,j] == A[j,i]`` orders its indices."""
    if _symmetry(ctx, poly, quantified):
        return True
    for mono, c in sorted(poly.items()):
        if len(mono) != 1 or mono[0][0][0] != "a" or mono[0][1] != 1:
            continue
        array, at = ctx.generators[mono[0][0]].parts
        rest = scale({m: v for m, v in poly.items() if m != mono}, -1 / Fraction(c))
        used = names(ctx, rest) | {array}
        free = len(set(at)) == len(at) and set(at) <= quantified and places(ctx, rest) & quantified <= set(at)
        if free and array not in names(ctx, rest) and array not in ctx.component_rules and array not in ctx.symmetric:
            bits = TYPE_SIGN.get(ctx.types.get(array, "real"), 0)
            learn(ctx, rest, bits)
            ctx.component_rules[array] = ComponentRule(at, rest, used)
            return True
    return False


def _symmetry(ctx: Context, poly: Polynomial, quantified: frozenset[Place]) -> bool:
    if len(poly) != 2 or any(len(m) != 1 or m[0][0][0] != "a" or m[0][1] != 1 for m in poly):
        return False
    (left, c), (right, d) = poly.items()
    (array, at), (other, swapped) = (ctx.generators[m[0][0]].parts for m in (left, right))
    if (
        array != other
        or len(at) != 2
        or at[0] == at[1]
        or not quantified.issuperset(at)
        or tuple(reversed(swapped)) != at
        or abs(c) != abs(d)
    ):
        return False
    if array in ctx.component_rules or array in ctx.symmetric:
        return False
    ctx.symmetric[array] = 1 if c == -d else -1
    return True


def _sum_rule(ctx: Context, poly: Polynomial, quantified: frozenset[Place]) -> SumRule | None:
    for mono, c in poly.items():
        if len(mono) == 1 and mono[0][0][0] == "s" and mono[0][1] == 1:
            gen = ctx.generators[mono[0][0]]
            rest = scale({m: v for m, v in poly.items() if m != mono}, -1 / Fraction(c))
            # A value without sums cannot lead back to the sum that it replaces.
            simpler = not any(key[0] == "s" for m in rest for key, _ in m)
            apart = gen.names.isdisjoint(names(ctx, rest) - {gen.parts[0][0][1]})
            if len(gen.parts[0]) == 1 and (simpler or apart):
                pattern = gen.places & quantified
                if places(ctx, rest) & quantified <= pattern:
                    return SumRule(gen.parts[0][0], gen.parts[1].mono, rest, pattern, gen.names | names(ctx, rest))
    return None


def _sum_equation(ctx: Context, poly: Polynomial, quantified: frozenset[Place]) -> bool:
    """An equation as the value of its largest sum; that every other term is smaller ends the rewriting."""
    sizes = {mono: _size(ctx, mono) for mono in poly}
    for mono, c in poly.items():
        sums = [key for key, e in mono if key[0] == "s" and e == 1]
        if len(sums) != 1 or any(sizes[m] >= sizes[mono] for m in poly if m != mono):
            continue
        outer = tuple((key, -e) for key, e in mono if key != sums[0])
        gen = ctx.generators[sums[0]]
        pattern = gen.places & quantified
        if not sign(ctx, {outer: 1}) & NONZERO:
            continue
        rest = multiply(ctx, {m: v for m, v in poly.items() if m != mono}, {outer: -1 / Fraction(c)})
        if places(ctx, rest) & quantified <= pattern:
            used = gen.names | names(ctx, rest)
            ctx.sum_equations.append(SumEquation(gen.parts[0], gen.parts[1].mono, rest, pattern, used))
            return True
    return False


def _size(ctx: Context, mono: Monomial) -> Rational:
    """How many variables, components and binders a monomial holds."""
    return sum((magnitude(e) * _size_of_generator(ctx, ctx.generators[key]) for key, e in mono), 0)


def _size_of_generator(ctx: Context, gen: Generator) -> Rational:
    binders = len(gen.parts[0]) if gen.kind == "s" else 0
    return 1 + binders + sum((_size(ctx, mono) for mono in parts_of(gen)), 0)


def _rewrite_facts(ctx: Context, key: str, value: Polynomial) -> None:
    """What was known of an eliminated variable is known of its value: its type and the facts about it."""
    learn(ctx, value, sign(ctx, {((key, 1),): 1}))
    for fact in [f for bucket in ctx.facts.values() for f in bucket]:
        if ctx.generators[key].names & names(ctx, fact.polynomial):
            learn(ctx, replace_generators(ctx, fact.polynomial, {key: value}), fact.bits)
