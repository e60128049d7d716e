"""The three verdicts, each carrying its evidence. A verdict is never a bool, a string or an exception."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal, Protocol, TypeAlias

from msgspec import Struct, field

from derive.term import Relation

Reason = Literal[
    "vacuous",
    "no admissible point found",
    "budget",
    "outside the fragment",
    "nonzero residual",
    "open obligation",
    "order not established",
    "limit not established",
    "optimum not established",
    "stability not shown",
    "cases not exhaustive",
    "lemma not proved",
]
# Of these a claim says nothing: no point satisfies its hypotheses, or none was met at which both sides are defined.
ABOUT_NOTHING: Final[tuple[Reason, ...]] = ("vacuous", "no admissible point found")
Side = Literal["left", "right"]


class TheoremEvidence(Protocol):
    """What a report may read of a theorem; only the kernel makes one."""

    @property
    def conditions(self) -> tuple[str, ...]: ...

    @property
    def rules(self) -> tuple[str, ...]: ...

    @property
    def method(self) -> str: ...

    @property
    def left_only(self) -> tuple[str, ...]: ...

    @property
    def right_only(self) -> tuple[str, ...]: ...

    @property
    def lemmas(self) -> tuple[str, ...]: ...


Value: TypeAlias = "Fraction | tuple[Value, ...]"


class Enclosure(Struct, frozen=True):
    """A rigorous interval around a value: both ends as decimal text, and the exact value where it is rational."""

    low: str
    high: str
    exact: Fraction | None = None


class Counterexample(Struct, frozen=True):
    """An exact point at which both sides are defined and the relation fails.

    ``dimensions``, ``indices`` are (name, value) pairs, indices count from 1; ``values`` holds (name, exact value), a
    nested tuple for an array. ``left`` and ``right`` enclose the sides. ``precision`` is the bits that were needed.
    ``kind`` is ``point`` (an enclosure settles it), ``equality`` (a strict relation fails by proved equality) or
    ``float`` (the sides are equal, float64 loses the one that is said to be stable). ``implied`` names variables whose
    values are irrational, with the terms that an equation among the hypotheses gives for them.
    """

    dimensions: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, Value], ...]
    indices: tuple[tuple[str, int], ...]
    left: Enclosure
    right: Enclosure
    op: str
    precision: int
    kind: Literal["point", "equality", "float"] = "point"
    implied: tuple[tuple[str, str], ...] = ()


class Support(Struct, frozen=True):
    """What the numeric search did: points tried, points at which both sides were defined, and over which ranges.

    ``witness`` is an exact admissible point at which both sides are proved defined; ``left_only``, ``right_only`` ones
    at which exactly that side is. ``ties`` are points at which a strict relation (or ``!=``) fails if both sides are
    equal there, which no enclosure can show.
    """

    points: int = 0
    admissible: int = 0
    defined: int = 0
    dimensions: tuple[int, ...] = ()
    largest_gap: float = 0.0
    notes: tuple[str, ...] = ()
    left_only: Counterexample | None = None
    right_only: Counterexample | None = None
    witness: Counterexample | None = None
    ties: tuple[Counterexample, ...] = ()


class Floats(Struct, frozen=True):
    """Both sides in float64 as they are written, at an exact point: one keeps its value, the other loses it."""

    point: Counterexample
    left: str
    right: str
    kept: Side


class Proved(Struct, frozen=True):
    """A theorem of the kernel, the conditions under which it holds, and the numeric support beside it.

    ``floats`` shows of a claim that is said to be stable on one side where float64 loses the other.
    """

    theorem: TheoremEvidence
    conditions: tuple[str, ...] = ()
    support: Support = field(default_factory=Support)
    floats: Floats | None = None

    @property
    def has_one_sided_domain(self) -> bool:
        """Whether the sides are not known to be defined at the same points."""
        theorem, support = self.theorem, self.support
        return any((theorem.left_only, theorem.right_only, support.left_only, support.right_only))


class Contradicted(Struct, frozen=True):
    """A theorem that leaves no room for a claim which no enclosure can refute: a limit is proved to be another one.

    ``instead`` is what is proved; ``point`` is a point at which its right side is not what the claim says.
    """

    instead: Relation
    theorem: TheoremEvidence
    point: Counterexample


class Refuted(Struct, frozen=True):
    """A counterexample that anyone can recompute; of a wrong printed number the value itself, too.

    ``floats`` tells a claim whose sides are equal, of which the one that is said to be stable is not.
    """

    counterexample: Counterexample | Contradicted
    value: Enclosure | None = None
    floats: Floats | None = None

    @property
    def point(self) -> Counterexample:
        """The point at which the claim fails, whatever shows it."""
        return self.counterexample.point if isinstance(self.counterexample, Contradicted) else self.counterexample


class Undecided(Struct, frozen=True):
    """Neither proved nor refuted: the reason, what remained, and what was searched."""

    reason: Reason
    detail: str = ""
    residual: str = ""
    support: Support = field(default_factory=Support)


class Conflict(Struct, frozen=True):
    """A proof and a counterexample of the same claim: a defect of derive, shown with both pieces of evidence."""

    theorem: TheoremEvidence
    counterexample: Counterexample


Verdict = Proved | Refuted | Undecided | Conflict
