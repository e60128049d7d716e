"""The JSON schema of claim files, for editors, from the tables that check them."""

from __future__ import annotations

import json

from derive.load.keys import CASE_KEYS, CLAIM_KEYS, FILE_KEYS, ID, STEP_KEYS, Key, Kind

Json = bool | int | str | list["Json"] | dict[str, "Json"]


def schema() -> str:
    """The schema, draft 7, as text. Whether a formula can be read it does not say: ``derive check`` does."""
    content = _object(FILE_KEYS) | {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A claim file of derive",
        "definitions": {
            "claim": _claim(),
            "step": _object(STEP_KEYS),
            "case": _object(CASE_KEYS),
            "text": TEXT,
            "texts": TEXTS,
            "names": NAMES,
            "numbers": NUMBERS,
            "use": USE,
        },
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _object(keys: tuple[Key, ...]) -> dict[str, Json]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key.name for key in keys if key.required],
        "properties": {key.name: _property(key) for key in keys},
    }


def _property(key: Key) -> Json:
    described: dict[str, Json] = {"description": key.doc}
    if key.choices:
        return described | {"enum": _choices(key)}
    if key.name == "id":
        return described | {"type": ["string", "integer"], "pattern": f"^{ID}$"}
    return described | {"allOf": [KINDS[key.kind]]}


def _choices(key: Key) -> list[Json]:
    """The closed set, numbers in both ways in which YAML may read them."""
    numbers: list[Json] = [int(choice) for choice in key.choices if choice.isdigit()]
    return [*key.choices, *numbers]


def _claim() -> dict[str, Json]:
    """A claim, with what its keys require of each other."""
    return _object(CLAIM_KEYS) | {
        "oneOf": [{"required": [key]} for key in ("claim", "steps", "cases", "value")],
        "dependencies": {"at": ["value"], "prints": ["value"], "value": ["prints"]},
        "if": {"required": ["expect"], "properties": {"expect": {"enum": ["refuted", "undecided"]}}},
        "then": {"required": ["because"]},
    }


TEXT: Json = {"type": ["string", "number", "boolean"]}
TEXTS: Json = {
    "anyOf": [
        {"$ref": "#/definitions/text"},
        {"type": "null"},
        {"type": "array", "items": {"$ref": "#/definitions/text"}},
    ]
}
NAMES: Json = {"type": ["object", "null"], "additionalProperties": {"$ref": "#/definitions/text"}}
USE: Json = {
    "anyOf": [
        {"$ref": "#/definitions/text"},
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/names"}},
    ]
}
NUMBERS: Json = {
    "anyOf": [{"$ref": "#/definitions/text"}, {"type": "array", "items": {"$ref": "#/definitions/numbers"}}]
}
KINDS: dict[Kind, Json] = {
    "text": {"$ref": "#/definitions/text"},
    "formula": {"$ref": "#/definitions/text"},
    "list": {"$ref": "#/definitions/texts"},
    "formulas": {"$ref": "#/definitions/texts"},
    "steps": {
        "anyOf": [
            {"$ref": "#/definitions/texts"},
            {"type": "array", "items": {"anyOf": [{"$ref": "#/definitions/text"}, {"$ref": "#/definitions/step"}]}},
        ]
    },
    "cases": {"type": "array", "items": {"$ref": "#/definitions/case"}},
    "uses": {"anyOf": [{"$ref": "#/definitions/use"}, {"type": "array", "items": {"$ref": "#/definitions/use"}}]},
    "mapping": {"$ref": "#/definitions/names"},
    "formula mapping": {"$ref": "#/definitions/names"},
    "point": {"type": "object", "additionalProperties": {"$ref": "#/definitions/numbers"}},
    "numbers": {"$ref": "#/definitions/numbers"},
    "claims": {"type": ["array", "null"], "items": {"$ref": "#/definitions/claim"}},
}
"""The shape of each kind of value; ``choice`` is the key's own set."""
