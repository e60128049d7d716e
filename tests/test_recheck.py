"""The standalone checker: what it accepts by itself, and what it must never accept."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from derive.kernel.rules import RULES as KERNEL
from derive.recheck.check import RULES, VERSION, check
from derive.recheck.proof import STEPS
from derive.recheck.signs import RULES as SIGNS
from derive.recheck.terms import Rejected
from tests.alone import ALONE
from tests.soundness.forgeries import (
    ALARMS,
    SAME,
    UNCONFIRMED,
    borrowed,
    certificates,
    corrupted,
    lines,
    moved,
    verdict,
)

ROOT = Path(__file__).parent.parent
RECHECK = ROOT / "derive" / "recheck"
CERTIFICATES = ROOT / "tests" / "certificates"
CATALOGUE = ROOT / "derivations.yaml"
SCHEMA = json.loads((RECHECK / "certificate.schema.json").read_text(encoding="utf-8"))
CONDITIONS = yaml.safe_load((CERTIFICATES / "conditions.yaml").read_text(encoding="utf-8"))
MODULES = [importlib.import_module(f"derive.recheck.{path.stem}") for path in RECHECK.glob("[!_]*.py")]
WITHOUT = {
    "softmax-plus-maximum-in-float64",  # it fails in float64 only
    "enumeration-rate-of-blocks",  # two whole parts in one line
}
BY_CHECK = """
from derive.recheck.check import check
for text in json.load(sys.stdin):
    check(text)
print(sorted(name for name in sys.modules if name.startswith("derive") and not name.startswith("derive.recheck")))
"""


def forged(folder: str) -> list[Path]:
    """The certificates of a folder, one in a file."""
    return sorted((CERTIFICATES / folder).glob("*.json"))


def certificate(line: Any) -> dict[str, Any]:
    return {"certificate": VERSION, "id": "c", "lines": [line]}


def test_certificates_are_accepted_where_nothing_else_can_be_imported() -> None:
    texts = [json.dumps(certificate(line)) for line in lines(CATALOGUE)]
    assert len(texts) > 280
    command = [sys.executable, "-I", "-S", "-c", ALONE + BY_CHECK, str(ROOT)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['derive']"


def test_the_order_of_names_in_a_file_does_not_matter() -> None:
    equal = [line for line in lines(ROOT / "tests" / "cases" / "touching.yaml") if line["verdict"] == "equal"]
    assert len(equal) > 3
    for line in equal:
        check(json.dumps(certificate(line), sort_keys=True))


def test_only_known_claims_of_the_catalogue_have_no_certificate() -> None:
    assert {name for name, whole, _ in certificates(CATALOGUE) if not whole} <= WITHOUT


def test_claims_of_every_kind_of_step_have_certificates() -> None:
    found = list(certificates(CERTIFICATES / "followed.yaml"))
    assert len(found) > 15 and not [name for name, whole, _ in found if not whole]


def any_of(validator: Any, schemas: list[Any], value: Any, _: Any) -> Iterator[jsonschema.ValidationError]:
    """Whether one of the schemas holds; the library's own lists all that is wrong with each, at every depth again."""
    if not any(validator.evolve(schema=schema).is_valid(value) for schema in schemas):
        yield jsonschema.ValidationError(f"{value!r} is nothing that the schema knows")


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"anyOf": any_of})(SCHEMA)


def test_certificates_follow_their_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    chosen = [line for line in lines(CATALOGUE) if len(json.dumps(line)) < 2_000][::4]
    chosen += lines(CERTIFICATES / "followed.yaml")
    assert len(chosen) > 20
    assert not [error.message for line in chosen for error in VALIDATOR.iter_errors(certificate(line))]
    assert SCHEMA["properties"]["certificate"]["const"] == VERSION


@pytest.mark.parametrize("path", forged("forged"), ids=lambda path: path.stem)
def test_what_was_accepted_once_is_rejected(path: Path) -> None:
    line = json.loads(path.read_text(encoding="utf-8"))["certificate"]["lines"][0]
    assert verdict(line).startswith("rejected")


def test_no_corrupted_certificate_shows_anything_false() -> None:
    found = list(corrupted(150, 5, CATALOGUE))
    assert not [f for f in found if f.outcome in (*ALARMS, UNCONFIRMED)]
    assert 0 < sum(f.outcome == SAME for f in found) < len(found) / 4


def test_no_proof_moves_to_a_claim_one_slip_away() -> None:
    assert not [f for f in moved(400, CATALOGUE) if f.outcome in (*ALARMS, UNCONFIRMED)]


def test_no_trap_is_proved_by_an_empty_or_a_borrowed_proof() -> None:
    found = list(borrowed(1, CATALOGUE))
    assert len(found) > 300 and not [f for f in found if f.outcome in (*ALARMS, UNCONFIRMED)]


# Every condition has a forged certificate that only it keeps out, or a reason why there is none.


@cache
def conditions() -> dict[str, re.Pattern[str]]:
    """The text of every condition in the sources, and what it matches once its parts are filled in."""
    calls = (n for path in RECHECK.glob("*.py") for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    texts = {_text(n.args[-1]) for n in calls if isinstance(n, ast.Call) and ast.unparse(n.func) in CHECKS}
    return {text: re.compile(".*".join(map(re.escape, text.split("{}")))) for text in texts - {"condition"}}


CHECKS = ("require", "self._open")


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(parts):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
        case _:
            return ast.unparse(node)


@contextmanager
def without(text: str) -> Iterator[None]:
    """The checker without one condition."""
    pattern = conditions()[text]

    def require(holds: bool, condition: str) -> None:
        if not holds and not pattern.fullmatch(condition):
            raise Rejected(condition)

    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            if hasattr(module, "require"):
                patch.setattr(module, "require", require)
        yield


@pytest.mark.parametrize("path", forged("knockouts"), ids=lambda path: path.stem)
def test_a_condition_alone_keeps_a_forgery_out(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    line = found["certificate"]["lines"][0]
    told = verdict(line).removeprefix("rejected: ")
    assert conditions()[found["condition"]].fullmatch(told), told
    with without(found["condition"]):
        assert verdict(line) == "accepted"


def test_every_condition_has_a_forgery_or_a_reason() -> None:
    shown = {json.loads(path.read_text(encoding="utf-8"))["condition"] for path in forged("knockouts")}
    reasons = {text for texts in CONDITIONS.values() for text in texts}
    assert shown | reasons >= conditions().keys(), conditions().keys() - shown - reasons
    assert not reasons & shown


# Rules.

OWN = {"E2", "L2", "L4", "L8", "S5"}  # rules of which the kernel has no need, because it goes another way
NOT_YET = KERNEL.keys() - RULES.keys()


def test_the_checker_names_the_rules_that_it_uses() -> None:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in RECHECK.glob("[!_c]*.py"))
    texts = {n.value for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    used = {text for text in texts if isinstance(text, str) and re.fullmatch(r"[A-Z]\d+", text)}
    assert used | STEPS.keys() | SIGNS.keys() <= RULES.keys()
    assert RULES.keys() - KERNEL.keys() == OWN and all(RULES.values())


def test_what_the_checker_does_not_follow_is_told() -> None:
    told = (RECHECK / "README.md").read_text(encoding="utf-8").partition("## What it does not follow")[2]
    assert set(re.findall(r"\b[A-Z]\d+\b", told)) == NOT_YET
