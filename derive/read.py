"""Claim files to claims: everything that can be read, and every problem of what cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from derive.claim import Claim
from derive.defect import defect
from derive.elaborate import elaborate
from derive.errors import Problem, problem
from derive.find import Target
from derive.load import load
from derive.outcome import ClaimFile


@dataclass(frozen=True, slots=True)
class Reading:
    """What one target gave: its file, its claims, its problems."""

    files: tuple[ClaimFile, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(targets: Iterable[Target]) -> Iterator[Reading]:
    """Read target after target; never fails: a file that cannot be read is among the problems."""
    sought: dict[str, bool] = {}
    for target in targets:
        reading = _read_one(target)
        yield reading
        if target.id is not None:
            seen = bool(reading.claims) or any(p.claim_id == target.id for p in reading.problems)
            sought[target.id] = sought.get(target.id, False) or seen
    yield Reading(problems=tuple(problem("DV028", id=id) for id, seen in sought.items() if not seen))


def _read_one(target: Target) -> Reading:
    path = str(target.path)
    try:
        file = load(target.path)
        asked = tuple(entry for entry in file.entries if target.id in (None, entry.id))
        claims, problems = elaborate(replace(file, entries=asked))
    except Exception as error:  # one defect must not hide the other files
        return Reading((ClaimFile(path),), (), (defect(error, f"`{path}`").placed(path, None),))
    return Reading(
        (ClaimFile(file.path, file.title, file.lines),),
        tuple(c for c in claims if target.id in (None, c.id)),
        # A claim that is not asked for may be broken.
        tuple(p for p in (*file.problems, *problems) if target.id is None or p.claim_id in (None, target.id)),
    )
