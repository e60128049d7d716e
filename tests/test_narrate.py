"""Proofs for people: what they say, that they hold step by step, and how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.cells import cell_len

import derive.narrate.moves
from derive.claim import Claim, Line
from derive.derivation import Step
from derive.display.align import align
from derive.display.page import page
from derive.elaborate import elaborate
from derive.find import Target
from derive.kernel import Theorem
from derive.load import load_text
from derive.narrate import narrate, tell
from derive.narrate.algebra import cancelled, collected, factored, key_of, multiplied_out, tidy
from derive.narrate.functions import exponentials, logarithms, products, squares_of_roots
from derive.narrate.sums import completed, contracted, exchanged, split, taken_out
from derive.parse import parse
from derive.prove import prove
from derive.run.run import run
from derive.show import show
from derive.term import Limit, Number, Optimum, Relation, Term
from derive.write import write

CATALOGUE = Path(__file__).parent.parent / "derivations.yaml"


def read(text: str) -> tuple[Claim, ...]:
    claims, problems = elaborate(load_text(text, "test.yaml"))
    assert claims, problems
    return claims


def one(variables: str, claim: str, *assume: str, define: str = "") -> Claim:
    """A claim; variables and definitions as in ``x, y: real; o: real[n]``."""
    parts = {"variables": variables, "define": define}
    blocks = [
        f"{key}:\n" + "".join(f"  {name.strip()}: {body.strip()}\n" for name, body in _pairs(text))
        for key, text in parts.items()
        if text
    ]
    assumed = f"\n    assume: [{', '.join(repr(a) for a in assume)}]" if assume else ""
    return read(f"derive: 1\n{''.join(blocks)}claims:\n  - id: c\n    claim: '{claim}'{assumed}\n")[0]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(";"):
        names, body = part.split(":", 1)
        yield from ((name, body) for name in (names.split(",") if "(" not in names else [names]))


def told(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    """The steps as text: what is said, and why."""
    return [(f"{step.op} {write(step.term)}", words(step)) for step in steps]


def words(step: Step) -> str:
    return "".join(p if isinstance(p, str) else show(p, "ascii") for p in step.reason)


SOFTMAX = "s[i]: exp(o[i]) / Sum(exp(o[k]), k)"

DERIVATIONS: list[tuple[str, Claim, list[tuple[str, str]]]] = [
    (
        "sigmoid",
        one("x: real", "diff(g(x), x) == g(x)*(1 - g(x))", define="g(x): 1/(1 + exp(-x))"),
        [
            ("== diff(1/(1 + exp(-x)), x)", "definition of g"),
            ("== exp(-x)/(1 + exp(-x))**2", "quotient rule"),
            ("== g(x) - g(x)**2", "multiply out"),
            ("== 1/(1 + exp(-x)) - 1/(1 + exp(-x))**2", "definition of g"),
            ("== exp(-x)/(1 + exp(-x))**2", "common denominator"),
        ],
    ),
    (
        "delta",
        one("u: real[n]", "Sum(u[k]*KroneckerDelta(k, j), k) == u[j]"),
        [("== u[j]", "contract the delta")],
    ),
    (
        "simplex",
        one("p: simplex[n]; a: real", "Sum(p[k]*a, k) == a"),
        [("== a*Sum(p[k], k)", "take constants out of the sum"), ("== a", "use Sum(p[k], k) == 1")],
    ),
    (
        "no line is its own reason",
        one("o: real[n]", "Sum(s[k], k) == 1", define=SOFTMAX),
        [
            ("== Sum(exp(o[k])/Sum(exp(o[l]), l), k)", "definition of s"),
            ("== Sum(exp(o[k]), k)/Sum(exp(o[l]), l)", "take constants out of the sum"),
            ("== 1", "cancel"),
        ],
    ),
    ("one-hot", one("y: onehot[n]", "y[i]**3 == y[i]"), [("== y[i]", "the vector is one-hot")]),
    (
        "equal indices",
        one("u: real[n]", "u[i]*KroneckerDelta(i, j) == u[j]", "i == j"),
        [("== u[j]", "i == j")],
    ),
    (
        "different indices",
        one("u: real[n]", "u[i]*KroneckerDelta(i, j) == 0", "i != j"),
        [("== 0", "i != j")],
    ),
    (
        "equation",
        one("p, q: real[n]", "Sum(p[k]**2, k) == Sum(q[k]**2, k)", "p[k] == q[k]"),
        [("== Sum(q[k]**2, k)", "use p[k] == q[k]")],
    ),
    (
        "power rule",
        one("x: real", "diff(x**3, x) == 3*x**2"),
        [("== 3*x**2", "power rule")],
    ),
    (
        "product rule",
        one("x: real", "diff(x*exp(x), x) == (1 + x)*exp(x)"),
        [("== exp(x) + x*exp(x)", "product rule"), ("== (1 + x)*exp(x)", "factor out exp(x)")],
    ),
    (
        "product over an index",
        one("x: real[n]", "diff(Product(x[k], k), x[j]) == Product(x[k], k, k != j)"),
        [("== Product(x[k], k, k != j)", "product rule")],
    ),
    (
        "condition",
        one("a, b: real", "a*b/b == a"),
        [("== a", "cancel")],
    ),
    (
        "bound",
        one("o: real[n]", "log(Sum(exp(o[k]), k)) >= o[i]"),
        [
            (">= log(exp(o[i]))", "a sum of positive terms is at least each of them"),
            ("== o[i]", "the logarithm undoes the exponential"),
        ],
    ),
    (
        "strict bound",
        one("o: real[n]", "log(Sum(exp(o[k]), k)) > o[i]", "n >= 2"),
        [
            ("> log(exp(o[i]))", "a sum of several positive terms exceeds each of them"),
            ("== o[i]", "the logarithm undoes the exponential"),
        ],
    ),
    (
        "assumed order",
        one("P, Q: positive", "log(P) < log(Q)", "P < Q"),
        [("< log(Q)", "use P < Q")],
    ),
    (
        "factors",
        one("o: real[n]", "s[i]*s[j] > 0", define=SOFTMAX),
        [("> 0", "for s[i] > 0, s[j] > 0")],
    ),
    ("numbers", one("", "2**7 < 3**5"), [("== 128", "arithmetic"), ("< 243", "compare"), ("== 3**5", "arithmetic")]),
    (
        "vanishing",
        one("a: real; t: positive", "limit(a + 1/t, t, oo) == a"),
        [("== a", "1/t vanishes")],
    ),
    (
        "squeeze",
        one("o: real[n]; t: positive", "limit(log(Sum(exp(t*o[k]), k))/t, t, oo) == Max(o)"),
        [
            ("<= log(Sum(exp(t*o[k]), k))/t", "the largest term is one of those summed"),
            ("<= Max(o) + log(n)/t", "none of them exceeds it"),
            ("== Max(o)", "squeeze: log(n)/t vanishes"),
        ],
    ),
    (
        "squeeze far out",
        one("a, b: real; t: real", "limit(-log(exp(-t*a) + exp(-t*b))/t, t, oo) == Min(a, b)"),
        [
            (
                "== Min(a, b)",
                "squeezed between Min(a, b) and Min(a, b) - log(2)/t, for log(2)/t vanishes",
            )
        ],
    ),
    (
        "inner limit",
        one("z: real", "limit(log(g(z)), z, -oo) == -oo", define="g(z): 1/(1 + exp(-z))"),
        [("== -oo", "g(z) tends to 0")],
    ),
    (
        "leading terms",
        one("x: real", "limit((x**2 + x)/(2*x**2 + 1), x, oo) == 1/2"),
        [("== 1/2", "the leading terms as x tends to oo")],
    ),
    (
        "concave",
        one("x: real; a: positive", "argmax(2*x*b - a*x**2, x) == b/a", define="b: 1"),
        [("== b/a", "the derivative vanishes there, and the objective is strictly concave")],
    ),
    (
        "rises and falls",
        one("x: positive; a: positive", "argmin(x/a - log(x), x) == a"),
        [("== a", "the derivative vanishes there, and the objective is strictly convex")],
    ),
    (
        "shadowed name",
        one("a: real[d]; F: real[n, d]", "diff(f[k], a[r]) == f[k]*F[k, r]", define="f[k]: exp(Sum(a[r]*F[k, r], r))"),
        [
            ("== diff(exp(Sum(a[l]*F[k, l], l)), a[r])", "definition of f"),
            ("== exp(Sum(a[l]*F[k, l], l))*F[k, r]", "chain rule"),
            ("== f[k]*F[k, r]", "definition of f"),
        ],
    ),
    (
        "rules alone",
        one("y: onehot[n]; c: positive", "c**y[i] == 1 + y[i]*(c - 1)"),
        [("== 1 + y[i]*(c - 1)", "one component is 1, the others are 0, both values of the delta")],
    ),
    ("false", one("x: real", "diff(x**2, x) == x"), []),
    ("false order", one("o: real[n]", "log(Sum(exp(o[k]), k)) > o[i]"), []),
    ("false limit", one("t: positive", "limit(1/t, t, oo) == 1"), []),
]


@pytest.mark.parametrize(("claim", "expected"), [row[1:] for row in DERIVATIONS], ids=[row[0] for row in DERIVATIONS])
def test_derivations(claim: Claim, expected: list[tuple[str, str]]) -> None:
    assert told(narrate(claim.lines[0], claim)) == expected


REWRITINGS: list[tuple[Callable[[Term], Term], str, str]] = [
    (tidy, "0*x + 1*y - 0 + z**1", "y + z"),
    (tidy, "-a - -b", "b - a"),
    (tidy, "a*(-b)/(-c)", "a*b/c"),
    (tidy, "2*(1/2)*x", "x"),
    (tidy, "1/0", "1/0"),
    (tidy, "0**0", "0**0"),
    (tidy, "exp(0) + log(1)", "1"),
    (tidy, "x*x/(x*x)", "x**2/x**2"),
    (tidy, "KroneckerDelta(i, i) + KroneckerDelta(1, 2)", "1"),
    (cancelled, "x*x/(x*y)", "x/y"),
    (cancelled, "KroneckerDelta(i, j)*KroneckerDelta(j, i)", "KroneckerDelta(i, j)"),
    (cancelled, "x**a/x**a", "1"),
    (collected, "a*b + 2*b*a", "3*a*b"),
    (collected, "a - a", "0"),
    (multiplied_out, "(a + b)*(a - b)", "a**2 - b**2"),
    (multiplied_out, "a/(1 - p)**2", "a/(1 - p)**2"),
    (multiplied_out, "exp(-l*(a - b))", "exp(l*b - l*a)"),
    (contracted, "Sum(u[k]*KroneckerDelta(j, k), k)", "u[j]"),
    (contracted, "Sum(u[k]*KroneckerDelta(j, k), k, k != i)", "Sum(u[k]*KroneckerDelta(j, k), k, k != i)"),
    (contracted, "Sum(Sum(W[k, l]*KroneckerDelta(k, l), l), k)", "Sum(W[k, k], k)"),
    (contracted, "Sum(Sum(KroneckerDelta(k, j)*W[k, j], j), k)", "Sum(W[k, k], k)"),
    (split, "Sum(a[k] + b*c[k], k)", "Sum(a[k], k) + b*Sum(c[k], k)"),
    (split, "Sum((a[k] - b[k])**2, k)", "Sum((a[k] - b[k])**2, k)"),
    (split, "Sum((a[k] - b)**2, k)", "Sum(a[k]**2, k) - 2*b*Sum(a[k], k) + Sum(1, k)*b**2"),
    (taken_out, "Sum(a[j]*b[k]/c, k)", "a[j]*Sum(b[k], k)/c"),
    (completed, "Sum(a[k], k, k != i)", "Sum(a[k], k) - a[i]"),
    (completed, "Product(a[k], k, k != i)", "Product(a[k], k)/a[i]"),
    (exchanged, "Sum(Sum(W[k, l], l), k)", "Sum(Sum(W[k, l], k), l)"),
    (logarithms, "log(exp(a)/Sum(exp(b[k]), k))", "a - log(Sum(exp(b[k]), k))"),
    (logarithms, "log(a*b)", "log(a*b)"),
    (logarithms, "log(4/3)", "2*log(2) - log(3)"),
    (logarithms, "log(Product(p[k]**y[k], k))", "Sum(log(p[k]**y[k]), k)"),
    (logarithms, "log(-exp(a))", "log(-exp(a))"),
    (exponentials, "exp(a - b) + exp(log(c))", "exp(a)*exp(-b) + c"),
    (products, "Product(p**x[k]*exp(y[k]), k)", "p**Sum(x[k], k)*exp(Sum(y[k], k))"),
    (squares_of_roots, "sqrt(a)**3/sqrt(b)**2", "a*sqrt(a)/b"),
]


@pytest.mark.parametrize(("rewrite", "before", "after"), REWRITINGS, ids=lambda v: getattr(v, "__name__", v))
def test_rewritings(rewrite: Callable[[Term], Term], before: str, after: str) -> None:
    assert write(rewrite(parse(before))) == after


SAME = [
    ("a + b*c", "c*b + a", True),
    ("Sum(u[k]*v[k], k)", "Sum(v[l]*u[l], l)", True),
    ("Sum(u[k]*v[j], k)", "Sum(u[j]*v[k], j)", False),
    ("Sum(Sum(W[k, l], l), k)", "Sum(Sum(W[k, l], k), l)", False),
    ("Sum(Sum(W[k, l], l), k)", "Sum(Sum(W[l, k], k), l)", True),
    ("Sum(u[k], k, k != i)", "Sum(u[k], k)", False),
    ("x**2", "x*x", True),
    ("x/x", "1", False),
    ("a/b", "b/a", False),
    ("2**x", "x**2", False),
    ("diff(s[i], o[j])", "diff(s[j], o[i])", False),
]


@pytest.mark.parametrize(("first", "second", "same"), SAME)
def test_keys_see_through_order_and_bound_names_only(first: str, second: str, same: bool) -> None:
    assert (key_of(parse(first)) == key_of(parse(second))) is same


FACTORED = [
    ("a*b - a*c", ("a", "a*(b - c)")),
    ("a/c + b/c", ("1/c", "(a + b)/c")),
    ("a**2*b + a*b**2", ("a*b", "a*b*(a + b)")),
    ("a + b", None),
    ("a*b", None),
]


@pytest.mark.parametrize(("text", "expected"), FACTORED)
def test_factored(text: str, expected: tuple[str, str] | None) -> None:
    found = factored(parse(text))
    assert (found and tuple(map(write, found))) == expected


# --- the catalogue


@pytest.fixture(scope="module")
def catalogue() -> list[tuple[Claim, Line, tuple[Step, ...]]]:
    """Every line and correction of the catalogue with its derivation."""
    lines = [(c, line) for c in read(CATALOGUE.read_text()) for line in (*c.lines, c.correction) if line]
    return [(claim, line, narrate(line, claim)) for claim, line in lines]


def test_every_step_is_a_theorem_of_its_own(catalogue: list[tuple[Claim, Line, tuple[Step, ...]]]) -> None:
    """Written as claims of the same file, read and proved from the start."""
    content: dict[str, Any] = yaml.load(CATALOGUE.read_text(), Loader=yaml.BaseLoader)
    entries = {entry["id"]: entry for entry in content["claims"]}
    asked: list[dict[str, Any]] = []
    for claim, line, steps in catalogue:
        own = {k: v for k, v in entries[claim.id].items() if k in ("variables", "define", "assume")}
        before = line.written.left
        for step in steps if line.exact is None else ():
            before = step.start or before
            relation = write(Relation(before, step.op, step.term))
            asked.append({**deepcopy(own), "id": f"{claim.id}-{len(asked)}", "claim": relation})
            before = step.term
    text = yaml.dump({**content, "claims": asked}, sort_keys=False, width=10_000)
    found, problems = elaborate(load_text(text, "test.yaml"))
    # A sum over what does not carry its index has no dimension in text.
    assert {p.code for p in problems} <= {"DV080"} and len(found) > 0.98 * len(asked) > 400
    wrong = [c.text for c in found if not isinstance(prove(c.lines[0].goal), Theorem)]
    assert not wrong


def test_derivations_end_at_the_other_side(catalogue: list[tuple[Claim, Line, tuple[Step, ...]]]) -> None:
    """The last chain ends at the right side, or starts there and ends at the left one or where that has led."""
    for claim, line, steps in catalogue:
        if not steps:
            continue
        right, last = key_of(line.written.right), key_of(steps[-1].term)
        starts = [i for i, s in enumerate(steps) if s.start is not None and key_of(s.start) == right]
        ends = [line.written.left, *(steps[i - 1].term for i in starts if i)]
        assert last == right or (starts and last in map(key_of, ends)), claim.id


def test_a_derivation_stands_only_where_a_proof_does(catalogue: list[tuple[Claim, Line, tuple[Step, ...]]]) -> None:
    for claim, line, steps in catalogue:
        assert bool(steps) == isinstance(prove(line.goal), Theorem), claim.id


def test_few_lines_and_few_that_fall_back_on_rules(catalogue: list[tuple[Claim, Line, tuple[Step, ...]]]) -> None:
    bare = [(c, line) for c, line, steps in catalogue if len(steps) == 1 and words(steps[0]).startswith("by ")]
    assert len(bare) <= 0.12 * len(catalogue), [c.id for c, _ in bare]
    assert not [c.id for c, line in bare if isinstance(line.written.left, Limit | Optimum)]
    assert all(len(steps) <= 15 for _, _, steps in catalogue)
    assert sum(len(steps) <= 12 for _, _, steps in catalogue) > 0.95 * len(catalogue)


def test_a_wrong_move_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = one("o: real[n]", "diff(s[i], o[j]) == s[i]*(KroneckerDelta(i, j) - s[j])", define=SOFTMAX)

    def wrong(term: Term, *_: object) -> Iterator[tuple[Term, tuple[str]]]:
        yield parse(f"{write(term)} + 1"), ("a slip",)

    monkeypatch.setattr(derive.narrate.moves, "MOVES", (wrong, *derive.narrate.moves.MOVES))
    steps = narrate(claim.lines[0], claim)
    assert steps and not [s for s in steps if words(s) == "a slip"]


def test_large_terms_are_not_told() -> None:
    total = " + ".join(f"x**{i}" for i in range(1, 60))
    claim = one("x: real", f"diff({total}, x) == diff({total}, x)")
    assert [words(s) for s in narrate(claim.lines[0], claim)] == ["differentiate"]


# --- how it looks

FAMILIES = (
    "softmax-jacobian",
    "cross-entropy-gradient",
    "cross-entropy-gradient-soft-labels",
    "sigmoid-derivative-by-steps",
    "sigmoid-symmetry",
    "hessian-is-covariance",
    "soft-maximum-above-every-logit",
    "soft-maximum-within-log-n-of-the-maximum",
    "soft-maximum-limit",
    "squared-error-gradient-as-printed",
)


def pages(style: str) -> str:
    outcomes = [o for id in FAMILIES for o in run([Target(CATALOGUE, id)]).outcomes]
    text = "\n\n".join(page(o.claim, style, o, 80, tell(o)) for o in outcomes)
    # Which rules a proof uses is the kernel's business.
    return "".join(f"{row}\n" for row in text.splitlines() if "rules used" not in row)


GOLDEN = [("unicode", "proofs.txt"), ("latex", "proofs.tex"), ("markdown", "proofs.md")]


@pytest.mark.parametrize(("style", "name"), GOLDEN)
def test_proofs_golden(style: str, name: str, golden: Callable[[str, str], None]) -> None:
    golden(name, pages(style))


def test_proofs_keep_to_the_width() -> None:
    assert max(map(cell_len, pages("unicode").splitlines()[1:])) <= 100
    long = [row for row in pages("ascii").splitlines() if row.startswith("    ") and cell_len(row) > 80]
    assert not long


ALIGNED = [
    (
        [Step("==", parse("b"), ("short",)), Step("<=", parse("c + d"), ("longer ", parse("x[i]")))],
        40,
        ["a", "  = b      short", "  ≤ c + d  longer xᵢ"],
    ),
    (
        [Step("==", parse("aaaa + bbbb + cccc"), ("because of this",)), Step("==", parse("b"), ("short",))],
        24,
        ["a", "  = aaaa + bbbb + cccc", "       because of this", "  = b  short"],
    ),
    (
        [Step("==", parse("b"), ("one",)), Step("==", parse("b"), ("two",), parse("c"))],
        40,
        ["a", "  = b  one", "c", "  = b  two"],
    ),
    (
        [Step("==", parse("b"), ("cancel",), None, ("x != 0", "y > 0"))],
        60,
        ["a", "  = b  cancel, where x != 0 and y > 0"],
    ),
]


@pytest.mark.parametrize(("steps", "width", "rows"), ALIGNED)
def test_align(steps: list[Step], width: int, rows: list[str]) -> None:
    assert align(parse("a"), steps, "unicode", width) == rows


def test_align_escapes_words_in_latex() -> None:
    rows = align(Number(parse("1").value), [Step("==", parse("b"), ("100% of a_b {",))], "latex")  # type: ignore[union-attr]
    assert rows[2] == r"  &= b && \text{100\% of a\_b \{} \\"
