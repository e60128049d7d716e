"""What a derivation may refer to: names with their dimensions, definitions, and the kernel to check its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from derive.claim import Claim, Declaration, Definition, Line
from derive.elaborate.expand import expand
from derive.elaborate.goal import goal
from derive.elaborate.infer import Inference
from derive.elaborate.scope import Scope, Template
from derive.errors import InputError, Span
from derive.kernel import Residual, Theorem
from derive.load import Scalar
from derive.prove import DEPTH, prove
from derive.substitute import free_names
from derive.term import Call, Component, Index, Op, Reduce, Relation, Term, Variable, children, subterms, with_children

FUEL = 20_000
MOST_PROOFS = 250
_NOWHERE = Scalar("", Span(1, 1, 1, 1))


class Setting(Struct, frozen=True):
    """One line of a claim, what its names mean, and the definitions that the claim uses, innermost first.

    Every bound index has its dimension, every other place of an index has none. ``proofs`` remembers what was checked.
    """

    line: Line
    scope: Scope
    definitions: tuple[Definition, ...]
    proofs: dict[Relation, Theorem | Residual] = field(default_factory=dict)

    def definition(self, term: Term) -> Definition | None:
        """The definition that a term uses at its head; a bare name of an indexed one uses none."""
        match term:
            case Variable(name):
                shape = (0, 0)
            case Component(name, indices):
                shape = (len(indices), 0)
            case Call(name, args):
                shape = (0, len(args))
            case _:
                return None
        found = (d for d in self.definitions if d.name == name and (len(d.indices), len(d.arguments)) == shape)
        return next(found, None)

    def expanded(self, term: Term) -> Term:
        """The term without definitions."""
        return expand(term, self.scope)

    def depends(self, term: Term, name: str) -> bool:
        """Whether a variable or array is mentioned, directly or in a definition."""
        return name in free_names(self.expanded(term))

    def theorem(self, left: Term, op: Op, right: Term) -> Theorem | None:
        """The kernel's theorem that the relation holds under the hypotheses of the line, or None."""
        relation = Relation(left, op, right)
        if relation not in self.proofs and len(self.proofs) >= MOST_PROOFS:
            return None
        if relation not in self.proofs:
            self.proofs[relation] = self._decided(relation)
        found = self.proofs[relation]
        return found if isinstance(found, Theorem) else None

    def _decided(self, relation: Relation) -> Theorem | Residual:
        try:
            expanded = replace(relation, left=self.expanded(relation.left), right=self.expanded(relation.right))
        except InputError:
            return Residual("budget", "a definition grew too large")
        inference = self._inference()
        found = inference.relation(expanded, _NOWHERE, _NOWHERE)
        inference.finish()
        if inference.problems:
            return Residual("outside the fragment", "an index of unknown dimension")
        resolved = replace(found, left=inference.resolved(found.left), right=inference.resolved(found.right))
        # An order that takes cases is no step that a reader follows, and takes long.
        depth = DEPTH if relation.op == "==" else 0
        return prove(goal(resolved, self.line.goal.hypotheses, (), self.scope), FUEL, depth)

    def _inference(self, known: Mapping[str, str] | None = None) -> Inference:
        free = {str(i.name): i.dimension for i in self.line.goal.indices} | dict(known or {})
        return Inference(self.scope, free=free)

    def with_dimensions(self, term: Term, known: Mapping[str, str]) -> Term:
        """The term with the dimension of every bound index, as far as it can be told; ``known`` are the free ones."""
        if not isinstance(term, Reduce):
            below = children(term)
            return with_children(term, tuple(self.with_dimensions(t, known) for t in below)) if below else term
        inference = self._inference(known)
        found = inference.expression(self.expanded(term), _NOWHERE)
        dimension = inference.find(found.index.dimension) if isinstance(found, Reduce) else ""
        name = str(term.index.name)
        body = self.with_dimensions(term.body, {**known, name: dimension})
        shown = "" if dimension.startswith("?") else dimension
        return replace(term, body=body, index=replace(term.index, dimension=shown))


def setting(line: Line, claim: Claim) -> Setting:
    """The setting of a line of a claim."""
    found = Setting(line, _scope(claim), used(claim))
    definitions = (replace(d, body=found.with_dimensions(d.body, {})) for d in found.definitions)
    return replace(found, definitions=tuple(definitions))


def _scope(claim: Claim) -> Scope:
    indices = {d.name: d.dimensions[0] for d in claim.declarations if d.type == "index"}
    variables = {d.name: d for d in claim.declarations if d.type != "index"}
    dimensions = frozenset(n for d in claim.declarations for n in d.dimensions if not n.isdigit())
    variables |= {n: Declaration(n, "positive integer") for n in dimensions if n not in variables}
    names = frozenset({*variables, *indices, *(d.name for d in claim.definitions)})
    scope = Scope(variables, indices, {}, dimensions, names=names)
    for definition in claim.definitions:
        body = expand(definition.body, scope, frozenset(definition.arguments))
        free = free_names(body) - {*definition.indices, *definition.arguments}
        scope = replace(scope, templates={**scope.templates, definition.name: Template(definition, body, free)})
    return scope


def used(claim: Claim) -> tuple[Definition, ...]:
    """The definitions that the claim uses, directly or through another one, innermost first."""
    known = {d.name: d for d in claim.definitions}
    stack = [n for line in claim.lines for side in (line.written.left, line.written.right) for n in _names(side)]
    found: set[str] = set()
    while stack:
        name = stack.pop()
        if name in known and name not in found:
            found.add(name)
            stack += _names(known[name].body)
    return tuple(d for d in claim.definitions if d.name in found)


def _names(term: Term) -> Iterator[str]:
    for part in subterms(term):
        match part:
            case Variable(name) | Component(name) | Call(name):
                yield name


def bare(index: Index) -> Index:
    """The index as it stands anywhere but at its binder."""
    return Index(index.name)
