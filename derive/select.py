"""The selection of claims: ``-k "softmax and not gradient"``, ``--tag``, ``--last-failed``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from derive.claim import Claim

Predicate = Callable[[Claim], bool]
Test = Callable[[str], bool]


def select(words: str | None = None, tags: Sequence[str] = (), also: Predicate | None = None) -> Predicate | None:
    """The test of a claim that meets all that is asked, or None where nothing is.

    ``words`` joins words by ``and``, ``or``, ``not`` and brackets; each is sought in id, title and tags, ignoring case.
    ``tags`` are whole tags of which the claim must have one; ``also`` must hold too. Fails with ValueError when
    ``words`` cannot be read.
    """
    tests: list[Predicate] = [also] if also else []
    if words is not None:
        has_words = _words(words)
        tests.append(lambda claim: has_words(" ".join((claim.id, claim.title, *claim.tags)).lower()))
    if tags:
        tests.append(lambda claim: not {t.lower() for t in claim.tags}.isdisjoint(tag.lower() for tag in tags))
    return (lambda claim: all(test(claim) for test in tests)) if tests else None


def _words(expression: str) -> Test:
    tokens = re.findall(r"[()]|[^\s()]+", expression.lower())
    if len(tokens) > MOST_WORDS:
        raise ValueError(f"found {len(tokens)} words, more than the {MOST_WORDS} allowed")
    test = _either(tokens)
    if tokens:
        raise ValueError(f"found `{tokens[0]}` where `and` or `or` is required")
    return test


MOST_WORDS = 200  # brackets nest, and each one is a call


def _either(tokens: list[str]) -> Test:
    parts = [_both(tokens)]
    while tokens[:1] == ["or"]:
        tokens.pop(0)
        parts.append(_both(tokens))
    return lambda text: any(part(text) for part in parts)


def _both(tokens: list[str]) -> Test:
    parts = [_one(tokens)]
    while tokens[:1] == ["and"]:
        tokens.pop(0)
        parts.append(_one(tokens))
    return lambda text: all(part(text) for part in parts)


def _one(tokens: list[str]) -> Test:
    token = tokens.pop(0) if tokens else "the end"
    if token == "not":
        inner = _one(tokens)
        return lambda text: not inner(text)
    if token == "(":
        test = _either(tokens)
        if tokens[:1] != [")"]:
            raise ValueError("a bracket is not closed")
        tokens.pop(0)
        return test
    if token in (")", "and", "or", "the end"):
        raise ValueError(f"found `{token}` where a word is required")
    return lambda text: token in text
