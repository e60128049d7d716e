"""Certificates as files, one for every claim: the same bytes for the same verdicts."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath

from derive.certificate.certify import certify
from derive.outcome import Outcome, Results

START = '{"certificate":'
UNSAFE = re.compile(r"[^\w.-]+")


def save(results: Results, folder: Path) -> tuple[int, tuple[str, ...]]:
    """Write a certificate for every decided claim to ``folder/FILE/ID.json``; those of earlier runs are removed.

    Returns how many were written, and the ids of decided claims without one: those that the checker cannot follow.
    Raises OSError.
    """
    written, without = 0, []
    for old in folder.rglob("*.json"):
        if _is_certificate(old):
            old.unlink()
    for outcome in results.outcomes:
        if outcome.word not in ("proved", "refuted"):
            continue
        certificate = certify(outcome)
        if certificate is None or len(certificate["lines"]) < _decided(outcome):
            without.append(outcome.claim.id)
        if certificate is not None:
            path = folder / _name(outcome)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(certificate, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8", newline="\n")
            written += 1
    return written, tuple(without)


def _decided(outcome: Outcome) -> int:
    """How many lines a certificate has to have: all of a proved claim, one of a refuted one."""
    return len(outcome.verdicts) if outcome.word == "proved" else 1


def _is_certificate(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(len(START)) == START


def _name(outcome: Outcome) -> Path:
    file = PurePath(outcome.claim.path).with_suffix("")
    folders = [UNSAFE.sub("-", part) for part in file.parts if part not in (file.anchor, "..")]
    return Path(*folders, f"{UNSAFE.sub('-', outcome.claim.id)}.json")
