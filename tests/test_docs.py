"""The documentation is true: its transcripts are what the commands print, its reference is what the tables say.

In a page a block of YAML or TOML whose first line is a comment with a name is a file; ``console`` blocks are run in
their order, one folder a page; ``pycon`` blocks are doctests. ``--update-golden`` writes transcripts and reference.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import click
import pytest

from derive import cli
from docs import pictures
from docs.reference import FOLDER, pages
from tests.conftest import Derive

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(yaml|toml|console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEXTS = (ROOT / "README.md", *PAGES)


def transcribed(text: str, derive: Derive) -> str:
    """The page with what its commands print now."""
    code = 0

    def block(found: re.Match[str]) -> str:
        nonlocal code
        kind, body = found.groups()
        named = re.match(r"# (\S+)\n", body)
        if kind in ("yaml", "toml") and named:
            Path(named[1]).write_text(body, encoding="utf-8")
        if kind != "console":
            return found[0]
        lines = []
        for command in re.findall(r"^\$ (.+)$", body, re.MULTILINE):
            if command == "echo $?":
                out = f"{code}\n"
            else:
                program, *arguments = command.split()
                assert program == "derive", command
                code, out, _ = derive(*arguments)
            lines.append(f"$ {command}\n{out}")
        return f"```console\n{''.join(lines)}```"

    return BLOCK.sub(block, text)


@pytest.mark.parametrize("path", [p for p in PAGES if "```console" in p.read_text("utf-8")], ids=lambda p: p.stem)
def test_transcripts_are_what_the_commands_print(path: Path, derive: Derive, request: pytest.FixtureRequest) -> None:
    text = path.read_text(encoding="utf-8")
    now = transcribed(text, derive)
    if request.config.getoption("--update-golden"):
        path.write_text(now, encoding="utf-8", newline="\n")
    assert now == path.read_text(encoding="utf-8"), f"{path.name} differs; if that is meant: pytest --update-golden"


README = TEXTS[0].read_text(encoding="utf-8")
CONSOLE = [part.split("```")[0].split("\n", 1) for part in README.split("```console\n$ derive ")[1:]]


@pytest.mark.parametrize(("arguments", "shown"), CONSOLE)
def test_the_transcripts_of_the_readme_are_true(derive: Derive, arguments: str, shown: str) -> None:
    Path("softmax.yaml").write_text(README.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    code, out, err = derive(*arguments.split())
    shown, is_cut, _ = shown.partition("    ...\n")
    assert (code, err) == (1 if arguments.startswith("check") else 0, "")
    assert out.startswith(shown) if is_cut else out == shown


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_python_sessions_are_true(path: Path) -> None:
    text = "\n".join(body for kind, body in BLOCK.findall(path.read_text("utf-8")) if kind == "pycon")
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    told: list[str] = []
    doctest.DocTestRunner().run(test, out=told.append)
    assert not told, "".join(told)


def test_the_reference_is_what_the_tables_say(request: pytest.FixtureRequest) -> None:
    made = pages()
    if request.config.getoption("--update-golden"):
        for name, text in made.items():
            (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    assert {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()} == made, "run: python docs/reference.py"


def test_commands_in_the_text_have_the_options_that_it_names() -> None:
    context = click.Context(cli.derive)
    found = [cli.derive.get_command(context, name) for name in cli.COMMANDS]
    known = {command.name: {o for p in command.params for o in p.opts} for command in found if command}
    for path in TEXTS:
        for command, rest in re.findall(
            r"(?:^|`)derive ([a-z]+)((?: [^`\n]*)?)", path.read_text("utf-8"), re.MULTILINE
        ):
            assert command in known, f"{path.name}: derive {command}"
            named = set(re.findall(r"(?<!\S)(--[a-z][a-z-]*)", rest))
            assert named <= known.get(command, set()) | {"--help"}, f"{path.name}: derive {command}{rest}"


def test_the_site_is_built_without_a_broken_link(tmp_path: Path) -> None:
    build = pytest.importorskip("mkdocs.commands.build")
    config = pytest.importorskip("mkdocs.config")
    build.build(config.load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path)))
    assert (tmp_path / "tutorial" / "index.html").is_file()


def test_the_terminal_of_the_readme_is_what_the_command_prints(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    Path(pictures.FILE).write_text(pictures.claims(), encoding="utf-8")
    printed = derive(*pictures.COMMAND)[1]
    drawn = (ROOT / "docs" / "pictures" / "check.svg").read_text(encoding="utf-8")
    assert pictures.terminal(printed) == drawn, "run: python docs/pictures.py"
