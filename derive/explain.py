"""The page of a message or a rule, from the tables that derive itself goes by."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from textwrap import fill, indent

from derive.errors import CODES, Code
from derive.kernel.rules import RULES, Rule

EXAMPLES = Path(__file__).parent / "examples"
WITHOUT_EXAMPLE = ("DV303", "DV900", "DV901")
"""Mistakes of derive, or of SymPy: no input is known to bring them about."""
WIDTH = 80


def explain(code: str | None = None) -> str:
    """The page of a code, in upper or lower case; without a code the list of all of them.

    Fails with ValueError, which names a similar code, when there is no such code.
    """
    if code is None:
        return "\n".join(f"{name:<5}  {title}" for name, title in titles().items()) + "\n"
    name = code.upper()
    if name in CODES:
        return f"{name}: {CODES[name].title}\n\n{_message(CODES[name])}\n"
    if name in RULES:
        return f"{name}: {RULES[name].title}\n\n{_rule(RULES[name])}\n"
    near = "".join(f"; the nearest is {other}" for other in get_close_matches(name, titles(), n=1))
    raise ValueError(f"there is no code {code!r}{near}; `derive explain` lists them all")


def titles() -> dict[str, str]:
    """Every code with its title: messages by number, then rules in the order of their sheet."""
    return {row.code: row.title for row in sorted(CODES.values(), key=lambda row: row.code)} | {
        rule.name: rule.title for rule in RULES.values()
    }


def example(code: str) -> tuple[Path, str] | None:
    """The file that brings a message about, and its text: a claim file, or commands for a shell."""
    found = (EXAMPLES / f"{code}{ending}" for ending in (".yaml", ".sh"))
    path = next((path for path in found if path.is_file()), None)
    return (path, path.read_text(encoding="utf-8")) if path else None


def _message(row: Code) -> str:
    told = (("Message: ", row.template), ("Repair:  ", row.help))
    shape = "\n".join(_hanging(head, re.sub(r"{(\w+)}", r"<\1>", text)) for head, text in told)
    shown = example(row.code)
    if shown is None:
        return f"{fill(row.page, WIDTH)}\n\n{shape}"
    path, text = shown
    said = "Commands that show it" if path.suffix == ".sh" else "A claim file that shows it"
    return f"{fill(row.page, WIDTH)}\n\n{shape}\n\n{said}:\n\n{indent(_visible(text).rstrip(), '    ')}"


def _hanging(head: str, text: str) -> str:
    return fill(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)


def _visible(text: str) -> str:
    """The text with what steers a terminal spelt out."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def _rule(rule: Rule) -> str:
    requires = "; ".join(rule.requires) or "nothing but that the sides are defined"
    return f"{_hanging('', rule.says)}\n\n{_hanging('Requires: ', requires)}"
