"""The moves of a derivation, in the order in which they are tried: each rewrites a whole term and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Set
from typing import TypeGuard

from derive.derivation import Reason
from derive.narrate.algebra import (
    UNIT,
    Monomial,
    addends,
    bottom_up,
    cancelled,
    collected,
    from_addends,
    from_monomial,
    is_sum,
    key_of,
    merged,
    monomial,
    multiplied_out,
    raised,
    tidy,
    times,
)
from derive.narrate.definitions import folded, index_names, unfolded, uses
from derive.narrate.facts import apart, equal_indices, facts, in_one_index, normalised, one_hot, sizes, used_fact
from derive.narrate.functions import (
    MEANINGS,
    arithmetic,
    exponentials,
    logarithms,
    products,
    squares_of_roots,
    with_factor_in_front,
    written_out,
)
from derive.narrate.setting import Setting
from derive.narrate.sums import completed, contracted, exchanged, in_full, split, taken_out
from derive.term import Apply, Binary, Diff, Neg, Reduce, Relation, Term, Variable, children, subterms, with_children

Option = tuple[Term, Reason]
Wanted = Set[str]
Move = Callable[[Term, Setting, Wanted], Iterator[Option]]
"""From a term to rewritten terms with their reasons; ``wanted`` are the definitions to be kept by name."""


def moves(term: Term, here: Setting, wanted: Wanted, *, all_of_them: bool) -> Iterator[Option]:
    """Every rewriting that changes the term by more than the order of its operands, the most telling first.

    Those that make a term larger before it gets smaller only when ``all_of_them`` are asked for.
    """
    before = key_of(term)
    for move in (*MOVES, *LATE) if all_of_them else MOVES:
        yield from ((new, why) for new, why in move(term, here, wanted) if key_of(new) != before)


def _arithmetic(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield arithmetic(term), ("arithmetic",)


def _indices(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    for first, second, same in equal_indices(here):
        names = Variable(str(first.name)), Variable(str(second.name))
        if same:
            yield in_one_index(term, first, second), (Relation(names[0], "==", names[1]),)
        else:
            yield apart(term, first, second), (Relation(names[0], "!=", names[1]),)


def _cancel(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield cancelled(term), ("cancel",)


def _contract(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield contracted(term), ("contract the delta",)


def _facts(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    for fact in (*facts(here), *normalised(term, here)):
        yield used_fact(term, fact), fact.reason
    yield one_hot(term, here), ("the vector is one-hot",)


def _logarithms(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    new = logarithms(term)
    yield new, (_reason_of_logarithm(term, new),)


def _reason_of_logarithm(term: Term, new: Term) -> str:
    """What the logarithms that are gone were logarithms of."""
    left = {key_of(t) for t in subterms(new)}
    logs = (t for t in subterms(term) if isinstance(t, Apply) and t.function == "log" and key_of(t) not in left)
    found = {_kind_of_argument(t.args[0]) for t in logs}
    kinds = ("a quotient", "a product", "a power")
    return next((f"logarithm of {kind}" for kind in kinds if kind in found), "the logarithm undoes the exponential")


def _kind_of_argument(term: Term) -> str:
    part = merged(monomial(term))
    if any(e < 0 for _, e in part.factors):
        return "a quotient"
    if len(part.factors) > 1 or part.coefficient != 1 or (isinstance(term, Reduce) and term.kind == "Product"):
        return "a product"
    return "a power" if any(e != 1 or (isinstance(b, Binary) and b.op == "**") for b, e in part.factors) else ""


def _fold(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    new = tidy(folded(term, here, wanted))
    yield new, definition_of(new, term, here)


def definition_of(named: Term, written_out: Term, here: Setting) -> Reason:
    """The definitions that one term uses by name more often than the other one."""
    often, seldom = Counter(uses(named, here)), Counter(uses(written_out, here))
    names = [d.name for d in here.definitions if often[d] > seldom[d]] or [d.name for d in often]
    parts = [p for name in names for p in (", ", Variable(name))][1:]
    return ("definition of ", *parts)


def _split(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    out = taken_out(term)
    yield out, ("take constants out of the sum",)
    yield split(term), ("split the sum",)


def _multiply_out(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield collected(term), ("collect equal terms",)
    yield split_fractions(term), ("split the fraction",)
    yield multiplied_out(term), ("multiply out",)


def split_fractions(term: Term) -> Term:
    """The fractions of a sum that have a sum above the bar as sums of fractions."""
    return tidy(from_addends(p for m in addends(term) for p in _split_fraction(merged(m))))


def _split_fraction(part: Monomial) -> list[Monomial]:
    above = [f for f in part.factors if f[1] == 1 and is_sum(f[0])]
    if not above or not any(e < 0 for _, e in part.factors):
        return [part]
    rest = Monomial(part.coefficient, tuple(f for f in part.factors if f is not above[-1]))
    return [merged(times(m, rest)) for m in addends(above[-1][0])]


def _roots(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield squares_of_roots(term), ("square of a root",)


def _products(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield products(term), ("product of powers",)


def _factor_in_logarithm(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield with_factor_in_front(term), ("take the first exponential out of the sum",)


def _plain_logarithms(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield logarithms(term, of_names=True), ("logarithm of a product",)


def _functions(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    found = dict.fromkeys(t.function for t in subterms(term) if isinstance(t, Apply) and t.function in MEANINGS)
    yield written_out(term), (f"definition of {', '.join(found)}",)


def _exchange(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield exchanged(term), ("exchange the sums",)


def _in_full(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield in_full(term, sizes(here)), ("write the sum out",)


def _exponentials(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield exponentials(term), ("exponential of a sum",)


def _complete(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield completed(term), ("the whole range less one term",)


def _unfold(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    unwanted = [d.name for d in here.definitions if d.name not in wanted]
    new = tidy(_outside_diff(term, here, unwanted, frozenset()))
    yield new, definition_of(term, new, here)


def _unfold_in_logarithm(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    """Definitions whose logarithm is taken: it undoes what they are made of."""
    unwanted = [d.name for d in here.definitions if d.name not in wanted]
    taken = index_names(term)

    def opened(t: Term) -> Term:
        return Apply("log", (_outside_diff(t.args[0], here, unwanted, taken),)) if _is_log(t) else t

    new = tidy(bottom_up(term, opened)) if not any(isinstance(t, Diff) for t in subterms(term)) else term
    yield new, _opened_definitions(term, new, here)


def _is_log(term: Term) -> TypeGuard[Apply]:
    return isinstance(term, Apply) and term.function == "log"


def _opened_definitions(before: Term, after: Term, here: Setting) -> Reason:
    """The definitions that stood in a logarithm before."""
    left = {key_of(t) for t in subterms(after) if _is_log(t)}
    gone = [t.args[0] for t in subterms(before) if _is_log(t) and key_of(t) not in left]
    names = dict.fromkeys(d.name for t in gone for d in uses(t, here))
    return ("definition of ", *[p for name in names for p in (", ", Variable(name))][1:])


def _outside_diff(term: Term, here: Setting, names: list[str], taken: Set[str]) -> Term:
    """The term with the outermost uses of some definitions written out; those below a derivative stay.

    ``taken`` are the indices bound around the term.
    """
    definition = here.definition(term)
    if definition and definition.name in names:
        return unfolded(term, here, taken | index_names(term))
    if isinstance(term, Diff):
        return term
    inner = taken | {str(term.index.name)} if isinstance(term, Reduce) else taken
    below = children(term)
    return with_children(term, tuple(_outside_diff(t, here, names, inner) for t in below)) if below else term


def _common_denominator(term: Term, here: Setting, wanted: Wanted) -> Iterator[Option]:
    yield tidy(bottom_up(term, over_one_denominator)), ("common denominator",)


def over_one_denominator(term: Term) -> Term:
    """A sum of fractions as one fraction."""
    if not isinstance(term, Binary | Neg):
        return term
    parts = list(map(merged, addends(term)))
    below: dict[str, tuple[Term, int]] = {}
    for base, exponent in (f for p in parts for f in p.factors if f[1] < 0):
        key = key_of(base)
        below[key] = (base, max(-exponent, below[key][1] if key in below else 0))
    if len(parts) < 2 or not below:
        return term
    denominator = Monomial(UNIT, tuple(below.values()))
    numerator = multiplied_out(from_addends(merged(times(p, denominator)) for p in parts))
    inverse = raised(denominator, -1)
    return from_monomial(merged(times(monomial(numerator), inverse))) if inverse else term


MOVES: tuple[Move, ...] = (
    _arithmetic,
    _indices,
    _cancel,
    _contract,
    _facts,
    _logarithms,
    _roots,
    _products,
    _fold,
    _split,
    _multiply_out,
)
LATE: tuple[Move, ...] = (
    _unfold_in_logarithm,
    _factor_in_logarithm,
    _plain_logarithms,
    _exponentials,
    _complete,
    _unfold,
    _in_full,
    _functions,
    _exchange,
    _common_denominator,
)
