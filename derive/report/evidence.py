"""The evidence of a verdict in lines of text: the point and both values, the proof and its conditions, the search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from itertools import groupby

from derive.claim import Line
from derive.outcome import Outcome
from derive.report.paint import Paint, clean, wrap
from derive.show import show
from derive.term import Neg, Number, Variable
from derive.verdict import (
    Conflict,
    Contradicted,
    Counterexample,
    Enclosure,
    Floats,
    Proved,
    Refuted,
    Support,
    TheoremEvidence,
    Undecided,
    Value,
    Verdict,
)

DIGITS = (6, 12, 20, 40, 80)
LONGEST_EXACT = 40
BEYOND_NUMBERS = ("oo", "-oo", "undefined")
LONGEST_SUM = 2_000
LONGEST_RUN = 18


def evidence(line: Line, verdict: Verdict, paint: Paint, width: int, is_labelled: bool = False) -> list[str]:
    """The line as its author wrote it and what speaks for its verdict, in lines of at most ``width`` cells.

    ``is_labelled`` tells that ``labels`` stand elsewhere, so that what they say is left out.
    """
    found = point_of(line, verdict) if is_labelled else None
    spoken = [f"at {place_of(found, paint)}" if place_of(found, paint) else ""] if found else _of(line, verdict, paint)
    rows = filter(None, (clean(show(line.written, paint.style)), *spoken))
    return [line for row in rows for line in hang(row, width)]


def labels(line: Line, verdict: Verdict) -> tuple[str, str]:
    """What is to be said of the left side and of the right side by itself: its value at the point, or its domain."""
    if found := point_of(line, verdict):
        left, right = sides(found)
        return f"left side = {left}", f"right side = {right}"
    if isinstance(verdict, Proved):
        left, right = (" and ".join(c) for c in (verdict.theorem.left_only, verdict.theorem.right_only))
        return clean(f"requires {left}" if left else ""), clean(f"requires {right}" if right else "")
    return "", ""


def point_of(line: Line, verdict: Verdict) -> Counterexample | None:
    """The point at which the two values of the sides say all, if there is one."""
    match verdict:
        case Refuted(Counterexample(kind="point") as found) if not line.exact:
            return found
        case _:
            return None


def proof_or_point(line: Line, verdict: Verdict, paint: Paint) -> Iterator[str]:
    """All of the evidence: as in reports, and the stations and rules of a proof too."""
    yield from _of(line, verdict, paint)
    if isinstance(verdict, Proved):
        yield from rules(verdict.theorem)


def _of(line: Line, verdict: Verdict, paint: Paint) -> Iterator[str]:
    match verdict:
        case Proved(theorem, conditions):
            yield f"proved by {theorem.method}{restricted(conditions)}"
            yield from domains(verdict, paint)
            yield from floats(verdict, paint)
        case Refuted(_, Enclosure() as value) if line.exact:
            yield digits(line, value)
        case Refuted(floats=Floats()):
            yield from floats(verdict, paint)
        case Refuted(Contradicted() as found):
            yield from _contradicted(found, paint)
        case Refuted(Counterexample() as counterexample):
            yield from point(counterexample, paint)
        case Undecided():
            yield from _undecided(verdict)
        case Conflict(theorem, counterexample):
            yield paint("the proof:", "1")
            yield from (f"  {row}" for row in _theorem(theorem))
            yield paint("the counterexample:", "1")
            yield from (f"  {row}" for row in point(counterexample, paint))


def hang(row: str, width: int) -> Iterator[str]:
    """The row in lines of at most ``width`` cells, each after the first a little further in than the row begins."""
    indent = " " * (len(row) - len(row.lstrip()))
    first, *rest = wrap(row.strip(), width - len(indent))
    yield indent + first
    yield from (f"{indent}  {more}" for more in wrap(" ".join(rest), width - len(indent) - 2) if more)


def _settled(value: Enclosure, shown: str) -> str:
    """The value in brackets; nothing where an enclosure around 0 has no digit to show."""
    around = value.exact is None and Decimal(value.low) <= 0 <= Decimal(value.high)
    return "" if around else f" ({shown})"


def point(found: Counterexample, paint: Paint) -> Iterator[str]:
    """The counterexample: the exact point, then the value of each side."""
    if place := place_of(found, paint):
        yield f"at {place}"
    left, right = sides(found)
    if found.kind == "equality":
        yield f"both sides are equal there{_settled(found.left, left)}, so {found.op} fails"
        return
    yield f"left side  = {left}"
    yield f"right side = {right}"


def _contradicted(found: Contradicted, paint: Paint) -> Iterator[str]:
    yield f"proved by {found.theorem.method}: {clean(show(found.instead, paint.style))}"
    yield from point(found.point, paint)


def digits(line: Line, value: Enclosure) -> str:
    """The value of a wrong printed number with as many digits as it takes, and what should have been printed."""
    number = line.written.right
    printed = number.operand if isinstance(number, Neg) else number
    assert isinstance(printed, Number), "a printed number is a literal"
    exact = -printed.value if number is not printed else printed.value
    shown, _ = _apart(value, Enclosure("", "", exact))
    right = _rounded_to(value, Decimal(printed.text))
    return f"the value is {shown}" + (f", which rounds to {right}" if right else "")


def _rounded_to(value: Enclosure, like: Decimal) -> str:
    """The value with the decimals of a printed number, where its enclosure settles them."""
    context = _context(LONGEST_SUM)
    ends = (value.low, value.high) if value.exact is None else (_rounded(value, LONGEST_SUM),) * 2
    low, high = (context.quantize(context.create_decimal(end), like) for end in ends)
    return str(low) if low == high and len(str(low)) <= LONGEST_EXACT else ""


def place_of(found: Counterexample, paint: Paint) -> str:
    """The point on one line: dimensions, values, indices; empty where there is nothing to choose."""
    parts = (
        *((name, str(size)) for name, size in found.dimensions),
        *((name, _value(value)) for name, value in found.values),
        *found.implied,
        *((name, str(index)) for name, index in found.indices),
    )
    return clean(", ".join(f"{show(Variable(name), paint.style)} = {value}" for name, value in parts))


def _value(value: Value) -> str:
    if isinstance(value, Fraction):
        return rational(value)
    return f"({', '.join(_run(text, len(list(same))) for text, same in groupby(_value(v) for v in value))})"


def _run(text: str, times: int) -> str:
    """A vector of fifty zeros is read at a glance only when it is not written out."""
    written = ", ".join([text] * times)
    return written if times == 1 or len(written) <= LONGEST_RUN else f"{text} [{times} times]"


def rational(value: Fraction) -> str:
    """The exact rational, or its leading digits where Python refuses to print so long an integer."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < 12_000:
        return str(value)
    return f"about {_rounded(Enclosure('', '', value), 12)}"


