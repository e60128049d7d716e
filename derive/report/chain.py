"""What the lines of a chain say together: its ends, and what is right after a wrong step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.outcome import Outcome, word
from derive.report.evidence import place_of, restricted
from derive.report.paint import Paint, clean
from derive.show import show
from derive.verdict import Proved, Refuted


def chain(outcome: Outcome, paint: Paint) -> Iterator[str]:
    """Lines of text about a chain as a whole; none about other claims.

    The relation between the ends is told from a proof of its own, or for points at which every step has a value:
    equality where both sides are defined is not transitive.
    """
    words = [word(v) for v in outcome.verdicts]
    if not outcome.claim.chained:
        return
    if "refuted" in words:
        yield from _after(words.index("refuted"), words, isinstance(outcome.ends, Proved))
        yield from _ends_despite(words.index("refuted"), outcome, paint)
    elif outcome.word == "proved":
        yield from _ends(outcome, paint)


def step(outcome: Outcome, place: int) -> str:
    """Which line of a chain is meant, by its place from 0."""
    line, steps = outcome.claim.lines[place], len(outcome.claim.steps)
    if line.covers:
        return f"of {len({x.case for x in outcome.claim.steps})} cases the last one, where no other applies:"
    return f"step {place + 1} of {steps}{f' (where {clean(line.case)})' if line.case else ''}:"


def _after(wrong: int, words: Sequence[str], ends_agree: bool) -> Iterator[str]:
    """Which steps after the first wrong one are right, and which are wrong too.

    Where only the next step is wrong too and the ends agree, the expression between the two is what is wrong.
    """
    leads_back = ends_agree and words.count("refuted") == 2 and words[wrong + 1 :][:1] == ["refuted"]
    for kind, said in (("proved", "right again"), ("refuted", "wrong too")):
        found = [str(number) for number, w in enumerate(words, 1) if w == kind and number > wrong + 1]
        if found and kind == "refuted" and leads_back:
            yield f"step {found[0]} leads back from the expression that step {wrong + 1} gets wrong"
        elif found:
            yield f"{_steps(found)} {said}"


def _steps(numbers: list[str]) -> str:
    *most, last = numbers
    return f"steps {', '.join(most)} and {last} are" if most else f"step {last} is"


def _ends_despite(wrong: int, outcome: Outcome, paint: Paint) -> Iterator[str]:
    if outcome.claim.ends and isinstance(outcome.ends, Proved):
        told = clean(show(outcome.claim.ends.written, paint.style))
        yield f"the ends agree although step {wrong + 1} is wrong: {told}{restricted(outcome.ends.conditions)}"


def _ends(outcome: Outcome, paint: Paint) -> Iterator[str]:
    if outcome.claim.ends is None or outcome.ends is None:
        return
    told = clean(show(outcome.claim.ends.written, paint.style))
    match outcome.ends:
        case Proved(conditions=conditions):
            yield f"so {told}{restricted(conditions)}"
        case Refuted(point=found):
            yield f"the ends do not follow: {told} fails at {place_of(found, paint)}, where a step has no value"
        case _:
            yield f"so {told} wherever every step has a value{restricted(outcome.conditions)}"
