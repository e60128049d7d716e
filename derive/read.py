"""Claim files to claims: everything that can be read, and every problem of what cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Claim
from derive.defect import defect
from derive.elaborate import elaborate
from derive.errors import Problem, meant, problem
from derive.find import Target
from derive.load import Entry, load
from derive.nearby import nearby
from derive.outcome import ClaimFile

FEW, MOST_AT_ONCE = 4, 50


class Reading(Struct, frozen=True):
    """What a target, or a part of it, gave: its file, claims, problems, and the ids of all that stands in the file."""

    files: tuple[ClaimFile, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    ids: tuple[str, ...] = ()


def read(targets: Iterable[Target]) -> Iterator[Reading]:
    """Read target after target; never fails: a file that cannot be read is among the problems.

    What two targets share is given once, with the first of them.
    """
    sought: dict[str, set[str]] = {}
    given: set[object] = set()
    for target in targets:
        for reading in _read_one(target):
            yield _without(given, reading)
            given.update(_parts(reading))
            if target.id is not None:
                sought.setdefault(target.id, set()).update(reading.ids)
    missing = ((id, known) for id, known in sought.items() if id not in known)
    yield Reading(problems=tuple(problem("DV028", help=_repair(id, known), id=id) for id, known in missing))


def _repair(id: str, known: Set[str]) -> str | None:
    """What was perhaps meant by an id that no claim has: another claim, else a file."""
    found = meant(id, known)
    if found.startswith("did you mean") or set(id) & set("*?["):
        return found or None
    return nearby(id) or found or None


def _without(given: Set[object], reading: Reading) -> Reading:
    return replace(
        reading,
        files=tuple(file for file in reading.files if file.path not in given),
        claims=tuple(claim for claim in reading.claims if (claim.path, claim.id) not in given),
        problems=tuple(p for p in reading.problems if p not in given),
    )


def _parts(reading: Reading) -> Iterator[object]:
    """What tells files, claims and problems from one another."""
    yield from (file.path for file in reading.files)
    yield from ((claim.path, claim.id) for claim in reading.claims)
    yield from reading.problems


def _few_first(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, ...]]:
    """The entries in parts, at least one; the first ones are small, so that deciding begins at once."""
    yield entries[:FEW]
    start, most = FEW, 2 * FEW
    while start < len(entries):
        yield entries[start : start + most]
        start, most = start + most, min(2 * most, MOST_AT_ONCE)


def _read_one(target: Target) -> Iterator[Reading]:
    """A file in several parts, so that the first claims can be decided while the last ones are read."""
    path = str(target.path)
    try:
        file = load(target.path)
        asked = tuple(entry for entry in file.entries if target.id in (None, entry.id))
        ids = tuple(id for id in (*(entry.id for entry in file.entries), *(p.claim_id for p in file.problems)) if id)
        problems = file.problems
        for part in _few_first(asked):
            claims, more = elaborate(file, part)
            yield Reading(
                (ClaimFile(file.path, file.title, file.lines),),
                tuple(c for c in claims if target.id in (None, c.id)),
                # A claim that is not asked for may be broken.
                tuple(p for p in (*problems, *more) if target.id is None or p.claim_id in (None, target.id)),
                ids,
            )
            problems, ids = (), ()
    except Exception as error:  # one defect must not hide the other files
        yield Reading((ClaimFile(path),), (), (defect(error, f"`{path}`").placed(path, None),))
