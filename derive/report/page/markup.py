"""HTML from text and formulas: whatever a person wrote is escaped here and nowhere else."""

from __future__ import annotations

from html import escape

from derive.derivation import Reason
from derive.report.paint import clean
from derive.show.layout import Formula, Row, layout
from derive.show.mathml import mathml
from derive.term import Op, Relation, Term, Variable

MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?", "conflict": "‼"}
"""The sign of each verdict."""


def text(words: str) -> str:
    """The words as they are: nothing in them is markup, nothing steers the reading direction."""
    return escape(clean(words), quote=True)


def element(tag: str, content: str, name: str = "") -> str:
    """An element around content that is HTML already, with a class where it has one."""
    return f'<{tag} class="{name}">{content}</{tag}>' if name else f"<{tag}>{content}</{tag}>"


def block(formula: Formula) -> str:
    """A formula on a line of its own, which scrolls where it is wider than the page."""
    return element("div", mathml(layout(formula, stacked=True), 'display="block"'), "f")


def continued(op: Op, term: Term) -> str:
    """``= term``, below the term before it."""
    row = layout(Relation(Variable("x"), op, term), stacked=True)
    assert isinstance(row, Row)
    return element("div", mathml(Row(row.parts[1:]), 'display="block"'), "f")


def reason(parts: Reason) -> str:
    """Words with the formulas between them."""
    return "".join(text(p) if isinstance(p, str) else mathml(layout(p, stacked=False), "") for p in parts)
