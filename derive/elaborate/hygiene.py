"""What is well-formed and seldom meant: bound indices that are not used, or that hide another one."""

from __future__ import annotations

from collections.abc import Iterator, Set

from derive.elaborate.scope import Scope
from derive.errors import Problem, problem
from derive.load import Scalar
from derive.substitute import free_names
from derive.term import Reduce, Term, subterms


def unused_indices(term: Term, text: Scalar, scope: Scope) -> Iterator[Problem]:
    """A lint for every declared index that is bound around a body which does not mention it."""
    for node in subterms(term):
        name = str(node.index.name) if isinstance(node, Reduce) else ""
        if isinstance(node, Reduce) and name in scope.indices and name not in free_names(node.body):
            span = text.locate(*node.at) if node.at else text.span
            yield problem("DV501", index=name, dimension=scope.indices[name]).placed("", span)


def shadowed_indices(term: Term, text: Scalar, free: Set[str]) -> Iterator[Problem]:
    """A lint for every bound index that has the name of one that is free in the claim."""
    for node in subterms(term):
        if isinstance(node, Reduce) and node.index.name in free:
            span = text.locate(*node.at) if node.at else text.span
            yield problem("DV502", index=node.index.name).placed("", span)
