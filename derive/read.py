"""Claim files to claims: everything that can be read, and every problem of what cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from derive.claim import Claim
from derive.defect import defect
from derive.elaborate import elaborate
from derive.errors import Problem, problem
from derive.find import Target
from derive.load import load
from derive.outcome import ClaimFile


@dataclass(frozen=True, slots=True)
class Reading:
    """Files, claims and problems, each in the order of the targets."""

    files: tuple[ClaimFile, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: Reading) -> Reading:
        return Reading(self.files + other.files, self.claims + other.claims, self.problems + other.problems)


def read(targets: Iterable[Target]) -> Reading:
    """Read all targets; never fails: a file that cannot be read is among the problems."""
    targets = tuple(targets)
    found = sum((_read_one(target) for target in targets), Reading())
    seen = {c.id for c in found.claims} | {p.claim_id for p in found.problems}
    missing = dict.fromkeys(t.id for t in targets if t.id is not None and t.id not in seen)
    return found + Reading(problems=tuple(problem("DV028", id=id) for id in missing))


def _read_one(target: Target) -> Reading:
    path = str(target.path)
    try:
        file = load(target.path)
        claims, problems = elaborate(file)
    except Exception as error:  # one defect must not hide the other files
        return Reading((ClaimFile(path),), (), (defect(error, f"`{path}`").placed(path, None),))
    return Reading(
        (ClaimFile(file.path, file.title, file.lines),),
        tuple(c for c in claims if target.id in (None, c.id)),
        # A claim that is not asked for may be broken.
        tuple(p for p in (*file.problems, *problems) if target.id is None or p.claim_id in (None, target.id)),
    )
