"""A second opinion: SymPy at the point of a verdict; it agrees, has none, or is told as a finding."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from derive.doubt import doubt
from derive.find import Target
from derive.outcome import Results
from derive.run.run import run
from derive.verdict import Enclosure, Proved
from tests.conftest import Derive

HEAD = "variables: {n: positive integer, o: 'real[n]', x: real, y: positive}\nclaims:\n  - id: a\n    claim: "
AGREES, DISAGREES, SILENT = {"agrees": 1}, {"disagrees": 1}, {"says nothing": 1}

CASES = (
    ("diff(Sum(o[k]**2, k), o[j]) == 2*o[j]", AGREES),
    ("diff(log(Sum(exp(o[k]), k)), o[j]) == exp(o[j])/Sum(exp(o[k]), k)", AGREES),
    ("diff(Sum(o[k]**2, k), o[j]) == o[j]", AGREES),
    ("cbrt(x)**3 == x", AGREES),
    ("log1p(y) == log(1 + y)", AGREES),
    ("Product(o[k], k) == o[i]*Product(o[k], k, k != i)", AGREES),
    ("limit(y/(1 + y), y, oo) == 1", SILENT),
    ("(1 + x)**999*(1 + x) == (1 + x)**1000", SILENT),
    ("y**(x + 1) == y*y**x", AGREES),
)


@pytest.mark.parametrize(("claim", "said"), CASES, ids=[c for c, _ in CASES])
def test_sympy_agrees_or_says_nothing(claim: str, said: dict[str, int], tmp_path: Path) -> None:
    results = _results(claim, tmp_path)
    doubted = doubt(results)
    assert doubted.opinions == said and doubted.results == results


@pytest.mark.parametrize(("exact", "words"), ((Fraction(7), "exactly"), (None, "rounded")))
def test_another_value_is_a_finding_and_the_verdict_stays(exact: Fraction | None, words: str, tmp_path: Path) -> None:
    results = _with_value(_results("2*x == x + x", tmp_path), Enclosure("7", "7", exact))
    doubted = doubt(results)
    (finding,) = doubted.results.findings()
    assert finding.problem.code == "DV303" and words in finding.problem.message and "7" in finding.problem.message
    assert doubted.opinions == DISAGREES and doubted.results.exit_code() == 1
    assert [o.verdicts for o in doubted.results.outcomes] == [o.verdicts for o in results.outcomes]


def test_the_option_tells_how_many_agree(derive: Derive) -> None:
    Path("a.yaml").write_text(f"{HEAD}2*x == x + x\n", encoding="utf-8")
    code, _, err = derive("check", "a.yaml", "--second-opinion")
    assert code == 0 and "second opinion of SymPy, by lines: 1 agrees, 0 disagrees, 0 says nothing" in err


def _results(claim: str, folder: Path) -> Results:
    path = folder / "a.yaml"
    path.write_text(f"{HEAD}{claim}\n", encoding="utf-8")
    return run([Target(path)])


def _with_value(results: Results, left: Enclosure) -> Results:
    """The results as if the enclosure of the left side had been another one."""
    (outcome,) = results.outcomes
    (verdict,) = outcome.verdicts
    assert isinstance(verdict, Proved) and verdict.support.witness
    witness = replace(verdict.support.witness, left=left)
    changed = replace(verdict, support=replace(verdict.support, witness=witness))
    return replace(results, outcomes=(replace(outcome, verdicts=(changed,)),))
