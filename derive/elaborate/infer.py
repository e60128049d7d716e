"""What every name of an expanded term is, and over which dimension every index ranges.

Each index gets a slot; a place in which it stands says of which dimension the slot is; slots are unified across the
lines of a claim. Two dimensions never mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from derive.claim import Declaration
from derive.elaborate.customary import NAMES, customary
from derive.elaborate.scope import Scope
from derive.errors import Problem, Span, meant, problem
from derive.load import Scalar
from derive.signature import CONSTANTS
from derive.substitute import with_indices
from derive.term import (
    At,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    own_indices,
    subterms,
    with_children,
)


class _Place(NamedTuple):
    """A name and where it stands; looked up in the file only when it is to be reported."""

    name: str
    text: Scalar
    at: At

    @property
    def span(self) -> Span:
        return self.text.locate(*self.at) if self.at else self.text.span


class Inference(Struct):
    """The slots of one claim, the indices free in it, and what is wrong with it.

    A slot is written ``?7``; ``parent`` leads from a slot to another one or to a dimension. ``bound`` maps the names
    bound around a term to their slots, a scalar bound by a limit to "".
    """

    scope: Scope
    parameters: Set[str] = frozenset()
    free: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parent: dict[str, str] = field(default_factory=dict)
    origins: dict[str, _Place] = field(default_factory=dict)
    unknown: list[_Place] = field(default_factory=list)
    text: Scalar = field(default_factory=lambda: Scalar("", Span(1, 1, 1, 1)))

    def relation(self, relation: Relation, left: Scalar, right: Scalar) -> Relation:
        """The relation with a slot in every index; its problems are placed in the texts of its two sides."""
        self.text = left
        first = self._side(relation.left, relation.right)
        self.text = right
        return Relation(first, relation.op, self._side(relation.right, relation.left), at=relation.at)

    def expression(self, term: Term, text: Scalar) -> Term:
        """The term with a slot in every index; its problems are placed in the text."""
        self.text = text
        return self._term(term, {})

    def template(self, body: Term, indices: tuple[str, ...], text: Scalar) -> None:
        """Check the body of a definition; the dimensions of its parameters are only known where it is used."""
        self.text = text
        self._term(body, {name: f"?{name}" for name in indices})
        self.name()

    def open(self, name: str, text: Scalar) -> str:
        """A slot of its own."""
        self.text = text
        return self._slot(name, None)

    def place(self, index: Index, slot: str, text: Scalar) -> Index:
        """A free index with its slot, which is of the dimension of the given one."""
        self.text = text
        return self._index(index, {}, slot)

    def name(self) -> None:
        """Report the names that turned out to be nothing."""
        self.problems += (self._nameless(place.name).placed("", place.span) for place in self.unknown)
        self.unknown.clear()

    def finish(self) -> None:
        """Report what only the whole claim can tell: unknown names, and indices of unknown dimension."""
        self.name()
        if self.problems:
            return
        unresolved = {self.find(slot): place for slot, place in reversed(self.origins.items())}
        self.problems += (
            problem("DV080", index=place.name).placed("", place.span)
            for root, place in reversed(unresolved.items())
            if root.startswith("?")
        )

    def find(self, slot: str) -> str:
        """The dimension of a slot, or the slot that stands for it."""
        while slot in self.parent:
            slot = self.parent[slot]
        return slot

    def resolved(self, term: Term) -> Term:
        """The term with the dimension of every slot."""
        return with_indices(term, self._settled)

    def _settled(self, index: Index) -> Index:
        """The index with the dimension of its slot, if it still has one."""
        return Index(index.name, self.find(index.dimension), at=index.at) if index.dimension in self.parent else index

    # --- the parts of a term

    def _side(self, term: Term, other: Term) -> Term:
        if _is_infinite(term) and isinstance(other, Limit):
            return term
        return self._term(term, {})

    def _term(self, term: Term, bound: Mapping[str, str]) -> Term:
        match term:
            case Number():
                return term
            case Constant("oo"):
                self._add(problem("DV092", at=term.at))
                return term
            case Variable(name):
                self._number(name, term.at, bound)
                return term
            case Component():
                return self._component(term, bound)
            case Delta(left, right):
                first = self._index(left, bound, "")
                return Delta(first, self._index(right, bound, first.dimension), at=term.at)
            case Reduce():
                return self._reduce(term, bound)
            case Diff(body, targets):
                found = tuple(self._target(t, bound) for t in targets)
                return Diff(self._term(body, bound), found, at=term.at)
            case Limit():
                return self._limit(term, bound)
            case Optimum():
                return self._optimum(term, bound)
            case _:
                below = children(term)
                return with_children(term, tuple(self._term(t, bound) for t in below)) if below else term

    def _number(self, name: str, at: At, bound: Mapping[str, str]) -> None:
        """Check that a bare name is a number."""
        scope = self.scope
        if name in bound:
            if bound[name]:
                self._add(problem("DV081", at=at, name=name))
        elif name in self.parameters:
            return
        elif name in scope.indices:
            self._add(problem("DV081", at=at, name=name))
        elif name not in scope.variables:
            self.unknown.append(_Place(name, self.text, at))
        elif scope.variables[name].dimensions:
            shape = scope.variables[name].dimensions
            self._add(
                problem(
                    "DV082",
                    at=at,
                    name=name,
                    found=f"{len(shape)} dimension{'s' * (len(shape) > 1)}",
                    required="an index for each",
                    usage=f"`{name}[{', '.join('ijklmnpq'[: len(shape)])}]`",
                )
            )

    def _nameless(self, name: str) -> Problem:
        if name in self.scope.broken:
            return problem("DV097", name=name)
        if name in self.free:
            return problem("DV081", name=name)
        known = [*self.scope.names, *self.parameters, *CONSTANTS]
        repair = self._indexed(name) or customary(name, NAMES) or meant(name, known) or f"declare it: `{name}: real`"
        return problem("DV076", name=name, repair=repair)

    def _indexed(self, name: str) -> str:
        """The repair for ``x_i`` where x is an array."""
        array, _, indices = name.partition("_")
        declared = self.scope.variables.get(array)
        fits = declared is not None and len(indices) == len(declared.dimensions) > 0
        return f"did you mean `{array}[{', '.join(indices)}]`?" if fits else ""

    def _component(self, term: Component, bound: Mapping[str, str]) -> Term:
        declaration = self._array(term, bound)
        if declaration is None:
            return replace(term, indices=tuple(self._index(i, bound, "") for i in term.indices))
        found, required = len(term.indices), len(declaration.dimensions)
        if found != required:
            usage = f"`{term.array}[{', '.join('ijklmnpq'[:required])}]`"
            places = f"{required} ind{'ex' if required == 1 else 'ices'}"
            self._add(problem("DV078", at=term.at, name=term.array, required=places, found=found, usage=usage))
            return term
        pairs = zip(term.indices, declaration.dimensions, strict=True)
        return Component(term.array, tuple(self._index(i, bound, d) for i, d in pairs), at=term.at)

    def _array(self, term: Component, bound: Mapping[str, str]) -> Declaration | None:
        """The declaration of a component's array; None, and perhaps a problem, when there is none."""
        name = term.array
        if name in self.parameters:
            return None
        if name in bound or name in self.scope.indices or name in self.free:
            self._add(problem("DV084", at=term.at, name=name))
        elif name not in self.scope.variables:
            self.unknown.append(_Place(name, self.text, term.at))
        elif not self.scope.variables[name].dimensions:
            self._add(problem("DV084", at=term.at, name=name))
        else:
            return self.scope.variables[name]
        return None

    def _index(self, index: Index, bound: Mapping[str, str], dimension: str) -> Index:
        """The index with its slot, which is of the given dimension when there is one."""
        if isinstance(index.name, int):
            slot = dimension or self._slot(str(index.name), index.at)
            if slot.isdigit() and not 1 <= index.name <= int(slot):
                self._add(problem("DV087", at=index.at, index=index.name, dimension=slot))
            return Index(index.name, slot, at=index.at)
        slot = bound.get(index.name) or self._free_slot(index.name, index.at, bound)
        if dimension:
            self._unify(slot, dimension, index)
        return Index(index.name, self.find(slot), at=index.at)

    def _free_slot(self, name: str, at: At, bound: Mapping[str, str]) -> str:
        if name not in self.free:
            if name in self.scope.broken:
                self._add(problem("DV097", at=at, name=name))
            elif name in bound or name in self.parameters:
                self._add(problem("DV096", at=at, name=name, what="a number"))
            elif name in self.scope.names and name not in self.scope.indices:
                what = self.scope.kind(name)
                self._add(problem("DV096", at=at, name=name, what=what))
            slot = self._slot(name, at)
            self.free[name] = slot
            if name in self.scope.indices:
                self.parent[slot] = self.scope.indices[name]
        return self.free[name]

    def _slot(self, name: str, at: At) -> str:
        slot = f"?{len(self.origins)}"
        self.origins[slot] = _Place(name, self.text, at)
        return slot

    def _unify(self, slot: str, dimension: str, index: Index) -> None:
        first, second = self.find(slot), self.find(dimension)
        if first == second:
            return
        if first.startswith("?"):
            self.parent[first] = second
        elif second.startswith("?"):
            self.parent[second] = first
        else:
            self._add(problem("DV079", at=index.at, index=index.name, first=first, second=second))

    def _reduce(self, term: Reduce, bound: Mapping[str, str]) -> Term:
        name = str(term.index.name)
        slot = self._slot(name, term.index.at or term.at)
        if term.index.dimension:
            self.parent[slot] = term.index.dimension
        if name in self.scope.variables or name in self.scope.templates:
            what = self.scope.kind(name)
            self._add(problem("DV096", at=term.index.at or term.at, name=name, what=what))
        body = self._term(term.body, {**bound, name: slot})
        assert all(other.name != name for other in term.excluded), "the parser refuses it, expansion renames"
        excluded = tuple(self._index(i, bound, slot) for i in term.excluded)
        return Reduce(term.kind, body, Index(name, slot, at=term.index.at), excluded, at=term.at)

    def _target(self, target: Variable | Component, bound: Mapping[str, str]) -> Variable | Component:
        if isinstance(target, Component):
            found = self._component(target, bound)
            assert isinstance(found, Component), "a component stays one"
            declaration = self.scope.variables.get(target.array)
            if declaration and declaration.type == "integer":
                self._add(problem("DV083", at=target.at, found=f"a component of the integer array `{target.array}`"))
            return found
        name = target.name
        if name in self.parameters or bound.get(name) == "":
            return target
        declaration = self.scope.variables.get(name)
        if name in bound or name in self.scope.indices or name in self.free:
            self._add(problem("DV083", at=target.at, found=f"the index `{name}`"))
        elif name in self.scope.dimensions:
            self._add(problem("DV083", at=target.at, found=f"the dimension `{name}`"))
        elif declaration and declaration.dimensions:
            self._add(problem("DV083", at=target.at, found=f"the whole array `{name}`"))
        elif declaration and declaration.type.endswith("integer"):
            self._add(problem("DV083", at=target.at, found=f"the integer `{name}`"))
        elif not declaration:
            self.unknown.append(_Place(name, self.text, target.at))
        return target

    def _limit(self, term: Limit, bound: Mapping[str, str]) -> Term:
        name, scope = term.variable, self.scope
        declaration = scope.variables.get(name)
        subscripts = {i.name for t in subterms(term.body) for i in own_indices(t)}
        if bound.get(name) or name in {*subscripts, *scope.indices, *self.free, *scope.templates}:
            self._add(problem("DV088", at=term.at, found=f"`{name}`, which is no number"))
            return term
        if declaration and declaration.dimensions:
            self._add(problem("DV088", at=term.at, found=f"the array `{name}`"))
        elif declaration and declaration.type.endswith("integer") and term.point != Constant("oo"):
            self._add(problem("DV088", at=term.at, found=f"the integer `{name}` at a point other than `oo`"))
        elif name in scope.dimensions and self._ranges_over(term.body, name):
            self._add(problem("DV088", at=term.at, found=f"the dimension `{name}` of an array that the limit contains"))
        body = self._term(term.body, {**bound, name: ""})
        point = term.point if _is_infinite(term.point) else self._term(term.point, bound)
        return replace(term, body=body, point=point)

    def _ranges_over(self, body: Term, dimension: str) -> bool:
        arrays = {t.array for t in subterms(body) if isinstance(t, Component)}
        return any(dimension in self.scope.variables[a].dimensions for a in arrays if a in self.scope.variables)

    def _optimum(self, term: Optimum, bound: Mapping[str, str]) -> Term:
        name = term.variable
        declaration = self.scope.variables.get(name)
        component = term.component
        if name in bound or name in self.scope.indices or name in self.scope.dimensions or name in self.parameters:
            self._optimum_problem(term, f"`{name}` cannot be the variable of {term.kind}", "use a declared variable")
        elif declaration is None:
            self.unknown.append(_Place(name, self.text, term.at))
        elif len(declaration.dimensions) != len(component):
            repair = f"write `{term.kind}(…, {name}) == e` with the bare name of an array, or one free index, in e"
            self._optimum_problem(term, f"nothing says at which component `{name}` is read", repair)
        else:
            pairs = zip(component, declaration.dimensions, strict=True)
            component = tuple(self._index(i, bound, d) for i, d in pairs)
        return replace(term, body=self._term(term.body, bound), component=component)

    def _optimum_problem(self, term: Optimum, found: str, repair: str) -> None:
        self._add(problem("DV089", at=term.at, found=found, repair=repair))

    def _add(self, found: Problem) -> None:
        span = self.text.locate(*found.at) if found.at else self.text.span
        self.problems.append(found.placed("", span))


def _is_infinite(term: Term) -> bool:
    return term == Constant("oo") or term == Neg(Constant("oo"))
