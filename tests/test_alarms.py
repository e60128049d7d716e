"""Deciders that are wrong, fail or are interrupted: an alarm, a defect or an end, and never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from derive.claim import Goal
from derive.kernel.theorem import Theorem, make_theorem
from derive.outcome import Results
from derive.prove import prove
from derive.run import decide
from derive.verdict import Support
from tests.claim_files import BAD, GOOD, OTHER, write
from tests.conftest import Derive


def test_a_proof_and_a_counterexample_is_an_alarm(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unsound prover must not pass: the search contradicts it and both pieces of evidence are shown."""
    monkeypatch.setattr(decide, "prove", unsound)
    write("derivations.yaml", GOOD, BAD)
    code, out, _ = derive("check")
    assert code == 3
    for part in ("CONTRADICTS ITSELF", "DV901", "the proof:", "wishful thinking", "the counterexample:", "x = 1"):
        assert part in out
    code, out, _ = derive("check", "--format", "json")
    claim = json.loads(out)["claims"][1]
    assert (code, claim["verdict"], claim["as_expected"]) == (3, "undecided", False)
    assert claim["counterexample"] and claim["reason"].startswith("conflict")


def test_a_conflict_is_never_what_was_expected(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", unsound)
    write("derivations.yaml", BAD + "    expect: undecided\n    because: nobody knows\n")
    assert derive("check")[0] == 3


def unsound(goal: Goal, budget: int) -> Theorem:
    """A prover that proves everything."""
    return make_theorem(goal, ("wishful thinking",), (), "no method at all")


def test_a_theorem_about_another_goal_is_a_defect(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", lambda goal, budget: unsound(replace(goal, left=goal.right), budget))
    write("derivations.yaml", BAD)
    assert derive("check")[0] == 70


def test_a_search_that_saw_no_point_proves_nothing(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "refute", lambda goal, effort=1: Support())
    write("derivations.yaml", GOOD)
    code, out, _ = derive("check")
    assert (code, "DV202" in out) == (1, True)


def _failing(error: BaseException, at: int) -> Callable[[Goal, int], object]:
    calls: list[Goal] = []

    def broken(goal: Goal, budget: int) -> object:
        calls.append(goal)
        if len(calls) == at:
            raise error
        return prove(goal, budget)

    return broken


def test_a_defect_at_one_claim_spares_the_others(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", _failing(ZeroDivisionError("boom [red]"), at=2))
    write("derivations.yaml", GOOD, BAD, OTHER)
    code, out, _ = derive("check", "--jobs", "0", "--format", "json")
    found = json.loads(out)
    assert code == 70
    assert [c["id"] for c in found["claims"]] == ["good", "other"]
    assert [(e["id"], e["code"], e["line"]) for e in found["errors"]] == [("bad", "DV900", 8)]
    assert "ZeroDivisionError: boom [red]" in found["errors"][0]["message"]


def test_an_interrupt_prints_what_was_finished(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", _failing(KeyboardInterrupt(), at=2))
    write("derivations.yaml", GOOD, OTHER)
    code, out, _ = derive("check", "--jobs", "0")
    assert code == 130
    assert "good: proved" in out and "other" not in out and "interrupted" in out


def test_an_interrupt_while_repairs_are_sought_leaves_the_verdicts(
    derive: Derive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(results: Results) -> Results:
        raise KeyboardInterrupt

    monkeypatch.setattr("derive.repair.repair", interrupted)
    write("derivations.yaml", GOOD, BAD)
    code, out, _ = derive("check", "--jobs", "0")
    assert (code, "✗ bad" in out, out.splitlines()[-1]) == (
        130,
        True,
        "2 claims in 1 file: 1 proved, 1 refuted; 1 finding, interrupted",
    )
