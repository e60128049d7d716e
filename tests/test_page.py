"""The page to look at: well-formed, closed to what people wrote, readable without a network, and its pictures true."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from derive.api import check_file
from derive.display.publish import publish
from derive.evaluate import Point
from derive.notebook import load_ipython_extension
from derive.outcome import Outcome, Results
from derive.picture import picture
from derive.picture.chart import Axis, Bar, Chart, Curve, Gap, Level
from derive.picture.convergence import convergence
from derive.picture.crossing import crossing, seen
from derive.picture.draw import LEFT, RIGHT, draw, ticks
from derive.picture.residuals import residuals
from derive.report.page.style import STYLE
from derive.run.cache import Cache
from derive.verdict import Refuted
from tests.conftest import Derive

CLAIMS = Path(__file__).parent / "page" / "claims.yaml"
HARNESS = Path(__file__).parent / "page" / "harness.html"
VOID = {"meta", "input", "br", "mspace"}
PICTURE = {"svg", "path", "text", "tspan", "circle", "rect"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return check_file(shutil.copy(CLAIMS, tmp_path_factory.mktemp("page")))


@pytest.fixture(scope="module")
def text(results: Results) -> str:
    return publish(results, 0)


def outcome(results: Results, id: str) -> Outcome:
    return next(o for o in results.outcomes if o.claim.id == id)


class Reader(HTMLParser):
    """What a browser would find; fails on elements that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} comes twice"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID | PICTURE
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_what_people_wrote_is_never_markup(text: str) -> None:
    page = Reader(text)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 1 and not {"img", "b", "i", "u"} & set(tags)
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    said = " ".join(page.words)
    for words in ("<b>bold</b> &", "</title><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[red] $x$"):
        assert words in said
    assert 'a "note" & <i>more</i>' in said


