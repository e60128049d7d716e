"""A walk from a term to ever simpler ones, a step at a time."""

from __future__ import annotations

from collections.abc import Set

from msgspec import Struct, field
from msgspec.structs import replace

from derive.derivation import Reason, Step
from derive.narrate.algebra import cancelled, factored, key_of, multiplied_out
from derive.narrate.derivative import Lemmas, without_derivative
from derive.narrate.moves import moves
from derive.narrate.setting import Setting
from derive.narrate.sums import split_apart
from derive.term import Diff, Term, size, subterms

MOST_STEPS = 12
LARGEST_TERM = 60  # nodes: about a line


class Walk(Struct):
    """Equations from ``start`` on; ``wanted`` are the definitions to be kept by name.

    ``terms`` holds the start too; ``asked`` the lemmas that each step rests on; ``keys`` what the terms have in common
    with all terms that differ by multiplying out. Many walks lead nowhere, so one that is not ``is_checked`` asks the
    kernel about no step until it is asked which of them ``holds``.
    """

    start: Term
    here: Setting
    lemmas: Lemmas
    wanted: Set[str]
    is_lemma: bool = False
    is_checked: bool = True
    steps: list[Step] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    asked: list[tuple[int, ...]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._reach(self.start)

    def _reach(self, term: Term) -> None:
        self.terms.append(term)
        self.keys.append(expanded_key(term))
        self.seen.add(key_of(term))

    def advance(self) -> bool:
        """Take one step, if there is one that the kernel accepts."""
        before = len(self.lemmas.asked)
        step = self._next() if len(self.steps) < MOST_STEPS else None
        if step is None:
            return False
        self.steps.append(step)
        self.asked.append(tuple(self.lemmas.asked[before:]))
        self._reach(step.term)
        return True

    def _next(self) -> Step | None:
        current = self.terms[-1]
        first = without_derivative(current, self.here, self.lemmas)
        if first and (step := self._accepted(current, *first)):
            return step
        for new, reason in moves(current, self.here, self.wanted, all_of_them=not self.is_lemma):
            if step := self._accepted(current, new, reason):
                return step
        return None

    def _accepted(self, current: Term, new: Term, reason: Reason) -> Step | None:
        if key_of(new) in self.seen or size(new) > max(LARGEST_TERM, size(self.start)):
            return None
        step = Step("==", new, reason)
        return self._proved(current, step) if self.is_checked else step

    def _proved(self, current: Term, step: Step) -> Step | None:
        theorem = self.here.theorem(current, "==", step.term)
        return replace(step, conditions=theorem.conditions) if theorem else None

    def holds(self, count: int) -> bool:
        """Whether the kernel accepts the first steps, which get their conditions."""
        for number in range(0 if self.is_checked else count):
            step = self._proved(self.terms[number], self.steps[number])
            if step is None:
                return False
            self.steps[number] = step
        return True


def expanded_key(term: Term) -> str:
    """A text that terms share which differ by multiplying out, cancelling and splitting sums."""
    return key_of(cancelled(multiplied_out(split_apart(term))))


def _best(terms: list[Term]) -> int | None:
    """The place of the smallest term without a derivative."""
    done = [i for i, t in enumerate(terms) if not any(isinstance(part, Diff) for part in subterms(t))]
    return min(done, key=lambda i: size(terms[i]), default=None)


def _worked(walk: Walk) -> tuple[Walk, int | None]:
    """The walk at its end, and where the value is."""
    while walk.advance():
        pass
    return walk, _best(walk.terms)


def lemmas_of(here: Setting) -> Lemmas:
    """Lemmas that are worked out by walks of their own."""
    names = frozenset(d.name for d in here.definitions)

    def work(diff: Diff) -> tuple[Step, ...]:
        walk, place = _worked(Walk(diff, here, lemmas, names, is_lemma=True, is_checked=False))
        if place is not None and not walk.holds(place):
            walk, place = _worked(Walk(diff, here, lemmas, names, is_lemma=True))
        if place is None:
            return ()
        value = walk.terms[place]
        last = factored(value)
        if last is None or size(last[1]) > size(value) or not here.theorem(value, "==", last[1]):
            return tuple(walk.steps[:place])
        return (*walk.steps[:place], Step("==", last[1], ("factor out ", last[0])))

    lemmas = Lemmas(work)
    return lemmas
