"""A fast, deterministic slice of the attacks on the kernel; each runs at length by a command of its own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from derive.claim import Goal
from derive.evaluate import Point
from derive.find import Target
from derive.kernel import FUEL, Theorem, decide, means, without_limit
from derive.kernel.context import Polynomial
from derive.kernel.equality import read_sides
from derive.kernel.limit import _by_ratio
from derive.kernel.rules import RULES
from derive.outcome import Results
from derive.prove import prove
from derive.read import read
from derive.run.run import run
from derive.select import Predicate
from derive.term import Limit, Reduce, Term, children, own_indices
from derive.write import write
from tests import test_cases
from tests.goals import goal
from tests.soundness import approaches, inputs, instances, knockouts, language, metamorphic
from tests.soundness.claims import CASES, ROOT, goals, slips, without_models
from tests.soundness.clauses import CONSTRUCTED, IMPLIED
from tests.soundness.dummies import DUMMIES, dummy
from tests.soundness.fuzz import FEATURES, LEAST_SHARE, fuzz
from tests.soundness.mutants import ALARMS, REFUTED, UNDECIDED, fates
from tests.soundness.normal import NormalForm
from tests.soundness.plant import Plant
from tests.soundness.plants import NEAR, PLANTS, false_goals, found_at_once, found_by, is_proved, planted

HOLES = ROOT / "tests" / "soundness" / "holes.yaml"
LEAST_REFUTED = 0.95


def test_holes_stay_closed() -> None:
    results = run([Target(HOLES)])
    wrong = [(o.claim.id, o.word) for o in results.outcomes if not o.as_expected]
    assert results.outcomes and not wrong


def test_what_is_nearly_true_is_not_proved() -> None:
    assert not [p for reading in read([Target(NEAR)]) for p in reading.problems if p.code[2] == "0"]
    assert not [id for id, goal in false_goals(NEAR)[::9] if is_proved(goal)]


def test_a_guard_in_a_product_keeps_what_is_beside_it_from_needing_a_value() -> None:
    """Once found by a random term: where the restriction leaves nothing, what it keeps out may be undefined."""
    term = "Product(Sum(h[k]/(o[k] + z[l]), k, k != i), l)"
    sides = read_sides(goal("o, z: real[n]; h: onehot[n]", f"{term} == 0"), FUEL)
    zero, one = (Fraction(0),), (Fraction(1),)
    point = Point({"n": 1}, {"o": zero, "z": zero, "h": one}, {"i": 1})
    assert NormalForm(sides.ctx, point).value(sides.left) == 0


def test_no_single_slip_in_a_true_claim_is_proved() -> None:
    found = list(fates(goals(*CASES)[::10], every=80))
    assert not [f for f in found if f.outcome in ALARMS]
    refuted, undecided = (sum(f.outcome == outcome for f in found) for outcome in (REFUTED, UNDECIDED))
    assert refuted >= LEAST_REFUTED * (refuted + undecided) > 0, [f for f in found if f.outcome == UNDECIDED]


def test_lemmas_hold_at_random_instances() -> None:
    seen, faults = instances.attack(60, seed=3)
    assert not faults
    assert seen["supplied"] * 6 >= seen["read"] >= 50


def test_random_terms_and_claims() -> None:
    *_, report = fuzz(120, seed=1)
    assert not report.differences, "\n".join(map(str, report.differences))
    assert all(report.features[f] >= LEAST_SHARE * report.counts["terms"] > 0 for f in FEATURES), report.features


def test_random_limits_and_optima() -> None:
    report = approaches.attack(40, seed=3)
    assert not report.wrong, "\n".join(report.wrong)
    assert report.counts["points"] > 100 and report.counts["proved"] and report.counts["absent"], report.counts


def test_every_condition_of_every_rule_is_dropped_or_says_why_not() -> None:
    conditions = {(rule.name, clause) for rule in RULES.values() for clause in rule.requires}
    dropped = {plant.drops for plant in PLANTS if plant.drops is not None}
    reviewed = CONSTRUCTED.keys() | IMPLIED.keys()
    assert conditions == dropped | reviewed, sorted(conditions ^ (dropped | reviewed))
    assert not dropped & reviewed and not CONSTRUCTED.keys() & IMPLIED.keys()
    assert len({plant.name for plant in PLANTS}) == len(PLANTS)


def test_what_a_plant_names_finds_it() -> None:
    files = (HOLES, NEAR)
    told = [p for p in PLANTS if p.by in dict(false_goals(*files))]
    assert len(told) > 100
    assert not [p.name for p in told[::8] if found_at_once(p, files) is None]


def test_a_condition_that_was_reviewed_still_stands() -> None:
    rows = knockouts.reviewed()
    modules = {function.split(".")[0] for function, _ in rows}
    standing = {(f"{c.module}.{c.function}", c.text) for m in modules for c in knockouts.conditions(m)}
    assert rows.keys() <= standing, sorted(rows.keys() - standing)
    assert all(rows.values())


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_every_plant_fits_the_kernel(plant: Plant) -> None:
    with planted(plant):
        pass


def test_a_planted_fault_is_found() -> None:
    plant = next(p for p in PLANTS if p.name == "products of signed sums")
    catch = found_by(plant, 100, 1, (test_cases.CASES / "comparisons.yaml",))
    assert catch is not None and catch.seen == "product-of-signed-sums"


def test_the_kernel_is_whole_after_a_plant() -> None:
    (claim,) = (c for reading in read([Target(HOLES, "product-of-zeros")]) for c in reading.claims)
    for plant in PLANTS[:5]:
        with planted(plant):
            pass
    assert isinstance(prove(claim.lines[0].goal), Theorem)


@pytest.mark.parametrize("name", DUMMIES)
def test_a_dummy_is_caught(name: str) -> None:
    with dummy(name), pytest.raises(AssertionError):
        test_cases.test_conditions_are_never_lost(anew)
        test_cases.test_every_claim_is_judged_as_expected(test_cases.CASES / "traps.yaml", anew)


def anew(*paths: Path, selected: Predicate | None = None) -> Results:
    """Claims decided by whatever decides now, a dummy for instance."""
    return run(map(Target, paths), selected=selected)


def test_what_does_not_matter_changes_no_verdict() -> None:
    found = list(metamorphic.changes(metamorphic.goals(*CASES), every=1500))
    assert len({c.name for c in found}) > 5
    assert not [c for c in found if c.outcome in metamorphic.ALARMS], list(map(str, found))


def test_random_claim_files() -> None:
    *_, report = language.attack(25, seed=5)
    assert not report.wrong, "\n".join(report.wrong)
    assert report.counts["proved"] and report.counts["refuted"], report.counts


def test_hostile_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    readers = tuple(inputs.READERS.keys() - {"decision"})
    report = inputs.attack(400, seed=4, readers=tuple(sorted(readers)))
    assert not report.wrong, "\n".join(report.wrong)[:5_000]
    assert report.counts["sorts of answers"] > 50


def test_no_slip_gives_an_index_two_ranges() -> None:
    names = "n, m: positive integer; z: real[n]; g: real[m]"
    for _, slip in slips(goal(names, "Sum(Sum(diff(z[k], z[k]), k)*g[f], f) == Sum(g[f], f)*n")):
        assert has_one_range(slip.left, {}), write(slip.left)


def has_one_range(term: Term, scope: dict[str | int, str]) -> bool:
    """Whether every index ranges over what its binder ranges over."""
    inner = {**scope, term.index.name: term.index.dimension} if isinstance(term, Reduce) else scope
    own = all(inner.get(i.name, i.dimension) == i.dimension for i in own_indices(term))
    return own and all(has_one_range(child, inner) for child in children(term))


def _lie(poly: Polynomial) -> tuple[tuple[Polynomial, int], ...]:
    """What is said to be the factorisation of a polynomial: the same terms, all of them added."""
    return (({mono: abs(c) for mono, c in poly.items()}, 1),)


@pytest.mark.parametrize(
    "false",
    [goal("u: positive; v: positive", "u - v > 0"), goal("u: real; v: real", "u**2 - 3*u*v + v**2 >= 0")],
    ids=["a difference", "a quadratic"],
)
def test_a_proposal_that_is_no_factorisation_proves_nothing(false: Goal) -> None:
    with without_models():
        assert not isinstance(decide(false, propose=_lie), Theorem)


def test_weights_that_make_no_mean_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    false = goal("p: nonnegative; q: nonnegative", "p + q >= p*q")
    for weight in (Fraction(1), Fraction(1, 2)):
        # Of sum 2 with the product p*q, and of sum 1 with the product sqrt(p*q).
        monkeypatch.setattr(means, "maximal", lambda rows, size, gain, w=weight: [w] * size)
        assert not is_proved(false)


def test_no_limit_is_denied_that_there_is() -> None:
    jumping = goal("u: real", "limit(sin(pi*floor(u)), u, oo) == 0")
    assert without_limit(jumping, 50_000) is None


RATIOS = (
    goal("m: positive integer", "limit((-2)**m, m, oo) == 0"),
    goal("m: positive integer", "limit((-2)**m, m, oo) == oo"),
    goal("u: real", "limit(2**(-u)*exp(1/(1 + floor(u) - u)), u, oo) == 0"),
)


@pytest.mark.parametrize("false", RATIOS, ids=["smaller", "larger", "between whole numbers"])
def test_the_ratio_of_neighbours_proves_nothing_false(false: Goal) -> None:
    assert isinstance(false.left, Limit)
    assert not isinstance(_by_ratio(false, false.left, false.right, 50_000), Theorem)
