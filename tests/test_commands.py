"""The commands beside `check`: explain, init, show, help, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from derive import __version__, cli
from derive.cli.show import STYLES as NAMES
from derive.errors import CODES
from derive.kernel.rules import RULES
from derive.report import FORMATS
from derive.show import STYLES
from tests.claim_files import BAD, BROKEN, GOOD, HEAD, OTHER, write
from tests.conftest import Derive


def test_version_and_module_and_ascii_output(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "derive"]
    shown = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    assert shown == f"derive {__version__}\n"
    path = tmp_path / "a.yaml"
    path.write_text(HEAD.replace("Sums", "公式") + BAD, encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([*command, "check", str(path)], capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\u516c\\u5f0f" in done.stdout and b"DV101" in done.stdout


@pytest.mark.parametrize("code", CODES)
def test_explain(derive: Derive, code: str) -> None:
    got, out, _ = derive("explain", code.lower())
    assert got == 0
    assert CODES[code].title in out and "".join(CODES[code].page.split()) in "".join(out.split())


def test_explain_lists_every_code(derive: Derive) -> None:
    code, out, _ = derive("explain")
    titles = {name: CODES[name].title for name in sorted(CODES)} | {name: RULES[name].title for name in RULES}
    assert (code, out) == (0, "".join(f"{name:<5}  {title}\n" for name, title in titles.items()))


@pytest.mark.parametrize("name", RULES)
def test_explain_a_rule(derive: Derive, name: str) -> None:
    code, out, _ = derive("explain", name)
    assert code == 0
    assert out.startswith(f"{name}: {RULES[name].title}\n") and max(map(len, out.splitlines())) <= 80
    assert all(part in " ".join(out.split()) for part in (RULES[name].says, *RULES[name].requires))


def test_explain_unknown_code(derive: Derive) -> None:
    code, _, err = derive("explain", "DV199")
    assert code == 2 and "DV199" in err


def test_init_writes_a_file_that_passes_and_never_overwrites(derive: Derive) -> None:
    assert derive("init")[0] == 0
    assert derive("check")[0] == 0
    Path("derivations.yaml").write_text("mine", encoding="utf-8")
    assert derive("init")[0] == 2
    assert Path("derivations.yaml").read_text(encoding="utf-8") == "mine"


DEFINED = """\
derive: 1
variables: {n: positive integer, o: 'real[n]'}
define:
  s[i]: exp(o[i]) / Sum(exp(o[k]), k)
  unused: Sum(o[k], k)
claims:
  - id: jacobian
    title: The [red] Jacobian
    claim: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])
  - id: below-one
    claim: s[i] < 1
    assume: n >= 2
  - id: slip
    claim: diff(s[i], o[j]) == s[i] * (1 - s[j])
    expect: refuted
    because: the delta is missing
    correction: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])
