"""What each hypothesis is good for: needed with a point, implied by definedness, or not used at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.audit import audit
from derive.find import Target
from derive.run.run import run
from tests.conftest import Decided

CATALOGUE = Path(__file__).parent.parent / "derivations.yaml"
HEAD = """\
variables:
  n: positive integer
  o: real[n]
  y: onehot[n]
  p: simplex[n]
  x: real
  c: positive
claims:
  - id: claim
"""

# the rest of the claim, what each of its hypotheses is good for
CASES = (
    ("claim: log(Sum(exp(o[k]), k)) > Max(o)\n    assume: n >= 2", {"n >= 2": "needed"}),
    ("claim: Sum(y[k], k) == 1", {"y: onehot[n]": "needed"}),
    ("claim: Sum(y[k], k) == Sum(y[l], l)", {"y: onehot[n]": "unused"}),
    ("claim: Sum(p[k]**2, k) >= 0", {"p: simplex[n]": "unused"}),
    ("claim: p[i] <= 1", {"p: simplex[n]": "needed"}),
    ("claim: x**2 > 0\n    assume: [x > 0, x < 5]", {"x > 0": "needed", "x < 5": "unused"}),
    ("claim: log(c) <= c - 1", {"c: positive": "implied"}),
    ("claim: c + 1 > 0", {"c: positive": "needed"}),
    ("steps: [sqrt(c**2), == c, == c + 0]", {"c: positive": "needed"}),
    ("claim: Product((1 - x)**o[k], k) == (1 - x)**Sum(o[k], k)\n    assume: x < 1", {"x < 1": "needed"}),
    ("claim: x**2 < 0\n    assume: x > 0\n    expect: refuted\n    because: squares", {}),
)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_every_hypothesis_is_dropped_in_turn(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(f"{HEAD}    {text}\n", encoding="utf-8")
    (outcome,) = audit(run([Target(path)])).outcomes
    assert {use.hypothesis: use.status for use in outcome.uses} == expected
    assert all((use.point is not None) == (use.status == "needed") for use in outcome.uses)
    assert all(bool(use.conditions) == (use.status == "implied") for use in outcome.uses)
    assert [f.problem.code for f in outcome.findings] == ["DV302"] * list(expected.values()).count("unused")


def test_the_catalogue_assumes_nothing_in_vain(decided: Decided) -> None:
    uses = [(o.claim.id, use) for o in audit(decided(CATALOGUE)).outcomes for use in o.uses]
    assert not [(id, use.hypothesis) for id, use in uses if use.status == "unused"]
    assert sum(use.status == "needed" for _, use in uses) >= 60
    assert sum(use.status == "undecided" for _, use in uses) <= 2
