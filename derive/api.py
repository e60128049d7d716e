"""Derive for Python programs: a relation or a claim file, decided."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from derive.elaborate import elaborate
from derive.errors import InputError, Problem, Span
from derive.find import Target
from derive.load import Entry, LoadedFile, Scalar
from derive.load.nodes import source_of
from derive.outcome import Results
from derive.run.run import run
from derive.run.settle import settle
from derive.verdict import Proved, Verdict

Names = Mapping[str, str]


def check(
    relation: str, variables: Names | None = None, define: Names | None = None, assume: str | Sequence[str] = ()
) -> Verdict:
    """Decide one relation, ``check("x/x == 1", {"x": "real"})``: the verdict with its evidence.

    ``variables``, ``define`` and ``assume`` are as in a claim file. A chain ``0 < s[i] < 1`` has the verdict of its
    worst relation, and when all are proved the conditions of all. Fails with InputError, which carries located
    problems, when a text cannot be read; with RuntimeError at a defect of derive.
    """
    hypotheses = (assume,) if isinstance(assume, str) else tuple(assume)
    place = Span(1, 1, 1, len(relation) + 1)
    file = LoadedFile(
        "",
        variables=_pairs(variables or {}),
        define=_pairs(define or {}),
        entries=(Entry("claim", place, place, claim=_text(relation), assume=tuple(map(_text, hypotheses))),),
    )
    claims, problems = elaborate(file)
    errors = tuple(p for p in problems if not p.is_lint)
    if errors:
        raise InputError(*errors)
    outcome = settle(claims[0])
    if isinstance(outcome, Problem):
        raise RuntimeError(outcome.message)
    verdict = outcome.verdict
    return replace(verdict, conditions=outcome.conditions) if isinstance(verdict, Proved) else verdict


def check_file(path: str | os.PathLike[str], id: str | None = None, *, strict: bool = False) -> Results:
    """Decide the claims of a file, or the one with an id, as ``derive check`` does; never fails.

    ``results.exit_code()`` is 0 when every verdict is as expected.
    """
    return run([Target(Path(path), id)], strict=strict)


def _pairs(names: Names) -> tuple[tuple[Scalar, Scalar], ...]:
    return tuple((_text(name), _text(value)) for name, value in names.items())


def _text(text: str) -> Scalar:
    """A text of its own, as if it stood alone in a file."""
    return Scalar(text, Span(1, 1, 1, len(text) + 1), start=0, end=len(text), source=source_of(text))
