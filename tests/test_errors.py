"""The table of messages: every code that the program uses has a row, and every row says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.errors import CODES, Code, clip, meant, problem

ROOT = Path(__file__).parent.parent / "derive"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path.name != "errors.py")
USED = set(re.findall(r'"(DV\d{3})"', SOURCE))


@pytest.mark.parametrize("row", CODES.values(), ids=CODES)
def test_a_row_is_complete_and_used(row: Code) -> None:
    assert re.fullmatch(r"DV\d{3}", row.code) and row.code in USED
    assert row.title and not row.title.endswith(".")
    assert row.template and row.help
    assert len(row.page) > 40 and row.page.endswith((".", "`"))


def test_every_code_in_use_has_a_row() -> None:
    assert CODES.keys() >= USED


def test_a_name_that_is_not_known_gets_its_neighbour() -> None:
    cases = (
        ("expct", ("expect", "claim"), "did you mean `expect`?"),
        ("zzz", ("expect", "claim"), "known: `claim`, `expect`"),
        ("zzz", tuple(f"name{k}" for k in range(30)), ""),
        ("name7", tuple(f"name{k}" for k in range(7)), "did you mean `name6` or `name5`?"),
        ("zzz", (), ""),
    )
    for name, known, expected in cases:
        assert meant(name, known) == expected


def test_hostile_text_does_not_flood_a_message() -> None:
    assert clip("a\n  b" + "c" * 100, 10) == "a bcccccc…"
    assert len(problem("DV076", name="x" * 100_000, repair="y" * 100_000).message) < 200
