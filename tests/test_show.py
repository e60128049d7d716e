from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from rich.cells import cell_len

from derive.claim import Claim, Definition
from derive.derivation import Step
from derive.display.align import align
from derive.display.page import page
from derive.elaborate import elaborate
from derive.load import load
from derive.parse import parse, parse_relation_chain
from derive.show import STYLES, show
from derive.term import (
    Apply,
    Binary,
    Component,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Reduce,
    Relation,
    Term,
    Variable,
)


def read(text: str) -> Term | Relation:
    first, pairs = parse_relation_chain(text)
    return Relation(first, *pairs[0]) if pairs else first


# Text, on one line of Unicode, in LaTeX.
FORMULAS = [
    (
        "diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])",
        "∂sᵢ/∂oⱼ = sᵢ·(δᵢⱼ − sⱼ)",
        r"\frac{\partial s_{i}}{\partial o_{j}} = s_{i} (\delta_{ij} - s_{j})",
    ),
    ("-Sum(y[k]*log(s[k]), k)", "−Σₖ yₖ·log(sₖ)", r"-\sum_{k} y_{k} \log(s_{k})"),
    (
        "exp(o[i]) / Sum(exp(o[k]), k)",
        "exp(oᵢ)/Σₖ exp(oₖ)",
        r"\frac{e^{o_{i}}}{\sum_{k} e^{o_{k}}}",
    ),
    (
        "limit(log(Sum(exp(lam*z[k]), k))/lam, lam, oo) == Max(z)",
        "lim_{λ→∞} log(Σₖ exp(λ·zₖ))/λ = max(z)",
        r"\lim_{\lambda \to \infty} \frac{\log\left(\sum_{k} e^{\lambda z_{k}}\right)}{\lambda} = \max(z)",
    ),
    ("limit(1/x, x, 0, '-')", "lim_{x→0⁻} 1/x", r"\lim_{x \to 0^{-}} \frac{1}{x}"),
    ("limit(x, x, -oo)", "lim_{x→−∞} x", r"\lim_{x \to -\infty} x"),
    ("Sum(a[k], k)*b", "(Σₖ aₖ)·b", r"\left(\sum_{k} a_{k}\right) b"),
    ("b*Sum(a[k], k)", "b·Σₖ aₖ", r"b \sum_{k} a_{k}"),
    ("b*Sum(a[k], k)*c", "(b·Σₖ aₖ)·c", r"\left(b \sum_{k} a_{k}\right) c"),
    ("a/Sum(b[k], k)*c", "(a/Σₖ bₖ)·c", r"\frac{a}{\sum_{k} b_{k}} c"),
    ("Sum(a[k] + 1, k) + b", "Σₖ (aₖ + 1) + b", r"\sum_{k} (a_{k} + 1) + b"),
    ("Sum(a[k], k)**2", "(Σₖ aₖ)²", r"\left(\sum_{k} a_{k}\right)^{2}"),
    ("Sum(-a[k], k)", "Σₖ (−aₖ)", r"\sum_{k} (-a_{k})"),
    ("Sum(a[b], b)", "Σ_b a[b]", r"\sum_{b} a_{b}"),
    ("Sum(a[k], k, k != i, k != j)", "Σ_{k≠i,j} aₖ", r"\sum_{k \ne i, j} a_{k}"),
    ("Product(a[k], k)", "Πₖ aₖ", r"\prod_{k} a_{k}"),
    ("diff(loss, o[j], o[k])", "∂²loss/∂oₖ∂oⱼ", r"\frac{\partial^{2}\mathrm{loss}}{\partial o_{k}\partial o_{j}}"),
    ("diff(f(x), x, 2)", "∂²f(x)/∂x²", r"\frac{\partial^{2}f(x)}{\partial x^{2}}"),
    ("diff(x*y, x)", "∂/∂x (x·y)", r"\frac{\partial}{\partial x} \, (x y)"),
    ("diff(log(x), x)*y", "(∂/∂x log(x))·y", r"\left(\frac{\partial}{\partial x} \, \log(x)\right) y"),
    ("argmax(-(p - a)**2, p) == a", "argmaxₚ (−(p − a)²) = a", r"\operatorname*{argmax}_{p} (-(p - a)^{2}) = a"),
    ("argmin(f, p)[i]", "(argminₚ f)ᵢ", r"\left(\operatorname*{argmin}_{p} f\right)_{i}"),
    ("W[i, j]*W[a, b]", "Wᵢⱼ·W[a, b]", r"W_{ij} W_{ab}"),
    ("o[2] + o[12] + W[1, 2]", "o₂ + o₁₂ + W[1, 2]", "o_{2} + o_{12} + W_{1, 2}"),
    ("x_1[i]**2", "x₁[i]²", "x_{1, i}^{2}"),
    ("y_hat[i] - yhat[b]", "ŷᵢ − ŷ[b]", r"\hat{y}_{i} - \hat{y}_{b}"),
    ("KroneckerDelta(b, 2)", "δ[b, 2]", r"\delta_{b, 2}"),
    ("exp(-x)", "e⁻ˣ", "e^{-x}"),
    ("exp(x)**2", "(eˣ)²", "(e^{x})^{2}"),
    ("log(x)**2", "(log(x))²", r"(\log(x))^{2}"),
    ("x**n*x**(a/b)*x**lam", "xⁿ·x^(a/b)·x^λ", r"x^{n} x^{\frac{a}{b}} x^{\lambda}"),
    ("2**-1", "2⁻¹", "2^{-1}"),
    ("(x**2)**3", "(x²)³", "(x^{2})^{3}"),
    ("sqrt(x) + sqrt(x + 1)**2", "√x + (√(x + 1))²", r"\sqrt{x} + \left(\sqrt{x + 1}\right)^{2}"),
    ("cbrt(x)", "∛x", r"\sqrt[3]{x}"),
    ("Abs(Abs(y) - 1)", "abs(|y| − 1)", r"\left|\left|y\right| - 1\right|"),
    ("a - (b - c)", "a − (b − c)", "a - (b - c)"),
    ("a*-b - -c", "a·(−b) − (−c)", "a (-b) - (-c)".replace("a (", r"a \cdot (")),
    ("a/(b*c)", "a/(b·c)", r"\frac{a}{b c}"),
    ("(a + b)/c*d", "(a + b)/c·d", r"\frac{a + b}{c} d"),
    ("(a/b)**2", "(a/b)²", r"\left(\frac{a}{b}\right)^{2}"),
    ("0.1*x*2", "0.1·x·2", r"0.1 x \cdot 2"),
    ("1e-9 + 2.5e3", "10⁻⁹ + 2.5·10³", r"10^{-9} + 2.5 \cdot 10^{3}"),
    ("Rational(1, 3)*x", "1/3·x", r"\frac{1}{3} x"),
    ("2*(1/3)", "2·(1/3)", r"2 \cdot \frac{1}{3}"),
    ("loss*(a + b)", "loss·(a + b)", r"\mathrm{loss} \cdot (a + b)"),
    ("pi*E", "π·e", r"\pi e"),
    ("x <= y", "x ≤ y", r"x \le y"),
    ("x != 0", "x ≠ 0", r"x \ne 0"),
    ("Max(x, 0) - Min(x, 0)", "max(x, 0) − min(x, 0)", r"\max(x, 0) - \min(x, 0)"),
    ("tanh(x) + erf(x)", "tanh(x) + erf(x)", r"\tanh(x) + \operatorname{erf}(x)"),
]