def sides(found: Counterexample) -> tuple[str, str]:
    """Both values, with as many digits as it takes to see that they differ."""
    return _apart(found.left, found.right)


def _apart(left: Enclosure, right: Enclosure) -> tuple[str, str]:
    digits = next((d for d in DIGITS if _rounded(left, d) != _rounded(right, d)), DIGITS[0])
    return _side(left, digits), _side(right, digits)


def _side(value: Enclosure, digits: int) -> str:
    if value.low == value.high and value.low in BEYOND_NUMBERS:
        return value.low
    rounded = _rounded(value, digits)
    is_decimal = rounded.is_finite() and rounded.adjusted() >= MIN_EMIN
    # Python writes a zero with the decimals of what was rounded.
    decimal = ("0" if not rounded else str(rounded)) if is_decimal else value.low
    if value.exact is None:
        return f"{decimal}…"
    exact = rational(value.exact)
    if len(exact) > LONGEST_EXACT:
        return f"{decimal}…"
    return exact if value.exact.denominator == 1 else f"{exact} = {decimal}"


def _rounded(value: Enclosure, digits: int) -> Decimal:
    context, exactly = _context(digits), _context(LONGEST_SUM)
    if value.exact is not None:
        return context.divide(Decimal(value.exact.numerator), Decimal(value.exact.denominator))
    low, high = exactly.create_decimal(value.low), exactly.create_decimal(value.high)
    return context.divide(exactly.add(low, high), Decimal(2))


def _context(digits: int) -> Context:
    """Decimals of any size that there are; what is larger still becomes no number instead of an exception."""
    return Context(prec=digits, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])


def _theorem(theorem: TheoremEvidence) -> Iterator[str]:
    yield f"by {theorem.method}{restricted(theorem.conditions)}"
    yield from rules(theorem)


def rules(*theorems: TheoremEvidence) -> Iterator[str]:
    """The rules that theorems rest on, each once; what rests on arithmetic alone uses none."""
    found = dict.fromkeys(rule for theorem in theorems for rule in theorem.rules)
    if found:
        yield f"rules used: {', '.join(found)}"


def restricted(conditions: Sequence[str]) -> str:
    """`` where x != 0``, or nothing for an unconditional theorem."""
    return f" where {clean(' and '.join(conditions))}" if conditions else ""


def domains(verdict: Proved, paint: Paint) -> Iterator[str]:
    """Where exactly one side is defined: an exact point if the search met one, else what that side requires."""
    theorem, support = verdict.theorem, verdict.support
    for side, other, found, conditions in (
        ("left", "right", support.left_only, theorem.right_only),
        ("right", "left", support.right_only, theorem.left_only),
    ):
        required = f"the {other} side requires {clean(' and '.join(conditions))}" if conditions else ""
        met = f"at {place_of(found, paint)} only the {side} side is defined" if found else ""
        if required or met:
            yield "; ".join(filter(None, (met, required))) + ("" if met else f", the {side} side may not")


def uses(outcome: Outcome, paint: Paint) -> Iterator[str]:
    """What each hypothesis is good for, where that was asked."""
    for use in outcome.uses:
        point = place_of(use.point, paint) if use.point else ""
        kept = f", where only the {use.only} side is defined" if use.only else ""
        said = {
            "needed": f"needed, it excludes {point}{kept}" if point else "needed",
            "implied": f"implied, as the sides require {' and '.join(use.conditions)}",
            "unused": "not used",
            "undecided": "the claim is undecided without it",
        }
        yield clean(f"{use.hypothesis}: {said[use.status]}")


def floats(verdict: Proved | Refuted, paint: Paint) -> Iterator[str]:
    """Where float64 keeps one side and loses the other."""
    if found := verdict.floats:
        kept, lost = (found.left, found.right) if found.kept == "left" else (found.right, found.left)
        yield f"at {place_of(found.point, paint)}"
        yield f"float64 keeps the {found.kept} side as written, {kept}, and loses the other one, {lost}"


def _undecided(verdict: Undecided) -> Iterator[str]:
    if verdict.detail:
        yield clean(verdict.detail)
    if verdict.residual:
        yield f"what remains: {clean(verdict.residual)}"
    if verdict.reason != "cases not exhaustive":
        yield from _search(verdict.support)


def _search(support: Support) -> Iterator[str]:
    if not support.points:
        yield "no admissible point was found"
    else:
        where = f", n = {', '.join(map(str, support.dimensions))}" if support.dimensions else ""
        yield f"searched {support.points} points{where}: both sides defined at {support.defined}, no counterexample"
    yield from (clean(note) for note in support.notes)
