"""JSON reports of shards put together: the report of one run over all claims, or what is missing for that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Any

from derive.outcome import INTERNAL

Json = Any
CONFLICT = "DV901"


def merge(texts: Mapping[str, str]) -> dict[str, Json]:
    """The document that one run would have given, from the texts of reports by their names.

    Fails with ValueError, which names the report, when one of them is no report of a shard, when a part is missing,
    doubled or incomplete, or when they are parts of different things.
    """
    documents = {name: _read(name, text) for name, text in texts.items()}
    _same(documents, "count", "the number of shards")
    _same(documents, "total", "the number of claims")
    _all_parts(documents)
    claims: dict[int, Json] = {}
    late: list[tuple[int, Json]] = []
    common: list[Json] | None = None
    for name, document in documents.items():
        places = {(file, id): place for place, file, id in document["shard"]["places"]}
        own = [e for e in document["errors"] if e["code"] in (*INTERNAL, CONFLICT) and (e["file"], e["id"]) in places]
        late += [(places[e["file"], e["id"]], e) for e in own]
        told = {_place(name, places, claim): claim for claim in document["claims"]}
        _every_one(name, document, places, {*told, *(places[e["file"], e["id"]] for e in own)})
        claims |= told
        rest = [e for e in document["errors"] if e not in own]
        if common is not None and rest != common:
            raise ValueError(f"{name}: its errors of reading are not those of the others; were the files the same?")
        common = rest
    late.sort(key=lambda found: (found[1]["code"], found[0]))
    errors = [*(common or []), *(error for _, error in late)]
    return {"schema_version": 1, "claims": [claims[place] for place in sorted(claims)], "errors": errors}


def told(document: Mapping[str, Json]) -> str:
    """One line for whatever is not as it should be, and a summary."""
    claims = document["claims"]
    words = [sum(c["verdict"] == word for c in claims) for word in ("proved", "refuted", "undecided")]
    counts = ", ".join(f"{n} {word}" for n, word in zip(words, ("proved", "refuted", "undecided"), strict=True) if n)
    bad = list(_findings(document))
    ends = f"{len(bad)} not as it should be" if bad else "every verdict as expected"
    checked = f"{len(claims)} claims: {counts}" if claims else "nothing was checked"
    return "\n".join([*bad, f"{checked}; {ends}"]) + "\n"


def exit_code(document: Mapping[str, Json], allow_empty: bool = False) -> int:
    """That of one run over all claims."""
    codes = [e["code"] for e in document["errors"]]
    happened = (
        (70, any(code in INTERNAL for code in codes)),
        (3, CONFLICT in codes),
        (2, bool(codes)),
        (1, not all(claim["as_expected"] for claim in document["claims"])),
        (5, not document["claims"] and not allow_empty),
    )
    return next((code for code, yes in happened if yes), 0)


def _findings(document: Mapping[str, Json]) -> Iterator[str]:
    for error in document["errors"]:
        where = ":".join(str(part) for part in (error["file"], error["line"], error["column"]) if part is not None)
        yield ": ".join(filter(None, (where, f"{error['code']} {error['message']}")))
    for claim in document["claims"]:
        if not claim["as_expected"]:
            place = f"{claim['file']}:{claim['line']}"
            yield f"{place}: `{claim['id']}` is {claim['verdict']}, expected {claim['expected']}"


def _all_parts(documents: Mapping[str, Json]) -> None:
    shards = [document["shard"] for document in documents.values()]
    numbers, count = [shard["number"] for shard in shards], shards[0]["count"]
    missing = [f"{n}/{count}" for n in range(1, count + 1) if n not in numbers]
    if missing:
        raise ValueError(f"shard {', '.join(missing)} is missing")
    if len(numbers) > count:
        raise ValueError(f"found {len(numbers)} reports, required one of each of {count} shards")
    for name, document in documents.items():
        number, total = document["shard"]["number"], document["shard"]["total"]
        found = [place for place, _, _ in document["shard"]["places"]]
        if total is None or found != list(range(number, total + 1, count)):
            raise ValueError(f"{name}: not all claims of the shard were decided; was the run interrupted?")


def _same(documents: Mapping[str, Json], key: str, what: str) -> None:
    found = {document["shard"][key] for document in documents.values()}
    if len(found) > 1:
        raise ValueError(f"{what} differs: {', '.join(sorted(map(str, found)))}; were the files the same?")


def _place(name: str, places: Mapping[tuple[str, str], int], claim: Json) -> int:
    place = places.get((claim["file"], claim["id"]))
    if place is None:
        raise ValueError(f"{name}: the claim {claim['id']!r} has no place in its shard")
    return place


def _every_one(name: str, document: Json, places: Mapping[tuple[str, str], int], met: Set[int]) -> None:
    """A claim of the shard is told of once, or an error says why it is not."""
    times = Counter((claim["file"], claim["id"]) for claim in document["claims"])
    for (file, id), place in places.items():
        if times[file, id] > 1 or place not in met:
            what = f"the claim {id!r} twice" if place in met else f"nothing of the claim {id!r}"
            raise ValueError(f"{name}: found {what}; required every claim of the shard, once")


def _read(name: str, text: str) -> Json:
    try:
        document = json.loads(text)
        is_right = _is_document(document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        is_right = False
    if not is_right:
        raise ValueError(f"{name}: required a report of `derive check --shard I/N --format json`")
    return document


def _is_document(document: Json) -> bool:
    """Whether everything that is looked at here has the kind that it should have."""
    shard = document["shard"]
    return (
        document["schema_version"] == 1
        and all(type(shard[key]) is int and 0 < shard[key] <= 10_000 for key in ("number", "count"))
        and (shard["total"] is None or type(shard["total"]) is int)
        and all([type(part) for part in place] == [int, str, str] for place in shard["places"])
        and all(isinstance(c[key], str) for c in document["claims"] for key in ("id", "file", "verdict", "expected"))
        and all(type(c["line"]) is int and type(c["as_expected"]) is bool for c in document["claims"])
        and all(isinstance(e["code"], str) and isinstance(e["message"], str) for e in document["errors"])
        and all(isinstance(e[key], str | None) for e in document["errors"] for key in ("id", "file"))
        and all(isinstance(e[key], int | None) for e in document["errors"] for key in ("line", "column"))
    )
