"""A run in which everything happens, as a process: on screens of every kind, through pipes, in every format, twice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from rich.cells import cell_len

from derive.report import FORMATS

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "tests" / "schemas"
MIXED = """\
derive: 1
title: 随机变量与公式：一个相当长的标题，足以超过八十列的宽度，因此必须折行显示，而且不能把一个字切成两半
variables: {x: real, y: real, n: positive integer, o: 'real[n]'}
define: {'s[i]': 'exp(o[i]) / Sum(exp(o[k]), k)'}
claims:
  - {id: good, title: 交换律, claim: x + y == y + x}
  - id: known-to-be-false
    claim: diff(s[i], o[j]) == -s[i] * s[j]
    expect: refuted
    because: 对角线上缺少克罗内克符号，所以这个等式在对角线上不成立，参见第二章的第三个公式以及它后面的说明
  - id: wrong
    title: The derivative z[k] [/] [red]
    claim: diff(s[i], o[j]) == s[i] * (1 - s[j])
  - id: a-long-relation
    claim: x*1000000 + y*1000000 + x*1000001 + y*1000003 + x*1000007 == x*3000008 + y*2000003 + 1/1000000007 + x**7
  - {id: open, claim: x**2 < 10**40}
  - {id: vacuous, claim: x == y, assume: [x > 0, x < 0]}
  - {id: partial, claim: log(x**2) == 2*log(x)}
  - {id: broken, claim: x.real == x}
  - id: chain
    steps:
      - (x + y)**2
      - == x**2 + 2*x*y + y**2
      - == x**2 + y**2
"""
NOT_YAML = "claims: [\n"


def run(folder: Path, *arguments: str, **environment: str) -> bytes:
    """What is printed, as bytes; the exit code is always 2."""
    (folder / "混合.yaml").write_text(MIXED, encoding="utf-8")
    (folder / "broken.yaml").write_text(NOT_YAML, encoding="utf-8")
    taken = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in taken}
    own = kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONHASHSEED": "random"} | environment
    command = [sys.executable, "-m", "derive", "check", "混合.yaml", "broken.yaml", "gone.yaml", *arguments]
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True)
    assert (done.returncode, done.stderr) == (2, b""), done.stderr.decode()
    return done.stdout


# environment, width, whether it is coloured, whether it is ASCII
SCREENS = (
    ({}, 80, False, False),
    ({"COLUMNS": "60"}, 60, False, False),
    ({"COLUMNS": "200"}, 120, False, False),
    ({"COLUMNS": "1"}, 40, False, False),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, 80, False, False),
    ({"FORCE_COLOR": "1"}, 80, True, False),
    ({"TERM": "dumb"}, 80, False, False),
    ({"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, None, False, True),
    ({"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}, None, False, True),
    ({"LC_ALL": "C", "PYTHONUTF8": ""}, None, False, True),
)
UNBREAKABLE = re.compile(r"^\W*\S+$")
"""A line of one word, which stays whole however long it is."""


@pytest.mark.parametrize(("environment", "width", "coloured", "ascii"), SCREENS)
def test_a_screen(tmp_path: Path, environment: dict[str, str], width: int | None, coloured: bool, ascii: bool) -> None:
    out = run(tmp_path, **environment)
    assert (b"\x1b[" in out) == coloured
    text = out.decode("ascii" if ascii else "utf-8")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    for part in ("交换律", "DV101", "DV033", "DV006", "DV001", "DV201", "x > 0", "step 2 of 2"):
        assert part.isascii() is False or part in plain, part
    long = [line for line in plain.splitlines() if width and cell_len(line) > width and not UNBREAKABLE.match(line)]
    assert not long, long


def reports(folder: Path) -> dict[str, bytes]:
    """What one run writes in every format."""
    asked = [part for name in FORMATS for part in ("--format", f"{name}=out.{name}")]
    run(folder, "--strict", *asked)
    return {name: (folder / f"out.{name}").read_bytes() for name in FORMATS}


def test_two_runs_write_the_same_bytes_and_those_of_last_time(
    tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    first, second = reports(tmp_path), reports(tmp_path)
    for name, data in first.items():
        assert data == second[name] and data.endswith(b"\n"), name
        golden(f"mixed.{name}.txt", data.decode())


def test_what_services_read_follows_their_schemas(tmp_path: Path) -> None:
    found = reports(tmp_path)
    for name, validator, schema in (
        ("json", jsonschema.Draft7Validator, ROOT / "derive" / "results.schema.json"),
        ("sarif", jsonschema.Draft4Validator, SCHEMAS / "sarif-2.1.0.json"),
        ("gitlab", jsonschema.Draft7Validator, SCHEMAS / "gitlab-code-quality.json"),
    ):
        validator(json.loads(schema.read_text(encoding="utf-8"))).validate(json.loads(found[name]))
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(found["junit"].decode())
    cases = [case.get("name") for case in ElementTree.fromstring(found["junit"]).iter("testcase")]
    assert {"good", "wrong", "broken", "vacuous", "chain", "partial"} <= set(cases) and len(cases) == 11


def test_a_report_is_the_same_on_standard_output(tmp_path: Path) -> None:
    written = reports(tmp_path)
    assert run(tmp_path, "--strict", "--format", "sarif", "--format", "json=alone.json") == written["sarif"]
    assert (tmp_path / "alone.json").read_bytes() == written["json"]
    assert run(tmp_path, "--strict") == written["full"]
