"""The JSON report: versioned, sorted, without timings, so that two runs give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction

from derive.claim import Claim
from derive.errors import Problem
from derive.outcome import Outcome, Part, Results, Use, word
from derive.report.evidence import domains
from derive.report.paint import Paint
from derive.verdict import Conflict, Contradicted, Counterexample, Enclosure, Proved, Refuted, Undecided, Value, Verdict
from derive.write import write

SCHEMA_VERSION = 1
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def document(results: Results, paint: Paint) -> str:
    """The document that ``results.schema.json`` describes; ASCII, because any output can carry that."""
    content: dict[str, Json] = {
        "schema_version": SCHEMA_VERSION,
        "claims": [_claim(o) for o in results.outcomes],
        "errors": [_error(p) for p in _errors(results)],
    }
    if results.part:
        content["shard"] = _part(results.part)
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def _part(part: Part) -> dict[str, Json]:
    """What ``derive merge`` needs to put the parts together, and to see that none is missing."""
    places: list[Json] = [[place, file, id] for place, file, id in part.places]
    return {"number": part.number, "count": part.count, "total": part.total, "places": places}


def _errors(results: Results) -> Iterator[Problem]:
    yield from results.errors()
    yield from (f.problem for f in results.findings() if isinstance(f.verdict, Conflict))


def _error(problem: Problem) -> dict[str, Json]:
    return {
        "id": problem.claim_id,
        "file": problem.path or None,
        "line": problem.span.line if problem.span else None,
        "column": problem.span.column if problem.span else None,
        "code": problem.code,
        "message": problem.message,
    }


def _claim(outcome: Outcome) -> dict[str, Json]:
    claim = outcome.claim
    methods = dict.fromkeys(m for v in outcome.verdicts if (m := _method(v)))
    found = _verdict(outcome.verdict) | {
        "id": claim.id,
        "file": claim.path,
        "line": claim.span.line,
        "expected": claim.expect,
        "as_expected": outcome.as_expected,
        "conditions": list(outcome.conditions),
        "dimensions": _dimensions(claim),
    }
    if outcome.word == "proved":
        found["method"] = ", ".join(methods)
    if claim.uses:
        found["using"] = [{"id": id, "needed": id not in outcome.idle} for id in claim.uses]
    if outcome.suggestions:
        found["suggestions"] = list(outcome.suggestions)
    if outcome.uses:
        found["hypotheses"] = [_use(use) for use in outcome.uses]
    if claim.chained or len(claim.lines) > 1:
        found["steps"] = [_verdict(v) | {"step": number} for number, v in enumerate(outcome.verdicts, 1)]
        if not claim.is_printed:
            words = [_word(v) for v in outcome.verdicts]
            found["first_wrong_step"] = words.index("refuted") + 1 if "refuted" in words else None
    if claim.ends and outcome.ends:
        found["ends"] = _verdict(outcome.ends) | {"relation": write(claim.ends.written)}
    return found


def _use(use: Use) -> dict[str, Json]:
    return {
        "hypothesis": use.hypothesis,
        "status": use.status,
        "witness": _counterexample(use.point) if use.point else None,
        "conditions": list(use.conditions),
    }


def _verdict(verdict: Verdict) -> dict[str, Json]:
    return {
        "verdict": _word(verdict),
        "reason": _reason(verdict),
        "conditions": list(_conditions(verdict)),
        "counterexample": _contrary(verdict),
        "method": _method(verdict) or None,
        **_floats(verdict),
    }


def _floats(verdict: Verdict) -> dict[str, Json]:
    """The point at which float64 keeps one side and loses the other, of a claim that is said to be stable."""
    found = verdict.floats if isinstance(verdict, Proved | Refuted) else None
    if found is None:
        return {}
    sides: dict[str, Json] = {"left": found.left, "right": found.right, "kept": found.kept}
    return {"floats": sides | {"point": _counterexample(found.point)}}


def _contrary(verdict: Verdict) -> Json:
    match verdict:
        case Refuted(point=found, value=Enclosure() as value):
            return _counterexample(found) | {"value": _enclosure(value)}
        case Refuted(Contradicted(instead, theorem, found)):
            proved = {"kind": "theorem", "instead": write(instead), "method": theorem.method}
            return _counterexample(found) | proved
        case Refuted(Counterexample() as found) | Conflict(_, found):
            return _counterexample(found)
        case _:
            return None


def _word(verdict: Verdict) -> str:
    """A conflict is no verdict at all: neither the proof nor the counterexample is believed."""
    return "undecided" if isinstance(verdict, Conflict) else word(verdict)


def _reason(verdict: Verdict) -> str | None:
    match verdict:
        case Undecided(reason, detail):
            return f"{reason}: {detail}" if detail else reason
        case Conflict():
            return "conflict: there is both a proof and a counterexample, a defect of derive"
        case Proved() if verdict.has_one_sided_domain:
            return "; ".join(domains(verdict, Paint(unicode=False)))
        case _:
            return None


def _conditions(verdict: Verdict) -> tuple[str, ...]:
    if isinstance(verdict, Conflict):
        return verdict.theorem.conditions
    return verdict.conditions if isinstance(verdict, Proved) else ()


def _method(verdict: Verdict) -> str:
    match verdict:
        case Proved(theorem):
            return theorem.method
        case Refuted(Contradicted()):
            return "counterexample: theorem"
        case Refuted(Counterexample(kind=kind)):
            return f"counterexample: {kind}"
        case Conflict(theorem, counterexample):
            return f"{theorem.method}, counterexample: {counterexample.kind}"
        case _:
            return ""


def _dimensions(claim: Claim) -> str:
    """Whether the claim is about every dimension, about stated ones only, or about no array at all."""
    goals = [line.goal for line in claim.lines]
    if any(goal.dimensions for goal in goals):
        return "symbolic"
    return "fixed" if any(d.dimensions for goal in goals for d in goal.declarations) else "none"


def _counterexample(found: Counterexample) -> dict[str, Json]:
    return {
        "kind": found.kind,
        "dimensions": dict(found.dimensions),
        "values": {name: _value(value) for name, value in found.values},
        "indices": dict(found.indices),
        **({"implied": dict(found.implied)} if found.implied else {}),
        "left": _enclosure(found.left),
        "relation": found.op,
        "right": _enclosure(found.right),
        "precision": found.precision,
    }


def _enclosure(value: Enclosure) -> dict[str, Json]:
    return {"low": value.low, "high": value.high, "exact": None if value.exact is None else _value(value.exact)}


def _value(value: Value) -> Json:
    """The exact value: a rational as text, nested lists for an array."""
    return _rational(value) if isinstance(value, Fraction) else [_value(v) for v in value]


def _rational(value: Fraction) -> str:
    """Exact also where Python refuses to print an integer in decimal: then in hexadecimal."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < 12_000:
        return str(value)
    return f"{value.numerator:#x}/{value.denominator:#x}"
