"""Reports that are no reports of shards, or do not belong together, are named; nothing is merged from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Derive

Json = Any
NO_REPORT = "required a report of `derive check --shard I/N --format json`"
HEAD = "derive: 1\nvariables: {x: real}\nclaims:\n"


def claims(count: int) -> str:
    return HEAD + "".join(f"  - {{id: c{k}, claim: x + {k} == {k} + x}}\n" for k in range(count))


def put(*keys: str | int, value: Json) -> Callable[[Json], Json]:
    """The document with one value replaced."""

    def edited(document: Json) -> Json:
        place = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        return document

    return edited


def without(key: str) -> Callable[[Json], Json]:
    return lambda document: {name: value for name, value in document.items() if name != key}


DOCUMENTS: list[tuple[str, Callable[[Json], Json], str]] = [
    ("no object", lambda d: [d], NO_REPORT),
    ("null", lambda d: None, NO_REPORT),
    ("a number", lambda d: 7, NO_REPORT),
    ("a text", lambda d: "shard", NO_REPORT),
    ("of a whole run", without("shard"), NO_REPORT),
    ("no claims", without("claims"), NO_REPORT),
    ("no errors", without("errors"), NO_REPORT),
    ("another version", put("schema_version", value=2), NO_REPORT),
    ("claims is no list", put("claims", value=3), NO_REPORT),
    ("claims is an object", put("claims", value={"id": 1}), NO_REPORT),
    ("a claim is no object", put("claims", 0, value="c1"), NO_REPORT),
    ("a claim without a verdict", put("claims", 0, value={"id": "c1"}), NO_REPORT),
    ("a line that is a text", put("claims", 0, "line", value="4"), NO_REPORT),
    ("as_expected is no truth value", put("claims", 0, "as_expected", value=1), NO_REPORT),
    ("an error is no object", put("errors", value=[1]), NO_REPORT),
    ("an error with a number as file", put("errors", value=[{"code": "DV900", "message": "", "file": 1}]), NO_REPORT),
    ("shard is null", put("shard", value=None), NO_REPORT),
    ("shard is a list", put("shard", value=[2, 3]), NO_REPORT),
    ("number is a truth value", put("shard", "number", value=True), NO_REPORT),
    ("number is 0", put("shard", "number", value=0), NO_REPORT),
    ("number is negative", put("shard", "number", value=-1), NO_REPORT),
    ("count beyond all reason", put("shard", "count", value=10**9), NO_REPORT),
    ("total is a fraction", put("shard", "total", value=2.5), NO_REPORT),
    ("places are numbers", put("shard", "places", value=[1, 2]), NO_REPORT),
    ("places are short", put("shard", "places", value=[[1, "a"]]), NO_REPORT),
    ("another count", put("shard", "count", value=2), "the number of shards differs: 2, 3"),
    ("another total", put("shard", "total", value=8), "the number of claims differs: 7, 8"),
    ("the number of another", put("shard", "number", value=1), "shard 2/3 is missing"),
    ("a number beyond the count", put("shard", "number", value=4), "shard 2/3 is missing"),
    ("interrupted", put("shard", "total", value=None), "the number of claims differs: 7, None"),
    ("a place is missing", lambda d: put("shard", "places", value=d["shard"]["places"][1:])(d), "not all claims"),
    ("places out of order", lambda d: put("shard", "places", value=d["shard"]["places"][::-1])(d), "not all claims"),
    ("a claim without a place", put("claims", 0, "id", value="other"), "the claim 'other' has no place in its shard"),
    ("a claim twice", lambda d: put("claims", value=d["claims"] * 2)(d), "found the claim 'c1' twice"),
    ("a claim is missing", lambda d: put("claims", value=d["claims"][1:])(d), "found nothing of the claim 'c1'"),
    (
        "errors of other files",
        put("errors", value=[{"code": "DV001", "message": "m", "file": "a", "line": 1, "column": 1, "id": None}]),
        "its errors of reading are not those of the others",
    ),
]
TEXTS = [
    ("empty", b""),
    ("not JSON", b"{"),
    ("not UTF-8", b"\xff\xfe{}"),
    ("nested without end", b"[" * 100_000),
    ("a long integer", b'{"schema_version": ' + b"1" * 10_000 + b"}"),
    ("not a number", b'{"schema_version": NaN}'),
]


@pytest.fixture
def shards(derive: Derive) -> None:
    """The reports of three shards of seven claims, in an empty folder."""
    Path("derivations.yaml").write_text(claims(7), encoding="utf-8")
    for number in ("1", "2", "3"):
        options = ("--jobs", "0", "--no-cache", "--shard", f"{number}/3", "--format", f"json={number}.json")
        assert derive("check", *options)[0] == 0


def merged(derive: Derive, *names: str) -> tuple[int, str]:
    code, out, err = derive("merge", *(names or ("1.json", "2.json", "3.json")), "--output", "merged.json")
    assert "Traceback" not in err
    return code, " ".join((out + err).split())


@pytest.mark.usefixtures("shards")
def test_documents_that_are_no_part_of_the_whole(derive: Derive) -> None:
    whole = Path("2.json").read_text(encoding="utf-8")
    for name, edit, said in DOCUMENTS:
        Path("2.json").write_text(json.dumps(edit(json.loads(whole))), encoding="utf-8")
        code, told = merged(derive)
        assert (code, said in told, Path("merged.json").exists()) == (2, True, False), (name, told)


@pytest.mark.usefixtures("shards")
def test_texts_that_are_no_documents(derive: Derive) -> None:
    for name, data in TEXTS:
        Path("2.json").write_bytes(data)
        code, told = merged(derive)
        assert (code, f"2.json: {NO_REPORT}" in told, Path("merged.json").exists()) == (2, True, False), (name, told)


@pytest.mark.usefixtures("shards")
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("1.json", "3.json"), "shard 2/3 is missing"),
        (("2.json",), "shard 1/3, 3/3 is missing"),
        (("1.json", "2.json", "3.json", "copy.json"), "found 4 reports, required one of each of 3 shards"),
        (("1.json", "2.json", "nowhere.json"), "nowhere.json"),
    ],
)
def test_parts_that_are_missing_or_doubled(derive: Derive, names: tuple[str, ...], said: str) -> None:
    Path("copy.json").write_bytes(Path("1.json").read_bytes())
    code, told = merged(derive, *names)
    assert (code, said in told, Path("merged.json").exists()) == (2, True, False)


@pytest.mark.usefixtures("shards")
def test_what_belongs_together_is_one_run_in_any_order(derive: Derive) -> None:
    assert derive("check", "--jobs", "0", "--no-cache", "--format", "json=whole.json")[0] == 0
    code, told = merged(derive, "3.json", "1.json", "2.json")
    assert (code, told) == (0, "7 claims: 7 proved; every verdict as expected")
    assert Path("merged.json").read_bytes() == Path("whole.json").read_bytes()


def test_nothing_checked_by_any_shard_is_a_finding(derive: Derive) -> None:
    Path("derivations.yaml").write_text("derive: 1\nclaims: []\n", encoding="utf-8")
    for number in ("1", "2"):
        derive("check", "--jobs", "0", "--shard", f"{number}/2", "--allow-empty", "--format", f"json={number}.json")
    assert derive("merge", "1.json", "2.json")[0] == 5
    assert derive("merge", "1.json", "2.json", "--allow-empty")[0] == 0
