"""What came of every claim of a run: frozen data, all that a report may read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from derive.claim import Claim, Line
from derive.errors import Problem
from derive.verdict import Conflict, Counterexample, Proved, Refuted, Undecided, Verdict

Word = Literal["proved", "refuted", "undecided", "conflict"]
WORDS: dict[type[Verdict], Word] = {
    Conflict: "conflict",
    Refuted: "refuted",
    Undecided: "undecided",
    Proved: "proved",
}
"""From worst to best: a claim is as good as its worst line, and a defect of derive outranks every finding."""


def word(verdict: Verdict) -> Word:
    """The name of a verdict."""
    return WORDS[type(verdict)]


class Finding(Struct, frozen=True):
    """What the gate holds against a claim, the line that it is about, and the verdict of that line."""

    problem: Problem
    line: Line
    verdict: Verdict


class Use(Struct, frozen=True):
    """What a hypothesis of a proved claim is good for.

    ``needed``: without it the claim fails at ``point``, or ``only`` one side has a value there. ``implied``: without it
    the claim is proved under ``conditions``, which definedness of the sides implies. ``unused``: the claim is proved
    without it all the same.
    """

    hypothesis: str
    status: Literal["needed", "implied", "unused", "undecided"]
    point: Counterexample | None = None
    conditions: tuple[str, ...] = ()
    only: Literal["left", "right"] | None = None


class Outcome(Struct, frozen=True):
    """A claim, the verdict of each of its lines, that of its correction, and what is to be reported as a finding.

    ``ends`` is the verdict of the relation between the ends of a chain, ``without`` that of each step without the
    hypothesis that its reason names.
    ``uses`` tells of each hypothesis what it is good for, and ``suggestions`` what would make a false claim true, where
    that was asked.
    """

    claim: Claim
    verdicts: tuple[Verdict, ...]
    correction: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()
    suggestions: tuple[str, ...] = ()
    ends: Verdict | None = None
    without: tuple[Verdict, ...] = ()

    @property
    def deciding(self) -> int:
        """The number, from 0, of the first line with the worst verdict: the one to look at."""
        order = list(WORDS)
        return min(range(len(self.verdicts)), key=lambda i: order.index(type(self.verdicts[i])))

    @property
    def verdict(self) -> Verdict:
        """The verdict of the deciding line."""
        return self.verdicts[self.deciding]

    @property
    def word(self) -> Word:
        """Refuted when any line is, proved when all are."""
        return word(self.verdict)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of all proved lines, each once, in the order of the lines."""
        found = (c for v in self.verdicts if isinstance(v, Proved) for c in v.conditions)
        return tuple(dict.fromkeys(found))

    @property
    def idle(self) -> tuple[str, ...]:
        """The claims that a proved claim says it rests on, and does not."""
        needed = {id for v in (*self.verdicts, self.ends) if isinstance(v, Proved) for id in v.theorem.lemmas}
        return tuple(id for id in self.claim.uses if id not in needed) if self.word == "proved" else ()

    @property
    def has_conflict(self) -> bool:
        """Whether a proof and a counterexample disagree, in the claim, its ends or its correction."""
        return any(isinstance(v, Conflict) for v in (*self.verdicts, self.correction, self.ends))

    @property
    def as_expected(self) -> bool:
        """Whether the gate lets the claim pass."""
        return not self.findings and not self.has_conflict


class ClaimFile(Struct, frozen=True):
    """A claim file as far as reports show it: its path, its title, its lines of text."""

    path: str
    title: str = ""
    lines: tuple[str, ...] = ()


class Part(Struct, frozen=True):
    """Run ``number`` of ``count`` that share the claims: how many there are in all, and the places of its own.

    A place is (number from 1, file, id); ``total`` is None where not all claims were read.
    """

    number: int
    count: int
    total: int | None
    places: tuple[tuple[int, str, str], ...]


class Results(Struct, frozen=True):
    """One run: outcomes in file order, and every problem that kept a claim from being decided; ``part`` of a shard."""

    files: tuple[ClaimFile, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    interrupted: bool = False
    part: Part | None = None

    def errors(self) -> tuple[Problem, ...]:
        """The problems that are more than a lint."""
        return tuple(p for p in self.problems if not p.is_lint)

    def findings(self) -> Iterator[Finding]:
        """What the gate holds against the claims, in file order."""
        return (f for o in self.outcomes for f in o.findings)

    def exit_code(self, allow_empty: bool = False) -> int:
        """The process's exit code; the precedence is 130 > 70 > 3 > 2 > 1 > 5 > 0."""
        errors = self.errors()
        happened = (
            (130, self.interrupted),
            (70, any(p.code in INTERNAL for p in errors)),
            (3, any(o.has_conflict for o in self.outcomes)),
            (2, bool(errors)),
            (1, any(True for _ in self.findings())),
            (5, not self.outcomes and not allow_empty and not (self.part and self.part.total)),
        )
        return next((code for code, yes in happened if yes), 0)


INTERNAL = ("DV900",)
