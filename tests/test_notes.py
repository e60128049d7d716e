"""Every row of the notes is decided by a claim of the catalogue, or docs/notes.md says why it has none."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
ROWS_OF_NOTE = {0: 30, 1: 26, 2: 31, 3: 24, 4: 27}
REASONS = ("definition", "wording", "notation")

Row = tuple[set[str], str, str]


def catalogue() -> dict[str, dict[str, str]]:
    claims = yaml.load((ROOT / "derivations.yaml").read_text(), Loader=yaml.BaseLoader)["claims"]
    return {claim["id"]: claim for claim in claims}


def sources() -> dict[str, set[str]]:
    """For every row the ids of the claims that name it as their source."""
    found: dict[str, set[str]] = {}
    for id, claim in catalogue().items():
        for row in re.findall(r"\b\d\.\d\d\b", claim.get("source", "")):
            found.setdefault(row, set()).add(id)
    return found


def written() -> dict[str, Row]:
    """For every row of docs/notes.md: its claims, those marked as refuted, the reason where there is none."""
    rows: dict[str, Row] = {}
    for line in (ROOT / "docs/notes.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d\.\d\d", cells[0]):
            assert len(cells) == 4 and cells[0] not in rows, line
            rows[cells[0]] = (set(re.findall(r"`([^`]+)`", cells[2])), cells[2], cells[3])
    return rows


def test_every_row_is_there() -> None:
    expected = [f"{note}.{row:02d}" for note, count in ROWS_OF_NOTE.items() for row in range(1, count + 1)]
    assert list(written()) == expected


def test_rows_name_exactly_the_claims_that_name_them() -> None:
    assert {row: ids for row, (ids, _, _) in written().items() if ids} == sources()


def test_a_row_without_a_claim_says_why() -> None:
    for row, (ids, decided, remark) in written().items():
        if not ids:
            assert decided.strip("*") in REASONS and remark, f"row {row} needs a claim or one of {REASONS}"


def test_the_dagger_marks_refuted_claims() -> None:
    claims = catalogue()
    for row, (ids, decided, _) in written().items():
        for id in ids:
            refuted = claims[id].get("expect", "proved") == "refuted"
            assert (f"`{id}`†" in decided) == refuted, f"row {row}: {id}"


def test_sources_carry_their_note() -> None:
    for id, claim in catalogue().items():
        for part in claim["source"].split("; "):
            note, rows = part.split(" ", 1)
            assert note.startswith("00") and all(r.startswith(f"{int(note)}.") for r in rows.split(", ")), id


def test_a_refuted_claim_says_why_and_what_was_meant() -> None:
    for id, claim in catalogue().items():
        if claim.get("expect", "proved") != "proved":
            assert claim.get("because"), id
            assert "correction" in claim or "prints" in claim, id
