"""A derivation as `steps` of a claim file, to be pasted in the place of `claim`."""

from __future__ import annotations

import re

from derive.derivation import Step
from derive.display.align import reason
from derive.narrate.algebra import key_of
from derive.term import Reduce, Term, own_indices, subterms
from derive.write import write

_SPECIAL = re.compile(r"^[>|&*!%@`\[\]{}'\"#,?:]|^- |: |:$| #|^$")
"""What YAML would read as something else than plain text."""


def steps(left: Term, right: Term, told: tuple[Step, ...]) -> str:
    """The key `steps` with its lines, each with its reason as a comment; empty where no chain joins the sides."""
    chain = [step for step in _chain(left, right, told) if _is_readable(step.term)]
    if not chain:
        return ""
    rows = [f"- {_scalar(write(left))}"]
    rows += [f"- {_scalar(f'{step.op} {write(step.term)}')}{_comment(step)}" for step in chain]
    return "\n".join(("    steps:", *(f"      {row}" for row in rows)))


def _chain(left: Term, right: Term, told: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps from the left side to the right one; a chain that leads from there to the same term runs backwards."""
    chains = [(left, list[Step]())]
    for step in told:
        if step.start is not None:
            chains.append((step.start, []))
        chains[-1][1].append(step)
    first = next((found for start, found in reversed(chains) if found and _same(start, left)), [])
    if first and _same(first[-1].term, right):
        return tuple(first)
    back = next((found for start, found in chains if found and _same(start, right)), [])
    reached = first[-1].term if first else left
    if not back or not _same(back[-1].term, reached) or any(step.op != "==" for step in back):
        return ()
    terms = [right, *(step.term for step in back)]
    returned = (Step("==", term, step.reason) for term, step in zip(terms, back, strict=False))
    return (*first, *reversed(list(returned)))


def _is_readable(term: Term) -> bool:
    """Whether every bound index stands somewhere, so that a reader can tell its range."""
    sums = (t for t in subterms(term) if isinstance(t, Reduce))
    return all(any(i.name == s.index.name for t in subterms(s.body) for i in own_indices(t)) for s in sums)


def _same(one: Term, other: Term) -> bool:
    """Whether two terms differ by the order of operands at most."""
    return key_of(one) == key_of(other)


def _scalar(text: str) -> str:
    """The text as a plain or single-quoted scalar."""
    return f"'{text}'" if _SPECIAL.search(text) else text


def _comment(step: Step) -> str:
    said = reason(Step(step.op, step.term, step.reason), "ascii")
    return f"  # {said}" if said else ""
