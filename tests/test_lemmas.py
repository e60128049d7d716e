"""Claims that rest on others: what is refused, what taints, and that what the kernel supplies holds at its instance."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from derive.claim import Claim, Goal
from derive.elaborate import elaborate
from derive.find import Target
from derive.invoke import invoke
from derive.kernel import Supplied, Theorem, Unfit, owed, rest, supply, under
from derive.kernel.theorem import Residual
from derive.load import load_text
from derive.meaning import meaning
from derive.outcome import Outcome
from derive.prove import prove
from derive.refute import refute
from derive.run.run import run
from derive.term import Component, Index, Optimum, Relation
from derive.verdict import Counterexample
from derive.write import write
from tests.conftest import Derive
from tests.lemmas import INSTANCES, REFUSED

FUEL = 50_000
SETTING = """derive: 1
variables: {n: positive integer, z: real, u: positive, m: integer, a: 'real[n]', p: 'positive[n]', q: 'simplex[n]'}
define: {'s[i]': 'exp(a[i])/Sum(exp(a[k]), k)'}
claims:
"""


def claims(text: str) -> tuple[dict[str, Claim], list[str]]:
    found, problems = elaborate(load_text(SETTING + text, "lemmas.yaml"))
    return {claim.id: claim for claim in found}, [p.message for p in problems]


def outcomes(tmp_path: Path, text: str, strict: bool = False) -> dict[str, Outcome]:
    path = tmp_path / "lemmas.yaml"
    path.write_text(SETTING + text, encoding="utf-8")
    return {o.claim.id: o for o in run([Target(path)], strict=strict).outcomes}


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_nothing_may_rest_on_is_refused_where_it_is_named(text: str, message: str) -> None:
    _, problems = claims(text)
    assert any(message in p for p in problems), problems


def stated(lemma: str, instance: str) -> Claim:
    text = f"  - id: lemma\n{lemma}\n  - id: user\n    claim: z*u*m*a[i]*a[j]*p[i]*q[j] == 0\n"
    found, problems = claims(f"{text}    using: [lemma: {instance}]\n")
    assert "user" in found, problems
    return found["user"]


def supplied(claim: Claim) -> list[Supplied | str]:
    found: list[Supplied | str] = []
    goal = claim.lines[0].goal
    for lemma in claim.lines[0].using:
        theorem = prove(lemma.goal)
        assert isinstance(theorem, Theorem), "the lemma is proved"
        try:
            proofs = [(w, prove(w)) for w in owed(goal, lemma)]
            open_ = [write(Relation(w.left, w.op, w.right)) for w, p in proofs if isinstance(p, Residual)]
            done = tuple(p for _, p in proofs if isinstance(p, Theorem))
            found.append(f"open: {open_[0]}" if open_ else supply(goal, lemma, theorem, done, FUEL))
        except Unfit as unfit:
            found.append(str(unfit))
    return found


def as_goal(goal: Goal, one: Supplied) -> Goal:
    relation, every = one.hypothesis.relation, one.hypothesis.quantified
    places = tuple(dict.fromkeys((*goal.indices, *every)))
    return replace(goal, left=relation.left, op=relation.op, right=relation.right, indices=places)


@pytest.mark.parametrize(("lemma", "instance", "expected"), INSTANCES, ids=[f"{i}-{e}" for _, i, e in INSTANCES])
def test_an_instance_is_what_it_should_be_or_refused(lemma: str, instance: str, expected: str) -> None:
    """Every row names the side condition that keeps a false instance out, or shows the instance, which must hold."""
    claim = stated(lemma, instance)
    told = []
    for one in supplied(claim):
        if isinstance(one, str):
            told.append(one)
            continue
        told.append(write(one.hypothesis.relation))
        assert not isinstance(refute(as_goal(claim.lines[0].goal, one), 0), Counterexample), told
    assert expected in told[0]


def test_only_the_kernel_supplies_and_only_to_the_goal_that_was_asked() -> None:
    claim = stated("    claim: exp(u) >= 1 + u", "{u: u}")
    line = claim.lines[0]
    (one,) = (s for s in supplied(claim) if isinstance(s, Supplied))
    with pytest.raises(TypeError):
        Supplied(line.goal, one.hypothesis, "lemma", (), None)
    with pytest.raises(TypeError):
        replace(one, hypothesis=replace(one.hypothesis, text="another"))
    other = replace(line.goal, op="<=")
    theorem = prove(replace(other, left=other.right))
    assert isinstance(theorem, Theorem)
    for changed in ({"goal": line.goal}, {"conditions": ("x > 0",)}, {"lemmas": ("another",)}, {"seal": None}):
        with pytest.raises(TypeError):
            replace(theorem, **changed)
    for goal, given in ((other, (one,)), (other, ()), (line.goal, (one,))):
        with pytest.raises(ValueError, match="another goal"):
            rest(goal, given, theorem)
    with pytest.raises(ValueError, match="another goal"):
        supply(line.goal, line.using[0], theorem, (), FUEL)
    assert under(line.goal, (one,)).hypotheses == (*line.goal.hypotheses, one.hypothesis)


def test_images_are_of_the_goal_and_of_its_dimensions() -> None:
    line = stated("    claim: w[i]**2 >= 0\n    variables: {w: 'real[n]'}", "{'w[k]': 'a[k]'}").lines[0]
    lemma = line.using[-1]
    (image,) = lemma.images
    wrong = (
        (replace(image, term=Component("b", image.indices)), "stands for what does not occur here"),
        (replace(image, indices=(Index("k", "2"),)), "has other dimensions"),
        (replace(image, term=Component("a", (Index("i", "2"),))), "an index of what `w` stands for"),
    )
    for changed, message in wrong:
        with pytest.raises(Unfit, match=message):
            owed(line.goal, replace(lemma, images=(changed,)))
    with pytest.raises(Unfit, match="dimension `n` of the lemma"):
        owed(line.goal, replace(lemma, dimensions=(("n", "r"),)))
    optimum = Optimum("argmax", line.goal.left, "z")
    with pytest.raises(Unfit, match="no lemma is used for an optimum"):
        owed(replace(line.goal, left=optimum), lemma)


def test_a_proof_names_the_lemmas_it_needs(tmp_path: Path) -> None:
    text = """
  - id: sine
    claim: sin(u) <= u
  - id: idle
    claim: u > -1
  - id: user
    claim: Sum(exp(sin(p[k])), k) <= Sum(exp(p[k]), k)
    using: [sine: {u: 'p[k]'}, idle: {}]
