"""The selection of claims by words: ``-k "softmax and not gradient"``."""

from __future__ import annotations

import re
from collections.abc import Callable

Predicate = Callable[[str], bool]


def select(expression: str) -> Predicate:
    """The test of a text against words joined by ``and``, ``or``, ``not`` and brackets, ignoring case.

    Fails with ValueError when the expression cannot be read.
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression.lower())
    predicate = _either(tokens)
    if tokens:
        raise ValueError(f"found `{tokens[0]}` where `and` or `or` is required")
    return lambda text: predicate(text.lower())


def _either(tokens: list[str]) -> Predicate:
    parts = [_both(tokens)]
    while tokens[:1] == ["or"]:
        tokens.pop(0)
        parts.append(_both(tokens))
    return lambda text: any(part(text) for part in parts)


def _both(tokens: list[str]) -> Predicate:
    parts = [_one(tokens)]
    while tokens[:1] == ["and"]:
        tokens.pop(0)
        parts.append(_one(tokens))
    return lambda text: all(part(text) for part in parts)


def _one(tokens: list[str]) -> Predicate:
    token = tokens.pop(0) if tokens else "the end"
    if token == "not":
        inner = _one(tokens)
        return lambda text: not inner(text)
    if token == "(":
        predicate = _either(tokens)
        if tokens[:1] != [")"]:
            raise ValueError("a bracket is not closed")
        tokens.pop(0)
        return predicate
    if token in (")", "and", "or", "the end"):
        raise ValueError(f"found `{token}` where a word is required")
    return lambda text: token in text
