"""Text of the claim language -> term.

Python's own grammar reads the text, a whitelist turns its tree into terms; nothing is ever evaluated. A scan of the
words comes first: it bounds the text before the grammar sees it, and it explains the usual slips.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NoReturn
from unicodedata import normalize

from msgspec import Struct
from msgspec.structs import replace

from derive.errors import InputError, Problem, clip, problem
from derive.scan import OTHER_NAMES, outside, scan
from derive.signature import CONSTANTS, FUNCTIONS
from derive.term import (
    Apply,
    At,
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
    Op,
    Optimum,
    Reduce,
    Term,
    Variable,
    subterms,
)

MAX_LENGTH = 10_000  # characters
MAX_NODES = 4_000
MAX_DEPTH = 200  # of the tree: every pass recurses over it
MAX_EXPONENT = 10_000
MAX_BITS = 100_000  # of a power of literals
MAX_TARGETS = 20
MAX_INDEX = 1_000_000
_MOST_REMEMBERED = 256  # two texts of five stand in a file of claims more than once

Chain = tuple[Term, tuple[tuple[Op, Term], ...]]


@lru_cache(_MOST_REMEMBERED)
def parse(text: str, declared: frozenset[str] = frozenset()) -> Term:
    """The expression that a text stands for; a name in ``declared`` wins over a built-in one.

    Raises InputError: the text is not one expression of the claim language.
    """
    source, node = _read(text, declared)
    return _term(node, source)


@lru_cache(_MOST_REMEMBERED)
def parse_relation_chain(text: str, declared: frozenset[str] = frozenset()) -> Chain:
    """The first expression of ``a == b < c`` and the (relation, expression) pairs after it, none for a bare expression.

    Raises InputError: the text is neither an expression nor a chain of relations.
    """
    source, node = _read(text, declared)
    if not isinstance(node, ast.Compare):
        return _term(node, source), ()
    first = _term(node.left, source)
    return first, tuple(
        (_RELATIONS[type(op)], _term(side, source)) for op, side in zip(node.ops, node.comparators, strict=True)
    )


def parse_step(text: str, declared: frozenset[str] = frozenset()) -> tuple[Op, Term]:
    """The relation and the expression of a step such as ``== x + 1``.

    Raises InputError: the text does not start with a relation, or no single expression follows.
    """
    start = re.match(r"\s*(==|!=|<=|>=|<(?!>)|>)", text)
    if start is None:
        _check(next(scan(text[:MAX_LENGTH])))
        raise InputError(problem("DV044", at=(0, len(text)), found=clip(text)))
    rest = " " * start.end() + text[start.end() :]
    return next(op for op in _RELATIONS.values() if op == start[1]), parse(rest, declared)


class _Source(Struct, frozen=True):
    """The text that is read; ``places`` holds the character offset of each of its UTF-8 bytes, where they differ."""

    text: str
    declared: frozenset[str]
    places: tuple[int, ...] | None

    def at(self, node: ast.expr) -> tuple[int, int]:
        """Where a node stands, in characters."""
        start, end = node.col_offset - len(_OPEN), (node.end_col_offset or 0) - len(_OPEN)
        return (start, end) if self.places is None else (self.places[start], self.places[end])

    def found(self, node: ast.expr) -> str:
        """The text of a node, short enough for a message."""
        start, end = self.at(node)
        return clip(self.text[start:end])


def _read(text: str, declared: frozenset[str]) -> tuple[_Source, ast.expr]:
    if len(text) > MAX_LENGTH:
        _too_large((MAX_LENGTH, len(text)), "characters", MAX_LENGTH)
    line = _BLANK.sub(" ", text)
    for problems in scan(line):
        _check(problems)
    source = _Source(line, _composed(declared), _places(line))
    return source, _tree(source)


@lru_cache(maxsize=256)
def _composed(names: frozenset[str]) -> frozenset[str]:
    """The names as Python spells them."""
    return frozenset(normalize("NFKC", name) for name in names)


def _check(problems: Iterator[Problem]) -> None:
    first_of_each: dict[str, Problem] = {}
    for found in problems:
        first_of_each.setdefault(found.message, found)
    if first_of_each:
        raise InputError(*first_of_each.values())


def _places(text: str) -> tuple[int, ...] | None:
    if text.isascii():
        return None
    return (*(place for place, c in enumerate(text) for _ in c.encode()), len(text))


_OPEN = "("  # inside parentheses the grammar does not mind leading blanks


def _tree(source: _Source) -> ast.expr:
    whole = (0, len(source.text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python finds odd about a text is told by this parser, or is none
            node = ast.parse(f"{_OPEN}{source.text})", mode="eval").body
    except SyntaxError as error:
        raise InputError(problem("DV037", at=whole, found=f"`{clip(source.text)}`", repair=f"{error.msg}")) from error
    except (MemoryError, RecursionError) as error:  # what the grammar raises on text that is nested too deeply
        raise InputError(problem("DV031", at=whole, what="levels", limit=MAX_DEPTH)) from error
    _measure(node, source)
    return node


def _measure(root: ast.expr, source: _Source) -> None:
    count, stack = 0, [(root, 1)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH:
            _too_large(source.at(node), "levels", MAX_DEPTH)
        if count > MAX_NODES:
            _too_large(source.at(node), "parts", MAX_NODES)
        if isinstance(node, (ast.Name, ast.Constant)):
            continue
        for name in node._fields:
            below = getattr(node, name)
            if isinstance(below, ast.expr):
                stack.append((below, depth + 1))
            elif isinstance(below, list):
                stack += [(part, depth + 1) for part in below if isinstance(part, ast.expr)]


def _too_large(at: tuple[int, int], what: str, limit: int) -> NoReturn:
    raise InputError(problem("DV031", at=at, what=what, limit=limit))


# The tree.


def _term(node: ast.expr, source: _Source) -> Term:
    at = source.at(node)
    match node:
        case ast.Constant(value=value) if not isinstance(value, str):
            return _number(node, source)
        case ast.Name(id=name):
            return _name(name, at, source)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Neg(_term(operand, source), at=at)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _term(operand, source)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_term(left, source), _term(right, source), at, source)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return Binary(_ARITHMETIC[type(op)], _term(left, source), _term(right, source), at=at)
        case ast.Subscript():
            return _component(node, source)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return _call(name, node, source)
        case ast.Compare():
            repair = "an expression holds no relation; write `a == b` as a claim or a step of its own"
            raise InputError(problem("DV043", at=at, found=source.found(node), repair=repair))
        case _:
            found, repair = _CONSTRUCTS.get(type(node), (f"`{source.found(node)}`", "rewrite it with the operators"))
            raise InputError(outside(found, at, repair))


def _number(node: ast.Constant, source: _Source) -> Number:
    start, end = at = source.at(node)
    text = source.text[start:end]
    return Number(Fraction(text.replace("_", "")), text, at=at)


def _name(name: str, at: tuple[int, int], source: _Source) -> Term:
    if name in CONSTANTS and name not in source.declared:
        return Constant(name, at=at)
    if name in OTHER_NAMES and name not in source.declared:
        raise InputError(problem("DV049", at=at, found=name, repair=OTHER_NAMES[name]))
    return Variable(name, at=at)


def _power(base: Term, exponent: Term, at: tuple[int, int], source: _Source) -> Binary:
    value = _literal(exponent)
    if value is not None:
        literal = _literal(base)
        bits = 0 if literal is None else _bits(literal) * abs(value)
        tower = any(isinstance(t, Binary) and t.op == "**" for t in subterms(exponent))
        if tower or bits > MAX_BITS or max(abs(value.numerator), value.denominator) > MAX_EXPONENT:
            raise InputError(_too_large_power(at, source.text[at[0] : at[1]]))
    return Binary("**", base, exponent, at=at)


def _literal(term: Term) -> Fraction | None:
    """The value of an expression of literals, None for any other."""
    match term:
        case Number(value):
            return value
        case Neg(operand):
            inner = _literal(operand)
            return None if inner is None else -inner
        case Binary(op, left, right):
            a, b = _literal(left), _literal(right)
            result = None if a is None or b is None else _combined(op, a, b)
            if result is not None and _bits(result) > MAX_BITS:
                raise InputError(_too_large_power(term.at, "of literals"))
            return result
        case _:
            return None


def _combined(op: str, a: Fraction, b: Fraction) -> Fraction | None:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b if b else None
        case _:
            # ``_power`` has bounded the exponent and the size of the result.
            return None if b.denominator != 1 or (a == 0 and b < 0) else Fraction(a ** int(b))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length(), 1)


def _too_large_power(at: At, text: str) -> Problem:
    limit = f"exponents up to {MAX_EXPONENT} without towers, and powers of numbers up to {MAX_BITS} bits"
    return problem("DV040", at=at, what="the power", found=clip(text, 30), limit=limit)


def _component(node: ast.Subscript, source: _Source) -> Term:
    at = source.at(node)
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if isinstance(node.value, ast.Name):
        return Component(node.value.id, tuple(_index(place, source) for place in places), at=at)
    whole = _term(node.value, source)
    if isinstance(whole, Optimum) and not whole.component:
        return replace(whole, component=tuple(_index(place, source) for place in places), at=at)
    repair = "only a name takes indices, all of them in one pair of brackets: W[a, b]"
    if isinstance(whole, Call):
        repair = f"a function of an array is a definition by components: `{clip(whole.name)}[i]: …`"
    elif isinstance(node.value, ast.Constant):
        repair = "an indicator is `(1 + sign(x))/2` where x is not 0; or state it under `assume` or `cases`"
    raise InputError(outside(f"an index after `{source.found(node.value)}`", at, repair))


def _index(node: ast.expr, source: _Source) -> Index:
    at = source.at(node)
    match node:
        case ast.Name(id=name):
            return Index(name, at=at)
        case ast.Constant(value=int(value)) if 1 <= value <= MAX_INDEX:
            return Index(value, at=at)
        case ast.Constant() | ast.UnaryOp():
            repair = f"an index is a name, or a whole number from 1 to {MAX_INDEX}"
        case ast.Tuple():
            repair = "a sum runs over the whole range of its index: Sum(e, k)"
        case _:
            repair = "an index is a name such as k; places cannot be computed"
    raise InputError(problem("DV042", at=at, found=source.found(node), repair=repair))


def _call(name: str, node: ast.Call, source: _Source) -> Term:
    at = source.at(node)
    if name not in source.declared:
        if name in _HEADS:
            head = _HEADS[name]
            _count(name, node, source, head.least, head.most, head.usage)
            return head.read(name, node.args, source, at)
        if name in FUNCTIONS:
            arity = FUNCTIONS[name].arity
            usage = f"{name}({', '.join('xyz'[: arity or 2])})"
            _count(name, node, source, arity or 1, arity or MAX_NODES, usage)
            return Apply(name, tuple(_term(arg, source) for arg in node.args), at=at)
        if name in OTHER_NAMES:
            raise InputError(problem("DV049", at=(at[0], at[0] + len(name)), found=name, repair=OTHER_NAMES[name]))
    return Call(name, tuple(_term(arg, source) for arg in node.args), at=at)


def _count(name: str, node: ast.Call, source: _Source, least: int, most: int, usage: str) -> None:
    found = len(node.args)
    if not least <= found <= most:
        bound = "at least " if found < least < most else "at most " if least < most else ""
        required = most if found > most else least
        raise InputError(
            problem(
                "DV038",
                at=source.at(node),
                name=name,
                required=f"{bound}{required} argument{'s' * (required != 1)}",
                found=found,
                usage=usage,
            )
        )


# The heads: calls whose arguments are not all expressions.


class _Head(Struct, frozen=True):
    read: Callable[[str, list[ast.expr], _Source, At], Term]
    least: int
    most: int
    usage: str


def _logarithm(name: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    """log(x), and log(x, b) as the quotient log(x)/log(b)."""
    value, *base = (Apply("log", (_term(arg, source),), at=at) for arg in args)
    return Binary("/", value, base[0], at=at) if base else value


def _reduce(kind: Literal["Sum", "Product"], args: list[ast.expr], source: _Source, at: At) -> Reduce:
    body, bound, *restrictions = args
    term, index = _term(body, source), _index(bound, source)
    if isinstance(index.name, int):
        raise InputError(problem("DV042", at=index.at, found=index.name, repair="the index of a sum is a name"))
    excluded = (_excluded(each, kind, index, source) for node in restrictions for each in _conjuncts(node))
    return Reduce(kind, term, index, tuple(excluded), at=at)


def _sum(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    return _reduce("Sum", args, source, at)


def _product(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    return _reduce("Product", args, source, at)


def _conjuncts(node: ast.expr) -> list[ast.expr]:
    return node.values if isinstance(node, ast.BoolOp) else [node]


def _excluded(node: ast.expr, kind: str, bound: Index, source: _Source) -> Index:
    other = "j" if bound.name == "i" else "i"
    repair = f"write {bound.name} != {other} to leave one place out; for several ranges, nest one {kind} in another"
    if isinstance(node, ast.Compare) and [type(op) for op in node.ops] == [ast.NotEq]:
        left, right = _index(node.left, source), _index(node.comparators[0], source)
        if left.name == bound.name != right.name:
            return right
        if right.name == bound.name != left.name:
            return left
    found = source.found(node)
    if isinstance(node, ast.Constant):
        repair = f"{kind} runs over the whole range of its index: {kind}(e, {bound.name})"
    raise InputError(problem("DV047", at=source.at(node), found=found, kind=kind, index=bound.name, repair=repair))


def _delta(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    return Delta(_index(args[0], source), _index(args[1], source), at=at)


def _rational(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    above, below = (_whole(arg, source) for arg in args)
    if below == 0:
        raise InputError(problem("DV041", at=at, found="a fraction over 0", repair="write another denominator"))
    value = Fraction(above, below)
    return Number(value, at=at) if value >= 0 else Neg(Number(-value, at=at), at=at)


def _whole(node: ast.expr, source: _Source) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_whole(operand, source)
    repair = "write Rational(1, 3) with whole numbers, or 1/3"
    raise InputError(problem("DV041", at=source.at(node), found=source.found(node), repair=repair))


def _diff(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    body, *nodes = args
    term = _term(body, source)
    targets: list[Variable | Component] = []
    for node in nodes:
        targets += _targets(node, targets, source)
        if len(targets) > MAX_TARGETS:
            raise _bad_target(node, source, f"a derivative of order {MAX_TARGETS} at most is read")
    return Diff(term, tuple(targets), at=at)


def _targets(node: ast.expr, earlier: list[Variable | Component], source: _Source) -> list[Variable | Component]:
    """The targets that one argument adds: a variable, or further copies of the last one."""
    match node:
        case ast.Constant(value=int(value)):
            if not earlier or value < 1:
                raise _bad_target(node, source, "a whole number from 1 on repeats the target before it: diff(e, x, 2)")
            return [earlier[-1]] * min(value - 1, MAX_TARGETS)
        case ast.Name() | ast.Subscript():
            target = _term(node, source)
            if isinstance(target, Variable | Component):
                return [target]
    raise _bad_target(node, source, "write a variable `x` or a component `o[j]`; for a second derivative diff(e, x, 2)")


def _bad_target(node: ast.expr, source: _Source, repair: str) -> InputError:
    return InputError(problem("DV045", at=source.at(node), found=source.found(node), repair=repair))


def _limit(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    if not isinstance(args[1], ast.Name):
        raise _bad_limit(args[1], "the variable", source)
    body, point = _term(args[0], source), _term(args[2], source)
    return Limit(body, args[1].id, point, _side(args[3], source) if len(args) == 4 else None, at=at)


def _side(node: ast.expr, source: _Source) -> Literal["+", "-"]:
    match node:
        case ast.Constant(value="+"):
            return "+"
        case ast.Constant(value="-"):
            return "-"
    raise _bad_limit(node, "the side", source)


def _bad_limit(node: ast.expr, what: str, source: _Source) -> InputError:
    return InputError(problem("DV046", at=source.at(node), found=source.found(node), what=what))


def _optimum(kind: Literal["argmax", "argmin"], args: list[ast.expr], source: _Source, at: At) -> Optimum:
    body, variable = args
    if not isinstance(variable, ast.Name):
        raise InputError(problem("DV048", at=source.at(variable), found=source.found(variable), kind=kind))
    return Optimum(kind, _term(body, source), variable.id, at=at)


def _argmax(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    return _optimum("argmax", args, source, at)


def _argmin(_: str, args: list[ast.expr], source: _Source, at: At) -> Term:
    return _optimum("argmin", args, source, at)


_HEADS: dict[str, _Head] = {
    "Sum": _Head(_sum, 2, MAX_NODES, "Sum(e, k), or Sum(e, k, k != i)"),
    "Product": _Head(_product, 2, MAX_NODES, "Product(e, k), or Product(e, k, k != i)"),
    "KroneckerDelta": _Head(_delta, 2, 2, "KroneckerDelta(i, j)"),
    "Rational": _Head(_rational, 2, 2, "Rational(1, 3)"),
    "diff": _Head(_diff, 2, MAX_NODES, "diff(e, x), diff(e, x, y) or diff(e, x, 2)"),
    "limit": _Head(_limit, 3, 4, "limit(e, x, a), or limit(e, x, a, '+')"),
    "argmax": _Head(_argmax, 2, 2, "argmax(e, p)"),
    "argmin": _Head(_argmin, 2, 2, "argmin(e, p)"),
    "log": _Head(_logarithm, 1, 2, "log(x), or log(x, b) to the base b"),
}

_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}

_RELATIONS: dict[type[ast.cmpop], Op] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}

_CONSTRUCTS: dict[type[ast.expr], tuple[str, str]] = {
    ast.BoolOp: (
        "`and`",
        "write two claims, or two items of `assume`; relations that share a side can be chained: a < b < c",
    ),
    ast.Constant: ("quoted text", "only the side of a limit is quoted: '+' or '-'"),
    ast.Tuple: ("a list of expressions in parentheses", "write the expressions one by one"),
}


_BLANK = re.compile(r"\s")
