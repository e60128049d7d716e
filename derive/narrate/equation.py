"""An equation as two walks that meet."""

from __future__ import annotations

from collections.abc import Set

from msgspec.structs import replace

from derive.derivation import Reason, Step
from derive.narrate.algebra import (
    Monomial,
    cancelled,
    collected,
    factored,
    from_monomial,
    key_of,
    merged,
    monomial,
    multiplied_out,
    raised,
    tidy,
    times,
)
from derive.narrate.definitions import uses
from derive.narrate.setting import Setting
from derive.narrate.sums import split_apart, taken_out
from derive.narrate.walk import Walk, lemmas_of
from derive.term import Apply, Component, Diff, Term, Variable, size, subterms


def equation(left: Term, right: Term, here: Setting) -> tuple[Step, ...]:
    """The steps from the left side to the right one, lemmas first; none where no way was found.

    Definitions that both sides use stay by name, all that a side uses where a derivative may bring them about; if that
    leads nowhere, all are written out.
    """
    both = _names(left, here) | _names(right, here)
    has_derivative = any(isinstance(t, Diff) for side in (left, right) for t in subterms(side))
    first = (both, both) if has_derivative else (_names(right, here), _names(left, here))
    for wanted in (first, (frozenset(), frozenset())):
        for is_checked in (False, True):
            lemmas = lemmas_of(here)
            mine = Walk(left, here, lemmas, wanted[0], is_checked=is_checked)
            others = Walk(right, here, lemmas, wanted[1], is_checked=is_checked)
            meeting = _meeting(mine, others) or _by_extension(mine, others)
            if meeting is None:
                break
            if mine.holds(meeting[0]) and others.holds(meeting[1]) and _is_sound(mine, others, meeting):
                return _connected(mine, others, meeting)
    return ()


def _names(term: Term, here: Setting) -> Set[str]:
    return frozenset(d.name for d in uses(term, here))


def _meeting(mine: Walk, others: Walk) -> tuple[int, int] | None:
    """How many steps of each walk lead to terms that are equal after multiplying out; the walks take turns."""
    going = [mine, others]
    while True:
        for place, key in enumerate(mine.keys):
            if key in others.keys:
                return place, others.keys.index(key)
        if not going:
            return None
        for walk in list(going):
            if not walk.advance():
                going.remove(walk)


def _is_sound(mine: Walk, others: Walk, meeting: tuple[int, int]) -> bool:
    """Whether the kernel agrees that the walks have met."""
    last, met = mine.terms[meeting[0]], others.terms[meeting[1]]
    return last == met or mine.here.theorem(last, "==", met) is not None


def _by_extension(mine: Walk, others: Walk) -> tuple[int, int] | None:
    """Two terms that are one fraction, once multiplied above and below by the same."""
    for i in range(len(mine.terms) - 1, -1, -1):
        for j in range(len(others.terms) - 1, -1, -1):
            factor = _extension(mine.terms[i], others.terms[j])
            if factor and mine.here.theorem(mine.terms[i], "==", others.terms[j]):
                return i, j
    return None


def _extension(first: Term, second: Term) -> Term | None:
    """What the second fraction is multiplied with above and below to be the first one."""
    whole = merged(monomial(first))
    above, inverse = _numerator(whole), raised(_numerator(merged(monomial(second))), -1)
    ratio = merged(times(above, inverse)) if inverse and above.coefficient else None
    if ratio is None or not ratio.factors or len(whole.factors) == len(above.factors):
        return None
    if not all(isinstance(b, Variable | Component) or _is_exponential(b) for b, _ in ratio.factors):
        return None
    return from_monomial(ratio)


def _is_exponential(term: Term) -> bool:
    return isinstance(term, Apply) and term.function == "exp"


def _numerator(part: Monomial) -> Monomial:
    return Monomial(part.coefficient, tuple(f for f in part.factors if f[1] > 0))


def _connected(mine: Walk, others: Walk, meeting: tuple[int, int]) -> tuple[Step, ...]:
    i, j = meeting
    left, right, lemmas = mine.start, others.start, mine.lemmas
    needed = sorted({n for part in (*mine.asked[:i], *others.asked[:j]) for n in part})
    before = tuple(s for n in needed for s in _begun(lemmas.found[n].derivative, lemmas.found[n].chain))
    last, met = mine.terms[i], others.terms[j]
    if j > 1:
        back = _bridge(met, last)
        end = (Step("==", last, back),) if back else ()
        first = _begun(left, tuple(mine.steps[:i]))
        return (*before, *first, *_begun(right, (*others.steps[:j], *end)))
    bridge = _bridge(last, met)
    steps = list(mine.steps[:i])
    if bridge is None and steps:
        steps[-1] = replace(steps[-1], term=met)
    elif j == 0 or bridge:
        same = ("rearrange",) if size(met) == size(last) else ("simplify",)
        steps.append(Step("==", met, bridge or same))
    if j:
        steps.append(Step("==", right, others.steps[0].reason, None, others.steps[0].conditions))
    return (*before, *_begun(left, tuple(steps)))


def _begun(start: Term, chain: tuple[Step, ...]) -> tuple[Step, ...]:
    """The chain with the term that it begins with."""
    return (replace(chain[0], start=start), *chain[1:]) if chain else ()


def _bridge(last: Term, met: Term) -> Reason | None:
    """Why two terms are equal that differ by a rearrangement; None when only the order of operands differs."""
    if key_of(last) == key_of(met):
        return None
    for rewritten, reason in ((tidy, "simplify"), (cancelled, "cancel"), (collected, "collect equal terms")):
        if key_of(rewritten(last)) == key_of(rewritten(met)):
            return (reason,) if size(met) <= size(last) else ("insert what cancels",)
    common = factored(collected(last))
    if common and key_of(cancelled(common[1])) == key_of(cancelled(met)):
        return ("factor out ", common[0])
    if key_of(multiplied_out(last)) == key_of(cancelled(met)):
        return ("multiply out",)
    if key_of(cancelled(taken_out(last))) == key_of(cancelled(taken_out(met))):
        return ("take constants out of the sum",)
    if key_of(split_apart(last)) == key_of(split_apart(met)):
        return ("split the sum",)
    if key_of(cancelled(multiplied_out(last))) == key_of(cancelled(multiplied_out(met))):
        return ("rearrange",)
    factor = _extension(last, met)
    if factor is None:
        return ("rearrange",)
    ratio = monomial(factor)
    if all(e < 0 for _, e in ratio.factors) and (inverse := raised(ratio, -1)):
        return ("multiply above and below by ", from_monomial(inverse))
    return ("divide above and below by ", factor)
