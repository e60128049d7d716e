"""Steps that do away with a derivative: unfold, differentiate, insert what was worked out before."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from derive.derivation import Reason, Step
from derive.narrate.algebra import bottom_up, key_of
from derive.narrate.definitions import index_names, unfolded
from derive.narrate.differentiate import differentiate, rule
from derive.narrate.functions import logarithms
from derive.narrate.setting import Setting
from derive.substitute import substitute
from derive.term import Apply, Call, Component, Diff, Index, Term, Variable, subterms

Worker = Callable[[Diff], tuple[Step, ...]]


class Lemma(Struct, frozen=True):
    """A derivative that was worked out on the way, and the chain that ends in its value."""

    derivative: Diff
    chain: tuple[Step, ...]

    @property
    def value(self) -> Term:
        """What the derivative is."""
        return self.chain[-1].term


class Lemmas(Struct):
    """What was worked out so far, in order; ``asked`` counts up the lemmas (by number) that steps rest on."""

    work: Worker
    found: list[Lemma] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def value(self, wanted: Diff) -> Term | None:
        """The value of a derivative, known up to the names of its indices or worked out now; None when stuck."""
        known = self.known(wanted)
        if known is not None:
            return known
        chain = self.work(wanted)
        if not chain:
            return None
        self.asked.append(len(self.found))
        self.found.append(Lemma(wanted, chain))
        return chain[-1].term

    def known(self, wanted: Diff) -> Term | None:
        """The value of a derivative that differs from one worked out before in the names of its indices only."""
        for number, lemma in enumerate(self.found):
            places = _renaming(lemma.derivative, wanted)
            if places is not None:
                self.asked.append(number)
                return substitute(lemma.value, places, {}, None, frozenset())
        return None


def _renaming(known: Diff, wanted: Diff) -> dict[str, Index] | None:
    """The indices to be put in for those of a derivative to make it the other one."""
    if key_of(known) == key_of(wanted):
        return {}
    first, second = _places(known), _places(wanted)
    names = [i.name for i in first[1]]
    if not first[0] or first[0] != second[0] or len(set(names)) < len(names):
        return None
    return None if any(isinstance(n, int) for n in names) else dict(zip(map(str, names), second[1], strict=True))


def _places(diff: Diff) -> tuple[tuple[str, ...], tuple[Index, ...]]:
    """The names and the indices in the derivative of a component in components; nothing for any other one."""
    parts = (diff.body, *diff.targets)
    names = tuple(p.array if isinstance(p, Component) else p.name for p in parts if isinstance(p, Component | Variable))
    indices = tuple(i for p in parts if isinstance(p, Component) for i in p.indices)
    return (names, indices) if len(names) == len(parts) else ((), ())


def without_derivative(term: Term, here: Setting, lemmas: Lemmas) -> tuple[Term, Reason] | None:
    """The term with its outermost derivatives one step nearer to their values, or None where it has none."""
    found = next((t for t in subterms(term) if isinstance(t, Diff)), None)
    if found is None:
        return None
    if len(found.targets) > 1:
        return _of_higher_order(term, found, lemmas)
    if here.definition(found.body):
        return _of_definition(term, found, here, lemmas)
    if isinstance(found.body, Apply) and (body := logarithms(found.body)) != found.body:
        simpler = Diff(body, found.targets)
        return bottom_up(term, lambda t: simpler if t == found else t), ("take the logarithm apart first",)
    new = bottom_up(term, lambda t: _differentiated(t, here))
    return (new, (rule(found.body, found.targets[0], here),)) if key_of(new) != key_of(term) else None


def _of_higher_order(term: Term, found: Diff, lemmas: Lemmas) -> tuple[Term, Reason] | None:
    value = lemmas.value(Diff(found.body, found.targets[:-1]))
    if value is None:
        return None
    outer = Diff(value, found.targets[-1:])
    return bottom_up(term, lambda t: outer if t == found else t), ("insert the first derivative",)


def _differentiated(term: Term, here: Setting) -> Term:
    if isinstance(term, Diff) and len(term.targets) == 1 and not here.definition(term.body):
        return differentiate(term.body, term.targets[0], here)
    return term


def _of_definition(term: Term, found: Diff, here: Setting, lemmas: Lemmas) -> tuple[Term, Reason] | None:
    """A derivative that is the whole term is worked out here, one among others on the side."""
    name = found.body.array if isinstance(found.body, Component) else _name(found.body)
    if term == found and lemmas.known(found) is None:
        return Diff(unfolded(found.body, here, index_names(found)), found.targets), ("definition of ", Variable(name))

    def inserted(t: Term) -> Term:
        is_needed = isinstance(t, Diff) and len(t.targets) == 1 and here.definition(t.body)
        return (lemmas.value(t) or t) if is_needed and isinstance(t, Diff) else t

    new = bottom_up(term, inserted)
    return (new, ("insert the derivative of ", Variable(name))) if key_of(new) != key_of(term) else None


def _name(term: Term) -> str:
    return term.name if isinstance(term, Variable | Call) else ""
