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
from derive.load import load
from derive.outcome import Outcome, word
from derive.reason import FAMILIES
from derive.report.chain import chain
from derive.report.paint import Paint
from derive.run.run import run
from derive.term import Op, Relation, Variable
from tests.conftest import Decided

FILES = sorted((Path(__file__).parent / "cases").glob("chains*.yaml"))


def chains(decided: Decided, *paths: Path) -> list[Outcome]:
    return [o for o in decided(*paths).outcomes if o.claim.chained]


def wrong_steps(because: str) -> list[int]:
    head = re.match(r"steps? ([\d, and]+):", because)
    return [int(number) for number in re.findall(r"\d+", head[1])] if head else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_the_wrong_steps_are_refuted_and_all_others_proved(path: Path, decided: Decided) -> None:
    for outcome in chains(decided, path):
        if outcome.claim.expect == "undecided":  # not every case is there, or one never occurs
            continue
        wrong = wrong_steps(outcome.claim.because)
        steps = range(1, len(outcome.verdicts) + 1)
        words = {number: word(v) for number, v in zip(steps, outcome.verdicts, strict=True)}
        assert words == {n: "refuted" if n in wrong else "proved" for n in steps}, outcome.claim.id
        assert bool(wrong) == (outcome.claim.expect == "refuted"), outcome.claim.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_ends_are_told_from_a_proof_of_their_own(path: Path, decided: Decided) -> None:
    for outcome in chains(decided, path):
        told = " ".join(chain(outcome, Paint()))
        agree = "the ends agree although step" in told
        assert agree == ("the ends agree" in outcome.claim.because), (outcome.claim.id, told)
        assert "leads back" in told or "the line between is wrong; the ends agree" not in outcome.claim.because, told
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
    ("==", "=="),
)


@pytest.mark.parametrize(("ops", "expected"), COMPOSED)
def test_what_follows_of_the_ends(ops: str, expected: str | None) -> None:
    signs: list[Op] = ops.split()  # type: ignore[assignment]
    found = compose([Relation(Variable(f"x{k}"), op, Variable(f"x{k + 1}")) for k, op in enumerate(signs)])
    last = Variable(f"x{len(signs)}")
    assert found == (Relation(Variable("x0"), expected, last) if expected else None)  # type: ignore[arg-type]


WEAKENED = (("<", "<=", "<="), ("==", "<", "<="), ("==", "==", "=="), (">", "==", ">="), ("<", ">", None))


@pytest.mark.parametrize(("one", "other", "expected"), WEAKENED)
def test_cases_say_together_what_each_of_them_implies(one: Op, other: Op, expected: Op | None) -> None:
    x, y = Variable("x"), Variable("y")
    assert compose([Relation(x, one, y)], [Relation(x, other, y)]) == (Relation(x, expected, y) if expected else None)


def checked(tmp_path: Path, steps: str) -> list[str]:
    """The codes that the claim of these lines brings."""
    path = tmp_path / "claims.yaml"
    path.write_text(f"variables: {{x: real, y: real}}\nclaims:\n  - id: a\n{steps}", encoding="utf-8")
    results = run([Target(path)])
    return [*(p.code for p in results.problems), *(f.problem.code for f in results.findings())]


def test_every_family_is_the_ground_of_a_step() -> None:
    file = load(Path(__file__).parent / "cases" / "chains_reasons.yaml")
    given = {step.by.text for entry in file.entries for step in entry.steps if step.by}
    assert FAMILIES.keys() <= given


@pytest.mark.parametrize("name", FAMILIES)
def test_a_ground_that_is_not_that_of_the_proof_is_found(name: str, tmp_path: Path) -> None:
    square = f"    steps:\n      - (x + 1)**2\n      - to: == x**2 + 2*x + 1\n        by: {name}\n"
    slope = f"    steps:\n      - diff(x, x) + y\n      - to: == 1 + y\n        by: {name}\n"
    is_algebra = FAMILIES[name] == FAMILIES["algebra"]
    assert checked(tmp_path, square) == ([] if is_algebra else ["DV104"])
    is_plain = name in ("differentiate", "derivative of a sum")
    assert checked(tmp_path, slope) == ([] if is_plain else ["DV104"])


GROUNDS = (
    ("a hypothesis that it takes", "x == y", "x", "== y", "x == y", []),
    ("a hypothesis that it does not take", "x == y", "x + y", "== y + x", "x == y", ["DV104"]),
    ("a hypothesis spelt with other blanks", "x  ==  y", "x", "== y", "x == y", []),
    ("no hypothesis", "x == y", "x", "== y", "y == x", ["DV068"]),
    ("a hypothesis that definedness replaces", "x > 0", "log(x**2)", "== 2*log(x)", "x > 0", []),
    ("no definition", "x == y", "x", "== y", "definition of f", ["DV068"]),
)


@pytest.mark.parametrize(("what", "assumed", "first", "to", "by", "codes"), GROUNDS, ids=[g[0] for g in GROUNDS])
def test_grounds(what: str, assumed: str, first: str, to: str, by: str, codes: list[str], tmp_path: Path) -> None:
    steps = f"    assume: {assumed}\n    steps:\n      - {first}\n      - to: {to}\n        by: {by}\n"
    assert checked(tmp_path, steps) == codes


CASES = (
    ("x < 0", "x >= 0", []),
    ("x <= 0", "x > 1", ["DV211"]),
    ("x <= 0", "x > -1", []),
    ("x != 0", "x == 0", []),
    ("x != 0", "x == 1", ["DV211"]),
    ("x**2 < 1", "x**2 >= 1", []),
    ("1/x < 0", "1/x >= 0", ["DV069"]),
    ("sqrt(x) < 1", "sqrt(x) >= 1", ["DV069"]),
    ("x**y < 1", "x**y >= 1", ["DV069"]),
)


@pytest.mark.parametrize(("first", "second", "codes"), CASES)
def test_cases_cover_everything(first: str, second: str, codes: list[str], tmp_path: Path) -> None:
    steps = ["x + y", "== y + x"]
    text = "".join(f'      - when: "{when}"\n        steps: {steps}\n' for when in (first, second))
    assert sorted(set(checked(tmp_path, f"    cases:\n{text}"))) == codes


SIZES = (("", []), ("largest-step: 1", ["DV105"]), ("largest-step: 50", []), ("largest-step: many", ["DV013"]))


@pytest.mark.parametrize(("bound", "codes"), SIZES)
def test_a_step_that_is_too_large_is_found(bound: str, codes: list[str], tmp_path: Path) -> None:
    steps = f"    steps:\n      - diff(log(1 + exp(x)), x)\n      - == 1/(1 + exp(-x))\n{bound}\n"
    assert checked(tmp_path, steps) == codes


def test_there_are_enough_of_both_sorts(decided: Decided) -> None:
    found = chains(decided, *FILES)
    wrong = [o for o in found if len(wrong_steps(o.claim.because)) == 1]
    assert len(found) >= 60 and len(wrong) * 3 >= len(found)
