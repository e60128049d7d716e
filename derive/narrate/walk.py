"""A walk from a term to ever simpler ones, a step at a time."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from derive.derivation import Reason, Step
from derive.narrate.algebra import cancelled, factored, key_of, multiplied_out
from derive.narrate.derivative import Lemmas, without_derivative
from derive.narrate.moves import moves
from derive.narrate.setting import Setting
from derive.term import Diff, Term, size, subterms

MOST_STEPS = 12
LARGEST_TERM = 45  # nodes: about a line


@dataclass(slots=True)
class Walk:
    """Equations from ``start`` on; ``wanted`` are the definitions to be kept by name.

    ``terms`` holds the start too; ``asked`` the lemmas that each step rests on; ``keys`` what the terms have in common
    with all terms that differ by multiplying out.
    """

    start: Term
    here: Setting
    lemmas: Lemmas
    wanted: Set[str]
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
        for new, reason in moves(current, self.here, self.wanted):
            if step := self._accepted(current, new, reason):
                return step
        return None

    def _accepted(self, current: Term, new: Term, reason: Reason) -> Step | None:
        if key_of(new) in self.seen or size(new) > max(LARGEST_TERM, size(self.start)):
            return None
        theorem = self.here.theorem(current, "==", new)
        return Step("==", new, reason, None, theorem.conditions) if theorem else None


def expanded_key(term: Term) -> str:
    """A text that terms share which differ by multiplying out and cancelling."""
    return key_of(cancelled(multiplied_out(term)))


def lemmas_of(here: Setting) -> Lemmas:
    """Lemmas that are worked out by walks of their own."""
    names = frozenset(d.name for d in here.definitions)

    def work(diff: Diff) -> tuple[Step, ...]:
        walk = Walk(diff, here, lemmas, names)
        while walk.advance():
            pass
        if not walk.steps or any(isinstance(t, Diff) for t in subterms(walk.terms[-1])):
            return ()
        last = factored(walk.terms[-1])
        if last and here.theorem(walk.terms[-1], "==", last[1]):
            walk.steps.append(Step("==", last[1], ("factor out ", last[0])))
        return tuple(walk.steps)

    lemmas = Lemmas(work)
    return lemmas
