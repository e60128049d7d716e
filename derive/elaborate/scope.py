"""The names in scope: variables, indices and definitions, each with what the author said of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from derive.claim import Declaration, Definition
from derive.term import Term


class Template(Struct, frozen=True):
    """A definition with the definitions of its own body written out; ``free`` are the names free in it."""

    definition: Definition
    body: Term
    free: frozenset[str]


class Scope(Struct, frozen=True):
    """What every name means.

    ``variables`` holds scalars, arrays and dimensions, ``indices`` the dimension of each declared index, ``dimensions``
    the symbolic dimensions among the variables. ``broken`` names have been reported already.
    """

    variables: Mapping[str, Declaration] = field(default_factory=dict)
    indices: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    dimensions: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def rank(self, name: str) -> int:
        """How many indices a name takes; 0 for a scalar and for what is no variable or definition."""
        if name in self.templates:
            return len(self.templates[name].definition.indices)
        return len(self.variables[name].dimensions) if name in self.variables else 0

    def kind(self, name: str) -> str:
        """What a name is, in words."""
        if name in self.templates:
            return "a definition"
        if name in self.indices:
            return f"an index of dimension {self.indices[name]}"
        if name in self.dimensions:
            return "a dimension"
        declaration = self.variables[name]
        dimensions = ",".join(declaration.dimensions)
        return (
            f"{declaration.type}[{dimensions}]"
            if dimensions
            else f"{'an' if declaration.type[0] == 'i' else 'a'} {declaration.type} number"
        )
