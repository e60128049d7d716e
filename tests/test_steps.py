"""What `derive show --derive` writes can be pasted in the place of `claim`, and checks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.find import Target
from derive.run.run import run
from tests.conftest import Derive

CATALOGUE = Path(__file__).parent.parent / "derivations.yaml"
PASTED = (
    "softmax-jacobian",
    "log-softmax",
    "two-class-softmax-is-the-sigmoid",
    "cross-entropy-gradient-soft-labels",
    "log-sum-exp-and-entropy",
    "hessian-quadratic-form-is-a-variance",
    "entropy-of-equal-classes",
    "bernoulli-score-root",
)


@pytest.mark.parametrize("id", PASTED)
def test_steps_are_pasted_and_check(id: str, derive: Derive, tmp_path: Path) -> None:
    code, out, err = derive("show", f"{CATALOGUE}::{id}", "--derive")
    assert (code, err) == (0, "") and out.startswith(f"# {id}\n    steps:\n")
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    head = next(i for i, line in enumerate(lines) if line.strip() == f"- id: {id}")
    place = next(i for i in range(head, len(lines)) if lines[i].startswith("    claim:"))
    path = tmp_path / "pasted.yaml"
    path.write_text("\n".join((*lines[:place], *out.splitlines()[1:], *lines[place + 1 :])), encoding="utf-8")
    (outcome,) = run([Target(path, id)]).outcomes
    assert (outcome.word, outcome.claim.chained) == ("proved", True)


TOLD = """variables: {{n: positive integer, x: real, y: nonzero}}
claims:
  - id: c
    {}
"""


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("claim: (x + 1)**2 == x**2 + 2*x + 1", "# c\n    steps:\n      - (x + 1)**2\n      - == x**2 + 2*x + 1"),
        ("claim: x*y == y", "# c: no steps are known"),
        ("claim: 0 <= x**2 < x**2 + 1", "# c: no steps are known"),
        ("steps: [x/y, == x/y + 0]", "# c has steps"),
    ],
)
def test_what_is_written(claim: str, expected: str, derive: Derive) -> None:
    Path("claims.yaml").write_text(TOLD.format(claim), encoding="utf-8")
    out = re.sub(r"  # [^\n]*", "", derive("show", "claims.yaml", "--derive")[1])
    assert out == f"{expected}\n"
