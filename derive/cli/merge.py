"""``derive merge``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from derive.cli.writing import leave

if TYPE_CHECKING:
    from derive.output.emit import Piece

MOST_BYTES = 256_000_000


@click.command(short_help="Put the reports of all shards together.")
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@click.option("--output", metavar="FILE", help="Write the JSON report of one run over all claims.")
@click.option("--allow-empty", is_flag=True, help="Checking nothing at all is not a failure.")
@click.pass_context
def merge(context: click.Context, reports: tuple[str, ...], output: str | None, allow_empty: bool) -> None:
    """Put together the JSON reports of all shards, and judge them as one run. A shard that is missing is an error."""
    import json

    from derive.report.merge import exit_code, told
    from derive.report.merge import merge as merged

    try:
        document = merged({path: _report(path) for path in reports})
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    pieces: list[Piece] = [(output, "w", json.dumps(document, indent=2, sort_keys=True) + "\n")] if output else []
    leave(context, [*pieces, (None, "w", told(document))], exit_code(document, allow_empty))


def _report(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.FileError(path, error.strerror) from error
    if len(data) > MOST_BYTES:
        raise click.FileError(path, f"more than the {MOST_BYTES} bytes allowed")
    return data.decode("utf-8", "replace")
