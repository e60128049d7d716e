"""What commands write, to standard output and to files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

import click

from derive.output import Output

if TYPE_CHECKING:
    from pathlib import Path

    from derive.output.emit import Piece


def say(text: str) -> None:
    """Print to standard output, as reports do. Raises ClickException."""
    write([(None, "w", text)])


def write(pieces: Iterable[Piece]) -> None:
    """Every text to where it goes. Raises ClickException: at least one could not be written."""
    from derive.output.emit import emit

    for failure in emit(pieces):
        raise unwritable(failure)


def leave(context: click.Context, pieces: Iterable[Piece], code: int) -> NoReturn:
    """Write every text, and end with an exit code. Raises ClickException."""
    write(pieces)
    context.exit(code)


def unwritable(error: OSError) -> click.ClickException:
    """What is said of a place where nothing can be written."""
    return click.ClickException(f"cannot write {error.filename}: {error.strerror or error}")


def spare(reports: Iterable[Output], claim_files: Iterable[Path]) -> None:
    """Refuse to write a report over a claim file. Raises UsageError."""
    places = {os.path.realpath(path) for path in claim_files}
    for report in reports:
        if report.path and os.path.realpath(report.path) in places:
            raise click.UsageError(f"{report.path} is a claim file; let the report go to another one")
