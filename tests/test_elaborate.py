"""Entries to claims: what is wrong is located under the sub-expression, what is right has every dimension filled in."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.claim import Claim
from derive.elaborate import elaborate
from derive.errors import Problem
from derive.load import load_text
from derive.term import Component, Index, Number, Optimum, Reduce, Relation, Term, own_indices, subterms
from derive.write import write

HEAD = """\
variables:
  m: positive integer
  n: positive integer
  o: real[n]
  q: real[m]
  A: real[m, n]
  y: onehot[n]
  t: integer
  z: integer[n]
  x: real
  a: positive
  c: index[n]
define:
  s[i]: exp(o[i]) / Sum(exp(o[k]), k)
  d[i, j]: KroneckerDelta(i, j)
  loss: -log(s[c])
  sigmoid(u): 1 / (1 + exp(-u))
  lse(v): log(Sum(exp(v[k]), k))
  both(u, w): u - w
claims:
  - id: a
"""
LINES = HEAD.count("\n")


def _elaborated(body: str) -> tuple[tuple[Claim, ...], list[Problem]]:
    """The claims of a file whose one claim has this body, and all problems."""
    text = HEAD + "".join(f"    {line}\n" for line in body.splitlines())
    file = load_text(text, "claims.yaml")
    claims, problems = elaborate(file)
    return claims, [*file.problems, *problems]


def _caret(found: Problem, body: str) -> str:
    """The text under the caret."""
    span = found.span
    assert span is not None and span.line == span.end_line > LINES
    return body.splitlines()[span.line - LINES - 1][span.column - 5 : span.end_column - 5]


# body of a claim, code, text under the caret
BROKEN: tuple[tuple[str, str, str], ...] = (
    ("claim: x + w == 0", "DV076", "w"),
    ("claim: x[i] == 0", "DV084", "x[i]"),
    ("claim: loss[i] == 0", "DV084", "loss[i]"),
    ("claim: Sum(w[k], k) == 0", "DV076", "w[k]"),
    ("claim: sigmiod(x) == 0", "DV077", "sigmiod(x)"),
    ("claim: x(a) == 0", "DV077", "x(a)"),
    ("claim: sigmoid(x, a) == 0", "DV078", "sigmoid(x, a)"),
    ("claim: sigmoid == 0", "DV078", "sigmoid"),
    ("claim: s == 0", "DV078", "s"),
    ("claim: s[i, j] == 0", "DV078", "s[i, j]"),
    ("claim: A[i] == 0", "DV078", "A[i]"),
    ("claim: Max(x) == x", "DV078", "Max(x)"),
    ("claim: Max(A) == x", "DV078", "Max(A)"),
    ("claim: o[i] == q[i]", "DV079", "i"),
    ("claim: Sum(o[k]*q[k], k) == 0", "DV079", "k"),
    ("claim: KroneckerDelta(i, j)*o[i] == q[j]", "DV079", "j"),
    ("claim: o[i]*A[i, j] == 0", "DV079", "i"),
    ("claim: q[c] == 0", "DV079", "c"),
    ("claim: d[i, j]*o[i] == q[j]", "DV079", "j"),
    ("claim: KroneckerDelta(i, j) == 0", "DV080", "i"),
    ("claim: Sum(1, k) == n", "DV080", "k"),
    ("claim: Sum(x, k, k != i) == 0", "DV080", "k"),
    ("claim: i*o[i] == 0", "DV081", "i"),
    ("claim: Sum(k*o[k], k) == 0", "DV081", "k"),
    ("claim: c == 0", "DV081", "c"),
    ("claim: sigmoid(i)*o[i] == 0", "DV081", "i"),
    ("claim: o == 0", "DV082", "o"),
    ("claim: exp(A) == 0", "DV082", "A"),
    ("claim: Max(o, 0) == 0", "DV082", "o"),
    ("claim: diff(x, s[i]) == 0", "DV083", "s[i]"),
    ("claim: diff(x, loss) == 0", "DV083", "loss"),
    ("claim: diff(x, n) == 0", "DV083", "n"),
    ("claim: diff(x, t) == 0", "DV083", "t"),
    ("claim: diff(x, z[i]) == 0", "DV083", "z[i]"),
    ("claim: diff(x, o) == 0", "DV083", "o"),
    ("claim: diff(x, c) == 0", "DV083", "c"),
    ("claim: diff(x, w) == 0", "DV076", "w"),
    ("claim: x + 1", "DV085", "x + 1"),
    ("steps: [x]", "DV086", "x"),
    ("claim: o[0] == 0", "DV042", "0"),
    ("variables: {e: 'real[3]'}\nclaim: e[4] == 0", "DV087", "4"),
    ("claim: limit(o[i], i, oo) == 0", "DV088", "limit(o[i], i, oo)"),
    ("claim: limit(1/t, t, 0) == 0", "DV088", "limit(1/t, t, 0)"),
    ("claim: limit(Sum(o[k], k), n, oo) == 0", "DV088", "limit(Sum(o[k], k), n, oo)"),
    ("claim: argmax(-Sum((o[k] - y[k])**2, k), o) == A[a, b]", "DV089", "argmax(-Sum((o[k] - y[k])**2, k), o)"),
    ("claim: argmin(x, w) == 1", "DV076", "argmin(x, w)"),
    ("claim: Sum(o[k], k, k != k) == 0", "DV047", "k != k"),
    ("claim: oo == x", "DV092", "oo"),
    ("claim: limit(x, x, oo) == oo + 1", "DV092", "oo"),
    ("claim: exp(oo) == 0", "DV092", "oo"),
    ("assume: [x]\nclaim: x == 0", "DV094", "x"),
    ("assume: [w > 0]\nclaim: x == 0", "DV076", "w"),
    ("assume: [i != j]\nclaim: x == 0", "DV080", "i"),
    ("assume: ['o[i] == q[i]']\nclaim: x == 0", "DV079", "i"),
    ("assume: [i < j]\nclaim: o[i] == o[j]", "DV081", "i"),
    ("claim: o[x] == 0", "DV096", "x"),
    ("claim: o[n] == 0", "DV096", "n"),
    ("claim: o[q] == 0", "DV096", "q"),
    ("claim: o[loss] == 0", "DV096", "loss"),
    ("claim: Sum(o[n], n) == 0", "DV096", "n"),
    ("claim: Sum(o[x], x) == 0", "DV096", "x"),
    ("claim: Sum(loss*o[c], c) == 0", "DV099", "Sum(loss*o[c], c)"),
    ("variables: {w: complex}\nclaim: x == 0", "DV070", "complex"),
    ("variables: {w: onehot}\nclaim: x == 0", "DV071", "onehot"),
    ("variables: {w: 'real[n+1]'}\nclaim: x == 0", "DV071", "'real[n+1]'"),
    ("variables: {w: 'real[0]'}\nclaim: x == 0", "DV071", "'real[0]'"),
    ("variables: {w: 'simplex[m, n]'}\nclaim: x == 0", "DV071", "'simplex[m, n]'"),
    ("variables: {lambda: real}\nclaim: x == 0", "DV072", "lambda"),
    ("variables: {2w: real}\nclaim: x == 0", "DV072", "2w"),
    ("define: {'w[i': x}\nclaim: x == 0", "DV073", "'w[i'"),
    ("define: {'w(u, u)': x}\nclaim: x == 0", "DV073", "'w(u, u)'"),
    ("define: {w: v, v: w}\nclaim: x == 0", "DV074", "w"),
    ("define: {w: w + 1}\nclaim: x == 0", "DV074", "w"),
    ("define: {w: x + h}\nclaim: x == 0", "DV076", "h"),
    ("define: {w: 'o[i]'}\nclaim: x == 0", "DV098", "w"),
    ("define: {'w[i]': i}\nclaim: x == 0", "DV081", "i"),
    ("define: {'w(u)': 'o[u]'}\nclaim: x == 0", "DV096", "u"),
    ("variables: {x: positive}\nclaim: x == 0", "DV090", "x"),
    ("define: {x: a}\nclaim: x == 0", "DV090", "x"),
    ("variables: {w: 'real[x]'}\nclaim: x == 0", "DV095", "'real[x]'"),
    ("variables: {w: 'real[h]', h: real}\nclaim: x == 0", "DV095", "'real[h]'"),
    ("claim: x == 0\ncorrection: x == w", "DV076", "w"),
    ("claim: x == 0\ncorrection: x", "DV085", "x"),
    ("steps:\n  - x\n  - == w\n  - == 0", "DV076", "w"),
    ("steps:\n  - x\n  - x", "DV044", "x"),
    ("claim: 'x == 日本'", "DV076", "日本"),
)


@pytest.mark.parametrize(("body", "code", "caret"), BROKEN, ids=[row[0] for row in BROKEN])
def test_every_mistake_is_located(body: str, code: str, caret: str) -> None:
    claims, problems = _elaborated(body)
    assert claims == ()
    first = min((p for p in problems if not p.is_lint), key=lambda p: p.span.line if p.span else 0)
    assert (first.code, _caret(first, body)) == (code, caret), first.message
    assert first.claim_id == "a" and first.path == "claims.yaml"
    assert first.help, "every message says how to repair"


LINTS: tuple[tuple[str, str, str], ...] = (
    ("claim: Sum(x, c) == n*x", "DV501", "Sum(x, c)"),
    ("claim: diff(Sum(exp(o[k]), k), o[k]) == exp(o[k])", "DV502", "Sum(exp(o[k]), k)"),
    ("variables: {Sum: real}\nclaim: Sum == 0", "DV503", "Sum"),
)


@pytest.mark.parametrize(("body", "code", "caret"), LINTS, ids=[row[0] for row in LINTS])
def test_a_lint_leaves_the_claim(body: str, code: str, caret: str) -> None:
    claims, problems = _elaborated(body)
    assert len(claims) == 1
    assert [(p.code, _caret(p, body), p.claim_id) for p in problems] == [(code, caret, "a")]


# body of a claim, its goals with definitions expanded
EXPANDED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("claim: s[j] == o[j]", ("exp(o[j])/Sum(exp(o[k]), k) == o[j]",)),
    ("claim: s[k] == o[k]", ("exp(o[k])/Sum(exp(o[k_1]), k_1) == o[k]",)),
    ("claim: Sum(s[k], k) == 1", ("Sum(exp(o[k])/Sum(exp(o[k_1]), k_1), k) == 1",)),
    ("claim: s[2] == 1", ("exp(o[2])/Sum(exp(o[k]), k) == 1",)),
    ("claim: d[j, i]*o[i] == o[j]", ("KroneckerDelta(j, i)*o[i] == o[j]",)),
    ("claim: both(a, x) == 1", ("a - x == 1",)),
    ("claim: both(x, both(a, x)) == 1", ("x - (a - x) == 1",)),
    ("claim: lse(o) == 1", ("log(Sum(exp(o[k]), k)) == 1",)),
    ("claim: lse(s) == 1", ("log(Sum(exp(exp(o[k])/Sum(exp(o[k_1]), k_1)), k)) == 1",)),
    ("claim: sigmoid(o[k]) == Sum(o[k], k)", ("1/(1 + exp(-o[k])) == Sum(o[k], k)",)),
    ("claim: Max(o) == 1", ("Max(o) == 1",)),
    ("claim: Sum(o[q]*q[b], q) == q[b]", ("Sum(o[q_1]*q[b], q_1) == q[b]",)),
    ("claim: loss == x", ("-log(exp(o[c])/Sum(exp(o[k]), k)) == x",)),
    ("claim: 0 < x < 1", ("0 < x", "x < 1")),
    ("steps:\n  - x\n  - == a\n  - <= 1", ("x == a", "a <= 1")),
    ("claim: limit(sigmoid(x), x, oo) == 1", ("limit(1/(1 + exp(-x)), x, oo) == 1",)),
    ("claim: limit(exp(x), x, oo) == oo", ("limit(exp(x), x, oo) == oo",)),
    ("define: {'g(u)': 'limit(u*w, w, 0)'}\nclaim: g(x) == 0", ("limit(x*w, w, 0) == 0",)),
    ("define: {'f[a]': 'Sum(A[a, j]*o[j], j)'}\nclaim: f[j] == q[j]", ("Sum(A[j, j_1]*o[j_1], j_1) == q[j]",)),
    ("variables: {E: real}\nclaim: E == x", ("E == x",)),
)


@pytest.mark.parametrize(("body", "expected"), EXPANDED, ids=[row[0] for row in EXPANDED])
def test_definitions_are_expanded_without_capture(body: str, expected: tuple[str, ...]) -> None:
    claims, problems = _elaborated(body)
    assert [p for p in problems if not p.is_lint] == []
    assert tuple(_text(Relation(g.left, g.op, g.right)) for g in (line.goal for line in claims[0].lines)) == expected


def _text(relation: Relation) -> str:
    left, right = (write(t).replace(" / ", "/").replace(" * ", "*") for t in (relation.left, relation.right))
    return f"{left} {relation.op} {right}"


# body, names of the goal's declarations, its dimensions, its free indices
GOALS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("claim: x == a", "x a", "", ()),
    ("claim: o[i] == x", "n o x", "n", (("i", "n"),)),
    ("claim: A[b, j] == q[b]", "m n q A", "m n", (("b", "m"), ("j", "n"))),
    ("claim: Sum(x, c) == n*x", "n x", "n", ()),
    ("claim: Sum(o[k], k) == x", "n o x", "n", ()),
    ("claim: diff(x**2, o[j]) == 0", "n o x", "n", (("j", "n"),)),
    ("claim: KroneckerDelta(i, j)*o[j] == o[i]", "n o", "n", (("i", "n"), ("j", "n"))),
    ("variables: {e: 'real[3]'}\nclaim: e[i] == x", "x e", "", (("i", "3"),)),
    ("variables: {e: 'real[p]'}\nclaim: e[i] == x", "x e p", "p", (("i", "p"),)),
    ("claim: limit(1/w, w, oo) == 0", "w", "", ()),
    ("assume: [a > x]\nclaim: x == 0", "x a", "", ()),
    ("claim: loss == 0", "n o", "n", (("c", "n"),)),
    ("claim: Sum(A[r, k], k, k != i) == o[i]", "m n o A", "m n", (("r", "m"), ("i", "n"))),
)


@pytest.mark.parametrize(("body", "names", "dimensions", "indices"), GOALS, ids=[row[0] for row in GOALS])
def test_a_goal_lists_what_it_uses(
    body: str, names: str, dimensions: str, indices: tuple[tuple[str, str], ...]
) -> None:
    claims, problems = _elaborated(body)
    assert [p for p in problems if not p.is_lint] == []
    goal = claims[0].lines[0].goal
    assert [d.name for d in goal.declarations] == names.split()
    assert goal.dimensions == tuple(dimensions.split())
    assert goal.indices == tuple(Index(*pair) for pair in indices)
    assert all(i.dimension and not i.dimension.startswith("?") for t in (goal.left, goal.right) for i in _indices(t))


def _indices(term: Term) -> list[Index]:
    found = [i for t in subterms(term) for i in own_indices(t)]
    return [*found, *(t.index for t in subterms(term) if isinstance(t, Reduce))]


# assumption, claim, the hypothesis and the indices that it quantifies
ASSUMED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("n >= 2", "x == n", "n >= 2", ()),
    ("o[i] > 0", "o[i] == x", "o[i] > 0", ()),
    ("o[k] > 0", "o[i] == x", "o[k] > 0", ("k",)),
    ("o[i] > o[k]", "o[i] == x", "o[i] > o[k]", ("k",)),
    ("i != j", "o[i] == o[j]", "KroneckerDelta(i, j) == 0", ()),
    ("i == j", "o[i] == o[j]", "KroneckerDelta(i, j) == 1", ()),
    ("i != c", "o[i] == x", "KroneckerDelta(i, c) == 0", ("c",)),
    ("i == 1", "o[i] == x", "KroneckerDelta(i, 1) == 1", ()),
    ("x == a", "x == 0", "x == a", ()),
    ("A[r, k] == A[r, j]", "A[r, j] == 0", "A[r, k] == A[r, j]", ("k",)),
)


@pytest.mark.parametrize(("assumed", "claim", "expected", "quantified"), ASSUMED, ids=[row[0] for row in ASSUMED])
def test_an_index_of_the_claim_is_that_index(
    assumed: str, claim: str, expected: str, quantified: tuple[str, ...]
) -> None:
    claims, problems = _elaborated(f"assume: ['{assumed}']\nclaim: {claim}")
    assert problems == []
    (hypothesis,) = claims[0].lines[0].goal.hypotheses
    assert _text(hypothesis.relation) == expected
    assert tuple(i.name for i in hypothesis.quantified) == quantified
    assert all(i.dimension in ("m", "n") for i in hypothesis.quantified)


def test_indices_of_shared_assumptions_are_quantified_and_only_relevant_ones_are_kept() -> None:
    shared = "assume: ['o[i] > 0', 'q[b] > 0', n >= 2, 'x < o[1]', 'W[b, i] > 0']\n"
    text = shared + HEAD.replace("  x: real\n", "  x: real\n  W: real[m, n]\n") + "    claim: o[i] == 0\n"
    file = load_text(text, "claims.yaml")
    claims, problems = elaborate(file)
    assert (*file.problems, *problems) == ()
    found = claims[0].lines[0].goal.hypotheses
    assert [(h.text, tuple(i.name for i in h.quantified)) for h in found] == [
        ("o[i] > 0", ("i",)),
        ("n >= 2", ()),
        ("x < o[1]", ()),
    ]


def test_a_shared_assumption_that_cannot_be_read_leaves_no_claim() -> None:
    claims, problems = elaborate(load_text("assume: [w > 0]\n" + HEAD + "    claim: x == x\n", "claims.yaml"))
    assert claims == () and [p.code for p in problems] == ["DV076"]


def test_a_claim_that_uses_a_broken_name_says_so_and_the_others_stay() -> None:
    text = (
        "variables: {x: reel, w: real}\ndefine: {g: w + h}\nclaims:\n"
        "  - {id: a, claim: x == 0}\n  - {id: b, claim: g == 0}\n  - {id: c, claim: w == 0}\n"
    )
    claims, problems = elaborate(load_text(text, "claims.yaml"))
    assert [c.id for c in claims] == ["c"]
    assert [(p.code, p.claim_id) for p in problems] == [
        ("DV070", None),
        ("DV076", None),
        ("DV097", "a"),
        ("DV097", "b"),
    ]


def test_what_follows_from_an_error_of_the_same_claim_is_not_told() -> None:
    text = "claims:\n  - {id: a, variables: {n: dim, x: 'real[n]'}, define: {s: 'Sum(x[k], k)'}, claim: s == s}\n"
    assert [p.code for p in elaborate(load_text(text, "claims.yaml"))[1]] == ["DV070"]


UNDERSTOOD: tuple[tuple[str, str], ...] = (
    ("given: {x: real}, claim: 1 == 1", "did you mean `variables`?"),
    ("given: ['o[i] > 0'], claim: 1 == 1", "did you mean `assume`?"),
    ("given: 'o[i] > 0', claim: 1 == 1", "did you mean `assume`?"),
    ("Where: n >= 2, claim: 1 == 1", "did you mean `assume`?"),
    ("where: {s: n + 1}, claim: 1 == 1", "did you mean `define`?"),
    ("suppose: n >= 2, claim: 1 == 1", "did you mean `assume`?"),
    ("hypotheses: [n >= 2], claim: 1 == 1", "did you mean `assume`?"),
    ("assume: n >= 2, hypotheses: [n >= 3], claim: 1 == 1", "did you mean `assume`?"),
    ("symbols: {x: real}, claim: 1 == 1", "did you mean `variables`?"),
    ("let: {s: n + 1}, claim: 1 == 1", "did you mean `define`?"),
    ("name: A, claim: 1 == 1", "did you mean `title`?"),
    ("variables: {n: dim}, claim: 1 == 1", "did you mean `positive integer`?"),
    ("variables: {x: Vector}, claim: 1 == 1", "did you mean `real[n]`?"),
    ("variables: {x: 'Real[m,n]'}, claim: 1 == 1", "did you mean `real[m,n]`?"),
    ("variables: {x: 'real(n)'}, claim: 1 == 1", "did you mean `real[n]`?"),
    ("variables: {x: 'vector[n]'}, claim: 1 == 1", "did you mean `real[n]`?"),
    ("asume: 1 < 2, claim: 1 == 1", "did you mean `assume`?"),
    ("claim: 0 == 1/dx(2)", "write `diff(f, x)` for a derivative"),
    ("claim: norm(o) == 0", "write `sqrt(Sum(x[k]**2, k))`"),
    ("claim: Mean(o) == 0", "write `Sum(x[k], k)/n`"),
    ("claim: softmax(o) == 0", "define it by components: `s[i]: exp(x[i])/Sum(exp(x[k]), k)`"),
    ("claim: 'delta[i,j] == 0'", "write `KroneckerDelta(i, j)`"),
    ("claim: o_i == 0", "did you mean `o[i]`?"),
    ("claim: W_ij == 0", "did you mean `W[i, j]`?"),
    (
        "claim: 'Sum(o[i], i, j) == 0'",
        "write i != j to leave one place out; for several ranges, nest one Sum in another",
    ),
)


@pytest.mark.parametrize(("written", "repair"), UNDERSTOOD)
def test_the_words_of_other_notations_are_understood(written: str, repair: str) -> None:
    text = f"variables: {{o: 'real[n]', W: 'real[m,n]'}}\nclaims:\n  - {{id: a, {written}}}\n"
    file = load_text(text, "claims.yaml")
    assert [p.help for p in (*file.problems, *elaborate(file)[1])] == [repair]


OPTIMA: tuple[tuple[str, str], ...] = (
    ("argmax(-Sum((o[k] - y[k])**2, k), o) == y", "i"),
    ("y == argmax(-Sum((o[k] - y[k])**2, k), o)", "i"),
    ("argmax(-Sum((o[k] - y[k])**2, k), o) == s / Max(o)", "i"),
    ("argmax(-Sum((o[k] - y[k])**2, k), o) == y[l] / Sum(y[k], k)", "l"),
)


@pytest.mark.parametrize(("claim", "component"), OPTIMA)
def test_an_array_optimum_is_read_by_components(claim: str, component: str) -> None:
    claims, problems = _elaborated(f"claim: {claim}")
    assert [p for p in problems if not p.is_lint] == []
    goal = claims[0].lines[0].goal
    (optimum,) = (t for side in (goal.left, goal.right) for t in subterms(side) if isinstance(t, Optimum))
    assert optimum.component == (Index(component, "n"),)
    assert goal.indices == (Index(component, "n"),)
    written = claims[0].lines[0].written
    assert not any(isinstance(t, Optimum) and t.component for t in (written.left, written.right)), "as the author wrote"


def test_places_of_an_expansion_are_those_of_the_call() -> None:
    claims, _ = _elaborated("claim: x + s[j] == 0")
    goal = claims[0].lines[0].goal
    inside = [t for t in subterms(goal.left) if isinstance(t, Component) and t.array == "o"]
    assert [t.at for t in inside] == [(4, 8), (4, 8)]


def test_expansion_is_bounded() -> None:
    doubling = "".join(f"  f{k + 1}: f{k} * f{k} + f{k}\n" for k in range(60))
    nested = "claim: " + "g(" * 40 + "x" + ")" * 40 + " == 0"
    for text in (
        f"variables: {{x: real}}\ndefine:\n  f0: x\n{doubling}claims:\n  - {{id: a, claim: f60 == 0}}\n",
        f"variables: {{x: real}}\ndefine: {{g(u): u*u + u}}\nclaims:\n  - id: a\n    {nested}\n",
    ):
        claims, problems = elaborate(load_text(text, "claims.yaml"))
        assert claims == () and "DV075" in {p.code for p in problems}


def test_the_catalogue_of_names_is_kept_for_printing() -> None:
    (claim,), _ = _elaborated("title: T\nclaim: s[i] == loss\nassume: [n >= 2]\ntags: [u]")
    assert {d.name for d in claim.definitions} >= {"s", "loss", "sigmoid"}
    assert {d.name for d in claim.declarations} >= {"o", "n", "c"}
    assert (claim.assumptions, claim.tags, claim.text) == (("n >= 2",), ("u",), "s[i] == loss")
    assert _text(claim.lines[0].written) == "s[i] == loss"


# at, value, prints, the goals that are to be decided
PRINTED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("{x: 0.5}", "x + 1", "1.50", ("Abs(0.5 + 1 - 1.50) <= 0.005",)),
    ("{x: 1/3}", "x", "-0.3", ("Abs(1/3 - -0.3) <= 0.05",)),
    ("{x: 2}", "x", "2", ("Abs(2 - 2) <= 0.5",)),
    ("{x: 2}", "x", "2e-3", ("Abs(2 - 2e-3) <= 0.0005",)),
    ("{o: [3, 4]}", "Sum(o[k], k)", "7", ("Abs(3 + 4 - 7) <= 0.5",)),
    ("{o: [3, 4]}", "Sum(o[k], k, k != 1)", "4", ("Abs(4 - 4) <= 0.5",)),
    ("{o: [3, 4]}", "o", "[3, 4]", ("Abs(3 - 3) <= 0.5", "Abs(4 - 4) <= 0.5")),
    ("{o: [3, 4]}", "-o", "[3, 4]", ("Abs(-3 - 3) <= 0.5", "Abs(-4 - 4) <= 0.5")),
    ("{o: [3, 4]}", "Max(o)*n", "8", ("Abs(Max(3, 4)*2 - 8) <= 0.5",)),
    ("{o: [3]}", "Max(o)", "3", ("Abs(3 - 3) <= 0.5",)),
    ("{A: [[1, 2]]}", "A", "[[1, 2]]", ("Abs(1 - 1) <= 0.5", "Abs(2 - 2) <= 0.5")),
    ("{n: 3}", "n", "3", ("Abs(3 - 3) <= 0.5",)),
    ("{x: 1}", "sigmoid(x)", "0.7", ("Abs(1/(1 + exp(-1)) - 0.7) <= 0.05",)),
)


@pytest.mark.parametrize(("at", "value", "prints", "goals"), PRINTED)
def test_a_printed_number_is_a_bound(at: str, value: str, prints: str, goals: tuple[str, ...]) -> None:
    claims, problems = _elaborated(f"at: {at}\nvalue: {value}\nprints: {prints}")
    assert problems == []
    found = [line.goal for line in claims[0].lines]
    for goal, expected in zip(found, goals, strict=True):
        left, bound = expected.split(" <= ")
        assert write(goal.left).replace(" / ", "/").replace(" * ", "*").replace("(-0.3)", "-0.3") == left
        assert isinstance(goal.right, Number) and goal.right.value == Fraction(bound)
        assert goal.declarations == goal.indices == goal.dimensions == ()


NOT_PRINTED: tuple[tuple[str, str], ...] = (
    ("value: x", "DV093"),
    ("value: x\nprints: 1", "DV093"),
    ("at: {x: 1}\nvalue: x\nprints: one", "DV093"),
    ("at: {x: 1}\nvalue: x\nprints: [1, 2]", "DV093"),
    ("at: {x: [1]}\nvalue: x\nprints: 1", "DV093"),
    ("at: {x: a}\nvalue: x\nprints: 1", "DV093"),
    ("at: {w: 1}\nvalue: x\nprints: 1", "DV093"),
    ("at: {o: [1, 2]}\nvalue: o\nprints: [1]", "DV093"),
    ("at: {o: [1, 2]}\nvalue: o\nprints: 1", "DV082"),
    ("at: {o: [1, 2]}\nvalue: o[i]\nprints: 1", "DV093"),
    ("at: {o: [1, 2]}\nvalue: o[3]\nprints: 1", "DV087"),
    ("at: {o: [1, 2], n: 3}\nvalue: o[1]\nprints: 1", "DV093"),
    ("at: {o: [1, 2], A: [[1, 2, 3]]}\nvalue: o[1]\nprints: 1", "DV093"),
    ("at: {A: [[1, 2], [3]]}\nvalue: A[1, 1]\nprints: 1", "DV093"),
    ("at: {n: 0}\nvalue: n\nprints: 0", "DV093"),
    ("at: {x: 1}\nvalue: diff(x**2, x)\nprints: 2", "DV093"),
    ("value: Sum(o[k], k)\nprints: 2", "DV093"),
    ("value: w\nprints: 2", "DV076"),
    ("at: {n: 999999}\nvalue: Sum(Sum(1, c), c)\nprints: 2", "DV075"),
    ("claim: x == x\nprints: 2", "DV093"),
)


@pytest.mark.parametrize(("body", "code"), NOT_PRINTED)
def test_a_printed_number_that_cannot_be_read_is_located(body: str, code: str) -> None:
    claims, problems = _elaborated(body)
    assert claims == ()
    first = next(p for p in problems if not p.is_lint)
    assert (first.code, first.claim_id) == (code, "a"), first.message
    assert first.span and first.span.line >= LINES and first.help
