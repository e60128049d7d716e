"""Certificates that rest on lemmas: each slip in how one is used is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from derive.certificate import certify
from derive.certificate.lemmas import with_lemmas
from derive.find import Target
from derive.recheck.check import Checked, check, digest
from derive.recheck.terms import Rejected
from derive.run.run import run

CASES = Path(__file__).parent / "cases" / "lemmas.yaml"
EQUATIONS = Path(__file__).parent / "cases" / "equations.yaml"
Line = dict[str, Any]


@cache
def _line(name: str) -> Line:
    """The last line of the certificate of a claim."""
    (outcome,) = run((Target(CASES, name),)).outcomes
    made = certify(outcome)
    assert made is not None and len(made["lines"]) == len(outcome.verdicts)
    found: Line = made["lines"][-1]
    return found


def _checked(line: Line) -> list[Checked]:
    line = {**line, "sha256": digest(line["claim"])}
    return check(json.dumps({"certificate": 1, "id": "c", "lines": [line]}))


USING = ("sine-damped", "sine-of-every-component")


@pytest.mark.parametrize("name", USING)
def test_lemmas_come_with_their_proofs(name: str) -> None:
    line = _line(name)
    (found,) = _checked(line)
    assert line["proof"]["kind"] == "lemma" and "H8" in found.rules


def _without_proof(proof: Any) -> None:
    proof["proof"] = {"kind": "direct", "steps": []}


def _of_more(proof: Any) -> None:
    proof["lemma"]["op"] = "<="
    proof["lemma"]["right"] = ["num", "0"]


def _of_itself(proof: Any) -> None:
    proof["lemma"], proof["proof"] = {**proof["lemma"]}, {"kind": "lemma", **proof}


def _for_all_numbers(proof: Any) -> None:
    proof["lemma"]["declarations"] = [[n, "real", d] for n, _, d in proof["lemma"]["declarations"]]
    proof["owed"] = []


def _by_nothing(proof: Any) -> None:
    proof["owed"] = []


def _at_another(proof: Any) -> None:
    proof["images"]["a"] = [[], ["neg", ["var", "b"]]]


def _out_of_range(proof: Any) -> None:
    proof["images"]["a"] = [[], ["comp", "b", [[7, "n"]]]]


def _at_a_name_of_its_own(proof: Any) -> None:
    proof["images"]["a"] = [[], ["var", "a"]]


SLIPS: tuple[Callable[[Any], None], ...] = (
    *(_without_proof, _of_more, _of_itself, _for_all_numbers, _by_nothing, _at_another),
    *(_out_of_range, _at_a_name_of_its_own),
)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.__name__)
def test_a_slip_in_the_use_of_a_lemma_is_refused(slip: Callable[[Any], None]) -> None:
    line = deepcopy(_line("sine-damped"))
    slip(line["proof"])
    with pytest.raises(Rejected):
        _checked(line)


def test_a_lemma_that_the_checker_does_not_follow_gives_no_proof() -> None:
    (outcome,) = run((Target(CASES, "slope-of-a-softplus-and-its-complement"),)).outcomes
    (line,) = outcome.claim.lines
    assert line.using and not list(with_lemmas(line.goal, line.using, lambda claim, goal: {"kind": "direct"}))


def test_an_equation_is_not_used_for_a_component_where_another_one_stands_in_it() -> None:
    (outcome,) = run((Target(EQUATIONS, "stationarity-of-ridge"),)).outcomes
    assert outcome.as_expected and certify(outcome) is not None


def test_no_index_of_an_image_is_captured() -> None:
    n, k, i = "n", ["k", "n"], ["i", "n"]
    of_lemma = {
        "left": ["reduce", "Sum", "k", n, [], ["mul", ["var", "u"], ["comp", "b", [k]]]],
        "op": "==",
        "right": ["mul", ["var", "u"], ["reduce", "Sum", "k", n, [], ["comp", "b", [k]]]],
        "declarations": [["n", "dimension", []], ["u", "real", []], ["b", "real", ["n"]]],
        "indices": [],
        "hypotheses": [],
    }
    proof = {
        "kind": "lemma",
        "lemma": of_lemma,
        "proof": {"kind": "direct", "steps": []},
        "images": {"u": [[], ["comp", "c", [k]]], "b": [[i], ["comp", "b", [i]]]},
        "dimensions": {"n": "n"},
        "places": {},
        "every": [k],
        "owed": [],
        "rest": {"kind": "direct", "steps": [{"vanishes": 0, "at": [["j", n]], "times": ["num", "-1"], "over": []}]},
    }
    claim = {
        **of_lemma,
        "left": ["reduce", "Sum", "k", n, [], ["mul", ["comp", "c", [k]], ["comp", "b", [k]]]],
        "right": ["mul", ["comp", "c", [["j", n]]], ["reduce", "Sum", "k", n, [], ["comp", "b", [k]]]],
        "declarations": [["n", "dimension", []], ["c", "real", ["n"]], ["b", "real", ["n"]]],
        "indices": [["j", n]],
    }
    witness = {"dims": {"n": 1}, "values": {"c": ["1"], "b": ["1"]}, "indices": {"j": 1}}
    with pytest.raises(Rejected, match="after the steps"):
        _checked({"claim": claim, "verdict": "proved", "proof": proof, "witness": witness})
    held = ["reduce", "Sum", "k", n, [], ["mul", ["comp", "c", [["j", n]]], ["comp", "b", [k]]]]
    assert _checked({"claim": {**claim, "left": held}, "verdict": "proved", "proof": proof, "witness": witness})
