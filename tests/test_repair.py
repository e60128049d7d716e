"""What is suggested for a false claim is true, near, and for the catalogue often what its author meant."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from derive.find import Target
from derive.outcome import Outcome, Results
from derive.read import read
from derive.repair import repair
from derive.run.run import run
from derive.verdict import Undecided
from derive.write import write

ROOT = Path(__file__).parent.parent
HEAD = """\
variables:
  n: positive integer
  o: real[n]
  p: simplex[n]
  u: real[n]
  x: real
  a: real
  b: real
define:
  s[i]: exp(o[i]) / Sum(exp(o[k]), k)
claims:
  - id: claim
"""

# the rest of the claim, what is suggested
SUGGESTED = (
    ("claim: log(Sum(exp(o[k]), k)) > Max(o)", ("assume: n >= 2", "log(Sum(exp(o[k]), k)) >= Max(o)")),
    ("claim: p[i] < 1", ("p[i] <= 1",)),
    ("claim: log(exp(x*a) + exp(x*b))/x > Max(a, b)", ("assume: x >= 0",)),
    ("claim: sqrt(x**2) == x", ("assume: x >= 0",)),
    ("claim: Abs(a - b) == a - b", ("assume: a >= b",)),
    ("claim: diff(-Sum(u[k]*log(s[k]), k), o[j]) == s[j] - u[j]", ("assume: Sum(u[k], k) == 1",)),
    ("claim: diff(s[i], o[j]) == s[i]*(1 - s[j])", ("assume: i == j", "s[i]*(KroneckerDelta(i, j) - s[j])")),
    ("claim: diff(s[i], o[j]) == -s[i]*s[j]", ("assume: i != j",)),
    ("claim: diff(s[i], o[j]) == s[i]*(KroneckerDelta(i, j) + s[j])", ("s[i]*(KroneckerDelta(i, j) - s[j])",)),
    ("claim: diff(Sum(o[k]**2, k), o[j]) == 2*o[i]", ("diff(Sum(o[k]**2, k), o[j]) == 2*o[j]",)),
    ("claim: diff(Sum(o[k]**2, k), o[j]) == o[j]", ("diff(Sum(o[k]**2, k), o[j]) == 2*o[j]",)),
    ("claim: s[j] == Sum(exp(o[i])*exp(o[j]), i)", ("s[j] == exp(o[j])/Sum(exp(o[i]), i)",)),
    (
        "claim: diff(-Sum(u[k]*log(s[k]), k), o[j]) == -u[j]/s[j]*diff(s[j], o[j])",
        ("Sum(-u[k]/s[k]*diff(s[k], o[j]), k)",),
    ),
    ("claim: diff(s[i], o[j]) == -s[i]*s[j]\n    assume: i == j", ("`i != j` in the place of `i == j`",)),
    ("steps: [(a + b)**2, == a**2 + 2*a*b - b**2, == a**2 + b*(2*a - b)]", ("(a + b)**2 == a**2 + 2*a*b + b**2",)),
    ("claim: exp(a)*exp(b) == exp(a*b)", ("exp(a)*exp(b) == exp(a + b)",)),
    ("claim: x == x + a**2 + b**4 + 1", ()),
)


def judged(path: Path) -> Results:
    return repair(run([Target(path)]))


@pytest.mark.parametrize(("text", "expected"), SUGGESTED)
def test_a_false_claim_gets_its_nearest_true_form(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(f"{HEAD}    {text}\n", encoding="utf-8")
    (outcome,) = judged(path).outcomes
    said = outcome.suggestions
    assert outcome.word == "refuted" and bool(said) == bool(expected)
    assert all(any(part in one for one in said) for part in expected), said
    assert not said or outcome.findings[0].problem.help == "; or ".join(said)


def test_what_is_as_expected_gets_no_suggestion(tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(f"{HEAD}    claim: s[i] < 1\n    expect: refuted\n    because: n may be 1\n", encoding="utf-8")
    assert not judged(path).outcomes[0].suggestions
    assert repair(run([Target(path)]), also_expected=True).outcomes[0].suggestions


def test_what_remains_is_told_in_the_definitions_of_the_claim(tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(f"{HEAD}    claim: Sum(s[k]*o[k], k) >= Sum(o[k], k)/n - exp(-n**3)\n", encoding="utf-8")
    verdict = judged(path).outcomes[0].verdict
    assert isinstance(verdict, Undecided) and "s[k]*o[k]" in verdict.residual and "/Sum(" not in verdict.residual


EVERY = 4
"""One false claim in so many is looked at by the test; ``python -m tests.test_repair`` looks at all of them."""


def test_many_false_claims_of_the_catalogue_get_their_own_correction(tmp_path: Path) -> None:
    """The counts may grow; a change that makes them smaller has lost something."""
    count, suggested, corrected = tally(repaired(tmp_path, EVERY))
    assert count >= 11 and suggested >= 9 and corrected >= 4, (count, suggested, corrected)


def repaired(folder: Path, every: int) -> list[Outcome]:
    """What a repair says of the false claims of the catalogue, had they been meant to be true."""
    path = folder / "claims.yaml"
    text = (ROOT / "derivations.yaml").read_text(encoding="utf-8").replace("expect: refuted", "expect: proved")
    path.write_text(text, encoding="utf-8")
    claims = [c for reading in read([Target(ROOT / "derivations.yaml")]) for c in reading.claims]
    false = [c.id for c in claims if c.expect == "refuted" and not c.is_printed][::every]
    results = [run([Target(path, id)]) for id in false]
    return [repair(r).outcomes[0] for r in results]


def tally(outcomes: list[Outcome]) -> tuple[int, int, int]:
    """How many claims, how many with a suggestion, how many of which it is the correction."""
    return len(outcomes), sum(bool(o.suggestions) for o in outcomes), sum(map(is_the_correction, outcomes))


def is_the_correction(outcome: Outcome) -> bool:
    correction = outcome.claim.correction
    if correction is None:
        return False
    written = f"{write(correction.written.left)} {correction.written.op} {write(correction.written.right)}"
    return f"`{written}` is proved" in outcome.suggestions


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        found = repaired(Path(folder), every=1)
    print(*(f"{o.claim.id}: {'; or '.join(o.suggestions) or 'nothing'}" for o in found), sep="\n")
    print(*tally(found))
