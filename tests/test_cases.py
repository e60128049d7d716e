"""Every claim of the catalogue, of examples and of tests/cases is judged as its file says.

``later/`` holds what cannot be decided yet: nothing there is ever judged wrongly. ``rejected/`` holds what cannot be
read: every claim there is reported, none is judged.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.load import load
from tests.conftest import Decided

CASES = Path(__file__).parent / "cases"
CATALOGUE = Path(__file__).parent.parent / "derivations.yaml"
EXAMPLES = CATALOGUE.parent / "examples"
LATER = sorted(CASES.glob("later/*.yaml"))
REJECTED = sorted(CASES.glob("rejected/*.yaml"))
DECIDED = [CATALOGUE, *sorted(CASES.glob("*.yaml")), *sorted(EXAMPLES.glob("*.yaml"))]

# These hold on a condition only, and are never reported without it.
CONDITIONAL = {"trap-01", "trap-03", "trap-05", "trap-12-steps", "trap-13", "trap-49", "trap-56"}


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def ids(path: Path) -> list[str]:
    return [entry.id for entry in load(path).entries]


@pytest.mark.parametrize("path", DECIDED, ids=name)
def test_every_claim_is_judged_as_expected(path: Path, decided: Decided) -> None:
    results = decided(path)
    assert [o.claim.id for o in results.outcomes] == ids(path) != [], results.errors()
    wrong = [(o.claim.id, o.claim.expect, o.word, o.claim.span.line) for o in results.outcomes if not o.as_expected]
    assert not wrong


def test_conditions_are_never_lost(decided: Decided) -> None:
    proved = [o for o in decided(CASES / "traps.yaml").outcomes if o.word == "proved"]
    assert {o.claim.id for o in proved if o.conditions} == {o.claim.id for o in proved} == CONDITIONAL


def test_a_condition_that_only_an_empty_range_meets_is_not_lost(tmp_path: Path, decided: Decided) -> None:
    path = tmp_path / "claims.yaml"
    claim = "Sum(acos(3)*o[l], l, l != j) == Sum(o[l]*acos(3), l, l != j)"
    path.write_text(f"variables: {{o: 'real[n]'}}\nclaims:\n  - id: a\n    claim: {claim}\n", encoding="utf-8")
    assert [o.word for o in decided(path).outcomes] == ["undecided"]


@pytest.mark.parametrize("path", LATER, ids=name)
def test_what_cannot_be_decided_yet_is_never_judged_wrongly(path: Path, decided: Decided) -> None:
    results = decided(path)
    assert ids(path) and not [p for p in results.errors() if p.code == "DV900"]
    wrong = [(o.claim.id, o.word) for o in results.outcomes if o.word not in (o.claim.expect, "undecided")]
    assert not wrong


@pytest.mark.parametrize("path", REJECTED, ids=name)
def test_what_cannot_be_read_is_reported_and_not_judged(path: Path, decided: Decided) -> None:
    results = decided(path)
    assert not results.outcomes
    assert {p.claim_id for p in results.errors()} == set(ids(path)) != set()
