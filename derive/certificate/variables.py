"""Where a scalar variable stands in a term, and another term in its place."""

from __future__ import annotations

from derive.term import Term, Variable, children, subterms, with_children


def mentions(term: Term, name: str) -> bool:
    """Whether a scalar variable stands in a term."""
    return any(isinstance(t, Variable) and t.name == name for t in subterms(term))


def replaced(term: Term, name: str, by: Term) -> Term:
    """The term with another one for a scalar variable."""
    return substituted(term, Variable(name), by)


def substituted(term: Term, old: Term, new: Term) -> Term:
    """The term with another one for every occurrence of a part of it."""
    return new if term == old else with_children(term, tuple(substituted(t, old, new) for t in children(term)))
