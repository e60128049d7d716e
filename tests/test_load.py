"""Files to entries: every defect has a code and a place, every text keeps its characters and their places."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

import derive.load.tree
from derive.load import CLAIM_KEYS, Entry, LoadedFile, Scalar, load, load_text

HEAD = "derive: 1\nclaims:\n"

# name, text, problems as (code, line, column)
BROKEN: tuple[tuple[str, str, tuple[tuple[str, int, int], ...]], ...] = (
    ("nothing", "", (("DV505", 1, 1),)),
    ("only a comment", "# claims\n", (("DV505", 1, 1),)),
    ("no claims", "derive: 1\nclaims: []\n", (("DV505", 2, 9),)),
    ("claims without a value", "derive: 1\nclaims:\n", (("DV505", 2, 8),)),
    ("a list at the top", "- id: a\n", (("DV023", 1, 1),)),
    ("a text at the top", "softmax\n", (("DV023", 1, 1),)),
    ("a mapping of another program", "services:\n  web: {image: x}\nvolumes: []\n", (("DV023", 1, 1),)),
    ("no key claims", "derive: 1\n", (("DV014", 1, 1),)),
    ("another version", "derive: 2\nclaims: []\n", (("DV015", 1, 9), ("DV505", 2, 9))),
    ("claims as a mapping", "claims:\n  a: b\n", (("DV013", 2, 3),)),
    ("two documents", "claims: []\n---\nclaims: []\n", (("DV022", 2, 1),)),
    ("NUL", "derive: 1\nclaims: \0\n", (("DV005", 1, 1),)),
    ("a control character", HEAD + "  - id: a\n    claim: x == \x07y\n", (("DV005", 4, 17),)),
    ("a direction mark", HEAD + "  - id: a\n    claim: x == \u202ey\n", (("DV005", 4, 17),)),
    ("an exotic line end", HEAD + "  - id: a\n    claim: x\u2028 == y\n", (("DV005", 4, 13),)),
    ("a tab", HEAD + "\t- id: a\n", (("DV006", 3, 1),)),
    ("a colon", HEAD + "  - id: a\n    title: one: two\n    claim: x == y\n", (("DV006", 4, 15),)),
    ("text behind a quote", HEAD + '  - id: a\n    claim: "x" == y\n', (("DV025", 4, 16),)),
    ("an open quote", HEAD + '  - id: a\n    claim: "x == y\n', (("DV006", 4, 12),)),
    ("bars", HEAD + "  - id: a\n    claim: |x| == x\n", (("DV006", 4, 12),)),
    ("a step with >", HEAD + "  - id: a\n    steps:\n      - x\n      - > 0\n", (("DV007", 6, 9),)),
    ("a step with >=", HEAD + "  - id: a\n    steps:\n      - x\n      - >= 0\n", (("DV007", 6, 9),)),
    ("a step with !=", HEAD + "  - id: a\n    steps:\n      - x\n      - != 0\n", (("DV007", 6, 9),)),
    ("a key twice", HEAD + "  - id: a\n    claim: x == y\n    claim: x == x\n", (("DV008", 5, 5),)),
    ("a variable twice", "variables:\n  x: real\n  x: positive\nclaims: []\n", (("DV008", 3, 3), ("DV505", 4, 9))),
    ("a misspelt key", HEAD + "  - id: a\n    claim: x == y\n    expct: refuted\n", (("DV009", 5, 5),)),
    ("a misspelt key of the file", "clams: []\n", (("DV009", 1, 1), ("DV014", 1, 1))),
    ("a merge key", HEAD + "  - id: a\n    claim: x == y\n    <<: b\n", (("DV009", 5, 5),)),
    ("an anchor", HEAD + "  - id: a\n    claim: &x x == y\n", (("DV010", 4, 12),)),
    ("an alias", HEAD + "  - id: a\n    claim: *x\n", (("DV010", 4, 12),)),
    ("a product read as an alias", HEAD + "  - id: a\n    claim: *x == y\n", (("DV010", 4, 12),)),
    ("a tag", HEAD + "  - id: a\n    claim: !!python/name:os.system x\n", (("DV011", 4, 12),)),
    ("beta", HEAD + '  - id: a\n    claim: "x == \\beta"\n', (("DV012", 4, 18),)),
    ("nabla", HEAD + '  - id: a\n    claim: "\\nabla == x"\n', (("DV012", 4, 13),)),
    ("a NUL by escape", HEAD + '  - id: a\n    claim: "x == \\u0000"\n', (("DV012", 4, 18),)),
    ("sigma", HEAD + '  - id: a\n    claim: "\\sigma == x"\n', (("DV006", 4, 13),)),
    ("a claim as a list", HEAD + "  - id: a\n    claim: [x, y]\n", (("DV013", 4, 12),)),
    ("a claim that is a text", HEAD + "  - softmax\n", (("DV013", 3, 5),)),
    ("define as a list", "define: [a]\nclaims: []\n", (("DV013", 1, 9), ("DV505", 2, 9))),
    ("steps as a mapping", HEAD + "  - id: a\n    steps: {x: y}\n", (("DV013", 4, 12),)),
    ("a list as a key", HEAD + "  - id: a\n    ? [x]\n    : y\n    claim: x == x\n", (("DV013", 4, 7),)),
    ("no id", HEAD + "  - claim: x == y\n", (("DV014", 3, 5),)),
    ("depth", HEAD + "  - id: a\n    claim: " + "[" * 30 + "]" * 30 + "\n", (("DV016", 4, 21),)),
    ("a long text", HEAD + "  - id: a\n    claim: " + "x" * 20_001 + "\n", (("DV016", 4, 12),)),
    (
        "an unknown verdict",
        HEAD + "  - id: a\n    claim: x == y\n    expect: wrong\n    because: b\n",
        (("DV017", 5, 13),),
    ),
    ("an id with a blank", HEAD + "  - id: a b\n    claim: x == y\n", (("DV018", 3, 9),)),
    ("an id twice", HEAD + "  - id: a\n    claim: x == y\n  - id: a\n    claim: x == x\n", (("DV019", 5, 9),)),
    ("no reason", HEAD + "  - id: a\n    claim: x == y\n    expect: refuted\n", (("DV020", 5, 13),)),
    ("nothing claimed", HEAD + "  - id: a\n    title: b\n", (("DV021", 3, 9),)),
    ("two things claimed", HEAD + "  - id: a\n    claim: x == y\n    steps: [x, == y]\n", (("DV021", 3, 9),)),
    ("an empty claim", HEAD + "  - id: a\n    claim:\n", (("DV024", 4, 11),)),
    ("no steps", HEAD + "  - id: a\n    steps: []\n", (("DV024", 4, 12),)),
    ("an empty step", HEAD + "  - id: a\n    steps:\n      - x\n      -\n", (("DV024", 6, 8),)),
    ("a comment that cuts", HEAD + "  - id: a\n    claim: f(x) #1 == y\n", (("DV504", 4, 17),)),
)


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_every_defect_has_a_code_and_a_place(
    text: str, expected: tuple[tuple[str, int, int], ...], parser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive.load.tree, "_PARSER", getattr(yaml, parser, yaml.SafeLoader))
    found = load_text(text, "claims.yaml")
    assert _places(found) == expected
    assert all(p.path == "claims.yaml" and p.message for p in found.problems)


REPAIRS = {"a tab": "not with tabs", "bars": "Abs(x)", "a colon": "single quotes", "sigma": "backslash"}


@pytest.mark.parametrize(("name", "repair"), REPAIRS.items())
def test_a_broken_file_is_told_its_repair(name: str, repair: str) -> None:
    text = next(row[1] for row in BROKEN if row[0] == name)
    assert [repair in found.help for found in load_text(text, "claims.yaml").problems] == [True]


# what is written instead of a key, the key
CALLED_OTHERWISE = (
    ("{name: a, claim: x == y}", ["`id`"]),
    ("{id: a, equation: x == y}", ["`claim`"]),
    ("{id: a, Statement: x == y}", ["`claim`"]),
    ("{id: a, proof: [x, == y]}", ["`steps`"]),
    ("{id: a, steps: [x, {to: == y, why: algebra}]}", ["`by`"]),
    ("{id: a, cases: [{if: x > y, steps: [x, == y]}]}", ["`when`"]),
)


@pytest.mark.parametrize(("entry", "keys"), CALLED_OTHERWISE)
def test_a_key_called_otherwise_is_named(entry: str, keys: list[str]) -> None:
    found = load_text(f"{HEAD}  - {entry}\n", "claims.yaml").problems
    assert [p.help.removeprefix("did you mean ").rstrip("?") for p in found if p.code == "DV009"] == keys


IN_A_CLAIM = [row for row in BROKEN if row[1].startswith(HEAD + "  - id: a\n") and row[2][0][0] != "DV019"]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in IN_A_CLAIM], ids=[row[0] for row in IN_A_CLAIM])
def test_a_bad_claim_spoils_only_itself(text: str, expected: tuple[tuple[str, int, int], ...]) -> None:
    before = "  - id: before\n    claim: u == v\n"
    after = "  - id: after\n    claim: v == w\n"
    found = load_text(HEAD + before + text.removeprefix(HEAD) + after, "claims.yaml")
    kept = ["before", "a", "after"] if expected[0][0] == "DV504" else ["before", "after"]
    assert [entry.id for entry in found.entries] == kept
    assert _places(found) == tuple((code, line + 2, column) for code, line, column in expected)
    assert {p.claim_id for p in found.problems} <= {"a"}, "the problem names its claim"


def _places(found: LoadedFile) -> tuple[tuple[str, int, int], ...]:
    return tuple((p.code, p.span.line, p.span.column) for p in found.problems if p.span)


# how the text `a + b == "c"` or a longer one may be written, and what is read
WRITTEN: tuple[tuple[str, str], ...] = (
    ("a + b", "a + b"),
    ("'a + b'", "a + b"),
    ("'a''b'", "a'b"),
    ('"a + b"', "a + b"),
    ('"\\u00e9 + \\"b\\""', 'é + "b"'),
    ("日本 + ŷ", "日本 + ŷ"),
    ("a\n      + b\n      + c", "a + b + c"),
    (">-\n      a\n      + b\n\n      + c", "a + b\n+ c"),
    (">-\n      a\n        + b\n      + c", "a\n  + b\n+ c"),
    ("|-\n      a\n        + b", "a\n  + b"),
    ('"a\n      + \\\n      b"', "a + b"),
    ("'a\n\n      + b'", "a\n+ b"),
    ("no", "no"),
    ("1e-9", "1e-9"),
    ("1:30", "1:30"),
    ("0.0900", "0.0900"),
    ("~", "~"),
)


@pytest.mark.parametrize(("written", "text"), WRITTEN)
@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
def test_texts_keep_their_characters_and_places(
    written: str, text: str, parser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive.load.tree, "_PARSER", getattr(yaml, parser, yaml.SafeLoader))
    found = load_text(f"{HEAD}  - id: 日\n  - id: a\n    claim: {written}\n", "claims.yaml")
    claim = found.entries[0].claim
    assert claim is not None and claim.text == text
    for number, char in enumerate(claim.text):
        if not char.isspace():
            assert _at(found, claim, number) in (char, "\\"), f"character {number}"


def _at(found: LoadedFile, scalar: Scalar, number: int) -> str:
    span = scalar.locate(number, number + 1)
    return found.lines[span.line - 1][span.column - 1]


def test_a_stretch_of_a_text_is_found_in_the_file() -> None:
    found = load_text(HEAD + "  - id: a\n    claim: 'p''q == 日本 + z'\n", "claims.yaml")
    claim = found.entries[0].claim
    assert claim is not None
    span = claim.locate(claim.text.index("日"), claim.text.index(" + z"))
    assert (span.line, span.column, span.end_line, span.end_column) == (4, 21, 4, 23)


def test_line_ends_and_byte_order_mark_do_not_move_places() -> None:
    text = HEAD + "  - id: a b\n    claim: x == y\n"
    for variant in (text, "\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        assert _places(load_text(variant, "claims.yaml")) == (("DV018", 3, 9),)


def test_all_keys_of_a_claim_are_read() -> None:
    text = HEAD + (
        "  - id: a\n    title: T\n    steps: [x, == y]\n    expect: refuted\n    because: B\n    correction: x == x\n"
        "    source: S\n    tags: [u, v]\n    variables: {x: real}\n    define: {s: x}\n    assume: [x > 0]\n"
        "  - id: b\n    at: {o: [0, 1]}\n    value: s\n    prints: [0.0900, 0.91]\n"
    )
    found = load_text(text, "claims.yaml")
    assert found.problems == ()
    first, second = found.entries
    read = {name: getattr(first, name) for name in ("id", "title", "expect", "because", "source", "tags")}
    assert read == {
        "id": "a", "title": "T", "expect": "refuted", "because": "B", "source": "S", "tags": ("u", "v"),
    }  # fmt: skip
    assert [s.text for s in (*first.steps, *first.assume)] == ["x", "== y", "x > 0"]
    assert [(k.text, v.text) for k, v in (*first.variables, *first.define)] == [("x", "real"), ("s", "x")]
    assert first.correction is not None and first.correction.text == "x == x"
    assert second.value is not None and [k.text for k, _ in second.at] == ["o"] and second.prints is not None


def test_every_key_has_a_field_and_a_sentence() -> None:
    assert {key.name for key in CLAIM_KEYS} == set(Entry.__slots__) - {"span", "head"}
    assert all(key.doc.rstrip().endswith((".", ":")) or key.doc.rstrip().endswith("`.") for key in CLAIM_KEYS)


# What a file can be instead of a claim file.
def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"derive: 1\ntitle: caf\xe9\n")
    wide = tmp_path / "utf16.yaml"
    wide.write_bytes("claims: []".encode("utf-16"))
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 4_000_001)
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    cases = (
        (pipe, ("DV002", 1, 1)),
        (tmp_path / ("x" * 300), ("DV002", 1, 1)),
        (tmp_path, ("DV002", 1, 1)),
        (latin, ("DV004", 2, 11)),
        (wide, ("DV004", 1, 1)),
        (large, ("DV003", 1, 1)),
    )
    assert [(p.code, p.path, p.span) for p in load(tmp_path / "gone.yaml").problems] == [
        ("DV001", str(tmp_path / "gone.yaml"), None)
    ]
    for path, expected in cases:
        found = load(path)
        assert _places(found) == (expected,), path.name
        assert found.entries == ()


def test_a_broken_shared_section_leaves_no_entry() -> None:
    entry = "claims:\n  - id: a\n    claim: x == y\n"
    for shared in ("asume: [x > 0]\n", "assume: {a: b}\n", "assume: [x > 0]\nassume: [x > 1]\n", "define: [a]\n"):
        found = load_text(shared + entry, "claims.yaml")
        assert found.problems and found.entries == (), shared
        found = load_text(entry + shared, "claims.yaml")
        assert found.problems and found.entries == (), shared
