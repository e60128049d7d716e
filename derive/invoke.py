"""Prove a goal with the claims that its author names, each proved first, used at the instance that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from msgspec.structs import replace

from derive.claim import Goal, Image, Lemma
from derive.kernel import FUEL, Residual, Supplied, Theorem, Unfit, owed, rest, supply, under
from derive.prove import prove
from derive.term import Relation, Term, Variable, children, subterms, with_children
from derive.write import write

FEW = 4
MOST_INSTANCES = 6


@lru_cache(maxsize=256)
def invoke(goal: Goal, using: tuple[Lemma, ...]) -> Theorem | Residual:
    """A theorem that names the lemmas it rests on, of few none in vain; or why there is none."""
    plain = prove(goal)
    if isinstance(plain, Theorem):
        return plain
    supplied: list[Supplied] = []
    unfit = ""
    for lemma in [instance for named in using for instance in instances(goal, named)]:
        found = supplied_by(goal, lemma)
        if isinstance(found, Supplied):
            supplied.append(found)
        else:
            unfit = unfit or f"`{lemma.id}` cannot be used: {found}"
    return _with(goal, tuple(supplied)) or replace(plain, detail=unfit or plain.detail)


def instances(goal: Goal, lemma: Lemma) -> Iterator[Lemma]:
    """The lemma with what its variables without an image may stand for: a side of it matches a part of the goal."""
    named = {image.name for image in lemma.images} | set(lemma.goal.dimensions)
    missing = [d.name for d in lemma.goal.declarations if d.name not in named]
    parts = dict.fromkeys(t for side in (goal.left, goal.right) for t in subterms(side))
    patterns = [side for side in (lemma.goal.left, lemma.goal.right) if children(side)]
    bindings = (_matched(pattern, part, missing) for pattern in patterns for part in parts) if missing else ()
    found = dict.fromkeys(tuple(images.items()) for images in bindings if images)
    if not found:
        yield lemma
    for images in islice(found, MOST_INSTANCES):
        yield replace(lemma, images=(*lemma.images, *(Image(name, term) for name, term in images)))


def _matched(pattern: Term, part: Term, missing: list[str]) -> dict[str, Term]:
    """What each of the missing variables stands for; empty where the pattern is another one, or leaves one out."""
    images: dict[str, Term] = {}
    stack = [(pattern, part)]
    while stack:
        one, other = stack.pop()
        if isinstance(one, Variable) and one.name in missing:
            if images.setdefault(one.name, other) != other:
                return {}
            continue
        below, inside = children(one), children(other)
        if type(one) is not type(other) or len(below) != len(inside) or with_children(one, inside) != other:
            return {}
        stack += zip(below, inside, strict=True)
    return images if len(images) == len(missing) else {}


def _with(goal: Goal, supplied: tuple[Supplied, ...]) -> Theorem | None:
    """All of them together, less what is not needed; if they are in each other's way, one of them."""
    theorem = _attempt(goal, supplied)
    if theorem is None:
        alone = (_attempt(goal, (one,)) for one in supplied if len(supplied) > 1)
        return next(filter(None, alone), None)
    names = dict.fromkeys(s.id for s in supplied)
    for name in names if 1 < len(names) <= FEW else ():
        fewer = tuple(s for s in supplied if s.id != name)
        if found := _attempt(goal, fewer):
            theorem, supplied = found, fewer
    return theorem


def _attempt(goal: Goal, supplied: tuple[Supplied, ...]) -> Theorem | None:
    theorem = prove(under(goal, supplied)) if supplied else None
    return rest(goal, supplied, theorem) if isinstance(theorem, Theorem) else None


def supplied_by(goal: Goal, lemma: Lemma) -> Supplied | str:
    """The instance of a lemma as a hypothesis of the goal; or why there is none, for people."""
    theorem = invoke(lemma.goal, lemma.using)
    if isinstance(theorem, Residual):
        theorem = _deeply(lemma.goal)
    if isinstance(theorem, Residual):
        return "it is not proved"
    try:
        proofs = tuple((wanted, prove(wanted)) for wanted in owed(goal, lemma))
        missing = next((wanted for wanted, proof in proofs if isinstance(proof, Residual)), None)
        if missing is not None:
            return f"`{write(Relation(missing.left, missing.op, missing.right))}` is not shown here"
        return supply(goal, lemma, theorem, tuple(p for _, p in proofs if isinstance(p, Theorem)), FUEL)
    except Unfit as unfit:
        return str(unfit)


@lru_cache(maxsize=256)
def _deeply(goal: Goal) -> Theorem | Residual:
    return prove(goal, deep=True)
