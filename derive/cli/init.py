"""``derive init``."""

from __future__ import annotations

import click

from derive.cli.writing import say, unwritable


@click.command(short_help="Write a first claim file.")
@click.argument("path", default="derivations.yaml")
def init(path: str) -> None:
    """Write a first claim file to PATH, by default ./derivations.yaml, and its schema for editors beside it."""
    from pathlib import Path

    from derive.init import SCHEMA
    from derive.init import init as begin

    try:
        begin(Path(path))
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already; nothing is written over it") from error
    except OSError as error:
        error.filename = path
        raise unwritable(error) from error
    say(f"wrote {path}, and {SCHEMA} beside it for editors; run: derive check {path}\n")