"""
    found = outcomes(tmp_path, text, strict=True)["user"]
    assert (found.word, found.idle, [f.problem.code for f in found.findings]) == ("proved", ("idle",), ["DV106"])
    theorem = invoke(found.claim.lines[0].goal, found.claim.lines[0].using)
    assert isinstance(theorem, Theorem) and theorem.lemmas == ("sine",) and "H8" in theorem.rules


TAINT = """
  - id: open
    claim: (a[i] - a[j])*(exp(a[i]) - exp(a[j])) >= Max(z, -z)*0
    {expect}
  - id: between
    claim: z**2 + 1 > 0
    using: open
  - id: user
    claim: z**2 + 2 > 0
    using: between
  - id: refuted
    claim: z**2 + 2 < 0
    using: between
"""


def test_a_lemma_that_is_not_proved_taints_what_rests_on_it(tmp_path: Path) -> None:
    found = outcomes(tmp_path, TAINT.replace("    {expect}\n", "").replace("Max(z, -z)*0", "u"))
    assert {id: o.word for id, o in found.items()} == {
        "open": "refuted",
        "between": "undecided",
        "user": "undecided",
        "refuted": "refuted",
    }
    details = [getattr(found[id].verdict, "detail", "") for id in ("between", "user")]
    assert details == [
        "rests on `open`, which is refuted, not proved",
        "rests on `between`, which is undecided, not proved",
    ]
    assert [f.problem.code for f in found["user"].findings] == ["DV212"]


def test_the_meaning_of_a_claim_changes_with_what_it_rests_on() -> None:
    text = "  - id: lemma\n    claim: sin(u) <= {}\n  - id: user\n    claim: exp(sin(u)) <= exp(u)\n    using: lemma\n"
    meanings = []
    for right in ("u", "u + 1", "u"):
        found, _ = claims(text.format(right))
        meanings.append([meaning(lemma) for lemma in found["user"].lines[0].using])
    assert meanings[0] == meanings[2] != meanings[1]


USER = "  - id: user\n    claim: Sum(exp(sin(p[k])), k) <= Sum(exp(p[k]), k)\n    using: [sine: {u: 'p[k]'}]\n"


def test_the_overview_and_a_page_tell_what_rests_on_what(derive: Derive) -> None:
    text = "  - id: sine\n    claim: sin(u) <= u\n" + USER
    Path("derivations.yaml").write_text(SETTING + text, encoding="utf-8")
    out = derive("show")[1]
    assert "used by user" in out.split("user:")[0] and "uses sine" in out
    proof = derive("show", "user", "--proof")[1]
    assert "using sine" in proof and "by sine" in proof and "H8" in proof


def test_dropping_a_hypothesis_drops_the_lemma_that_needs_it(derive: Derive) -> None:
    text = "  - id: sine\n    claim: sin(u) <= u\n" + USER
    Path("derivations.yaml").write_text(SETTING + text, encoding="utf-8")
    assert "p: positive[n]: needed" in derive("check", "--audit", "-k", "user")[1]
