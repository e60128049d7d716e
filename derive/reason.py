"""What an author may say that a step rests on: families of rules, and whether a proof is one of a family."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from derive.claim import Goal
from derive.term import Apply, Binary, Diff, Limit, Reduce, Term, subterms


class Family(Struct, frozen=True):
    """Rules of which a proof uses one; ``derives`` asks for a derivative of something that passes.

    A letter stands for all rules of which the name begins with it. Without rules it is algebra: an equation in which
    nothing is differentiated and no limit is taken.
    """

    rules: tuple[str, ...] = ()
    derives: Callable[[Term], bool] | None = None


def rests(name: str, goal: Goal, rules: Iterable[str]) -> bool:
    """Whether a proof of the goal by these rules rests on the family of that name."""
    family, used = FAMILIES[name], set(rules)
    if not family.rules:
        return goal.op == "==" and not _calculates(goal, used)
    bodies = [t.body for side in (goal.left, goal.right) for t in subterms(side) if isinstance(t, Diff)]
    return _is_used(family.rules, used) and (family.derives is None or any(map(family.derives, bodies)))


def _calculates(goal: Goal, used: set[str]) -> bool:
    """Whether a derivative or limit of one side is worked out; those that stand on both sides are left as they are."""
    left, right = ({t for t in subterms(side) if isinstance(t, Diff | Limit)} for side in (goal.left, goal.right))
    return left != right and _is_used((*DERIVATIVE, *LIMIT), used)


def _is_used(rules: Iterable[str], used: set[str]) -> bool:
    return not used.isdisjoint(rules) or not {name[0] for name in used}.isdisjoint(rules)


def _has(*ops: str) -> Callable[[Term], bool]:
    return lambda body: any(isinstance(t, Binary) and t.op in ops for t in subterms(body))


def _is_composed(body: Term) -> bool:
    return any(isinstance(t, Apply | Reduce) or (isinstance(t, Binary) and t.op in "**/") for t in subterms(body))


DERIVATIVE = ("V",)
LIMIT = ("L",)
ALGEBRA = Family()
FAMILIES: dict[str, Family] = {
    "differentiate": Family(DERIVATIVE),
    "product rule": Family(("V2", "V7"), lambda body: _has("*", "/", "**")(body) or isinstance(body, Reduce)),
    "quotient rule": Family(("V2",), _has("/")),
    "power rule": Family(("V2", "V3"), _has("**")),
    "chain rule": Family(("V2", "V3"), _is_composed),
    "derivative of a sum": Family(("V1", "V2", "V6")),
    "algebra": ALGEBRA,
    "expand": ALGEBRA,
    "factor": ALGEBRA,
    "collect": ALGEBRA,
    "cancel": ALGEBRA,
    "common denominator": ALGEBRA,
    "contract the delta": Family(("D1", "D3", "D4", "S3")),
    "pull out of the sum": Family(("S1", "S2")),
    "split off one term": Family(("S7", "D2", "D4")),
    "logarithm": Family(("P1", "P2", "P4", "P6", "T2")),
    "logarithm of a product": Family(("P1", "P2", "P4", "P6", "T2")),
    "logarithm of a quotient": Family(("P1", "P2", "P4", "P6", "T2")),
    "exponential": Family(("P1", "P2", "P6", "T2")),
    "powers": Family(("P5", "P6")),
    "roots": Family(("P7", "P8")),
    "one-hot": Family(("H3",)),
    "sums to one": Family(("H3", "H4", "S10")),
    "trigonometry": Family(("G1", "G2", "G3", "G5", "G6", "O20")),
    "absolute value": Family(("G7", "P7", "V14", "K2")),
    "maximum": Family(("K4", "O7", "G7", "V17")),
    "one term of a sum": Family(("O6", "O3", "S7")),
    "monotone": Family(("O9", "O10", "O18")),
    "tangent": Family(("O13", "O14", "O18")),
    "squares": Family(("O12", "O15", "O2", "O3", "R5")),
    "Jensen": Family(("O14",)),
    "Cauchy-Schwarz": Family(("O15",)),
    "limit": Family(LIMIT),
}
"""By the name that is written after ``by``; names of one meaning share a row."""
