"""The table [tool.derive]: what it stands in for, and what is said of a wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from derive.configure import OPTIONS
from derive.errors import CODES
from tests.claim_files import BAD, GOOD, PARTIAL, write
from tests.conftest import Derive


def test_configuration_names_the_default_files(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text('[tool.derive]\nfiles = ["notes"]\n', encoding="utf-8")
    write("notes/a.yaml", GOOD)
    Path("below").mkdir()
    monkeypatch.chdir("below")
    code, out, _ = derive("check", "--format", "json")
    assert (code, json.loads(out)["claims"][0]["file"]) == (0, "../notes/a.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    (
        ('[tool.derive]\nfile = ["a.yaml"]\n', ("did you mean `files`", "pyproject.toml:2:1")),
        ("# [tool.derive]\n[tool.derive]\nx = 1\n  allow_empty = true\n", ("`allow-empty`", ":3:1", ":4:3")),
        ("[tool.derive]\nfiles = 3\n", ("not a list", ":2:1")),
        ("[tool.derive]\nstrict = 'yes'\n", ("not true or false", "write `strict = true`")),
        ("[tool.derive]\nformat = ['sarrif']\n", ("'sarrif'", "required one of full")),
        ("[tool.derive]\nformat = ['json', 'full']\n", ("both go to standard output",)),
        ("[tool]\nderive = 3\n", ("not a table", ":1:1")),
        ("[tool.derive\n", ("[tool.derive]", "pyproject.toml:1:13")),
        ("tool = 3\n", ()),
    ),
)
def test_wrong_configuration_is_told(derive: Derive, text: str, said: tuple[str, ...]) -> None:
    Path("pyproject.toml").write_text(text, encoding="utf-8")
    write("derivations.yaml", GOOD)
    for arguments in ((), ("derivations.yaml",)):
        code, out, _ = derive("check", *arguments)
        shown = " ".join(out.split())
        assert (code, [part for part in said if part not in shown]) == (2 if said else 0, []), out


def test_configuration_stands_in_for_options(derive: Derive) -> None:
    table = '[tool.derive]\nfiles = ["."]\nexclude = ["drafts/*"]\nformat = ["concise", "json=a.json"]\nstrict = true\n'
    Path("pyproject.toml").write_text(table + "allow-empty = true\n", encoding="utf-8")
    write("derivations.yaml", PARTIAL)
    write("drafts/a.yaml", BAD)
    code, out, _ = derive("check")
    assert (code, len(out.splitlines()), "DV301" in out) == (1, 2, True)
    assert [c["file"] for c in json.loads(Path("a.json").read_text())["claims"]] == ["derivations.yaml"]
    assert derive("check", "--no-strict")[0] == 0
    assert derive("check", "-k", "nothing")[0] == 0
    assert derive("check", "-k", "nothing", "--no-allow-empty")[0] == 5
    assert derive("check", "drafts/a.yaml", "--format", "full")[1].startswith("drafts/a.yaml: Sums\n")


def test_every_option_is_explained() -> None:
    for option in OPTIONS:
        assert f"`{option.name}`" in CODES["DV027"].page
