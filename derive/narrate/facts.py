"""What the hypotheses and types of a goal allow to be replaced."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from derive.claim import Hypothesis
from derive.derivation import Reason
from derive.narrate.algebra import ONE, ZERO, Monomial, addends, bottom_up, from_addends, key_of, merged, tidy
from derive.narrate.matching import matches
from derive.narrate.setting import Setting, bare
from derive.narrate.sums import replaced
from derive.substitute import free_names, substitute, with_indices
from derive.term import Binary, Component, Delta, Index, Neg, Number, Reduce, Relation, Term, Variable, subterms


class Fact(Struct, frozen=True):
    """Every instance of ``left`` at the indices in ``holes`` is ``right``."""

    left: Term
    right: Term
    holes: frozenset[str]

    @property
    def reason(self) -> Reason:
        """The fact, to be named beside a step."""
        return ("use ", Relation(self.left, "==", self.right))


def facts(here: Setting) -> tuple[Fact, ...]:
    """The equations among the hypotheses from left to right, and what one-hot and simplex vectors sum to."""
    return (*_of_types(here), *_of_hypotheses(here))


def _of_types(here: Setting) -> Iterator[Fact]:
    for declaration in here.line.goal.declarations:
        if declaration.type in ("onehot", "simplex"):
            k = Index("k", declaration.dimensions[0])
            yield Fact(Reduce("Sum", Component(declaration.name, (bare(k),)), k), ONE, frozenset())


def _of_hypotheses(here: Setting) -> Iterator[Fact]:
    for hypothesis in here.line.goal.hypotheses:
        relation = hypothesis.relation
        if relation.op == "==" and not isinstance(relation.left, Delta | Number):
            left, right = (with_indices(t, bare) for t in (relation.left, relation.right))
            yield Fact(left, right, frozenset(str(i.name) for i in hypothesis.quantified))


def sizes(here: Setting) -> dict[str, int]:
    """The dimensions that are assumed to be a number."""
    relations = (h.relation for h in here.line.goal.hypotheses)
    return {
        r.left.name: int(r.right.value)
        for r in relations
        if r.op == "==" and isinstance(r.left, Variable) and r.left.name in here.line.goal.dimensions
        if isinstance(r.right, Number)
    }


def used_fact(term: Term, fact: Fact) -> Term:
    """The term with every instance of the fact replaced."""
    return tidy(bottom_up(term, lambda t: _replaced(t, fact)))


def _replaced(term: Term, fact: Fact) -> Term:
    if isinstance(term, Binary | Neg) and not isinstance(fact.left, Binary | Neg):
        return term
    for found in matches(fact.left, term, fact.holes, {}):
        places = {k: v for k, v in found.items() if isinstance(v, Index)}
        return substitute(fact.right, places, {}, None, free_names(fact.right))
    return term


def one_hot(term: Term, here: Setting) -> Term:
    """Powers and products of entries of one one-hot vector as a single entry."""
    names = {d.name for d in here.line.goal.declarations if d.type == "onehot"}
    return tidy(bottom_up(term, lambda t: _one_hot(t, names))) if names else term


def _one_hot(term: Term, names: set[str]) -> Term:
    if not isinstance(term, Binary | Neg):
        return term
    return from_addends(_single(merged(m), names) for m in addends(term))


def _single(part: Monomial, names: set[str]) -> Monomial:
    kept: list[tuple[Term, int]] = []
    first: dict[str, Component] = {}
    for base, exponent in part.factors:
        if not isinstance(base, Component) or base.array not in names or exponent < 0:
            kept.append((base, exponent))
        elif base.array in first:
            kept.append((Delta(first[base.array].indices[0], base.indices[0]), 1))
        else:
            first[base.array] = base
            kept.append((base, 1))
    return Monomial(part.coefficient, tuple(kept))


def equal_indices(here: Setting) -> Iterator[tuple[Index, Index, bool]]:
    """The pairs of indices that are assumed to be equal (True) or different (False)."""
    for hypothesis in here.line.goal.hypotheses:
        pair = _pair(hypothesis)
        if pair:
            yield (*pair, hypothesis.relation.right == ONE)


def _pair(hypothesis: Hypothesis) -> tuple[Index, Index] | None:
    relation = hypothesis.relation
    if isinstance(relation.left, Delta) and relation.op == "==" and relation.right in (ONE, ZERO):
        return bare(relation.left.left), bare(relation.left.right)
    return None


def in_one_index(term: Term, first: Index, second: Index) -> Term:
    """The term with the second index in the place of the first one, or the other way round for a literal."""
    if isinstance(first.name, int):
        first, second = second, first
    return tidy(replaced(term, str(first.name), second)) if isinstance(first.name, str) else term


def apart(term: Term, first: Index, second: Index) -> Term:
    """The term with the delta of two different indices as 0."""
    pair = {first.name, second.name}

    def vanish(t: Term) -> Term:
        return ZERO if isinstance(t, Delta) and {t.left.name, t.right.name} == pair else t

    return tidy(bottom_up(term, vanish))


def normalised(term: Term, here: Setting) -> Iterator[Fact]:
    """The sums over a definition's last index in the term that the kernel proves to be 1; not the line itself."""
    claimed = {key_of(here.line.written.left), key_of(here.line.written.right)}
    for part in subterms(term):
        match part:
            case Reduce("Sum", Component() as body, index, ()) if here.definition(body):
                is_new = {key_of(part), key_of(ONE)} != claimed
                if is_new and bare(index) in body.indices and here.theorem(part, "==", ONE):
                    yield Fact(part, ONE, frozenset())
