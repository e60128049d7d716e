"""One certificate, checked: what it says of every line of a claim, and on which rules that rests.

    {"certificate": 1, "id": .., "lines": [LINE, ..]}

A LINE is ``{"claim": CLAIM, "sha256": .., "verdict": "proved", "proof": PROOF, "witness": POINT}``, or ``"refuted"``
with ``"refutation"``, or ``"equal"`` with ``"point"`` and ``"proof"``: a strict relation that fails because the sides
are the same there. A CLAIM is its meaning and nothing else: ``left``, ``op``, ``right``, ``declarations``, ``indices``
(the free ones) and ``hypotheses``, each a ``relation`` with the indices that are ``quantified`` in it. ``sha256`` is of
its JSON with sorted keys and without spaces, so that a proof stays with what it proves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from derive.recheck.proof import prove
from derive.recheck.refutation import admits, refutation
from derive.recheck.terms import Rejected, listed, require

VERSION = 1
PARTS = {"proved": {"proof", "witness"}, "refuted": {"refutation"}, "equal": {"point", "proof"}}
CLAIM = {"left", "op", "right", "declarations", "indices", "hypotheses"}
LONGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A line of a claim that was accepted: its verdict and the rules of the proof."""

    id: str
    verdict: str
    rules: tuple[str, ...] = ()


def check(text: str) -> list[Checked]:
    """Accept a certificate, line by line. Raises Rejected, with the reason."""
    require(len(text) <= LONGEST, "the size of a certificate")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
        require(
            isinstance(found, dict) and found.keys() == {"certificate", "id", "lines"}, "the parts of a certificate"
        )
        require(found["certificate"] == VERSION and type(found["certificate"]) is int, "the version of the format")
        lines = listed(found["lines"], "lines")
        require(bool(lines) and isinstance(found["id"], str), "a certificate has an id and lines")
        return [_line(found["id"], line) for line in lines]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise Rejected(f"a certificate as described: {error!r}") from error


def digest(claim: Any) -> str:
    """What names the meaning of a claim."""
    return sha256(json.dumps(claim, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _line(id: str, line: Any) -> Checked:
    require(isinstance(line, dict) and isinstance(line.get("claim"), dict), "a line with a claim")
    claim, verdict = line["claim"], line["verdict"]
    require(isinstance(verdict, str) and verdict in PARTS, "a verdict")
    require(line.keys() == {"claim", "sha256", "verdict"} | PARTS[verdict], "the parts of a line")
    require(claim.keys() == CLAIM and line["sha256"] == digest(claim), "the claim is the one that is named")
    if verdict == "proved":
        admits(claim, line["witness"])
        return Checked(id, verdict, _sorted(prove(claim, line["proof"])))
    if verdict == "refuted":
        refutation(claim, line["refutation"])
        return Checked(id, verdict)
    require(claim["op"] in ("<", ">", "!="), "a relation that equality refutes")
    admits(claim, line["point"])
    equal = {**claim, "op": "=="}
    return Checked(id, "refuted", _sorted(prove(equal, line["proof"], at(claim, line["point"]))))


def at(claim: dict[str, Any], point: dict[str, Any]) -> tuple[Any, ...]:
    """A point as hypotheses: the sizes, the indices, then every value."""
    shapes = {name: shape for name, _, shape in claim["declarations"]}
    sizes = point["dims"]
    dims = [["rel", "==", ["var", n], ["num", str(size)]] for n, size in sizes.items()]
    indices = [["rel", "==", ["delta", [i, n], [point["indices"][i], n]], ["num", "1"]] for i, n in claim["indices"]]
    values: list[Any] = []
    for name, value in point["values"].items():
        for at, entry in _entries(value):
            places = [[v, d] for v, d in zip(at, shapes[name], strict=True)]
            term = ["comp", name, places] if places else ["var", name]
            values.append(["rel", "==", term, ["num", entry]])
    return tuple(dims + indices + values)


def _entries(value: Any, at: tuple[int, ...] = ()) -> list[tuple[tuple[int, ...], Any]]:
    if not isinstance(value, list):
        return [(at, value)]
    return [entry for n, part in enumerate(value, 1) for entry in _entries(part, (*at, n))]


def _sorted(rules: set[str]) -> tuple[str, ...]:
    return tuple(sorted(rules, key=lambda rule: (rule[0], int(rule[1:]))))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len(dict(pairs)) == len(pairs), "a key stands once")
    return dict(pairs)


def _no_float(text: str) -> Any:
    raise Rejected(f"{text}: every number is exact")
