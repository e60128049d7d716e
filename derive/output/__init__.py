"""Which reports a run writes, and where: ``NAME`` for standard output, ``NAME=FILE`` for a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from derive.report import FORMATS


class Output(NamedTuple):  # no dataclass: those take a millisecond of every start
    """One report and the file that it goes to, or None for standard output."""

    format: str
    path: str | None = None


def outputs(texts: Iterable[str]) -> tuple[Output, ...]:
    """The reports that are asked for; standard output takes one of them, by default the full one.

    Fails with ValueError when a text cannot be read, when two reports go to the same place.
    """
    found = [_output(text) for text in texts]
    places: dict[str | None, str] = {}
    for output in found:
        if output.path in places:
            where = output.path or "standard output"
            raise ValueError(
                f"{places[output.path]} and {output.format} both go to {where}; write {output.format}=FILE"
            )
        places[output.path] = output.format
    return tuple(found) if None in places else (Output("full"), *found)


def _output(text: str) -> Output:
    name, is_named, path = text.partition("=")
    if name not in FORMATS or (is_named and not path):
        raise ValueError(f"found {text!r}, required one of {', '.join(FORMATS)}, or NAME=FILE")
    return Output(name, path if is_named else None)
