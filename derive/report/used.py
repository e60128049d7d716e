"""Which definitions a claim uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.claim import Claim, Definition
from derive.term import Call, Component, Term, Variable, subterms


def used(claim: Claim) -> list[Definition]:
    """The definitions that the claim uses, directly or through another one, in the order of the file."""
    known = {d.name: d for d in claim.definitions}
    sides = [side for line in claim.lines for side in (line.written.left, line.written.right)]
    used: set[str] = set()
    stack = [name for name in _names(sides) if name in known]
    while stack:
        name = stack.pop()
        if name not in used:
            used.add(name)
            stack += [n for n in _names([known[name].body]) if n in known]
    return [d for d in claim.definitions if d.name in used]


def _names(terms: Iterable[Term]) -> Iterator[str]:
    for part in (t for term in terms for t in subterms(term)):
        match part:
            case Variable(name) | Component(name) | Call(name):
                yield name
