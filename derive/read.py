"""Claim files to claims: everything that can be read, and every problem of what cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from derive.claim import Claim
from derive.defect import defect
from derive.elaborate import elaborate
from derive.errors import Problem, meant, problem
from derive.find import Target
from derive.load import load
from derive.outcome import ClaimFile


@dataclass(frozen=True, slots=True)
class Reading:
    """What one target gave: its file, its claims, its problems, and the ids of all that stands in the file."""

    files: tuple[ClaimFile, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    ids: tuple[str, ...] = ()


def read(targets: Iterable[Target]) -> Iterator[Reading]:
    """Read target after target; never fails: a file that cannot be read is among the problems."""
    sought: dict[str, set[str]] = {}
    for target in targets:
        reading = _read_one(target)
        yield reading
        if target.id is not None:
            sought.setdefault(target.id, set()).update(reading.ids)
    missing = ((id, known) for id, known in sought.items() if id not in known)
    yield Reading(problems=tuple(problem("DV028", help=meant(id, known) or None, id=id) for id, known in missing))


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
        tuple(id for id in (*(entry.id for entry in file.entries), *(p.claim_id for p in file.problems)) if id),
    )