@pytest.mark.parametrize(("text", "line", "latex"), FORMULAS, ids=lambda v: str(v)[:30])
def test_show(text: str, line: str, latex: str) -> None:
    formula = read(text)
    assert show(formula) == line
    assert show(formula, "latex") == latex
    assert show(formula, "markdown") == f"$$\n{latex}\n$$"


NAMES = [
    ("lam", "λ", r"\lambda", "lam"),
    ("lambda_", "λ", r"\lambda", "lambda_"),
    ("Sigma_1", "Σ₁", r"\Sigma_{1}", "Sigma_1"),
    ("beta12", "β₁₂", r"\beta_{12}", "beta12"),
    ("θ", "θ", r"\theta", "theta"),
    ("y_hat", "ŷ", r"\hat{y}", "y_hat"),
    ("ŷ", "ŷ", r"\hat{y}", "y_hat"),
    ("theta_hat", "θ̂", r"\hat{\theta}", "theta_hat"),
    ("mu_bar_2", "μ̄₂", r"\bar{\mu}_{2}", "mu_bar_2"),
    ("what", "what", r"\mathrm{what}", "what"),
    ("x_max", "x_max", r"x_{\mathrm{max}}", "x_max"),
    ("a_b_c", "a_b_c", r"\mathrm{a\_b\_c}", "a_b_c"),
    ("x_", "x_", r"\mathrm{x\_}", "x_"),
    ("learning_rate", "learning_rate", r"\mathrm{learning}_{\mathrm{rate}}", "learning_rate"),
    ("损失", "损失", r"\text{损失}", r"\u635f\u5931"),
]


