"""The SARIF report, version 2.1.0, for code scanning: one result a finding or problem, one rule a code."""

from __future__ import annotations

import json
import re

from derive import __version__
from derive.errors import CODES, Code, Span
from derive.outcome import INTERNAL, Results
from derive.report.notice import Notice, notices, uri
from derive.report.paint import Paint

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
WIDTH = 120


def sarif(results: Results, paint: Paint) -> str:
    """The log of one run. Source: OASIS, Static Analysis Results Interchange Format 2.1.0."""
    told = notices(results, Paint(), WIDTH)
    codes = sorted({n.problem.code for n in told})
    placed = [n for n in told if n.problem.path]
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "derive", "version": __version__, "rules": [_rule(CODES[c]) for c in codes]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(results, [n for n in told if not n.problem.path])],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The folder in which derive ran."}}},
        "results": [_result(n, codes.index(n.problem.code)) for n in placed],
    }
    content: Json = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def _rule(row: Code) -> Json:
    words = "".join(word.capitalize() for word in re.findall(r"\w+", row.title))
    return {
        "id": row.code,
        "name": words,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.page},
        "help": {"text": f"{row.page}\nderive explain {row.code} tells more."},
        "defaultConfiguration": {"level": "warning" if row.code.startswith("DV5") else "error"},
    }


def _invocation(results: Results, unplaced: list[Notice]) -> Json:
    """What belongs to no file is about how derive was called."""
    is_whole = not results.interrupted and all(p.code not in INTERNAL for p in results.problems)
    return {"executionSuccessful": is_whole, "toolConfigurationNotifications": [_notification(n) for n in unplaced]}


def _notification(notice: Notice) -> Json:
    return {"descriptor": {"id": notice.problem.code}, "level": notice.level, "message": {"text": notice.text}}


def _result(notice: Notice, rule: int) -> Json:
    problem = notice.problem
    artifact: dict[str, Json] = {"uri": uri(problem.path)}
    if not uri(problem.path).startswith("file:"):
        artifact["uriBaseId"] = "%SRCROOT%"
    place: Json = {"artifactLocation": artifact, "region": _region(problem.span)}
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": notice.level,
        "message": {"text": notice.text},
        "locations": [{"physicalLocation": place, **_logical(problem.claim_id)}],
        "partialFingerprints": {"claim/v1": notice.fingerprint},
    }


def _region(span: Span | None) -> Json:
    if span is None:
        return {"startLine": 1}
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _logical(claim_id: str | None) -> dict[str, Json]:
    return {"logicalLocations": [{"name": claim_id, "kind": "claim"}]} if claim_id else {}