"""


def test_show_golden(derive: Derive, golden: Callable[[str, str], None]) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    code, out, err = derive("show", "derivations.yaml")
    assert (code, err) == (0, "")
    golden("show.txt", out)


def test_show_without_anything_is_an_overview(derive: Derive, golden: Callable[[str, str], None]) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    assert derive("show")[1].count("  · ") == 3, "nothing is decided for it"
    derive("check", "--jobs", "0")
    code, out, err = derive("show")
    assert (code, err) == (0, "")
    golden("overview.txt", out)
    assert derive("show", "--format", "unicode")[1] == derive("show", "derivations.yaml")[1]


@pytest.mark.parametrize("style", STYLES)
def test_show_in_every_style(derive: Derive, style: str) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    code, out, err = derive("show", "--format", style)
    assert (code, err) == (0, "")
    assert all(id in out for id in ("jacobian", "below-one", "slip"))
    if style == "json":
        assert [json.loads(line)["id"] for line in out.splitlines()] == ["jacobian", "below-one", "slip"]


def test_show_one_claim_with_its_proof(derive: Derive) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    code, out, _ = derive("show", "jacobian", "--proof")
    assert code == 0
    assert "The [red] Jacobian" in out and "proved by" in out and "rules used" in out
    assert "unused" not in out and "below-one" not in out
    code, out, _ = derive("show", "derivations.yaml::slip", "--proof")
    assert (code, "at n = 2" in out or "at n = 1" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    (
        (("no-such-claim",), 2, "DV028"),
        (("gone.yaml",), 2, "DV001"),
        (("good", "--format", "png"), 2, "unicode"),
        (("good", "bad"), 2, "Usage"),
    ),
)
def test_show_says_what_is_wrong(derive: Derive, arguments: tuple[str, ...], code: int, said: str) -> None:
    write("derivations.yaml", GOOD)
    got, _, err = derive("show", *arguments)
    assert (got, said in err) == (code, True), err


@pytest.mark.parametrize(
    ("arguments", "said"),
    (
        (("expalin",), "did you mean `explain`?"),
        (("help", "sohw"), "did you mean `show`?"),
        (("explain", "R55"), "the nearest is R5;"),
        (("explain", "XX"), "there is no code 'XX'; `derive explain` lists them all"),
    ),
)
def test_a_misspelt_command_or_code_is_answered_by_the_nearest(
    derive: Derive, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = derive(*arguments)
    assert (code, said in err) == (2, True), err


def test_what_rests_on_arithmetic_alone_names_no_rules(derive: Derive) -> None:
    write("derivations.yaml", "  - id: a\n    steps: [x + 1, == 1 + x]\n")
    shown = derive("show", "a", "--proof")[1]
    assert "proved in 1 step\n" in shown and "rules used" not in shown


def test_show_prints_what_can_be_read(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BROKEN)
    code, out, err = derive("show")
    assert (code, "good" in out, "broken" in out, "derivations.yaml:9" in err) == (2, True, False, True)


def test_the_command_line_knows_every_style() -> None:
    assert tuple(STYLES) == NAMES


def test_help_names_every_style_and_format(derive: Derive) -> None:
    for command, names in (("show", NAMES), ("check", FORMATS)):
        shown = " ".join(derive(command, "--help")[1].split())
        assert not [name for name in names if name not in shown]


COMPLETIONS = (
    ("derive ch", 1, ["check"]),
    ("derive check goo", 2, ["good", "goo"]),
    ("derive check notes.yaml::b", 2, ["notes.yaml::bad", "notes.yaml::b"]),
    ("derive check gone.yaml::b", 2, ["gone.yaml::b"]),
    ("derive show ot", 2, ["other", "ot"]),
    ("derive check --form", 2, ["--format"]),
    ("derive check --format ju", 3, ["junit"]),
    ("derive check --tag p", 3, ["product"]),
    ("derive explain dv50", 2, sorted(code for code in CODES if code.startswith("DV50"))),
    ("derive schema r", 2, ["results"]),
)


@pytest.mark.parametrize(("words", "place", "found"), COMPLETIONS)
def test_completion(tmp_path: Path, words: str, place: int, found: list[str]) -> None:
    for name, claims in (("derivations.yaml", (GOOD, OTHER, BROKEN)), ("notes.yaml", (BAD,))):
        (tmp_path / name).write_text(HEAD + "".join(claims), encoding="utf-8")
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(place), "_DERIVE_COMPLETE": "bash_complete"}
    asked |= {"PYTHONPATH": str(Path(cli.__file__).parents[2]), "PYTHONVERBOSE": ""}
    code = "from derive.cli import main\nimport sys, atexit\n"
    code += "atexit.register(lambda: print({'sympy', 'numpy', 'flint'} & sys.modules.keys(), file=sys.stderr))\nmain()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | asked, capture_output=True, text=True)
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == found
    assert done.stderr.strip() == "set()"


@pytest.mark.parametrize("shell", ("bash", "zsh", "fish"))
def test_completion_scripts(derive: Derive, shell: str) -> None:
    code, out, _ = derive("completion", shell)
    assert (code, f"_DERIVE_COMPLETE={shell}_complete" in out) == (0, True)