def test_the_page_needs_nothing_from_elsewhere_and_its_places_are_there(text: str) -> None:
    elements = Reader(text).elements
    ids = [found["id"] for _, found in elements if "id" in found]
    assert len(ids) == len(set(ids))
    named = [found[key].lstrip("#") for _, found in elements for key in ("href", "aria-labelledby") if key in found]
    assert named and set(named) <= set(ids)
    assert all(found["href"].startswith("#") for _, found in elements if "href" in found)
    assert not [found for _, found in elements if {"src", "srcset", "action", "data"} & found.keys()]
    assert "url(" not in STYLE and "@import" not in STYLE
    policy = next(f["content"] for t, f in elements if f.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_every_part_of_the_evidence_is_on_the_page(text: str) -> None:
    said = " ".join(Reader(text).words)
    for words in (
        "proved for every n",
        "right side",
        "quotient rule",
        "Both sides along",
        "The proved bound is log(n)/λ, from lse-bound",
        "expected to be refuted",
        "corrected:",
        "The claimed value 0 stays away",
        "DV1",
        "claims.yaml:",
        "searched",
    ):
        assert words in said, words


def test_landmarks_headings_and_names(text: str) -> None:
    elements = Reader(text).elements
    tags = [tag for tag, _ in elements]
    assert {"header", "main", "nav", "footer"} <= set(tags) and tags.count("h1") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(found.get("role") == "img" and found.get("aria-label") for tag, found in elements if tag == "svg")
    assert next(found for tag, found in elements if tag == "html")["lang"] == "en"
    assert "hidden" in next(found for tag, found in elements if tag == "form"), "the search needs the script"


def test_two_runs_give_the_same_bytes_however_many_processes(results: Results, text: str) -> None:
    assert publish(results, 2) == text


def test_what_was_told_is_kept_by_meaning(
    results: Results, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Cache(str(tmp_path / "cache"), b"secret")
    assert publish(results, 0, store) == text

    def fail(*_: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr("derive.narrate.tell", fail)
    moved = tuple(
        replace(o, claim=replace(o.claim, lines=tuple(replace(r, span=o.claim.span) for r in o.claim.lines)))
        for o in results.outcomes
    )
    assert publish(replace(results, outcomes=moved), 0, store) == text
    assert "asked again" in publish(results, 0, Cache(str(tmp_path / "cache"), b"another"))
    first = results.outcomes[0]
    other = replace(first.claim, definitions=())
    assert "asked again" in publish(replace(results, outcomes=(replace(first, claim=other),)), 0, store)


def test_a_defect_is_not_kept(results: Results, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Cache(str(tmp_path / "cache"), b"secret")
    with monkeypatch.context() as patch:
        patch.setattr("derive.picture.picture", lambda *_: 1 / 0)
        assert "division by zero" in publish(results, 0, store)
    assert publish(results, 0, store) == text


LEMMAS = """variables: {x: real, y: real}
claims:
  - {id: base, claim: x**2 >= 0}
  - {id: second, claim: x**2 + 1 > 0, using: base}
  - {id: third, claim: x**4 >= 0, using: [base]}
  - {id: alone, claim: x == x}
"""


def test_what_rests_on_what_is_linked_and_drawn(tmp_path: Path) -> None:
    path = tmp_path / "lemmas.yaml"
    path.write_text(LEMMAS, encoding="utf-8")
    text = publish(check_file(path), 0)
    page = Reader(text)
    links = text[text.index('class="related"') :]
    assert links.index('used by <a href="#second">') < links.index('uses <a href="#base">')
    assert text.count('class="related"') == 3
    drawn = text[text.index('class="graph"') :].partition("</figure>")[0]
    assert drawn.count("<text ") == 3 and drawn.count("C") >= 2 and "alone" not in drawn
    assert "third uses base" in next(f["aria-label"] for t, f in page.elements if t == "svg")


def test_files_with_the_same_ids_have_places_of_their_own(results: Results) -> None:
    twice = tuple(replace(o, claim=replace(o.claim, path="other.yaml")) for o in results.outcomes)
    page = publish(replace(results, outcomes=(*results.outcomes[:2], *twice[:2])), 0)
    assert {"jacobian", "jacobian.2", "slip", "slip.2"} <= {f["id"] for _, f in Reader(page).elements if "id" in f}


def test_a_defect_while_telling_costs_that_claim_its_proof_only(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("boom <b>")

    monkeypatch.setattr("derive.picture.picture", fail)
    page = publish(results, 0)
    assert page.count("boom &lt;b&gt;") == len(results.outcomes)


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def light(colour: str) -> float:
        wide = colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
        parts = [int(wide[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_text_is_readable() -> None:
    themes = [dict(re.findall(r"--(\w+):(#\w+)", block)) for block in re.findall(r":root\{([^}]*)\}", STYLE)]
    assert len(themes) == 3, "light, dark, paper"
    for theme in themes:
        for name in {"ink", "soft", "proved", "refuted", "undecided", "link"} & theme.keys():
            assert min(_contrast(theme[name], theme[back]) for back in ("paper", "card")) >= 4.5, (name, theme[name])


# --- pictures


def point(found: Outcome) -> Point:
    assert isinstance(found.verdict, Refuted)
    at = found.verdict.point
    return Point(dict(at.dimensions), dict(at.values), dict(at.indices))


def test_the_gap_is_that_of_the_counterexample(results: Results) -> None:
    found = outcome(results, "slip")
    chart = crossing(found.claim.lines[0].goal, [point(found)])
    assert chart
    gap = next(mark for mark in chart.marks if isinstance(mark, Gap))
    exact = [found.verdict.point.left.exact, found.verdict.point.right.exact]
    assert [gap.left, gap.right] == pytest.approx([float(e) for e in exact])
    curves = [mark for mark in chart.marks if isinstance(mark, Curve)]
    for curve, value in zip(curves, (gap.left, gap.right), strict=True):
        assert any(place == pytest.approx((gap.x, value)) for piece in curve.pieces for place in piece)


def test_a_curve_stays_where_types_and_hypotheses_hold(results: Results) -> None:
    goal = outcome(results, "entropy").claim.lines[0].goal
    chart = crossing(goal, seen(goal))
    assert chart and "kept" in chart.x.label, "the other component gives way, so that the sum stays 1"
    assert chart.x.low >= 0 and chart.x.high <= 1
    goal = outcome(results, "lse-bound").claim.lines[0].goal
    assert crossing(goal, [Point({"n": 1}, {"o": (Fraction(0),), "lam": Fraction(1)}, {})]) is not None


def test_a_limit_converges_below_its_proved_bound(results: Results) -> None:
    goal, order = (outcome(results, id).claim.lines[0].goal for id in ("lse-limit", "lse-bound"))
    chart = convergence(goal, [("lse-bound", order)])
    assert chart
    distance, bound, floor = (c for c in chart.marks if isinstance(c, Curve))
    assert (distance.role, bound.role, floor.role) == ("left", "bound", "floor")
    above = dict(place for piece in bound.pieces for place in piece)
    assert all(y <= above[x] * (1 + 1e-9) for piece in distance.pieces for x, y in piece if x in above)
    for x, y in above.items():
        assert y * x == pytest.approx(next(iter(above.values())) * next(iter(above)), rel=1e-6), "log(n)/lam"
    assert convergence(goal, []) and not [c for c in convergence(goal, []).marks if c.role == "bound"]


def test_residuals_count_every_value(results: Results) -> None:
    chart = residuals(outcome(results, "jacobian").claim.lines[0].goal)
    assert chart
    total = int(re.search(r"of (\d+) values", chart.caption)[1])
    assert sum(mark.count for mark in chart.marks if isinstance(mark, Bar)) == total
    assert [mark.label for mark in chart.marks if isinstance(mark, Level)] == ["rounding"]


# id, whether there is a picture, what its caption says
PICTURED = (
    ("jacobian", "agree exactly"),
    ("slip", "There the left side is"),
    ("square", "There the left side is"),
    ("lse-limit", "Distance from max(o)"),
    ("lse-bound", "Both sides along"),
    ("wrong-limit", "stays away"),
    ("entropy", "Both sides along"),
    ("chain", "agree exactly"),
    ("open", None),
)


@pytest.mark.parametrize(("id", "caption"), PICTURED)
def test_what_is_pictured(results: Results, id: str, caption: str | None) -> None:
    found = outcome(results, id)
    orders = [("lse-bound", outcome(results, "lse-bound").claim.lines[0].goal)]
    shown = picture(found.claim.lines[0], found.verdict, orders)
    assert (shown is None) == (caption is None)
    if shown and caption:
        assert caption in shown.caption
        assert "nan" not in shown.svg and "inf" not in shown.svg
        across = [float(x) for x in re.findall(r"[ML]([\d.]+) ", shown.svg)]
        assert all(LEFT <= x <= RIGHT for x in across)


def test_names_in_pictures_are_escaped() -> None:
    chart = Chart('a "<b>"', "", Axis("<i>", 0, 1), Axis("", 0, 1), (Level(0.5, "<u>"),))
    assert not {"b", "i", "u"} & {tag for tag, _ in Reader(draw(chart)).elements}
    assert escape("<u>") in draw(chart)


@pytest.mark.parametrize(
    ("low", "high", "is_log"), ((0, 1, False), (-8, 8, False), (99.9, 100, False), (1e-18, 1, True), (0.1, 10, True))
)
def test_ticks_are_few_and_within(low: float, high: float, is_log: bool) -> None:
    found = ticks(Axis("", low, high, is_log))
    assert 2 <= len(found) <= 7
    assert all(low * (1 - 1e-9) - 1e-9 <= t <= high * (1 + 1e-9) + 1e-9 for t in found)


# --- in a notebook


class Formatter(dict[type, Callable[[object], str]]):
    """What IPython has for each kind of output."""

    def for_type(self, kind: type, formatter: Callable[[object], str]) -> None:
        self[kind] = formatter


def test_a_notebook_shows_verdicts_and_claims(results: Results) -> None:
    html, latex = Formatter(), Formatter()
    formatters = {"text/html": html, "text/latex": latex}
    load_ipython_extension(SimpleNamespace(display_formatter=SimpleNamespace(formatters=formatters)))
    for found in results.outcomes:
        shown = html[type(found.verdict)](found.verdict)
        assert shown.startswith(found.word) and Reader(f"<p>{shown}</p>")
        assert latex[type(found.claim)](found.claim).count(r"\\") == len(found.claim.lines)
    assert "at n = " in html[Refuted](outcome(results, "slip").verdict)
    assert Reader(html[Results](results)) and "<script" not in html[Results](results)


# --- the command, and a browser


def test_the_command_writes_the_page(derive: Derive) -> None:
    Path("a.yaml").write_text("variables: {x: real}\nclaims:\n  - {id: a, claim: x == x}\n  - {id: b, claim: x == 2}\n")
    code, out, err = derive("report", "a.yaml", "-o", "page.html", "--jobs", "0")
    assert (code, err) == (1, "") and out.startswith("wrote page.html: 2 claims")
    page = Path("page.html").read_text(encoding="utf-8")
    assert "DV101" in page and Reader(page)
    assert derive("report", "a.yaml", "-k", "a", "--jobs", "0")[0] == 0 and Path("report.html").exists()
    code, _, err = derive("report", "a.yaml", "-o", "no/such/folder.html", "--jobs", "0")
    assert code == 2 and "no/such/folder.html" in err
    assert derive("report", "gone.yaml", "--jobs", "0")[0] == 2


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = (360, 800, 1400)


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
def test_in_a_browser(results: Results, text: str, tmp_path: Path) -> None:
    """Nothing overflows, nothing is requested, formulas are drawn in two dimensions, and the search works."""
    quoted = json.dumps(text).replace("</", "<\\/").replace("<!--", "<\\!--")
    path = tmp_path / "harness.html"
    harness = HARNESS.read_text(encoding="utf-8").replace("WIDTHS", str(list(WIDTHS))).replace("PAGE", quoted)
    path.write_text(harness, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=8000"]
    command = [str(BROWSER), *options, f"--user-data-dir={tmp_path}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    count = len(results.outcomes)
    rows = re.search('<p id="found">(.*?)</p>', done.stdout)
    assert rows, done.stderr[-2000:]
    assert sorted(rows[1].split(";")) == sorted(f"{width} false 0 true {count} 1 {count}" for width in WIDTHS)
    assert "CONSOLE" not in done.stderr, [row for row in done.stderr.splitlines() if "CONSOLE" in row]