@pytest.mark.parametrize(("name", "unicode", "latex", "ascii_"), NAMES)
def test_names(name: str, unicode: str, latex: str, ascii_: str) -> None:
    assert [show(Variable(name), style) for style in ("unicode", "latex", "ascii")] == [unicode, latex, ascii_]


DEFINITIONS = [
    (Definition("s", ("i",), (), parse("exp(o[i])")), "sᵢ := exp(oᵢ)", "s[i] := exp(o[i])"),
    (Definition("f", (), ("x", "y"), parse("x - y")), "f(x, y) := x − y", "f(x, y) := x - y"),
    (Definition("loss", (), (), parse("lam**2")), "loss := λ²", "loss := lam**2"),
]


@pytest.mark.parametrize(("definition", "unicode", "ascii_"), DEFINITIONS)
def test_definitions(definition: Definition, unicode: str, ascii_: str) -> None:
    assert show(definition) == unicode
    assert show(definition, "ascii") == ascii_


PRETTY = [
    ("x + y", ["x + y"]),
    ("-Sum(y[k]*log(s[k]), k)", ["−Σₖ yₖ·log(sₖ)"]),
    (
        "exp(o[i]) / Sum(exp(o[k]), k, k != i)",
        ["    exp(oᵢ)", "───────────────", "   Σ   exp(oₖ)", " k ≠ i"],
    ),
    ("(1 + x/y)**2 == z", ["         2", "⎛     x ⎞", "⎜1 + ───⎟  = z", "⎝     y ⎠"]),
    ("中/x", [" 中", "────", " x"]),
]


@pytest.mark.parametrize(("text", "rows"), PRETTY)
def test_two_dimensions(text: str, rows: list[str]) -> None:
    assert show(read(text), "pretty").split("\n") == rows


def test_what_does_not_fit_stands_on_one_line() -> None:
    formula = read("x/(y + 1) == " + " + ".join("abcdefgh"))
    wide = show(formula, "pretty", 80).split("\n")
    width = max(map(cell_len, wide))
    assert len(wide) == 3
    assert show(formula, "pretty", width) == "\n".join(wide)
    assert show(formula, "pretty", width - 1) == show(formula)


@pytest.mark.parametrize("text", [text for text, _, _ in FORMULAS])
def test_every_style_keeps_its_promises(text: str) -> None:
    formula = read(text)
    assert show(formula, "ascii").isascii()
    assert read(show(formula, "ascii")) == formula
    assert json.loads(show(formula, "json"))["node"] == type(formula).__name__
    latex = show(formula, "latex")
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") == latex.count(r"\right")
    rows = show(formula, "pretty", 200).split("\n")
    assert not any(row != row.rstrip() for row in rows)
    _WellFormed().feed(show(formula, "mathml"))


CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2}
KNOWN = {"math", "mrow", "mi", "mn", "mo", "mspace", "msqrt", *CHILDREN}


class _WellFormed(HTMLParser):
    """Fails on a tag that is not closed, and on one that MathML Core does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag in KNOWN
        if self.open:
            self.open[-1] = (self.open[-1][0], self.open[-1][1] + 1)
        self.open.append((tag, 0))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        found, children = self.open.pop()
        assert found == tag
        assert CHILDREN.get(tag, children) == children


def test_mathml_escapes_and_nests() -> None:
    text = show(read("x[i]**2 < 1/y"), "mathml")
    assert "<mo>&lt;</mo>" in text
    assert "<msubsup><mi>x</mi><mrow><mi>i</mi></mrow><mn>2</mn></msubsup>" in text
    assert "<mfrac><mn>1</mn><mi>y</mi></mfrac>" in text


def test_json_is_exact() -> None:
    assert json.loads(show(parse("0.1*x"), "json")) == {
        "node": "Binary",
        "op": "*",
        "left": {"node": "Number", "value": "1/10", "text": "0.1"},
        "right": {"node": "Variable", "name": "x"},
    }


# What looks the same must be the same: all small terms, shown, grouped by their looks, compared by value.

X = {"a": 2.3, "b": -1.7}
K = Index("k")


def _terms(depth: int) -> Iterator[Term]:
    yield from (Variable("a"), Variable("b"), Component("v", (K,)))
    if depth == 0:
        return
    smaller = tuple(_terms(depth - 1))
    two = (*_terms(0), Number(Fraction(2)), Number(Fraction(1, 3)), Number(Fraction(-3)))
    for term in smaller:
        yield Neg(term)
        yield Apply("Abs", (term,))
        yield Apply("exp", (term,))
        yield Apply("sqrt", (term,))
        yield Reduce("Sum", term, K)
        yield Reduce("Max", term, K)
        yield Diff(term, (Variable("a"),))
        yield Limit(term, "a", Number(Fraction(0)))
    for op, one, other in product(("+", "-", "*", "/", "**"), smaller, two):
        yield Binary(op, one, other)  # type: ignore[arg-type]
        yield Binary(op, other, one)  # type: ignore[arg-type]


def _value(term: Term, k: float) -> complex:
    """A value that tells terms apart; what has no simple value is some other function of its body."""
    match term:
        case Variable(name):
            return X[name]
        case Component():
            return k
        case Number(value):
            return float(value)
        case Neg(operand):
            return -_value(operand, k)
        case Binary(op, left, right):
            return _arithmetic(op, _value(left, k), _value(right, k))
        case Apply("Abs", (body,)):
            return abs(_value(body, k))
        case Apply(name, (body,)):
            return {"exp": 1.3, "sqrt": 0.7}[name] + _value(body, k) ** 2
        case Reduce(kind, body):
            return {"Sum": 0.3, "Max": 0.4}[kind] + sum(_value(body, j) ** 2 for j in (0.5, 1.9))
        case Diff(body):
            return _value(body, k) ** 2 - 0.21
        case Limit(body):
            return _value(body, k) ** 2 - 0.83
    raise AssertionError(term)


def _arithmetic(op: str, a: complex, b: complex) -> complex:
    try:
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return a / b
        return complex(a) ** b
    except (ZeroDivisionError, OverflowError):
        return math.inf


@pytest.mark.parametrize("style", ["unicode", "latex", "pretty", "mathml"])
def test_what_looks_the_same_is_the_same(style: str) -> None:
    values: dict[str, tuple[complex, Term]] = {}
    for term in _terms(2):
        shown, value = show(term, style), _value(term, 1.1)
        first, other = values.setdefault(shown, (value, term))
        if abs(value) < 1e6:
            assert abs(value - first) <= 1e-9 * max(1, abs(first)), f"{shown}: {term} and {other}"
    assert len(values) > 1000


ROOT = Path(__file__).parent.parent
FILES = (ROOT / "derivations.yaml", *sorted((ROOT / "examples").glob("*.yaml")))
DEMANDING = Path(__file__).parent / "show" / "demanding.txt"


@cache
def claims() -> tuple[Claim, ...]:
    return tuple(claim for path in FILES for claim in elaborate(load(path))[0])


@pytest.mark.parametrize("style", STYLES)
def test_every_claim_is_printed_in_every_style(style: str) -> None:
    """Nested rightly, too: a brace, a bracket or an element that is left open would spoil the whole document."""
    for claim in claims():
        text = page(claim, style)
        assert claim.id in text
        if style in ("latex", "markdown"):
            assert text.replace(r"\{", "").count("{") == text.replace(r"\}", "").count("}")
            assert text.count(r"\left") == text.count(r"\right")
        if style == "mathml":
            _WellFormed().feed(text)
        if style == "json":
            json.loads(text)


def test_demanding_formulas(golden: Callable[[str, str], None]) -> None:
    """Nested sums, fractions in exponents, signs, long lines: on one line, in two dimensions, in LaTeX."""
    shown = []
    for text in DEMANDING.read_text(encoding="utf-8").splitlines():
        formula = read(text)
        shown += [text, *(show(formula, style, 100) for style in ("unicode", "pretty", "latex")), ""]
    golden("formulas.txt", "\n".join(shown))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
def test_latex_compiles_with_amsmath_alone(tmp_path: Path) -> None:
    lines = [line.written for claim in claims() for line in claim.lines]
    defined = [d for claim in claims() for d in claim.definitions]
    rows = dict.fromkeys(rf"\[ {show(f, 'latex')} \]" for f in (*lines, *defined))
    names = [rf"\[ {latex} \]" for _, _, latex, _ in NAMES if latex.isascii()]
    head = r"\documentclass{article}\usepackage{amsmath}\begin{document}"
    (tmp_path / "all.tex").write_text("\n".join([head, *rows, *names, r"\end{document}"]), encoding="utf-8")
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    log = (tmp_path / "all.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, [row for row in log.splitlines() if row.startswith("!")]


def test_mathml_of_names_and_operators() -> None:
    """Signs of sums are those that browsers enlarge; an index that belongs to a name stands below it."""
    assert "<munder><mo>∑</mo>" in show(read("Sum(a[k], k)"), "mathml")
    assert "<munder><mo>∏</mo>" in show(read("Product(a[k], k)"), "mathml")
    assert "<msub><mi>x</mi><mrow><mi>max</mi></mrow></msub>" in show(Variable("x_max"), "mathml")
    assert "<mrow><mn>1</mn><mo>,</mo><mi>i</mi></mrow>" in show(read("x_1[i]"), "mathml")
    assert '<mover accent="true"><mi>y</mi><mo>^</mo></mover>' in show(Variable("y_hat"), "mathml")


def test_styles_are_those_of_the_command_line() -> None:
    assert set(STYLES) == {"unicode", "pretty", "ascii", "latex", "markdown", "mathml", "json"}


def test_words_beside_a_formula_of_latex_are_text() -> None:
    """Every sign is drawn as it is written, in the usual fonts too, and none is a command."""
    words = "a_b < 2 & |c| > {d} % #1 $e$ \\f ^ ~"
    rows = align(read("x"), [Step("==", read("y"), (words,))], "latex")
    wanted = r"a\_b $<$ 2 \& $|$c$|$ $>$ \{d\} \% \#1 \$e\$ \textbackslash{}f \^{} \~{}"
    assert rf"  &= y && \text{{{wanted}}} \\" in rows
