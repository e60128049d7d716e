"""Offsets in a text of the file to places in the file."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from derive.errors import Problem, clip
from derive.load import Scalar


def placed(problems: Iterable[Problem], text: Scalar, claim_id: str | None = None) -> list[Problem]:
    """The problems of a text, each at its place in the file; a text that a comment cut short says so."""
    return [_placed(p, text, claim_id) for p in problems]


def _placed(found: Problem, text: Scalar, claim_id: str | None) -> Problem:
    span = text.locate(*found.at) if found.at else text.span
    if text.comment and found.at and found.at[1] >= len(text.text):
        cut = f"YAML takes `{clip(text.comment, 30)}` for a comment; quote the whole text if it is none"
        found = replace(found, help=f"{found.help}; {cut}" if found.help else cut)
    return found.placed("", span, claim_id)
