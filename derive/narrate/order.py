"""Orders: simplify the left side, bound a sum by one of its terms or by its largest one, then say why it holds."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation import Reason, Step
from derive.elaborate.substitute import substitute
from derive.narrate.algebra import ZERO, addends, bottom_up, from_monomial, is_sum, key_of, merged, monomial
from derive.narrate.definitions import index_names, unfolded
from derive.narrate.equation import equation
from derive.narrate.functions import arithmetic
from derive.narrate.moves import definition_of
from derive.narrate.setting import Setting, bare
from derive.narrate.walk import lemmas_of
from derive.term import Apply, Binary, Component, Diff, Index, Number, Op, Reduce, Relation, Term, Variable, subterms

WEAKER: dict[Op, tuple[Op, ...]] = {"<": ("<", "<="), "<=": ("<=",), ">": (">", ">="), ">=": (">=",)}
"""The relations that one step of a chain may have, the strongest first."""
SIGNS: tuple[Op, ...] = (">", "<", ">=", "<=")


def order(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    """The steps from the left side to the right one; none where the kernel does not prove it."""
    before = _simplified(left, here)
    current = before[-1].term if before else left
    for way in (_arithmetic, _bounded, _by_factors):
        steps = way(current, op, right, here)
        if steps:
            return (*before, *steps)
    theorem = here.theorem(current, op, right)
    return (*before, Step(op, right, (_words(theorem.rules),))) if theorem else ()


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
    """left op bound == right, the bound being the left side with a sum replaced."""
    opened = _opened(left, here)
    for start, first in ((left, ()), (opened, (_definition(left, opened, here),))):
        if start == left and first:
            continue
        for bound, reason in _bounds(start, right, here):
            for weak in WEAKER.get(op, ()):
                if here.theorem(start, weak, bound) and (weak == op or op in ("<=", ">=")):
                    rest = equation(bound, right, here)
                    if rest or key_of(bound) == key_of(right):
                        return (*first, Step(weak, bound, reason), *rest)
    return ()


def _definition(left: Term, opened: Term, here: Setting) -> Step:
    return Step("==", opened, definition_of(left, opened, here))


def _opened(term: Term, here: Setting) -> Term:
    taken = index_names(term)
    return bottom_up(term, lambda t: unfolded(t, here, taken) if here.definition(t) else t)


def _bounds(term: Term, right: Term, here: Setting) -> Iterator[tuple[Term, Reason]]:
    """The term with one of its sums replaced by a term of it, or by as many times its largest one."""
    for part in subterms(term):
        for new, reason in _instead(part, right, here):
            yield bottom_up(term, lambda t, old=part, by=new: by if t == old else t), reason  # type: ignore[misc]


def _instead(part: Term, right: Term, here: Setting) -> Iterator[tuple[Term, Reason]]:
    if isinstance(part, Reduce) and part.kind == "Sum" and not part.excluded:
        for index in here.line.goal.indices:
            single = substitute(part.body, {str(part.index.name): bare(index)}, {}, None, frozenset())
            yield single, ("a positive sum is at least each of its terms",)
        for largest in _maxima(right):
            single = _at(part.body, largest, str(part.index.name))
            yield single, ("a positive sum is at least its largest term",)
            yield Binary("*", _count(part), single), ("no term exceeds the largest one",)
    elif is_sum(part):
        for m in addends(part):
            yield from_monomial(m), ("a positive sum exceeds each of its terms",)


def _maxima(right: Term) -> Iterator[Apply]:
    yield from (t for t in subterms(right) if isinstance(t, Apply) and t.function == "Max" and len(t.args) == 1)


def _at(body: Term, largest: Apply, name: str) -> Term:
    """The summand with the largest component in the place of the component."""
    array = largest.args[0]

    def put(t: Term) -> Term:
        is_it = isinstance(t, Component) and isinstance(array, Variable) and t.array == array.name
        return largest if is_it and isinstance(t, Component) and t.indices == (Index(name),) else t

    return bottom_up(body, put)


def _count(part: Reduce) -> Term:
    return Variable(part.index.dimension)


def _by_factors(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    """A product against 0: the sign of each factor."""
    part = merged(monomial(left))
    if right != ZERO or len(part.factors) < 2 or not here.theorem(left, op, right):
        return ()
    signs = [next((Relation(b, s, ZERO) for s in SIGNS if here.theorem(b, s, ZERO)), None) for b, _ in part.factors]
    if None in signs:
        return ()
    words = [p for sign in signs if sign for p in (", ", sign)][1:]
    return (Step(op, right, ("for ", *words)),)


def _words(rules: tuple[str, ...]) -> str:
    found = [WORDS[rule] for rule in WORDS if rule in rules]
    return found[0] if found else "every factor has its sign"


WORDS = {
    "O6": "a positive sum is at least each of its terms",
    "O7": "no component exceeds the largest one",
    "O3": "a sum of positive terms is positive",
    "P4": "the logarithm is increasing",
    "O2": "a sum of positive terms is positive",
}
"""What an order rests on, by the rule of the kernel, the most telling first."""

