"""The hook, the action, the workflow and the GitLab job, parsed, held to their schemas, and their commands run.

The commands run for real in a sample repository, with a `derive` that is the one under test; only the installation of
packages is not done again.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml
from msgspec import Struct

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "tests" / "schemas"
GOOD = "derive: 1\nvariables: {x: real}\nclaims:\n  - {id: good, claim: x + 1 == 1 + x}\n"
BAD = GOOD + "  - {id: bad, claim: x == 2*x}\n"
WORKFLOW, ACTION, GITLAB = ROOT / "docs/github-workflow.yml", ROOT / "action.yml", ROOT / "docs/gitlab-ci.yml"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def parsed(path: Path) -> dict[str, Any]:
    """The file; `on` is a word, not the boolean of YAML 1.1."""
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("path", "kind", "more"),
    (
        (WORKFLOW, "github-workflows", ()),
        (ACTION, "github-actions", ()),
        (GITLAB, "gitlab-ci", ("--data-transform", "gitlab-ci")),
    ),
    ids=lambda value: value.name if isinstance(value, Path) else None,
)
def test_the_file_follows_the_schema_of_its_service(path: Path, kind: str, more: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{kind}", *more, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", (WORKFLOW, ACTION), ids=lambda path: path.name)
def test_what_others_wrote_is_pinned(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    for name, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) and re.search(r"# v\d+\.\d+\.\d+$", comment), name


@pytest.mark.parametrize("path", (WORKFLOW, ACTION), ids=lambda path: path.name)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    """What an expression stands for would be run as a part of the script."""
    for step in steps(path):
        assert "${{" not in step.get("run", "")


def steps(path: Path) -> list[dict[str, Any]]:
    content = parsed(path)
    found = content["runs"]["steps"] if "runs" in content else content["jobs"]["derive"]["steps"]
    assert isinstance(found, list)
    return found


class Sample(Struct, frozen=True):
    """A repository with programs of its own: `derive` is the one under test, `python -m pip` installs nothing."""

    folder: Path

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script as the services do."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = f"{self.folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        own = kept | {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment
        return subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, encoding="utf-8")

    def installed(self) -> str:
        """What `pip` was asked for."""
        log = self.folder / ".bin" / "pip.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""


PYTHON = """\
#!/usr/bin/env bash
if [ "$1 $2" = "-m pip" ]; then shift 2; echo "$@" >> {bin}/pip.log; exit 0; fi
if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin"; cp {bin}/* "$3/bin"; exit 0; fi
exec {python} "$@"
"""
DERIVE = '#!/usr/bin/env bash\nexec {python} -m derive "$@"\n'


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    """A sample repository, empty but for its programs."""
    folder = tmp_path / ".bin"
    folder.mkdir()
    for name, text in (("python", PYTHON), ("derive", DERIVE)):
        shown = text.format(bin=shlex.quote(str(folder)), python=shlex.quote(sys.executable))
        (folder / name).write_text(shown, encoding="utf-8")
        (folder / name).chmod(0o755)
    yield Sample(tmp_path)


def resolved(text: str, context: Mapping[str, str]) -> str:
    """The text with its expressions looked up. Fails with KeyError where one is not known."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda m: context[m[1]], text)


def action(sample: Sample, **inputs: str) -> tuple[int, dict[str, str], str]:
    """The run steps of the action: the exit code, its outputs, and what it printed."""
    content = parsed(ACTION)
    output, summary = sample.folder / ".outputs", sample.folder / ".summary.md"
    given = {name: row.get("default", "") for name, row in content["inputs"].items()} | inputs
    context = {f"inputs.{name}": value for name, value in given.items()}
    context |= {"github.action_path": str(ROOT), "runner.temp": str(sample.folder / "tmp dir")}
    service = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    said = ""
    for step in (step for step in steps(ACTION) if "run" in step):
        own = {name: resolved(value, context) for name, value in step["env"].items()}
        done = sample.run(step["run"], **service, **own)
        said += done.stdout + done.stderr
        if done.returncode:
            break
    outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return done.returncode, outputs, said


