"""The table of messages: every code that the program uses has a row, and every row says what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from derive.errors import CODES, Code, clip, meant, problem
from derive.explain import EXAMPLES, WITHOUT_EXAMPLE, example, explain
from tests.conftest import Derive

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


@pytest.mark.parametrize("code", sorted(CODES.keys() - set(WITHOUT_EXAMPLE)))
def test_the_example_of_a_code_shows_it_and_no_other(code: str, derive: Derive) -> None:
    shown = example(code)
    assert shown, f"derive/examples/{code}.yaml is missing: a claim file (or {code}.sh, commands) that shows {code}"
    path, text = shown
    Path(f"example{path.suffix}").write_text(text, encoding="utf-8")
    out = _by_shell("example.sh") if path.suffix == ".sh" else derive("check", "example.yaml")[1]
    assert set(re.findall(r"\[(DV\d{3})\]", out)) - COMPANY.get(code, set()) == {code}, out
    assert all(line in explain(code) for line in text.splitlines() if line.isprintable())


def _by_shell(script: str) -> str:
    """What the commands of a file print, with `derive` being the one that is tested."""
    program = Path("bin/derive").absolute()
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m derive "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    paths = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": paths, "PYTHONPATH": str(ROOT.parent), "PYTHONUTF8": "1"}
    return subprocess.run(["bash", script], env=environment, capture_output=True, text=True, encoding="utf-8").stdout


COMPANY = {"DV022": {"DV505"}, "DV212": {"DV101"}, "DV097": {"DV036"}}
"""Codes that come with another one."""


def test_every_example_has_a_code() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == CODES.keys() - set(WITHOUT_EXAMPLE)


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
