"""The schema of claim files accepts every file that is read and rejects what the reader rejects by its keys."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from derive.explain import EXAMPLES
from derive.init import SCHEMA, STARTER
from derive.load import CLAIM_KEYS, FILE_KEYS, load_text
from derive.schema import schema
from tests.conftest import Derive

ROOT = Path(__file__).parent.parent
CONTENT = json.loads(schema())
VALIDATOR = jsonschema.Draft7Validator(CONTENT)
HOSTILE = ROOT / "tests" / "hostile"
SHIPPED = [
    ROOT / "derivations.yaml",
    *sorted((ROOT / "tests" / "cases").rglob("*.yaml")),
    *sorted((ROOT / "tests" / "soundness").glob("*.yaml")),
]
# What a schema can say of a file: its keys, kinds of values, closed sets.
SAID = ("DV009", "DV013", "DV014", "DV015", "DV017", "DV018", "DV020", "DV021", "DV023", "DV093")


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(CONTENT)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_follows_it(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_starter_and_the_readme_follow_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (STARTER, readme.split("```yaml\n")[1].split("```")[0]):
        VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize("code", SAID)
def test_it_rejects_what_the_reader_rejects(code: str) -> None:
    text = (EXAMPLES / f"{code}.yaml").read_text(encoding="utf-8")
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


def test_it_knows_every_key_and_explains_it() -> None:
    for keys, place in ((FILE_KEYS, CONTENT), (CLAIM_KEYS, CONTENT["definitions"]["claim"])):
        assert {key.name: key.doc for key in keys} == {n: p["description"] for n, p in place["properties"].items()}


# what YAML makes of a value, and whether the reader takes it
VALUES = (
    ("title: 2024", True),
    ("title: true", True),
    ("title: [a]", False),
    ("tags: [a, 1]", True),
    ("tags: a", True),
    ("tags: {a: 1}", False),
    ("tags:", True),
    ("assume:", True),
    ("variables: {x: real}", True),
    ("variables: [x]", False),
    ("at: {x: 1}", False),
    ("value: x", False),
    ("expect: refuted", False),
    ("id: 7", False),
    ("steps: [x, == x]", False),
)


@pytest.mark.parametrize(("line", "is_read"), VALUES)
def test_schema_and_reader_agree(line: str, is_read: bool) -> None:
    text = f"claims:\n  - id: a\n    claim: 1 == 1\n    {line}\n"
    read = not [p for p in load_text(text, "a.yaml").problems if not p.is_lint]
    valid = VALIDATOR.is_valid(yaml.safe_load(text)) and line != "id: 7"
    assert (read, valid) == (is_read, is_read)


def test_the_starter_names_its_schema(derive: Derive) -> None:
    assert derive("init", "notes.yaml")[0] == 0
    assert Path("notes.yaml").read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={SCHEMA}\n")
    assert Path(SCHEMA).read_text(encoding="utf-8") == derive("schema")[1] == schema()
    Path(SCHEMA).write_text("mine", encoding="utf-8")
    assert derive("init", "more.yaml")[0] == 0 and Path(SCHEMA).read_text(encoding="utf-8") == "mine"
    code, out, _ = derive("check", "notes.yaml", "--strict")
    assert (code, "warning" in out) == (0, False)


def test_the_schema_of_results(derive: Derive) -> None:
    code, out, _ = derive("schema", "results")
    assert (code, out) == (0, (ROOT / "derive" / "results.schema.json").read_text(encoding="utf-8"))
