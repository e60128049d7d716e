"""The JUnit report: one suite a file, one test case a claim, one more for each problem that belongs to no claim."""

from __future__ import annotations

import re
from collections import defaultdict
from xml.etree import ElementTree

from derive.outcome import Results
from derive.report.full import phrase
from derive.report.notice import Notice, notices
from derive.report.paint import Paint, clean

NOWHERE = "derive"
"""The suite of what belongs to no file."""
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry, not even escaped."""


def junit(results: Results, paint: Paint) -> str:
    """Findings are failures, what cannot be read is an error, lints are told in the output of their claim.

    No timings, so that two runs give the same bytes. Source: the schema of the Jenkins xUnit plugin, junit-10.xsd.
    """
    cases: dict[str, dict[str, list[Notice]]] = {file.path or NOWHERE: {} for file in results.files}
    for outcome in results.outcomes:
        cases.setdefault(outcome.claim.path, {})[outcome.claim.id] = []
    for notice in notices(results, Paint(), 120):
        problem = notice.problem
        name = problem.claim_id or f"{problem.code} {problem.message}"
        cases.setdefault(problem.path or NOWHERE, {}).setdefault(name, []).append(notice)
    said = {(o.claim.path, o.claim.id): f"{o.claim.id}: {phrase(o)}" for o in results.outcomes}
    root = ElementTree.Element("testsuites", name="derive")
    suites = [_suite(root, path, told, said) for path, told in cases.items() if told]
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=False).decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(
    root: ElementTree.Element, path: str, cases: dict[str, list[Notice]], said: dict[tuple[str, str], str]
) -> ElementTree.Element:
    suite = ElementTree.SubElement(root, "testsuite", name=_text(path), tests=str(len(cases)))
    kinds: dict[str, int] = defaultdict(int)
    for name, told in cases.items():
        case = ElementTree.SubElement(suite, "testcase", classname=_text(path), name=_text(name))
        loud = [n for n in told if n.level == "error"]
        if loud:
            kind = "failure" if loud[0].finding else "error"
            kinds[kind] += 1
            found = ElementTree.SubElement(case, kind, type=loud[0].problem.code, message=_text(loud[0].title))
            found.text = _text("\n\n".join(_placed(n) for n in loud))
        lines = [said.get((path, name), ""), *(_placed(n) for n in told if n not in loud)]
        if any(lines):
            ElementTree.SubElement(case, "system-out").text = _text("\n".join(filter(None, lines)))
    suite.set("failures", str(kinds["failure"]))
    suite.set("errors", str(kinds["error"]))
    return suite


def _placed(notice: Notice) -> str:
    problem = notice.problem
    place = f"{problem.path}:{problem.span.line}:{problem.span.column}: " if problem.span else ""
    return f"{place}{problem.code} {notice.text}"


def _text(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", clean(text))