def test_the_action_passes(sample: Sample) -> None:
    (sample.folder / "derivations.yaml").write_text(GOOD, encoding="utf-8")
    code, outputs, said = action(sample)
    assert (code, outputs) == (0, {"exit-code": "0"}), said
    assert str(ROOT) in sample.installed()
    assert json.loads((sample.folder / "derive.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []
    assert "1 proved" in (sample.folder / ".summary.md").read_text(encoding="utf-8")


def test_the_action_fails_and_tells_where(sample: Sample) -> None:
    (sample.folder / "derivations.yaml").write_text(BAD, encoding="utf-8")
    (sample.folder / "a b.yaml").write_text(BAD, encoding="utf-8")
    code, outputs, said = action(sample, sarif="out.sarif")
    assert (code, outputs) == (1, {"exit-code": "1"}), said
    assert "::error file=derivations.yaml,line=5,endLine=5,col=22," in said
    assert len(json.loads((sample.folder / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]) == 1
    assert action(sample, files="derivations.yaml::good")[0] == 0
    assert action(sample, files="derivations.yaml gone.yaml")[0] == 2
    assert action(sample, arguments="-k nothing --allow-empty")[0] == 0


def test_inputs_of_the_action_run_nothing(sample: Sample) -> None:
    (sample.folder / "derivations.yaml").write_text(GOOD, encoding="utf-8")
    for hostile in ("$(touch here)", "; touch here", "`touch here`", "--format=full\ntouch here", "* && touch here"):
        assert action(sample, files=hostile)[0] == 2
    assert not (sample.folder / "here").exists()


@pytest.mark.parametrize(("claims", "code"), ((GOOD, 0), (BAD, 1), ("", 5)))
def test_the_workflow(sample: Sample, claims: str, code: int) -> None:
    (sample.folder / "derivations.yaml").write_text(claims, encoding="utf-8")
    codes = [sample.run(step["run"], GITHUB_ACTIONS="true").returncode for step in steps(WORKFLOW) if "run" in step]
    assert codes == [0, code] and "derive-check" in sample.installed()
    uploaded = [step["with"]["sarif_file"] for step in steps(WORKFLOW) if "upload-sarif" in step.get("uses", "")]
    assert all((sample.folder / path).is_file() for path in (*uploaded, "derive.xml"))


@pytest.mark.parametrize(("claims", "code"), ((GOOD, 0), (BAD, 1)))
def test_the_gitlab_job(sample: Sample, claims: str, code: int) -> None:
    (sample.folder / "derivations.yaml").write_text(claims, encoding="utf-8")
    job = parsed(GITLAB)["derive"]
    assert sample.run("\n".join(job["script"])).returncode == code
    reports = job["artifacts"]["reports"]
    found = json.loads((sample.folder / reports["codequality"]).read_text(encoding="utf-8"))
    jsonschema.validate(found, json.loads((SCHEMAS / "gitlab-code-quality.json").read_text(encoding="utf-8")))
    assert len(found) == code
    assert ElementTree.parse(sample.folder / reports["junit"]).getroot().get("failures") == str(code)


COMMIT = """\
git init -q . && git config user.name a && git config user.email a@b.c
git -C hooks init -q . && git -C hooks add . && git -C hooks -c user.name=a -c user.email=a@b.c commit -qm hooks
printf 'repos: [{repo: ./hooks, rev: %s, hooks: [{id: derive-check}]}]' "$(git -C hooks rev-parse HEAD)" > \
  .pre-commit-config.yaml
python -m pre_commit install
"""


def test_the_hook_of_pre_commit(sample: Sample) -> None:
    """Real commits; only that the hook's environment need not be made, since `derive` is there."""
    (sample.folder / "hooks").mkdir()
    (sample.folder / ".gitignore").write_text("/hooks\n.bin\n.cache\n.derive_cache\n", encoding="utf-8")
    rows = [{**row, "language": "system"} for row in HOOKS]
    (sample.folder / "hooks" / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(rows), encoding="utf-8")
    place = {"PRE_COMMIT_HOME": str(sample.folder / ".cache"), "HOME": str(sample.folder)}
    done = sample.run(COMMIT, **place)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, text, code, said in (
        ("config.yaml", "a: 1\n", 0, "no files to check"),
        ("derivations.yaml", GOOD, 0, "Passed"),
        ("my_derivations.yaml", BAD, 0, "no files to check"),
        ("notes/derivations-2.yml", BAD, 1, "--> notes/derivations-2.yml:5:22"),
        ("notes/derivations-2.yml", GOOD, 0, "Passed"),
        ("derivations.yaml", "", 1, "nothing was checked"),
    ):
        (sample.folder / name).parent.mkdir(exist_ok=True)
        (sample.folder / name).write_text(text, encoding="utf-8")
        done = sample.run(f"git add -A && git commit -qm {shlex.quote(name)}", **place)
        assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr


def test_the_hook_installs_a_command_that_exists() -> None:
    (row,) = HOOKS
    assert row["language"] == "python" and row["require_serial"] and row["entry"].split()[0] == "derive"
    assert {"id", "name", "entry", "language"} <= row.keys()


def test_the_guide_shows_what_is_tested() -> None:
    guide = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\(([\w./-]+)\)", guide)
    assert {"github-workflow.yml", "gitlab-ci.yml"} <= set(shown)
    assert all((ROOT / "docs" / path).exists() for path in shown)
    assert all(name in guide for name in parsed(ACTION)["inputs"])
    assert all(row["id"] in guide for row in HOOKS)


GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def test_the_configuration_of_the_guide_is_read(sample: Sample) -> None:
    (sample.folder / "pyproject.toml").write_text(GUIDE.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    for name in ("derivations.yaml", "notes/a.yaml", "notes/drafts/b.yaml"):
        (sample.folder / name).parent.mkdir(exist_ok=True)
        (sample.folder / name).write_text(BAD if "drafts" in name else GOOD, encoding="utf-8")
    done = sample.run("derive check")
    assert (done.returncode, "2 claims in 2 files" in done.stdout) == (0, True), done.stdout
    assert (sample.folder / "derive.sarif").is_file()


def test_the_program_of_the_guide_runs(sample: Sample) -> None:
    (sample.folder / "derivations.yaml").write_text(GOOD, encoding="utf-8")
    program = GUIDE.split("```python\n")[1].split("```")[0]
    (sample.folder / "program.py").write_text(program, encoding="utf-8")
    done = sample.run("python program.py")
    assert done.returncode == 0, done.stderr
