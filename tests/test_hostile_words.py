"""What people write in words is text in every format: never markup, never a command, never a direction."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from derive.api import check_file
from derive.display.overview import overview
from derive.display.page import page
from derive.display.publish import publish
from derive.find import Target
from derive.notebook import HTML
from derive.outcome import Results
from derive.read import read
from derive.report import FORMATS, report
from derive.report.paint import Paint, clean
from derive.show import STYLES

HARMLESS = "plain words"
NAME = "claims\x1b[31m\u202e.yaml"  # words are checked where they are read; the name of a file is whatever it is
INVISIBLE = dict.fromkeys((0x2061, 0x2062))  # the signs of application and of a product, in MathML
WORDS = (
    "<b>bold</b> <img src=x onerror=alert(1)>",
    "</title></pre></article><script>alert(1)</script>",
    "[red]x[/red] [link](javascript:alert(1)) ![image](http://a.b/c)",
    "$x$ and $$y$$ and \\(z\\)",
    "\\input{secret} \\end{document} {\\bf x",
    "first\n\\input{secret}\n<b>last</b>",
    "\"double\" 'single' `tick` ``` ~~~",
    "😀 👩‍🔬 漢字",
    "\u05e9\u05dc\u05d5\u05dd \u0639\u0631\u0628\u0649",
    "--> <script>alert(1)</script> <!-- --!> ---->",
    "%0A::error::x @somebody #12 | a | b |",
    "*a* __b__ ~c~ &lt; &amp; %s {0} {name}",
    "]]> <![CDATA[ x",
)
CLAIMS = """derive: 1
title: {words}
variables: {{x: real}}
claims:
  - id: wrong
    title: {words}
    claim: x == x + 1
    source: {words}
  - id: meant
    claim: x**2 == x
    expect: refuted
    because: {words}
    correction: x**2 == x*x
"""


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Results]:
    """The results of the claims with some words everywhere."""
    monkeypatch.chdir(tmp_path)

    def of(words: str) -> Results:
        Path(NAME).write_text(CLAIMS.format(words=_quoted(words)), encoding="utf-8")
        return check_file(NAME)

    return of


def _quoted(words: str) -> str:
    """As YAML reads it, without escapes."""
    lines = words.splitlines()
    return "\n      ".join(["|-", *lines]) if len(lines) > 1 else f"'{words.replace(chr(39), 2 * chr(39))}'"


class _Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {sorted(name for name, _ in attrs)}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _texts(results: Results) -> Iterator[tuple[str, str]]:
    """Every output by its name."""
    for style in STYLES:
        yield style, "\n\n".join(page(o.claim, style, o) for o in results.outcomes)
    for format in FORMATS:
        yield f"report {format}", report(results, format, Paint())
    yield "report full, coloured", re.sub("\x1b\\[[0-9;]*m", "", report(results, "full", Paint(colour=True)))
    yield "overview", overview(read([Target(Path(NAME))]), None, Paint())
    yield "html", publish(results, 0)
    yield "notebook", HTML[Results](results)


@pytest.mark.parametrize("words", WORDS)
def test_words_are_words_in_every_format(words: str, checked: Callable[[str], Results]) -> None:
    results = checked(words)
    assert len(results.outcomes) == 2, results.problems
    plain = dict(_texts(checked(HARMLESS)))
    for name, text in _texts(checked(words)):
        bare = text.translate(INVISIBLE)
        assert clean(bare) == bare, name
        LIKE.get(name, lambda *_: None)(text, plain[name])


def _same_elements(text: str, plain: str) -> None:
    assert _Elements(text).found == _Elements(plain).found


def _same_commands(text: str, plain: str) -> None:
    """Nothing but comments differs."""
    commands = [[row for row in t.splitlines() if not row.startswith("%")] for t in (text, plain)]
    assert commands[0] == commands[1]


def _same_markdown(text: str, plain: str) -> None:
    """As Markdown, and as the HTML that it becomes."""
    html = [MarkdownIt("commonmark").enable("table").render(t) for t in (text, plain)]
    kinds = [[e for e in _Elements(h).found if not e.startswith("p ")] for h in html]
    assert kinds[0] == kinds[1]
    bare = re.sub(r"(?s)```+.*?```+", "", text)
    assert len(re.findall(r"(?<!\\)\$", bare)) == len(re.findall(r"(?<!\\)\$", re.sub(r"(?s)```+.*?```+", "", plain)))


def _same_json(text: str, plain: str) -> None:
    for document in text.split("\n\n") if text.count("\n\n") else [text]:
        json.loads(document)


def _same_xml(text: str, plain: str) -> None:
    tags = [[e.tag for e in ElementTree.fromstring(t).iter()] for t in (text, plain)]
    assert tags[0] == tags[1]


def _same_commands_of_github(text: str, plain: str) -> None:
    assert [row.split(" ")[0] for row in text.splitlines()] == [row.split(" ")[0] for row in plain.splitlines()]


LIKE: dict[str, Callable[[str, str], None]] = {
    "html": _same_elements,
    "notebook": _same_elements,
    "mathml": _same_elements,
    "latex": _same_commands,
    "markdown": _same_markdown,
    "report markdown": _same_markdown,
    "json": _same_json,
    "report json": _same_json,
    "report sarif": _same_json,
    "report gitlab": _same_json,
    "report junit": _same_xml,
    "report github": _same_commands_of_github,
}
