"""Orders: simplify the left side, bound a sum by one of its terms or by its largest one, then say why it holds."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from derive.derivation import Reason, Step
from derive.narrate.algebra import ZERO, addends, bottom_up, from_monomial, is_sum, key_of, merged, monomial
from derive.narrate.definitions import index_names, unfolded
from derive.narrate.equation import equation
from derive.narrate.functions import arithmetic
from derive.narrate.moves import definition_of
from derive.narrate.setting import Setting, bare
from derive.narrate.walk import lemmas_of
from derive.narrate.words import words
from derive.substitute import substitute
from derive.term import Apply, Binary, Component, Diff, Index, Number, Op, Reduce, Relation, Term, Variable, subterms

AGAINST_ONE = "a sum of positive terms is at least each of them"
AGAINST_LARGEST = "a sum of positive terms is at least the largest"
STRICTLY = {
    AGAINST_ONE: "a sum of several positive terms exceeds each of them",
    AGAINST_LARGEST: "a sum of several positive terms exceeds the largest",
}
SIGNS: tuple[Op, ...] = (">", "<", ">=", "<=")


def order(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    """The steps from the left side to the right one; none where the kernel does not prove it."""
    before = _simplified(left, here)
    current = before[-1].term if before else left
    if not here.theorem(current, op, right):
        return ()
    opened = _opened(current, here)
    unfold = (Step("==", opened, definition_of(current, opened, here)),) if opened != current else ()
    for first, start in (((), current), (unfold, opened)):
        for way in (_arithmetic, _by_factors, _bounded):
            steps = way(start, op, right, here)
            if steps:
                return (*before, *first, *steps)
    return (*before, _by_rules(current, op, right, here))


def _simplified(left: Term, here: Setting) -> tuple[Step, ...]:
    """The value of a derivative."""
    if not isinstance(left, Diff):
        return ()
    return lemmas_of(here).work(left)


def _arithmetic(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    first, last = arithmetic(left), arithmetic(right)
    if not isinstance(first, Number) or not isinstance(last, Number):
        return ()
    steps = [Step("==", first, ("arithmetic",))] if first != left else []
    steps.append(Step(op, last, ("compare",) if first != left else ("arithmetic",)))
    return (*steps, *([Step("==", right, ("arithmetic",))] if last != right else ()))


def _bounded(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    """left op bound == right, the bound being the left side with a part of it replaced."""
    for bound, reason in _bounds(left, right, here):
        if not here.theorem(left, op, bound):
            continue
        if key_of(bound) == key_of(right):
            return (Step(op, right, _for(op, reason)),)
        if rest := equation(bound, right, here):
            return (Step(op, bound, _for(op, reason)), *_continued(bound, rest))
    return ()


def _for(op: Op, reason: Reason) -> Reason:
    """The reason as it is said of a strict or of a weak order."""
    return tuple(STRICTLY.get(p, p) if isinstance(p, str) else p for p in reason) if op in ("<", ">") else reason


def _continued(start: Term, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps as the continuation of a chain that has reached their start."""
    is_next = steps and steps[0].start is not None and key_of(steps[0].start) == key_of(start)
    return (replace(steps[0], start=None), *steps[1:]) if is_next else steps


def _opened(term: Term, here: Setting) -> Term:
    taken = index_names(term)
    return bottom_up(term, lambda t: unfolded(t, here, taken) if here.definition(t) else t)


def _bounds(term: Term, right: Term, here: Setting) -> Iterator[tuple[Term, Reason]]:
    """The term with a part of it replaced by something that may bound it."""
    for part in dict.fromkeys(subterms(term)):
        for new, reason in (*_terms_of_sum(part, right, here), *_extremes(part), *_assumed(part, here)):
            yield bottom_up(term, lambda t, old=part, by=new: by if t == old else t), reason  # type: ignore[misc]


def _terms_of_sum(part: Term, right: Term, here: Setting) -> Iterator[tuple[Term, Reason]]:
    """One term of a sum, its largest one, or as many times its largest one."""
    if isinstance(part, Reduce) and part.kind == "Sum" and not part.excluded:
        for index in here.line.goal.indices:
            single = substitute(part.body, {str(part.index.name): bare(index)}, {}, None, frozenset())
            yield single, (AGAINST_ONE,)
        for largest in _extrema(right):
            single = _at(part.body, largest, str(part.index.name))
            yield single, (AGAINST_LARGEST,)
            yield Binary("*", Variable(part.index.dimension), single), ("no term exceeds the largest",)
    elif is_sum(part):
        for m in addends(part):
            yield from_monomial(m), (AGAINST_ONE,)
            for largest in _extrema(right):
                single = bottom_up(from_monomial(m), lambda t, e=largest: e if t in e.args else t)  # type: ignore[misc]
                yield single, (AGAINST_LARGEST,)


def _extremes(part: Term) -> Iterator[tuple[Term, Reason]]:
    """One of the arguments of a maximum or minimum."""
    if isinstance(part, Apply) and part.function in ("Max", "Min") and len(part.args) > 1:
        at = "at least" if part.function == "Max" else "at most"
        yield from ((a, (part, f" is {at} ", a)) for a in part.args)


def _assumed(part: Term, here: Setting) -> Iterator[tuple[Term, Reason]]:
    """The other side of an assumed order."""
    for hypothesis in here.line.goal.hypotheses:
        relation = hypothesis.relation
        if relation.op in ("==", "!=") or hypothesis.quantified:
            continue
        for one, other in ((relation.left, relation.right), (relation.right, relation.left)):
            if key_of(one) == key_of(part) and not isinstance(one, Number):
                yield other, ("use ", relation)


def _extrema(right: Term) -> Iterator[Apply]:
    yield from (t for t in subterms(right) if isinstance(t, Apply) and t.function in ("Max", "Min"))


def _at(body: Term, largest: Apply, name: str) -> Term:
    """The summand with the largest component in the place of the component."""
    array = largest.args[0]

    def put(t: Term) -> Term:
        is_it = isinstance(t, Component) and isinstance(array, Variable) and t.array == array.name
        return largest if is_it and isinstance(t, Component) and t.indices == (Index(name),) else t

    return bottom_up(body, put)


def _by_factors(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    """A product against 0: the sign of each factor."""
    part = merged(monomial(left))
    if key_of(right) != key_of(ZERO) or len(part.factors) < 2:
        return ()
    signs = [next((Relation(b, s, ZERO) for s in SIGNS if here.theorem(b, s, ZERO)), None) for b, _ in part.factors]
    if None in signs:
        return ()
    told = [p for sign in signs if sign for p in (", ", sign)][1:]
    return (Step(op, right, ("for ", *told)),)


def _by_rules(left: Term, op: Op, right: Term, here: Setting) -> Step:
    theorem = here.theorem(left, op, right)
    assert theorem, "it was asked before"
    return Step(op, right, (words(theorem),))
