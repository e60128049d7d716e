"""What was decided of the last case -> whether the cases cover everything."""

from __future__ import annotations

from fractions import Fraction

from derive.record import Recorded
from derive.verdict import Counterexample, Proved, Refuted, Undecided, Value, Verdict


def exhaust(verdict: Verdict) -> Verdict:
    """Proved where the last case follows from the opposites of the others, or nothing satisfies these.

    Otherwise undecided, never refuted: a case that is missing makes no step false.
    """
    match verdict:
        case Undecided("vacuous"):
            return Proved(Recorded((), (), "contradiction", (), ()), support=verdict.support)
        case Refuted(point=point):
            return Undecided("cases not exhaustive", f"no case applies at {_place(point)}")
        case Undecided(detail=detail, support=support):
            return Undecided("cases not exhaustive", detail, support=support)
        case _:
            return verdict


def _place(point: Counterexample) -> str:
    values = (*point.dimensions, *((name, _text(value)) for name, value in point.values), *point.indices)
    return ", ".join(f"{name} = {value}" for name, value in values)


def _text(value: Value) -> str:
    return str(value) if isinstance(value, Fraction) else f"({', '.join(map(_text, value))})"
