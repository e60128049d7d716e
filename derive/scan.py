"""What is wrong with the words of a formula, told before the grammar sees it: `2x`, `x^2`, `|x|` are explained."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from unicodedata import decomposition, normalize

from msgspec.structs import replace

from derive.errors import Problem, clip, problem
from derive.signature import FUNCTIONS

MAX_BRACKETS = 60  # nested in each other
MAX_DIGITS = 400  # of a literal, zeros of its exponent included


def scan(line: str) -> Iterator[Iterator[Problem]]:
    """The problems of words, of brackets, and of the order of both; each kind explains what comes after it."""
    tokens = _tokens(line)
    yield _word_problems(tokens)
    yield _bracket_problems(tokens)
    yield _order_problems(tokens, len(line))


class _Token(NamedTuple):
    kind: Literal["number", "name", "side", "symbol", "wrong"]
    text: str
    start: int

    @property
    def at(self) -> tuple[int, int]:
        return self.start, self.start + len(self.text)


def _tokens(line: str) -> tuple[_Token, ...]:
    return tuple(_Token(m.lastgroup, m[0], m.start()) for m in _TOKEN.finditer(line))  # type: ignore[arg-type]


def _word_problems(tokens: tuple[_Token, ...]) -> Iterator[Problem]:
    """Tokens that are wrong wherever they stand."""
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.kind == "wrong":
            yield _part(before, token) if token.text == "." else _foreign(token.text, token.start)
        elif token.kind == "number":
            yield from _number_problems(token)
        elif token.kind == "name" and (not token.text.isascii() or keyword.iskeyword(token.text)):
            yield from _name_problems(token)


def _part(owner: _Token | None, dot: _Token) -> Problem:
    """The problem of a dot; what stands before it is often the module of a function."""
    found = _foreign(dot.text, dot.start)
    if owner is None or owner.text not in _MODULES:
        return found
    return replace(found, help=f"write functions without `{owner.text}.`")


def _name_problems(token: _Token) -> Iterator[Problem]:
    for offset, c in enumerate(token.text):
        # Python reads x·y as one name and xᵢ as the name xi.
        if normalize("NFKC", c) in _FOREIGN or _is_raised(c) or not token.text[: offset + 1].isidentifier():
            yield _foreign(c, token.start + offset)
            return
    if keyword.iskeyword(normalize("NFKC", token.text)) and token.text != "and":
        repair = _RESERVED.get(token.text, "choose another name")
        yield problem("DV035", at=token.at, found=token.text, repair=repair)


def _is_raised(c: str) -> bool:
    return decomposition(c).startswith(("<super>", "<sub>"))


def _foreign(symbol: str, start: int) -> Problem:
    """The problem of a symbol that the language does not have, with its spelling in the language where it has one."""
    plain = normalize("NFKC", symbol)
    shown = f"`{symbol}`" if symbol.isprintable() else f"U+{ord(symbol[0]):04X}"
    repair = _FOREIGN.get(symbol) or _FOREIGN.get(plain)
    if repair is None and _is_raised(symbol[0]):
        repair = f"write `**{plain}` for a power, `[{plain}]` for an index"
    elif repair is None:
        repair = f"write `{plain}`" if plain.isascii() and _TOKEN.fullmatch(plain) else "remove it"
    return problem("DV033", at=(start, start + len(symbol)), found=shown, repair=repair)


def _number_problems(token: _Token) -> Iterator[Problem]:
    mantissa, _, exponent = token.text.replace("_", "").lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent) > len(str(MAX_DIGITS)) + 1 or abs(int(exponent or 0)) > MAX_DIGITS:
        limit = f"{MAX_DIGITS} digits"
        yield problem("DV040", at=token.at, what="the number", found=clip(token.text, 20), limit=limit)
    elif re.fullmatch("0+[1-9][0-9]*", mantissa):
        yield problem("DV041", at=token.at, found=clip(token.text), repair=f"write `{mantissa.lstrip('0')}`")


def _bracket_problems(tokens: tuple[_Token, ...]) -> Iterator[Problem]:
    stack: list[_Token] = []
    for token in tokens:
        if token.text in _PARTNER:
            stack.append(token)
        elif token.text in _PARTNER.values():
            if not stack or _PARTNER[stack[-1].text] != token.text:
                yield _unmatched(token)
                return
            stack.pop()
        if len(stack) > MAX_BRACKETS:
            yield problem("DV031", at=token.at, what="nested brackets", limit=MAX_BRACKETS)
            return
    if stack:
        yield _unmatched(stack[-1])


def _unmatched(token: _Token) -> Problem:
    opening = {close: open_ for open_, close in _PARTNER.items()}
    required = _PARTNER.get(token.text) or opening[token.text]
    return problem(
        "DV032", at=token.at, found=token.text, required=required, repair=f"add `{required}`, or remove `{token.text}`"
    )


def _order_problems(tokens: tuple[_Token, ...], length: int) -> Iterator[Problem]:
    """The first place where an expression stands and an operator is required, or the other way round."""
    if not tokens:
        yield problem("DV030", at=(0, length))
        return
    before: _Token | None = None
    depth = 0
    for token in tokens:
        wrong = _misplaced(before, token, depth)
        if wrong is not None:
            yield wrong
            return
        depth += (token.text in _PARTNER) - (token.text in _PARTNER.values())
        before = token
    if before is not None and not _ends_operand(before):
        yield _missing("the end of the formula", before.at, f"complete what follows `{before.text}`, or remove it")


def _misplaced(before: _Token | None, token: _Token, depth: int) -> Problem | None:
    complete = before is not None and _ends_operand(before)
    starts = token.kind in ("number", "name", "side") and token.text != "and"
    if before is not None and complete and (starts or (token.text == "(" and before.kind != "name")):
        return problem("DV034", at=token.at, found=token.text, before=before.text, repair=_with_operator(before, token))
    if complete:
        comma = token.text == "," and depth == 0
        return outside("a comma outside brackets", token.at, "write one claim for each expression") if comma else None
    if token.text == "[":
        return outside("a list", token.at, "write out the components, or use an array")
    if starts or token.text in ("(", "+", "-"):
        return None
    if before is not None and before.text + token.text == "->":
        return outside("`->`", before.at, "write limit(e, x, 0) for x -> 0")
    where = f" after `{before.text}`" if before else ""
    return _missing(f"`{token.text}`", token.at, f"write an expression{where}")


def _ends_operand(token: _Token) -> bool:
    return (token.kind != "symbol" and token.text != "and") or token.text in _PARTNER.values()


def _with_operator(before: _Token, token: _Token) -> str:
    if before.kind == "name" and before.text in FUNCTIONS and token.text != "(":
        return f"`{before.text}({clip(token.text)})`"
    if token.text == "(" or before.kind == "symbol":
        return "`*` between them for a product"
    letter, _, index = before.text.partition("_")
    if index and OTHER_NAMES.get(letter, letter) in ("Sum", "Product"):
        return f"{OTHER_NAMES.get(letter, letter)}(e, {clip(index)}) around what it runs over"
    if before.text.startswith("d") and len(before.text) > 1 and before.kind == "name":
        return (
            f"`{clip(before.text)}*{clip(token.text)}` for a product, diff(e, {clip(before.text[1:])}) for a derivative"
        )
    return f"`{clip(before.text)}*{clip(token.text)}` for a product"


def _missing(found: str, at: tuple[int, int], repair: str) -> Problem:
    return problem("DV036", at=at, found=found, repair=repair)


def outside(found: str, at: tuple[int, int], repair: str) -> Problem:
    """What the language does not have, and what to write instead."""
    return problem("DV037", at=at, found=found, repair=repair)


_PARTNER = {"(": ")", "[": "]"}


_RESERVED = {
    "lambda": "call it `lam` or `λ`",
    "True": "a claim is a relation between expressions",
    "False": "a claim is a relation between expressions",
    "or": "write one claim for each case",
    "not": "write the opposite relation, such as `!=`",
    "if": "state the condition under `assume`",
    "else": "state the condition under `assume`",
    "for": "write Sum(e, k) or Product(e, k)",
    "in": "a sum runs over the whole range of its index: Sum(e, k)",
}


OTHER_NAMES = {
    "ln": "log",
    "abs": "Abs",
    "fabs": "Abs",
    "max": "Max",
    "min": "Min",
    "maximum": "Max",
    "minimum": "Min",
    "sum": "Sum",
    "Σ": "Sum",
    "prod": "Product",
    "product": "Product",
    "Π": "Product",
    "Derivative": "diff",
    "derivative": "diff",
    "Limit": "limit",
    "lim": "limit",
    "arctan": "atan",
    "arcsin": "asin",
    "arccos": "acos",
    "sgn": "sign",
    "pow": "x**y",
    "Pow": "x**y",
    "power": "x**y",
    "δ": "KroneckerDelta",
    "Delta": "KroneckerDelta",
    "inf": "oo",
    "Inf": "oo",
    "infinity": "oo",
    "π": "pi",
}


_FOREIGN = {
    "^": "write `**` for a power",
    "=": "write `==` for equality; arguments have no names",
    "<>": "write `!=`",
    "=>": "write `>=`",
    "=<": "write `<=`",
    "===": "write `==`",
    ":=": "write `==` for equality; give names under `define`",
    "!": "write factorial(x); `!=` is the relation",
    "|": "write Abs(x) for an absolute value",
    "||": "write Abs(x) for an absolute value, sqrt(Sum(x[k]**2, k)) for a norm",
    "//": "write `/` for a quotient",
    "%": "there is no remainder",
    "@": "write a product of matrices by components: Sum(A[i, k]*B[k, j], k)",
    "&": "write two claims",
    "&&": "write two claims",
    "~": "claims are exact: write `==`, or a bound such as `<=`",
    "≈": "claims are exact: write `==`, or a bound such as `<=`",
    "~=": "claims are exact: write `==`, or a bound such as `<=`",
    ".": "names have no parts: write one name such as x_max, or A[j, i] for a transposed matrix",
    "...": "write Sum(e, k) for a sum over all k",
    "…": "write Sum(e, k) for a sum over all k",
    "{": "group with parentheses",
    "}": "group with parentheses",
    ":": "there are no ranges; indices run over their whole dimension",
    ";": "separate arguments with `,`",
    "#": "comments stand outside the formula",
    "$": "write the formula without LaTeX signs",
    "\\": "write names without a backslash, for example `beta` or `β`",
    '"': "only the side of a limit is quoted: '+' or '-'",
    "'": "write diff(f, x) for a derivative; only the side of a limit is quoted: '+' or '-'",
    "`": "write the formula without quotes",
    "?": "remove it",
    "×": "write `*`",
    "·": "write `*`",
    "⋅": "write `*`",
    "∙": "write `*`",
    "∗": "write `*`",
    "•": "write `*`",
    "÷": "write `/`",
    "∕": "write `/`",
    "⁄": "write `/`",
    "−": "write `-`",
    "–": "write `-`",
    "—": "write `-`",
    "≤": "write `<=`",
    "⩽": "write `<=`",
    "≥": "write `>=`",
    "⩾": "write `>=`",
    "≠": "write `!=`",
    "≡": "write `==`",
    "∞": "write `oo`",
    "∑": "write Sum(e, k)",
    "∏": "write Product(e, k)",
    "∂": "write diff(e, x)",
    "∇": "write the gradient by components: diff(e, x[j])",
    "∫": "there are no integrals",
    "√": "write sqrt(x)",
    "±": "write two claims",
    "½": "write 1/2",
    "ᵀ": "write a transpose by exchanging indices",
    "′": "write diff(f, x) for a derivative",
    "‖": "write sqrt(Sum(x[k]**2, k)) for a norm",
    "∈": "declare types under `variables`",
    "⇒": "write what is assumed under `assume`",
    "→": "a limit is written limit(e, x, a)",
}


_MODULES = ("np", "numpy", "jnp", "math", "sp", "sympy", "torch", "tf")


_TOKEN = re.compile(
    r"""
    (?P<number> (?: [0-9]+(?:_[0-9]+)* (?:\.[0-9]*)? | \.[0-9]+ ) (?:[eE][+-]?[0-9]+)? )
  | (?P<name>   (?: [A-Za-z_] | (?! [\d_] ) [^\W\x00-\x7f] ) (?: [A-Za-z0-9_] | [^\s\x00-\x7f] )* )
  | (?P<side>   '[+-]' | "[+-]" )
  | (?P<wrong>  === | := | => | =< | <> | // | \|\| | && | ~= | \.\.\. | [=!](?!=) | [^\s*=!<>+/()\[\],-] )
  | (?P<symbol> \*\* | [=!<>]= | [-+*/<>()\[\],] )
    """,
    re.VERBOSE,
)
