"""What a claim file says, after reading: declarations, hypotheses, goals and claims. Frozen data only."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from derive.errors import Span
from derive.term import Index, Op, Relation, Term

SCALAR_TYPES = (
    "real",
    "positive",
    "negative",
    "nonnegative",
    "nonzero",
    "integer",
    "positive integer",
    "nonnegative integer",
)
SIGNS: dict[str, Op] = {"positive": ">", "negative": "<", "nonnegative": ">=", "nonzero": "!="}
"""What a type of real numbers says of a value, held against 0."""
WHOLE_SIGNS: dict[str, Op] = {"positive integer": ">", "nonnegative integer": ">="}
"""What a type of integers says beyond that."""
ARRAY_TYPES = ("real", "positive", "negative", "nonnegative", "nonzero", "onehot", "simplex", "integer")
Expectation = Literal["proved", "refuted", "undecided"]


class Declaration(Struct, frozen=True):
    """A variable: its name, its type, and the dimensions of an array (empty for a scalar)."""

    name: str
    type: str
    dimensions: tuple[str, ...] = ()


class Hypothesis(Struct, frozen=True):
    """An assumed relation; it holds for every value of the indices in ``quantified``, the others are the claim's."""

    relation: Relation
    quantified: tuple[Index, ...] = ()
    text: str = ""


class Goal(Struct, frozen=True):
    """One relation to be decided, definitions expanded, every index with its dimension.

    ``declarations`` lists exactly the variables (arrays and dimensions included) that the goal or its hypotheses use;
    ``dimensions`` the symbolic dimensions among them; ``indices`` the free indices of the relation. ``stable`` names
    the side that float64 is said to keep where it loses the other.
    """

    left: Term
    op: Op
    right: Term
    declarations: tuple[Declaration, ...]
    dimensions: tuple[str, ...]
    indices: tuple[Index, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    stable: Literal["left", "right"] | None = None

    def declaration(self, name: str) -> Declaration | None:
        """The declaration of a variable, or None."""
        return next((d for d in self.declarations if d.name == name), None)


class Image(Struct, frozen=True):
    """What a variable of a lemma stands for where the lemma is used; an array has ``indices``, which the term uses."""

    name: str
    term: Term
    indices: tuple[Index, ...] = ()


class Lemma(Struct, frozen=True):
    """One relation of a claim that another claim uses, and what its names stand for there.

    ``places`` are the free indices of the lemma that stand for one index; the others stand for every value. ``using``
    are the lemmas that its own proof may rest on.
    """

    id: str
    goal: Goal
    images: tuple[Image, ...] = ()
    places: tuple[tuple[str, Index], ...] = ()
    dimensions: tuple[tuple[str, str], ...] = ()
    using: tuple[Lemma, ...] = ()


class Ground(Struct, frozen=True):
    """What an author says that a step rests on: rules of a family, a definition, or a hypothesis.

    ``without`` is the goal of the step without that hypothesis.
    """

    text: str
    span: Span
    kind: Literal["rules", "definition", "hypothesis"]
    without: Goal | None = None


class Line(Struct, frozen=True):
    """One relation as the author wrote it (definitions by name), and its goal.

    ``exact`` tells a printed number: the goal that the value is this very number; ``goal`` grants it half a unit of the
    last digit. ``left`` and ``right`` are the places of the two sides, where they are known. ``by`` is the reason that
    the author gives, ``using`` what its proof may rest on. ``case`` is the assumption of the case that the line belongs
    to; a line that ``covers`` says that there is no other case.
    """

    written: Relation
    goal: Goal
    span: Span
    exact: Goal | None = None
    left: Span | None = None
    right: Span | None = None
    by: Ground | None = None
    case: str = ""
    covers: bool = False
    using: tuple[Lemma, ...] = ()


class Definition(Struct, frozen=True):
    """A template: ``s[i]: body`` has indices, ``f(x): body`` has arguments, ``loss: body`` has neither."""

    name: str
    indices: tuple[str, ...]
    arguments: tuple[str, ...]
    body: Term


class Claim(Struct, frozen=True):
    """A named statement: its lines (one for a plain relation, several for a chain or ``steps``) and what is expected.

    ``chained`` tells ``steps:`` from a relation: steps are reported one by one; ``largest_step`` is how many rules the
    proof of one may rest on, ``ends`` relates the first and last expression of a chain of several lines. ``written``
    holds the definitions and declarations in scope, for printing.
    """

    id: str
    path: str
    span: Span
    lines: tuple[Line, ...]
    chained: bool = False
    title: str = ""
    expect: Expectation = "proved"
    because: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    correction: Line | None = None
    ends: Line | None = None
    definitions: tuple[Definition, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    assumptions: tuple[str, ...] = ()
    text: str = ""
    largest_step: int | None = None

    @property
    def steps(self) -> tuple[Line, ...]:
        """The lines that the author wrote, without those that say that the cases cover everything."""
        return tuple(line for line in self.lines if not line.covers)

    @property
    def uses(self) -> tuple[str, ...]:
        """The ids of the claims that it says it rests on."""
        return tuple(dict.fromkeys(lemma.id for line in self.lines for lemma in line.using))

    @property
    def is_printed(self) -> bool:
        """Whether the claim is about printed numbers, one a line."""
        return all(line.exact for line in self.lines)
