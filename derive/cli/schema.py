"""``derive schema``."""

from __future__ import annotations

import click

from derive.cli.writing import say


@click.command(short_help="Print the JSON schema of claim files or of reports.")
@click.argument("document", type=click.Choice(["claims", "results"]), default="claims")
def schema(document: str) -> None:
    """Print the JSON schema of claim files, for editors, or of the report `--format json`."""
    from importlib.resources import files

    from derive.schema import schema as of_claims

    results = files("derive") / "results.schema.json"
    say(of_claims() if document == "claims" else results.read_text(encoding="utf-8"))
