"""What the shell may complete a target with: the ids of claims."""

from __future__ import annotations

from collections.abc import Iterator

from derive.configure import configure
from derive.find import find
from derive.load import load


def complete(incomplete: str) -> Iterator[tuple[str, str]]:
    """Targets that begin like this, each with the title of its claim: ids of the default files, or ``FILE::ID``."""
    path, is_qualified, start = incomplete.rpartition("::")
    for target in find([path] if is_qualified else [], configure()).targets:
        for entry in load(target.path).entries:
            if entry.id.startswith(start):
                yield f"{path}{is_qualified}{entry.id}", entry.title


def tags() -> list[str]:
    """The tags of the default files."""
    entries = (entry for target in find([], configure()).targets for entry in load(target.path).entries)
    return sorted({tag for entry in entries for tag in entry.tags})
