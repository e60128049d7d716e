"""Which claim rests on which: in words with links, and as a picture of arcs from what is used to what uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from derive.outcome import Outcome
from derive.report.page.markup import MARKS, element, text

MOST = 80  # claims
ROW, MARGIN, LETTER = 22, 12, 7.4
WIDEST = 110  # of an arc

Anchors = Mapping[tuple[str, str], str]
"""The place on the page of a claim, by its file and its id."""


def related(outcome: Outcome, anchors: Anchors, users: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """What a claim uses and what uses it, as links; empty where it stands alone."""
    path = outcome.claim.path
    named = (("uses", outcome.claim.uses), ("used by", users.get((path, outcome.claim.id), ())))
    said = [f"{lead} {', '.join(_link(id, anchors.get((path, id))) for id in ids)}" for lead, ids in named if ids]
    return element("p", "; ".join(said), "related") if said else ""


def _link(id: str, anchor: str | None) -> str:
    name = element("code", text(id))
    return f'<a href="#{text(anchor)}">{name}</a>' if anchor else name


def users(outcomes: Sequence[Outcome]) -> Mapping[tuple[str, str], list[str]]:
    """The ids of the claims that use each claim, in file order."""
    found: dict[tuple[str, str], list[str]] = {}
    for outcome in outcomes:
        for id in outcome.claim.uses:
            found.setdefault((outcome.claim.path, id), []).append(outcome.claim.id)
    return found


def graph(outcomes: Sequence[Outcome]) -> str:
    """The claims of a file that are connected, one below the other, coloured by verdict; empty where there is none.

    An arc leads from a claim on the left side to every claim that uses it.
    """
    ids = {o.claim.id for o in outcomes}
    edges = [(used, o.claim.id) for o in outcomes for used in o.claim.uses if used in ids]
    connected = {id for edge in edges for id in edge}
    shown = [o for o in outcomes if o.claim.id in connected]
    if not shown or len(shown) > MOST:
        return ""
    rows = {o.claim.id: number for number, o in enumerate(shown)}
    reach = max(_reach(rows[a], rows[b]) for a, b in edges)
    left = reach / 2 + 2 * MARGIN
    width = left + MARGIN + LETTER * (2 + max(len(id) for id in rows))
    arcs = "".join(_arc(rows[a], rows[b], left) for a, b in edges)
    nodes = "".join(_node(o, rows[o.claim.id], left) for o in shown)
    caption = "An arc leads from a claim to those that use it."
    said = f"Which of {len(shown)} claims use which: " + "; ".join(_words(shown))
    drawn = (
        f'<svg viewBox="0 0 {width:g} {ROW * len(shown):g}" width="{width:g}" role="img" aria-label="{text(said)}" '
        f'font-size="12" fill="currentColor">{arcs}{nodes}</svg>'
    )
    return element("figure", drawn + element("figcaption", caption), "graph") + "\n"


def _words(shown: Sequence[Outcome]) -> Iterator[str]:
    for outcome in shown:
        if outcome.claim.uses:
            yield f"{outcome.claim.id} uses {', '.join(outcome.claim.uses)}"


def _reach(one: int, other: int) -> float:
    return min(14.0 * abs(one - other) + 10, WIDEST)


def _middle(row: int) -> float:
    return ROW * (row + 0.5)


def _arc(used: int, user: int, left: float) -> str:
    """Bends to the left; its head is at the claim that uses the other."""
    bend = left - 8 - _reach(used, user) / 2 * 4 / 3  # a cubic curve reaches three quarters of the way
    start, end = _middle(used), _middle(user)
    line = f"M{left - 8:g} {start:g}C{bend:g} {start:g} {bend:g} {end:g} {left - 10:g} {end:g}"
    head = f"M{left - 12:g} {end - 4:g}l6 4l-6 4z"
    return f'<path d="{line}" fill="none" stroke="currentColor" opacity=".45"/><path d="{head}" opacity=".7"/>'


def _node(outcome: Outcome, row: int, left: float) -> str:
    y = _middle(row) + 4
    mark = f'<tspan class="{outcome.word}" font-weight="700">{MARKS[outcome.word]}</tspan>'
    return f'<text x="{left:g}" y="{y:g}">{mark} {text(outcome.claim.id)}</text>'
