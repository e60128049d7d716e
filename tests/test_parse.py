from __future__ import annotations

import warnings
from fractions import Fraction
from operator import ne

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import CODES, InputError
from derive.parse import (
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_LENGTH,
    MAX_TARGETS,
    parse,
    parse_relation_chain,
    parse_step,
)
from derive.scan import MAX_BRACKETS, MAX_DIGITS
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
    Term,
    Variable,
    subterms,
)

x, y = Variable("x"), Variable("y")
i, j, k = Index("i"), Index("j"), Index("k")


def num(value: int | str) -> Number:
    return Number(Fraction(value))


READ: list[tuple[str, Term]] = [
    ("2", num(2)),
    ("0.1", num("1/10")),
    ("1e-9", num("1/1000000000")),
    (".5", num("1/2")),
    ("1_000", num(1000)),
    ("0.3 - 0.1", Binary("-", num("3/10"), num("1/10"))),
    ("Rational(1, 3)", num("1/3")),
    ("Rational(-2, 6)", Neg(num("1/3"))),
    ("1/3", Binary("/", num(1), num(3))),
    ("pi", Constant("pi")),
    ("-oo", Neg(Constant("oo"))),
    ("-x**2", Neg(Binary("**", x, num(2)))),
    ("x**-2", Binary("**", x, Neg(num(2)))),
    ("x - y - 1", Binary("-", Binary("-", x, y), num(1))),
    ("+x", x),
    ("  x\n + y ", Binary("+", x, y)),
    ("\u3000x", x),
    ("λ*ŷ", Binary("*", Variable("λ"), Variable("ŷ"))),
    ("y\u0302", Variable("ŷ")),
    ("ϕ", Variable("φ")),
    ("W[a, 2]", Component("W", (Index("a"), Index(2)))),
    ("o[行]", Component("o", (Index("行"),))),
    ("KroneckerDelta(i, j)", Delta(i, j)),
    ("Sum(x, k)", Reduce("Sum", x, k)),
    ("Product(x, k, k != i)", Reduce("Product", x, k, (i,))),
    ("Sum(x, k, k != i, j != k)", Reduce("Sum", x, k, (i, j))),
    ("Sum(x, k, k != i and k != j)", Reduce("Sum", x, k, (i, j))),
    ("diff(x, y, 2, o[i])", Diff(x, (y, y, Component("o", (i,))))),
    ("limit(x, y, oo)", Limit(x, "y", Constant("oo"))),
    ("limit(x, y, 0, '-')", Limit(x, "y", num(0), "-")),
    ('limit(x, y, 0, "+")', Limit(x, "y", num(0), "+")),
    ("argmax(x, y)", Optimum("argmax", x, "y")),
    ("argmin(x, y)[i]", Optimum("argmin", x, "y", (i,))),
    ("Max(x)", Apply("Max", (x,))),
    ("Max(x, y, 0)", Apply("Max", (x, y, num(0)))),
    ("exp(x)", Apply("exp", (x,))),
    ("sigmoid(x)", Call("sigmoid", (x,))),
    ("fresh", Variable("fresh")),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_parse(text: str, expected: Term) -> None:
    assert parse(text) == expected


DECLARED: list[tuple[str, str, Term]] = [
    ("E", "E", Variable("E")),
    ("pi", "pi", Variable("pi")),
    ("Sum", "Sum(x, y)", Call("Sum", (x, y))),
    ("exp", "exp(x, y)", Call("exp", (x, y))),
    ("diff", "diff", Variable("diff")),
    ("ln", "ln(x)", Call("ln", (x,))),
    ("max", "max", Variable("max")),
    ("π", "π", Variable("π")),
    ("ϕ", "φ", Variable("φ")),
    ("beta", "beta(x, y)", Call("beta", (x, y))),
]


@pytest.mark.parametrize(("name", "text", "expected"), DECLARED)
def test_a_declared_name_wins(name: str, text: str, expected: Term) -> None:
    assert parse(text, frozenset({name})) == expected


@pytest.mark.parametrize(
    ("text", "ops"), [("x", ()), ("x == y", ("==",)), ("x < y <= x != y", ("<", "<=", "!=")), ("(x > y)", (">",))]
)
def test_chains(text: str, ops: tuple[str, ...]) -> None:
    first, pairs = parse_relation_chain(text)
    assert first == x
    assert tuple(op for op, _ in pairs) == ops


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
def test_steps(op: str) -> None:
    assert parse_step(f" {op}x") == (op, x)
    assert parse_step(f"{op} x")[1].at == (len(op) + 1, len(op) + 2)


@pytest.mark.parametrize("text", ["x", "1/2", "o[i]", "Sum(o[k]*y, k)", "diff(x**2, x)", "limit(x, x, 0)", "-exp(x)"])
def test_terms_are_the_same_wherever_they_stand(text: str) -> None:
    here, there = parse(text), parse(f"  {text}")
    assert here.at != there.at
    assert here == there and not ne(here, there) and hash(here) == hash(there)
    assert here != parse(f"({text}) + 1") and here != text


PLACES = [
    ("x + y*y", "y*y", Binary),
    ("中文 + exp(数)", "数", Variable),
    ("中文 + exp(数)", "exp(数)", Apply),
    ("𝒳*y - o[行]", "o[行]", Component),
    ("  -(x)", "-(x)", Neg),
    ("ŷ + KroneckerDelta(i, j)", "KroneckerDelta(i, j)", Delta),
]


@pytest.mark.parametrize(("text", "part", "kind"), PLACES)
def test_nodes_know_their_place_in_characters(text: str, part: str, kind: type[Term]) -> None:
    assert part in [text[slice(*t.at)] for t in subterms(parse(text)) if isinstance(t, kind) and t.at]


def test_indices_know_their_place() -> None:
    text = "Sum(数[k], k, k != 行)"
    term = parse(text)
    assert isinstance(term, Reduce)
    assert [text[slice(*index.at)] for index in (term.index, *term.excluded) if index.at] == ["k", "行"]


# Text, code, the part of the text that the caret underlines, and a word of the repair.
REFUSED = [
    ("", "DV030", "", "write an expression"),
    (" \n", "DV030", " \n", "write an expression"),
    ("x" * (MAX_LENGTH + 1), "DV031", "x", "define"),
    ("(" * (MAX_BRACKETS + 1) + "x" + ")" * (MAX_BRACKETS + 1), "DV031", "(", "define"),
    ("+".join("x" * (MAX_DEPTH + 1)), "DV031", "x", "define"),
    ("-" * 9000 + "x", "DV031", "-" * 9000 + "x", "define"),
    ("**".join("x" * 3000), "DV031", "**".join("x" * 3000), "define"),
    (",".join("x" * 5000), "DV037", ",", "one claim"),
    ("Max(" + ",".join("x" * 4500) + ")", "DV031", "x", "define"),
    ("(x", "DV032", "(", "add `)`"),
    ("exp(x[i)", "DV032", ")", "add `(`"),
    ("x]", "DV032", "]", "remove `]`"),
    ("x^2", "DV033", "^", "`**`"),
    ("np.exp(x)", "DV033", ".", "without `np.`"),
    ("x.exp", "DV033", ".", "no parts"),
    ("中文 + 中文 ^ 2", "DV033", "^", "`**`"),
    ("x = y", "DV033", "=", "`==`"),
    ("x === y", "DV033", "===", "`==`"),
    ("x := y", "DV033", ":=", "`==`"),
    ("f(x, y=2)", "DV033", "=", "no names"),
    ("x <> y", "DV033", "<>", "`!=`"),
    ("x => y", "DV033", "=>", "`>=`"),
    ("|x|", "DV033", "|", "Abs"),
    ("x!", "DV033", "!", "factorial"),
    ("x × y", "DV033", "×", "`*`"),
    ("x·y", "DV033", "·", "`*`"),
    ("x − y", "DV033", "−", "`-`"),
    ("x≤y", "DV033", "≤", "`<=`"),
    ("x ≥ y", "DV033", "≥", "`>=`"),
    ("x ≠ y", "DV033", "≠", "`!=`"),
    ("∑x", "DV033", "∑", "Sum"),
    ("（x）", "DV033", "（", "`(`"),
    ("x²", "DV033", "²", "`**2`"),
    ("xⁿ", "DV033", "ⁿ", "`**n`"),
    ("oⱼ", "DV033", "ⱼ", "`[j]`"),
    ("x₁", "DV033", "₁", "`[1]`"),
    ("x//y", "DV033", "//", "`/`"),
    ("x.y", "DV033", ".", "x_max"),
    ("x.__class__", "DV033", ".", "x_max"),
    ("x'", "DV033", "'", "diff"),
    ("\\beta", "DV033", "\\", "backslash"),
    ("x # y", "DV033", "#", "outside"),
    ("x\u200b", "DV033", "\u200b", "remove"),
    ("{x}", "DV033", "{", "parentheses"),
    ("x[1:2]", "DV033", ":", "range"),
    ("limit(x, x, 0, 'right')", "DV033", "'", "'+' or '-'"),
    ("2x", "DV034", "x", "`2*x`"),
    ("1/3x", "DV034", "x", "`3*x`"),
    ("0x10", "DV034", "x10", "`0*x10`"),
    ("x y", "DV034", "y", "`x*y`"),
    ("sin x", "DV034", "x", "`sin(x)`"),
    ("sum_k x[k]", "DV034", "x", "Sum(e, k)"),
    ("d/dx x**2", "DV034", "x", "diff(e, x)"),
    ("2(x)", "DV034", "(", "`*`"),
    ("(x)(y)", "DV034", "(", "`*`"),
    ("f(x)(y)", "DV034", "(", "`*`"),
    ("x[i](y)", "DV034", "(", "`*`"),
    ("lambda*x", "DV035", "lambda", "`lam`"),
    ("lambda x: x", "DV035", "lambda", "`lam`"),
    ("True", "DV035", "True", "relation"),
    ("x if y else y", "DV035", "if", "assume"),
    ("x or y", "DV035", "or", "case"),
    ("yield", "DV035", "yield", "another name"),
    ("f(y for y in x)", "DV035", "for", "Sum"),
    ("x +", "DV036", "+", "complete"),
    ("* x", "DV036", "*", "expression"),
    ("x ** ** y", "DV036", "**", "expression"),
    ("f(x,)", "DV036", ")", "after `,`"),
    ("Max()", "DV036", ")", "after `(`"),
    ("f(*x)", "DV036", "*", "expression"),
    ("f(**x)", "DV036", "**", "expression"),
    ("x[]", "DV036", "]", "expression"),
    ("limit(f, x -> 0)", "DV037", "-", "limit(e, x, 0)"),
    ("Sum(o[i], i, 1, n)", "DV047", "1", "whole range"),
    ("== x", "DV036", "==", "expression"),
    ("x, y", "DV037", ",", "one claim"),
    ("[x]", "DV037", "[", "components"),
    ("(x, y)", "DV037", "(x, y)", "one by one"),
    ("x and y", "DV037", "x and y", "two claims"),
    ("x + '+'", "DV037", "'+'", "side of a limit"),
    ("W[a][b]", "DV037", "W[a][b]", "W[a, b]"),
    ("exp(x)[i]", "DV037", "exp(x)[i]", "W[a, b]"),
    ("argmax(x, p)[i][j]", "DV037", "argmax(x, p)[i][j]", "W[a, b]"),
    ("softmax(o)[i]", "DV037", "softmax(o)[i]", "`softmax[i]: …`"),
    ("1[x]", "DV037", "1[x]", "(1 + sign(x))/2"),
    ("exp(x, y)", "DV038", "exp(x, y)", "exp(x)"),
    ("Sum(x)", "DV038", "Sum(x)", "Sum(e, k)"),
    ("diff(x)", "DV038", "diff(x)", "diff(e, x)"),
    ("limit(x, x)", "DV038", "limit(x, x)", "limit(e, x, a)"),
    ("KroneckerDelta(i)", "DV038", "KroneckerDelta(i)", "KroneckerDelta(i, j)"),
    ("argmax(x, p, q)", "DV038", "argmax(x, p, q)", "argmax(e, p)"),
    ("Rational(1)", "DV038", "Rational(1)", "Rational(1, 3)"),
    ("1 + " + "9" * (MAX_DIGITS + 1), "DV040", "9" * (MAX_DIGITS + 1), "symbol"),
    ("1e9999", "DV040", "1e9999", "symbol"),
    ("1e-99999999999999", "DV040", "1e-99999999999999", "symbol"),
    ("9**9**9", "DV040", "9**9**9", "symbol"),
    ("x**(2**3)", "DV040", "x**(2**3)", "symbol"),
    (f"x**-{MAX_EXPONENT + 1}", "DV040", f"x**-{MAX_EXPONENT + 1}", "symbol"),
    ("x**(200*200)", "DV040", "x**(200*200)", "symbol"),
    ("x**(1/20000)", "DV040", "x**(1/20000)", "symbol"),
    ("((2**9)**9999)**9999", "DV040", "((2**9)**9999)**9999", "symbol"),
    ("(10**9999*10**9999*10**9999*10**9999)**2", "DV040", "10**9999*10**9999*10**9999*10**9999", "symbol"),
    ("007", "DV041", "007", "`7`"),
    ("Rational(1/3, 2)", "DV041", "1/3", "1/3"),
    ("Rational(0.5, 2)", "DV041", "0.5", "1/3"),
    ("Rational(1, 0)", "DV041", "Rational(1, 0)", "denominator"),
    ("x[0]", "DV042", "0", "from 1"),
    ("x[-1]", "DV042", "-1", "from 1"),
    ("x[1.5]", "DV042", "1.5", "from 1"),
    ("x[k + 1]", "DV042", "k + 1", "cannot be computed"),
    ("x[y[1]]", "DV042", "y[1]", "cannot be computed"),
    ("Sum(x, (k, 1, n))", "DV042", "(k, 1, n)", "whole range"),
    ("Sum(x, 1)", "DV042", "1", "name"),
    ("x + (x == y)", "DV043", "x == y", "of its own"),
    ("exp(x < y)", "DV043", "x < y", "of its own"),
    ("x == (x == y)", "DV043", "x == y", "of its own"),
    ("diff(x, (x, 2))", "DV045", "(x, 2)", "diff(e, x, 2)"),
    ("diff(x, 2)", "DV045", "2", "diff(e, x, 2)"),
    ("diff(x, x, 0)", "DV045", "0", "diff(e, x, 2)"),
    ("diff(x, exp(x))", "DV045", "exp(x)", "o[j]"),
    ("diff(x, pi)", "DV045", "pi", "o[j]"),
    (f"diff(x, x, {MAX_TARGETS + 1})", "DV045", f"{MAX_TARGETS + 1}", "order"),
    ("diff(x, x, 999999999999)", "DV045", "999999999999", "order"),
    ("limit(x, x[i], 0)", "DV046", "x[i]", "limit(e, x, a)"),
    ("limit(x, x, 0, y)", "DV046", "y", "'+'"),
    ("Sum(x, k, k < i)", "DV047", "k < i", "k != i"),
    ("Sum(x, k, k != k)", "DV047", "k != k", "k != i"),
    ("Sum(x, k, i != j)", "DV047", "i != j", "k != i"),
    ("Sum(x, k, k != i != j)", "DV047", "k != i != j", "k != i"),
    ("Sum(x, k, j)", "DV047", "j", "nest"),
    ("argmax(x, p[i])", "DV048", "p[i]", "argmax(e, p)"),
    ("ln(x)", "DV049", "ln", "`log`"),
    ("1 + max(x, 0)", "DV049", "max", "`Max`"),
    ("π*x", "DV049", "π", "`pi`"),
    ("inf", "DV049", "inf", "`oo`"),
]


@pytest.mark.parametrize(("text", "code", "part", "repair"), REFUSED, ids=lambda v: str(v)[:30])
def test_what_is_not_in_the_language(text: str, code: str, part: str, repair: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_relation_chain(text)
    found = caught.value.problems[0]
    assert found.code == code, found.message
    assert found.at is not None
    underlined = text[slice(*found.at)]
    assert underlined == part or (len(text) > 500 and underlined.startswith(part))
    assert repair in found.help
    assert len(found.message) < 200


def test_every_message_of_formulas_is_tested() -> None:
    rows = {code for code in CODES if "DV030" <= code < "DV060"}
    assert rows == {code for _, code, _, _ in REFUSED} | {"DV044"}


def test_several_slips_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse("x^2 × y^2 + lambda")
    assert [p.at for p in caught.value.problems] == [(1, 2), (4, 5), (12, 18)]


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("x", "DV044", (0, 1)),
        ("", "DV044", (0, 0)),
        ("<> x", "DV033", (0, 2)),
        ("= x", "DV033", (0, 1)),
        ("== ", "DV030", (0, 3)),
        ("== x == y", "DV043", (3, 9)),
        ("<= 数 ^ 2", "DV033", (5, 6)),
    ],
)
def test_what_is_not_a_step(text: str, code: str, at: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        parse_step(text)
    assert [(p.code, p.at) for p in caught.value.problems] == [(code, at)]


def test_an_expression_is_not_a_relation() -> None:
    with pytest.raises(InputError) as caught:
        parse("x == y")
    assert caught.value.problems[0].code == "DV043"


@pytest.mark.parametrize("text", ("1or x", "0x1for x in y", "1if x else 2"))
def test_python_tells_nobody_what_it_finds_odd(text: str, recwarn: pytest.WarningsRecorder) -> None:
    with pytest.raises(InputError):
        parse(text)
    assert not recwarn.list


def test_the_largest_formulas_that_are_read() -> None:
    for text in (
        "(" * MAX_BRACKETS + "x" + ")" * MAX_BRACKETS,
        "+".join("x" * MAX_DEPTH),
        f"x**{MAX_EXPONENT}",
        "9" * MAX_DIGITS,
        f"diff(x, y, {MAX_TARGETS})",
    ):
        term = parse(text)
        assert term == parse(text)
        assert repr(term)
        assert hash(term) == hash(parse(text))


symbols = st.sampled_from(
    [*"xk2().,[]+-*/<>=!^'\" :;#\\{}|~%@&√²ᵢ·数", "**", "Sum(", "diff(", "1e9", "lambda", "\u0302"]
)


@given(st.one_of(st.lists(symbols, max_size=25).map("".join), st.text(max_size=25)))
@settings(max_examples=1500, deadline=None)
def test_any_text_is_a_term_or_a_located_problem(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of Python's own would reach the terminal
        try:
            parse_relation_chain(text)
        except InputError as error:
            for found in error.problems:
                assert found.at is not None
                assert 0 <= found.at[0] <= found.at[1] <= len(text)
