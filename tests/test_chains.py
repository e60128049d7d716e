"""Chains of steps: every wrong step is located, no right one is blamed, the ends are told from a proof of their own.

The claims of ``cases/chains*.yaml`` name their wrong steps in ``because``, as in ``step 2: ...`` or
``steps 1 and 3: ...``; where the ends agree although a step is wrong it says that, too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.elaborate.compose import compose
from derive.find import Target
from derive.outcome import Outcome, word
from derive.report.chain import chain
from derive.report.paint import Paint
from derive.runner import run
from derive.term import Op, Relation, Variable

FILES = sorted((Path(__file__).parent / "cases").glob("chains*.yaml"))


def chains(path: Path) -> list[Outcome]:
    return [o for o in run([Target(path)]).outcomes if o.claim.chained]


def wrong_steps(because: str) -> list[int]:
    head = re.match(r"steps? ([\d, and]+):", because)
    return [int(number) for number in re.findall(r"\d+", head[1])] if head else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_the_wrong_steps_are_refuted_and_all_others_proved(path: Path) -> None:
    for outcome in chains(path):
        wrong = wrong_steps(outcome.claim.because)
        steps = range(1, len(outcome.verdicts) + 1)
        words = {number: word(v) for number, v in zip(steps, outcome.verdicts, strict=True)}
        assert words == {n: "refuted" if n in wrong else "proved" for n in steps}, outcome.claim.id
        assert bool(wrong) == (outcome.claim.expect == "refuted"), outcome.claim.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_ends_are_told_from_a_proof_of_their_own(path: Path) -> None:
    for outcome in chains(path):
        told = " ".join(chain(outcome, Paint()))
        agree = "the ends agree although step" in told
        assert agree == ("the ends agree" in outcome.claim.because), (outcome.claim.id, told)
        assert ("the ends do not follow" in told) == (outcome.claim.id in PARTED), (outcome.claim.id, told)


PARTED = {"domain-lost-between"}
"""Every step holds where its sides are defined, and yet the ends do not."""

COMPOSED = (
    ("== ==", "=="),
    ("== <=", "<="),
    ("<= == <", "<"),
    ("< <=", "<"),
    (">= ==", ">="),
    (">= >", ">"),
    ("<= >=", None),
    ("< == >", None),
    ("!= ==", None),
    ("==", None),
)


@pytest.mark.parametrize(("ops", "expected"), COMPOSED)
def test_what_follows_of_the_ends(ops: str, expected: str | None) -> None:
    signs: list[Op] = ops.split()  # type: ignore[assignment]
    found = compose([Relation(Variable(f"x{k}"), op, Variable(f"x{k + 1}")) for k, op in enumerate(signs)])
    last = Variable(f"x{len(signs)}")
    assert found == (Relation(Variable("x0"), expected, last) if expected else None)  # type: ignore[arg-type]


def test_there_are_enough_of_both_sorts() -> None:
    found = [o for path in FILES for o in chains(path)]
    wrong = [o for o in found if len(wrong_steps(o.claim.because)) == 1]
    assert len(found) >= 60 and len(wrong) * 5 >= len(found) * 2
