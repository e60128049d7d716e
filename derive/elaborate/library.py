"""The claims of a file by their ids, for claims that rest on others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.claim import Claim
from derive.errors import InputError, Problem, clip, meant, problem
from derive.load import Entry, WrittenUse

DEEPEST = 24
MOST_SOUGHT = 2_000
Read = Callable[[Entry, "Library", list[Problem]], Claim | None]


class Library:
    """Reads claims by ``read`` as they are named, each once; ``path`` leads from the claim asked for to this one."""

    def __init__(self, entries: tuple[Entry, ...], read: Read) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._read = read
        self._known: dict[str, Claim | None] = {}
        self._path: list[str] = []

    def claim(self, entry: Entry, problems: list[Problem]) -> Claim | None:
        """The claim of an entry, None where it cannot be read."""
        self._path.append(entry.id)
        try:
            found = self._read(entry, self, problems)
        finally:
            self._path.pop()
        self._known[entry.id] = found
        return found

    def find(self, use: WrittenUse) -> Claim:
        """The claim that is named, if something may rest on it. Raises InputError."""
        id = use.id.text
        entry = self._entries.get(id)
        if entry is None:
            raise _wrong(f"there is no claim `{clip(id)}` in this file", meant(clip(id), self._entries) or "add it")
        if cycle := self._cycle(entry):
            told = " → ".join(f"`{name}`" for name in cycle)
            raise _wrong(f"`{cycle[0]}` rests on itself: {told}", "prove one of them without the others")
        if len(self._path) > DEEPEST:
            raise _wrong("claims rest on each other in too long a row", f"at most {DEEPEST} are followed")
        if entry.expect != "proved":
            raise _wrong(f"`{id}` is expected to be {entry.expect}", "nothing rests on what is not proved")
        if entry.value:
            raise _wrong(f"`{id}` is about printed numbers", "name a claim that is a relation or a chain")
        found = self._known[id] if id in self._known else self.claim(entry, [])
        if found is None:
            raise _wrong(f"`{id}` cannot be read", "correct it first")
        return found

    def _cycle(self, entry: Entry) -> tuple[str, ...]:
        """How a claim that is asked for would rest on itself through this one."""
        own = self._path[-1]
        before: dict[str, str] = {}
        stack = [entry.id]
        while stack and len(before) < MOST_SOUGHT:
            id = stack.pop()
            if id == own:
                return (own, *_way(id, before))
            for other in uses(self._entries[id]) if id in self._entries else ():
                if other.id.text not in before and other.id.text != entry.id:
                    before[other.id.text] = id
                    stack.append(other.id.text)
        return ()


def _way(id: str, before: dict[str, str]) -> list[str]:
    """The ids on the way to this one."""
    found = [id]
    while found[-1] in before:
        found.append(before[found[-1]])
    return found[::-1]


def _wrong(found: str, repair: str) -> InputError:
    return InputError(problem("DV067", found=found, repair=repair))


def uses(entry: Entry) -> Iterator[WrittenUse]:
    """What a claim and its steps say that they rest on."""
    yield from entry.using
    for step in (*entry.steps, *(step for case in entry.cases for step in case.steps)):
        yield from step.using
