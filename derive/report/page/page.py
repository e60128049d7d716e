"""The page around the claims: title, summary, findings, a search that needs a script, and nothing from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby

from msgspec import Struct

from derive import __version__
from derive.outcome import ClaimFile, Outcome, Results
from derive.report.excerpt import excerpt
from derive.report.full import phrase
from derive.report.notice import Notice, notices
from derive.report.page.graph import graph
from derive.report.page.markup import MARKS, element, text
from derive.report.page.style import SCRIPT, STYLE
from derive.report.paint import Paint
from derive.report.summary import summary

WIDTH = 100


class Told(Struct, frozen=True):
    """A claim of the page: its outcome, the place to link to, and its article."""

    outcome: Outcome
    anchor: str
    article: str


def page(results: Results, told: Sequence[Told]) -> str:
    """The whole page; ``told`` has every outcome of the results, in their order.

    The policy in its head forbids every request and every script but its own.
    """
    title = _title(results.files)
    body = "".join((_header(title, results, told), _findings(results, told), *_files(results, told), _footer()))
    return (
        f'<!doctype html>\n<html lang="en">\n{_head(title)}<body>\n{body}<script>{SCRIPT}</script>\n</body>\n</html>\n'
    )


def _head(title: str) -> str:
    policy = f"default-src 'none'; style-src '{_digest(STYLE)}'; script-src '{_digest(SCRIPT)}'"
    return (
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
    )


def _digest(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode()


def _title(files: Sequence[ClaimFile]) -> str:
    named = [file.title or file.path for file in files]
    return named[0] if len(named) == 1 else "Claims"


def _header(title: str, results: Results, told: Sequence[Told]) -> str:
    fine = not (results.errors() or any(results.findings()) or results.interrupted)
    line = f'<p class="summary {"fine" if fine else "wrong"}" role="status">{text(summary(results)[0])}</p>'
    skip = '<a class="skip" href="#claims">Skip to the claims</a>\n'
    return f"{skip}<header>\n<h1>{text(title)}</h1>\n{line}\n</header>\n{_overview(results, told)}{_search(results)}"


def _overview(results: Results, told: Sequence[Told]) -> str:
    """The files with what came of their claims; a single one needs no list."""
    titles = {file.path: file.title for file in results.files}
    groups = [(path, [t.outcome.word for t in group]) for path, group in _by_file(told)]
    if len(groups) < 2:
        return ""
    rows = "".join(_file(n, titles.get(path) or path, words) for n, (path, words) in enumerate(groups, 1))
    return f'<nav class="files" aria-label="Files"><table>{rows}</table></nav>\n'


def _file(number: int, title: str, words: Sequence[str]) -> str:
    counts = [(word, words.count(word)) for word in MARKS if word in words]
    said = ", ".join(f"{count} {word}" for word, count in counts)
    bars, left = "", 0.0
    for word, count in counts:
        width = 100 * count / len(words)
        bars += f'<rect class="{word}" x="{left:.4g}" width="{width:.4g}" height="4"/>'
        left += width
    bar = f'<svg viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{said}">{bars}</svg>'
    link = f'<a href="#file-{number}">{text(title)}</a>'
    return f'<tr><th scope="row">{link}</th><td>{bar}</td><td>{said}</td></tr>'


def _by_file(told: Sequence[Told]) -> Iterator[tuple[str, list[Told]]]:
    for path, group in groupby(told, key=lambda t: t.outcome.claim.path):
        yield path, list(group)


def _search(results: Results) -> str:
    """Shown by the script alone: without one it could do nothing."""
    words = [word for word in MARKS if any(o.word == word for o in results.outcomes)]
    boxes = "".join(f'<label><input type="checkbox" name="{w}" checked> {MARKS[w]} {w}</label>' for w in words)
    return (
        '<form role="search" hidden><label>Search <input type="search" name="q" autocomplete="off"></label>'
        f'<fieldset><legend>Show</legend>{boxes}<label><input type="checkbox" name="finding"> findings only</label>'
        '</fieldset><button type="button">Open all proofs</button><output aria-live="polite"></output></form>\n'
    )


def _findings(results: Results, told: Sequence[Told]) -> str:
    """Every problem and finding in full, as `derive check` prints it."""
    lines = {file.path: file.lines for file in results.files}
    anchors = {(t.outcome.claim.path, t.outcome.claim.id): t.anchor for t in told}
    found = notices(results, Paint(), WIDTH - 8, is_labelled=True)
    rows = [_notice(n, lines.get(n.problem.path, ()), anchors) for n in found]
    if not rows:
        return ""
    heading = '<h2 id="findings">Findings</h2>\n'
    return f'<section class="findings" aria-labelledby="findings">\n{heading}{"".join(rows)}</section>\n'


def _notice(notice: Notice, lines: tuple[str, ...], anchors: dict[tuple[str, str], str]) -> str:
    problem = notice.problem
    anchor = anchors.get((problem.path, problem.claim_id or ""))
    link = f'<p><a href="#{text(anchor)}">{text(problem.claim_id or "")}</a></p>' if anchor else ""
    return f"{link}<pre>{text(excerpt(problem, lines, Paint(width=WIDTH), notice.evidence, notice.labels))}</pre>\n"


def _files(results: Results, told: Sequence[Told]) -> Iterator[str]:
    titles = {file.path: file.title for file in results.files}
    yield '<main id="claims">\n'
    for number, (path, claims) in enumerate(_by_file(told), 1):
        heading = text(titles.get(path) or path) if len(titles) > 1 else "Claims"
        where = element("p", element("code", text(path)), "source") if titles.get(path) else ""
        yield f'<section aria-labelledby="file-{number}">\n<h2 id="file-{number}">{heading}</h2>\n'
        yield where + _contents(path, claims) + graph([claim.outcome for claim in claims])
        yield from (claim.article for claim in claims)
        yield "</section>\n"
    yield "</main>\n"


def _contents(path: str, claims: Sequence[Told]) -> str:
    rows = "".join(_row(claim) for claim in claims)
    count = f"{len(claims)} claim{'' if len(claims) == 1 else 's'}"
    return (
        f'<nav aria-label="Claims of {text(path)}"><details><summary>{count}</summary><ul>{rows}</ul></details></nav>\n'
    )


def _row(told: Told) -> str:
    outcome = told.outcome
    mark = f'<span title="{text(phrase(outcome))}">{MARKS[outcome.word]}</span>'
    return f'<li class="{outcome.word}">{mark} <a href="#{text(told.anchor)}">{text(outcome.claim.id)}</a></li>'


def _footer() -> str:
    return f"<footer>Made by derive {text(__version__)}.</footer>\n"
