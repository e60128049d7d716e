from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import InputError
from derive.parse import parse, parse_relation_chain
from derive.term import (
    Apply,
    Binary,
    Call,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
)
from derive.write import write

SAME = [
    "a - (b - c)",
    "a - b - c",
    "a + (b + c)",
    "a/(b*c)",
    "a/b*c",
    "a*(b/c)",
    "-x**2",
    "(-x)**2",
    "x**-y",
    "x**-y**2",
    "x**y**z",
    "(x**y)**z",
    "-(a*b)",
    "-a*b",
    "a*-b",
    "a - -b",
    "--x",
    "-(a + b)",
    "(a + b)*c",
    "0.10*x",
    "1e-9",
    "1_000",
    "Rational(1, 3)**2",
    "-Rational(1, 3)",
    "1/3",
    "Sum(s[k]*(o[k] - 1), k, k != i, k != j)",
    "Product(x[k], k)",
    "diff(f, x, 2, y)",
    "diff(o[i], o[j], 3)",
    "limit(exp(x), x, -oo, '+')",
    "limit(log(x), x, 0)",
    "argmax(-Sum((p[k] - q[k])**2, k), p)[i]",
    "KroneckerDelta(i, 2)",
    "Max(o)",
    "Max(x, 0, -y)",
    "ŷ*λ[中]",
    "pi*E**x",
]

REWRITTEN = [
    ("((a))+(b*c)", "a + b*c"),
    ("Rational( 2,6 )", "Rational(1, 3)"),
    ("Rational(-1, 3)", "-Rational(1, 3)"),
    ("Rational(4, 2)", "2"),
    ("+x", "x"),
    ("Sum(x[k], k, i != k and k != j)", "Sum(x[k], k, k != i, k != j)"),
    ("diff(f, x, x, y)", "diff(f, x, 2, y)"),
    ("diff(f, x, 1)", "diff(f, x)"),
    ('limit(x, x, 0, "-")', "limit(x, x, 0, '-')"),
]

MADE = [
    (Number(Fraction(-2)), "-2"),
    (Binary("**", Number(Fraction(-2)), Number(Fraction(2))), "(-2)**2"),
    (Binary("*", Number(Fraction(1, 2)), Variable("x")), "Rational(1, 2)*x"),
    (Reduce("Max", Component("o", (Index("k", "n"),)), Index("k", "n")), "Max(o)"),
    (Reduce("Min", Neg(Component("o", (Index("k"),))), Index("k"), (Index("i"),)), "Min(-o[k], k, k != i)"),
    (Relation(Variable("x"), "<=", Binary("+", Variable("y"), Number(Fraction(1)))), "x <= y + 1"),
    (Index("k", "n"), "k"),
    (Index(2, "n"), "2"),
]


@pytest.mark.parametrize("text", SAME)
def test_canonical_text_is_kept(text: str) -> None:
    assert write(parse(text)) == text


@pytest.mark.parametrize(("text", "expected"), REWRITTEN)
def test_other_text_is_made_canonical(text: str, expected: str) -> None:
    assert write(parse(text)) == expected


@pytest.mark.parametrize(("made", "expected"), MADE)
def test_what_only_other_passes_make(made: Term | Relation | Index, expected: str) -> None:
    assert write(made) == expected


names = st.sampled_from(["x", "y", "λ", "w_1", "ŷ"])
indices = st.one_of(st.sampled_from(["i", "j", "k", "行"]), st.integers(1, 9)).map(Index)
bound = st.sampled_from(["i", "j", "k"]).map(Index)
variables = names.map(Variable)
components = st.builds(Component, names, st.lists(indices, min_size=1, max_size=3).map(tuple))
targets = st.lists(st.one_of(variables, components), min_size=1, max_size=4).map(tuple)
leaves = st.one_of(
    st.fractions(min_value=0, max_denominator=50).map(Number),
    st.sampled_from(["0.10", "1e-3", "7", "2.", ".5"]).map(lambda text: Number(Fraction(text), text)),
    st.sampled_from(["pi", "E", "oo"]).map(Constant),
    variables,
    components,
    st.builds(Delta, indices, indices),
)


def _reductions(bodies: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    kinds = st.sampled_from(["Sum", "Product"])
    others = st.lists(st.sampled_from(["a", "b", 1]).map(Index), max_size=2).map(tuple)
    return st.builds(Reduce, kinds, bodies, bound, others)


def _calls(args: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    one, two = st.tuples(args), st.tuples(args, args)
    return st.one_of(
        st.builds(Apply, st.sampled_from(["exp", "log", "Max", "Abs"]), one),
        st.builds(Apply, st.sampled_from(["Max", "Min"]), two),
        st.builds(Call, st.sampled_from(["f", "sigmoid"]), st.one_of(one, two)),
    )


def _larger(parts: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        parts.map(Neg),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), parts, parts),
        # A literal exponent may be out of bounds, so exponents are kept apart from numbers.
        st.builds(Binary, st.just("**"), parts, st.one_of(variables, components.map(Neg))),
        _calls(parts),
        _reductions(parts),
        st.builds(Diff, parts, targets),
        st.builds(Limit, parts, names, parts, st.sampled_from(["+", "-", None])),
        st.builds(Optimum, st.sampled_from(["argmax", "argmin"]), parts, names, st.sampled_from([(), (Index("i"),)])),
    )


terms = st.recursive(leaves, _larger, max_leaves=12)


@given(terms)
@settings(max_examples=400, deadline=None)
def test_parse_undoes_write(term: Term) -> None:
    text = write(term)
    assert parse(text) == term
    assert write(parse(text)) == text


@given(terms, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), terms)
@settings(max_examples=100, deadline=None)
def test_parse_undoes_write_of_relations(left: Term, op: str, right: Term) -> None:
    first, pairs = parse_relation_chain(write(Relation(left, op, right)))  # type: ignore[arg-type]
    assert (first, pairs) == (left, ((op, right),))


@given(terms)
@settings(max_examples=100, deadline=None)
def test_every_pair_of_parentheses_is_needed(term: Term) -> None:
    """Removing any pair of grouping parentheses changes the term or makes it unreadable."""
    text = write(term)
    for start, end in _groups(text):
        bare = f"{text[:start]} {text[start + 1 : end]} {text[end + 1 :]}"
        assert _readable(bare) != term, (text, bare)


def _groups(text: str) -> list[tuple[int, int]]:
    stack: list[int] = []
    found = []
    for place, c in enumerate(text):
        if c == "(":
            stack.append(place)
        elif c == ")":
            start = stack.pop()
            if start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_̂"):
                found.append((start, place))
    return found


def _readable(text: str) -> Term | None:
    try:
        return parse(text)
    except InputError:
        return None
