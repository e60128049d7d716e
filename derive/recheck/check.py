"""One certificate, checked: what it says of every line of a claim, and on which rules that rests.

    {"certificate": 1, "id": .., "lines": [LINE, ..]}

A LINE has ``claim``, ``sha256``, ``verdict`` and what shows the verdict:

    "proved"    "proof" and "witness", a point that the claim speaks of
    "empty"     "proof" that the hypotheses exclude each other: there is no further case
    "refuted"   "refutation", see ``refutation.py``
    "equal"     "point" and "proof": a strict relation fails because the sides are the same there
    "instead"   "value", "side", "proof" and "refutation": a limit, or that from a side, is another value
    "infinite"  "value", "side", "proof" and "point": likewise, and one of the two is infinite
    "apart"     "along" and "point": there is no limit, see ``sequences.py``
    "inside"    "limits" and "refutation": what the limits in its terms are, see ``within.py``, and a point
    "outdone"   "refutation": an admissible point that is better than the claimed optimiser

What is proved of a limit may hold at the point alone: ``"there": true`` takes the point as hypotheses, ``"there":
"values"`` puts it into the claim, see ``concrete.py``; so it may for what is "equal".

A CLAIM is its meaning and nothing else: ``left``, ``op``, ``right``, ``declarations``, ``indices`` (the free ones) and
``hypotheses``, each a ``relation`` with the indices that are ``quantified`` in it. ``sha256`` is of its JSON with keys
sorted and without spaces, so that a proof stays with what it proves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from derive.recheck.concrete import concrete, of_numbers
from derive.recheck.held import at
from derive.recheck.limits import INFINITE, mentions, replaced
from derive.recheck.proof import State, prove
from derive.recheck.refutation import admits, refutation
from derive.recheck.sequences import sequences
from derive.recheck.terms import Rejected, listed, require
from derive.recheck.within import without_limit

VERSION = 1
PARTS = {"proved": {"proof", "witness"}, "refuted": {"refutation"}, "equal": {"point", "proof"}}
PARTS |= {"empty": {"proof"}, "instead": {"value", "side", "proof", "refutation"}, "outdone": {"refutation"}}
PARTS |= {"infinite": {"value", "side", "proof", "point"}, "apart": {"along", "point"}}
PARTS |= {"inside": {"limits", "refutation"}}
THERE = ("instead", "infinite", "apart", "equal")  # of which the proof may be given at the point alone
NOTHING = {"left": ["num", "0"], "op": "==", "right": ["num", "0"]}
CLAIM = {"left", "op", "right", "declarations", "indices", "hypotheses"}
LONGEST, MOST_READ = 20_000_000, 4_000_000
RULES = {  # every rule that a proof may be said to rest on, and what is checked before it is used
    "D3": "one dimension; a delta puts one index for another",
    "D4": "what a delta decides is read once for equal and once for different indices",
    "E2": "the same function, and arguments that are the same; never across a derivative",
    "G1": "addition theorems, sin**2 = 1 - cos**2, values at parts of pi; hyperbolic functions by exp",
    "G2": "the function has a value",
    "G3": "the function of u is t, and u lies on the branch",
    "G5": "the sine of the angle is 0, and its cosine 1 or positive, or the angle in half a turn; acot by atan",
    "G6": "bounds of a function; the angle lies in a half turn of one sign",
    "G7": "Abs(t) = u: u >= 0 and u**2 = t**2; Abs(t) >= t and Abs(t) >= -t; a sign is taken out where it is proved",
    "G8": "gamma(t + 1) = t*gamma(t): t > 0, or half of 1 away from a whole number; binomial(m, k): a number k",
    "G9": "a whole part of integer type; ceiling(t) = -floor(-t)",
    "H2": "an equation that was assumed; what is replaced stands nowhere else; not below a derivative by what it names",
    "H3": "a one-hot vector is a delta with an index of its own; not below a derivative by the vector",
    "H8": "all that the lemma asks for is proved of what has a value; no index is captured; no derivative in it",
    "K1": "both cases of two free indices of one dimension",
    "K2": "all three signs of a term that has a value",
    "K4": "a whole range; a new index, of which only that is known; not below a derivative by what it names",
    "K5": "n = 1 and n >= 2 of a declared dimension",
    "K6": "every place of an explicit range",
    "K7": "all roots of an equation; not below a derivative by what has the values",
    "L1": "what moves is divided by the variable",
    "L2": "what does not move is the limit",
    "L3": "a continuous function, strictly inside of where it has a value; infinite values by a table",
    "L6": "one value from either side",
    "L8": "a derivative near the point, that of what is divided by not 0; both tend to 0, or that to infinity",
    "L10": "a whole range",
    "L4": "both bounds are proved near the point, from every side, where all have a value",
    "L5": "a first coefficient that is not 0, of known sign where it matters; a negative rate, whatever power it meets",
    "L9": "another limit, which differs at the point; sequences to the point with other limits, or without values",
    "L12": "gamma of what tends to oo, or of what is positive and does not move; a factorial of whole numbers",
    "M1": "an open interval, a smooth objective, a slope of one sign on either side",
    "M5": "the value has the type of the variable and every hypothesis about it",
    "K8": "every way in which the relation may fail; an equation between values, which is not used there",
    "N1": "an interval without 0",
    "N3": "roots, sines and cosines of parts of pi; below the bound that degree and conjugates give",
    "N2": "rounding moves by less than 1",
    "N4": "a whole number: of whole parts and of what is of integer type, with whole coefficients",
    "N5": "one variable; the same after a period; every jump of it and all that lies between",
    "O2": "the form multiplies out to the term; strict where one part is",
    "O6": "terms >= 0; factors on one side of 1; strict where they are strictly so and n >= 2",
    "O7": "a whole range; a term that no other lies beyond",
    "O9": "p has a sign and p**2 >= q**2; two that are not negative, and the same square; the same odd power",
    "O10": "the factor is positive",
    "O13": "the term is exp(u) - 1 - u",
    "O19": "weights > 0 with the sum 1; terms >= 0; the size of the product",
    "O22": "a product over a whole range; all factors are 1 at least, or all lie between 0 and 1",
    "O16": "the polynomial is not negative, and is beyond the end; strict where it is positive",
    "O21": "no root where the value lies, which is known",
    "O23": "values that are not negative; every order of them; no negative coefficient",
    "O18": "defined and continuous from the end on, with a derivative inside, by the hypotheses about the interval",
    "O15": "the term is the gap; one index",
    "O17": "a positive term of integer type; a claim about all numbers has a value for all",
    "P1": "an exponential of a sum is a product of exponentials",
    "P2": "log(t) has a value",
    "P4": "exp(u) = t, and u has a value",
    "P5": "(-1)**m for m of integer type",
    "P6": "exp(v) = t for the base t, and v has a value",
    "P7": "u >= 0 and u**q = t**p",
    "P8": "the root has a value",
    "R4": "the denominators differ from 0 wherever both sides have a value",
    "S1": "a whole range",
    "S2": "the dimension of the index that is summed over",
    "S3": "one dimension; the index lies in the range",
    "S4": "whole ranges",
    "S5": "the index lies in the range and the term that is taken away has a value",
    "S6": "indices under names of their own",
    "S7": "the index lies in the range",
    "S8": "whole ranges; the terms of the one sum are 0 case by case",
    "S10": "the whole sum that was assumed, not a part of it; not below a derivative by what it names",
    "T1": "a whole range",
    "T2": "exp(u) = t for every index, and u has a value",
    "V1": "one coordinate moves",
    "V2": "both factors have a derivative",
    "V3": "the argument lies strictly inside the domain",
    "V6": "the derivative exists for every index",
    "V7": "the derivative of every factor exists",
    "V14": "the derivative of the whole is known to exist; the argument of the Abs is smooth where it is 0",
    "V15": "the derivative of the whole is known to exist; what bounds the domain moves where it is 0",
    "V17": "the derivative of the whole is known to exist; one Max or Min, attained at the point; no diff outside",
    "V16": "the derivative of the whole is known to exist; a factor that is not 0, and a smooth rest; it moves",
    "V13": "a factor that is not 0, and a smooth rest; the argument moves",
}


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
    own = line.keys() - ({"there"} if verdict in THERE else set())
    require(own == {"claim", "sha256", "verdict"} | PARTS[verdict], "the parts of a line")
    require(claim.keys() == CLAIM and line["sha256"] == digest(claim), "the claim is the one that is named")
    cases = json.dumps(line).count('"kind"')  # each of them reads the claim anew
    require(cases * len(json.dumps(claim)) <= MOST_READ, "the size of a claim times the number of its cases")
    if verdict == "proved":
        admits(claim, line["witness"])
        return Checked(id, verdict, _sorted(prove(claim, line["proof"])))
    if verdict == "empty":
        require(line["proof"]["kind"] == "contradiction", "a line that holds because nothing satisfies its hypotheses")
        return Checked(id, verdict, _sorted(prove({**claim, **NOTHING}, line["proof"], (), 1)))
    if verdict == "refuted":
        refutation(claim, line["refutation"])
        return Checked(id, verdict)
    if verdict == "inside":
        return Checked(id, "refuted", _sorted(_inside(claim, line)))
    if verdict == "outdone":
        refutation(_comparison(claim), line["refutation"])
        return Checked(id, "refuted", ("M5",))
    if verdict == "apart":
        return Checked(id, "refuted", _sorted(_apart(claim, line)))
    if verdict in ("instead", "infinite"):
        return Checked(id, "refuted", _sorted(_elsewhere(claim, line)))
    require(claim["op"] in ("<", ">", "!="), "a relation that equality refutes")
    admits(claim, line["point"])
    equal = {**claim, "op": "=="}
    if line.get("there") == "values":
        return Checked(id, "refuted", _sorted(prove(of_numbers(equal, line["point"]), line["proof"])))
    return Checked(id, "refuted", _sorted(prove(equal, line["proof"], at(claim, line["point"]))))


def _elsewhere(claim: dict[str, Any], line: dict[str, Any]) -> set[str]:
    """L9: the limit, or that from a side, is another value, and at a point that is not what the claim says."""
    left = claim["left"][0] == "limit"
    limit, said = (claim["left"], claim["right"]) if left else (claim["right"], claim["left"])
    require(claim["op"] == "==" and limit[0] == "limit" != said[0], "L9: a limit that is said to be a term")
    require(line["side"] == "" or (limit[4] == "" and limit[3] not in INFINITE), "L9: a side of a limit with two")
    value, way = line["value"], line["side"] or limit[4]
    point = line["refutation"]["point"] if line["verdict"] == "instead" else line["point"]
    here, extra = _there({**claim, "left": [*limit[:4], way], "right": value}, line, point)
    rules = prove(here, line["proof"], extra)
    if line["verdict"] == "instead":
        refutation({**claim, "left": value, "right": said}, line["refutation"])
        return rules | {"L9"}
    require(value != said and (value in INFINITE or said in INFINITE), "L9: one of the values is infinite")
    there = next((t for t in (value, said) if t not in INFINITE), ["num", "0"])
    admits({**claim, "left": there, "right": there}, line["point"])
    return rules | {"L9"}


def _apart(claim: dict[str, Any], line: dict[str, Any]) -> set[str]:
    """L9: there is no limit; at the point alone, if the line says so."""
    point = line["point"]
    if line.get("there") != "values":
        return sequences(claim, line["along"], point, _there(claim, line, point)[1])
    left = claim["left"][0] == "limit"
    limit, said = (claim["left"], claim["right"]) if left else (claim["right"], claim["left"])
    require(limit[0] == "limit" != said[0], "L9: a limit that is said to be a term")
    there = ["num", "0"] if said in INFINITE else said
    admits({**claim, "left": there, "right": there}, point)
    here = concrete({**claim, "left": limit, "right": said}, point)
    alone = {"dims": {}, "values": {limit[2]: point["values"][limit[2]]}, "indices": {}}
    return sequences(here, line["along"], alone, ())


def _inside(claim: dict[str, Any], line: dict[str, Any]) -> set[str]:
    """E6: a claim in whose terms limits stand, with what they are in their places, fails at a point."""
    rules = set[str]()
    for part in listed(line["limits"], "limits"):
        claim, more = without_limit(claim, part, (), 0, State, prove)
        rules |= more
    refutation(claim, line["refutation"])
    return rules


def _there(claim: dict[str, Any], line: Any, point: Any) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """The claim and the hypotheses of a proof: as it is, with the point as hypotheses, or with the values put in."""
    if line.get("there") == "values":
        return concrete(claim, point), ()
    return claim, at(claim, point) if line.get("there") is True else ()


def _comparison(claim: dict[str, Any]) -> dict[str, Any]:
    """M5: that no admissible value is better than the claimed optimiser."""
    side = "left" if claim["left"][0] == "optimum" else "right"
    require(
        claim["op"] == "==" and claim[side][0] == "optimum" and claim[side][4] == [], "M5: an optimiser of a scalar"
    )
    _, kind, body, name, _ = claim[side]
    value = claim["right" if side == "left" else "left"]
    require(not mentions(value, name), "M5: the claimed optimiser does not speak of its variable")
    best = replaced(body, name, value)
    return {**claim, "left": body, "op": "<=" if kind == "argmax" else ">=", "right": best}


def _sorted(rules: set[str]) -> tuple[str, ...]:
    return tuple(sorted(rules, key=lambda rule: (rule[0], int(rule[1:]))))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len(dict(pairs)) == len(pairs), "a key stands once")
    return dict(pairs)


def _no_float(text: str) -> Any:
    raise Rejected(f"{text}: every number is exact")
