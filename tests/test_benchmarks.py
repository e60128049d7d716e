"""The benchmark scripts work, and other systems are asked what the catalogue claims. Nothing is timed here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from derive.load import load

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "benchmarks"))

from headline import HEADLINES, Headline, setting  # noqa: E402
from run import repeated  # noqa: E402
from systems import SYSTEMS, System  # noqa: E402

POINT = (0.3, -1.2, 2.0)


@pytest.mark.parametrize("row", HEADLINES, ids=lambda row: row.id)
def test_the_sides_for_sympy_stand_in_the_relation_that_is_asked(row: Headline) -> None:
    at = setting(3)
    values = {**dict(zip(at.o, POINT, strict=True)), at.a: 0.7, at.x: -0.4}
    for left, right in row.sides(at):
        gap = float((left - right).doit().subs(values).evalf())
        assert abs(gap) < 1e-12 if row.relation == "==" else gap < 0


@pytest.mark.parametrize("system", [s for s in SYSTEMS if s.is_there], ids=lambda system: system.name)
def test_a_system_tells_what_is_equal_from_what_is_not(system: System) -> None:
    x, y = sp.symbols("x y", real=True)
    half = sp.exp(x) / (sp.exp(x) + sp.exp(y))
    slope = sp.Derivative(half, x)
    assert system.decide((slope, half * (1 - half)), "==")
    assert not system.decide((slope, half * (1 + half)), "==")


def test_every_headline_claim_is_in_the_catalogue() -> None:
    assert {row.id for row in HEADLINES} <= {entry.id for entry in load(ROOT / "derivations.yaml").entries}


def test_repeated_claims_are_as_many_as_asked_and_read_without_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(repeated((ROOT / "derivations.yaml").read_text(encoding="utf-8"), 200), encoding="utf-8")
    file = load(path)
    assert (len({entry.id for entry in file.entries}), file.problems) == (200, ())


def test_the_tables_are_printed() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--tiny"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert all(word in out for word in (HEADLINES[0].id, "derive --help", "claims **"))
