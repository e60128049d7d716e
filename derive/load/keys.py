"""What a claim file may say: one row for each key."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from derive.claim import Expectation

ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
"""What an id looks like."""

_EXPECTATIONS: tuple[str, ...] = get_args(Expectation)

Kind = Literal[
    "text",
    "formula",
    "list",
    "formulas",
    "steps",
    "cases",
    "uses",
    "mapping",
    "formula mapping",
    "point",
    "numbers",
    "claims",
    "choice",
]

MAPPINGS: tuple[Kind, ...] = ("mapping", "formula mapping", "point")


class Key(Struct, frozen=True):
    """One key of a claim file: its kind of value, what it means, whether it must be there, its closed set of values."""

    name: str
    kind: Kind
    doc: str
    required: bool = False
    choices: tuple[str, ...] = ()


FILE_KEYS: tuple[Key, ...] = (
    Key("derive", "choice", "The version of the format.", choices=("1",)),
    Key("title", "text", "What the file is about."),
    Key("variables", "mapping", "Names and their types, shared by every claim: `o: real[n]`."),
    Key("define", "formula mapping", "Templates, shared by every claim: `s[i]: exp(o[i]) / Sum(exp(o[k]), k)`."),
    Key("assume", "formulas", "Hypotheses of every claim; their indices are universally quantified."),
    Key("largest-step", "text", "How many rules the proof of one step may rest on; more is a finding."),
    Key("claims", "claims", "The claims.", required=True),
)

CLAIM_KEYS: tuple[Key, ...] = (
    Key("id", "text", "The name of the claim, unique in its file.", required=True),
    Key("title", "text", "The claim in words."),
    Key("claim", "formula", "A relation, or a chain of relations: `0 < s[i] <= 1`."),
    Key("steps", "steps", "A derivation: an expression, then relations and expressions such as `== x + 1`."),
    Key("cases", "cases", "Derivations that together cover everything: each has `when` and `steps`."),
    Key("expect", "choice", "The verdict that is expected; `proved` unless said.", choices=_EXPECTATIONS),
    Key("because", "text", "Why the claim is not expected to be proved."),
    Key("correction", "formula", "The relation that holds instead; it must be proved."),
    Key("source", "text", "Where the claim comes from."),
    Key("tags", "list", "Words to select claims by."),
    Key("variables", "mapping", "Further names and their types."),
    Key("define", "formula mapping", "Further templates."),
    Key("assume", "formulas", "Further hypotheses; an index that is free in the claim is that index."),
    Key("using", "uses", "Claims of the file that this one rests on: `an-id`, or `an-id: {x: a + b}` for an instance."),
    Key("stable", "choice", "The side that float64 keeps where it loses the other.", choices=("left", "right")),
    Key("at", "point", "The point at which `value` is printed: `{o: [0, 1, 2]}`."),
    Key("value", "formula", "The expression whose digits were printed."),
    Key("prints", "numbers", "The digits as printed: `[0.0900, 0.2447, 0.6652]`."),
)

STEP_KEYS: tuple[Key, ...] = (
    Key("to", "formula", "A relation and an expression, such as `== x + 1`.", required=True),
    Key("by", "text", "What the step rests on: `quotient rule`, `definition of s`, or a hypothesis as it is assumed."),
    Key("using", "uses", "Claims of the file that the step rests on."),
)

CASE_KEYS: tuple[Key, ...] = (
    Key("when", "formulas", "What the case assumes: `i != j`, `0 < x <= 1`.", required=True),
    Key("steps", "steps", "The derivation in this case.", required=True),
)

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "given": ("assume", "variables"),
    "where": ("assume", "define", "variables"),
    "with": ("assume", "variables"),
    "suppose": ("assume",),
    "assuming": ("assume",),
    "assumption": ("assume",),
    "assumptions": ("assume",),
    "hypothesis": ("assume",),
    "hypotheses": ("assume",),
    "condition": ("assume",),
    "conditions": ("assume",),
    "constraints": ("assume",),
    "if": ("assume", "when"),
    "vars": ("variables",),
    "declare": ("variables",),
    "symbols": ("variables",),
    "types": ("variables",),
    "let": ("define", "variables"),
    "definition": ("define",),
    "definitions": ("define",),
    "equation": ("claim",),
    "identity": ("claim",),
    "statement": ("claim",),
    "formula": ("claim",),
    "theorem": ("claim",),
    "prove": ("claim",),
    "show": ("claim",),
    "derivation": ("steps",),
    "proof": ("steps",),
    "chain": ("steps",),
    "name": ("id", "title"),
    "description": ("title",),
    "text": ("title",),
    "reason": ("because", "by"),
    "why": ("because", "by"),
    "expected": ("expect",),
    "verdict": ("expect",),
    "fix": ("correction",),
    "lemmas": ("using",),
    "uses": ("using",),
    "reference": ("source",),
}
"""What the keys are called elsewhere, the likeliest first."""
