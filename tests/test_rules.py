"""The table of rules and the kernel's code name the same rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.kernel.rules import RULES
from derive.narrate.words import ALONE, KNOWN, SILENT, WORDS
from derive.reason import FAMILIES

KERNEL = Path(__file__).parent.parent / "derive" / "kernel"
USE = re.compile(r'ctx\.use\(([^)]*)\)|^    rule = ("[A-Z]\d+")$', re.MULTILINE)


def used() -> set[str]:
    """The rules that the kernel's code says it uses."""
    sources = (path.read_text(encoding="utf-8") for path in KERNEL.glob("*.py"))
    return {
        name for source in sources for found in USE.finditer(source) for name in re.findall(r'"([A-Z]\d+)"', found[0])
    }


def test_every_rule_that_is_used_has_a_row_and_every_row_is_used() -> None:
    assert used() == set(RULES)


def test_what_tells_of_rules_names_rules_that_there_are() -> None:
    named = {rule for family in FAMILIES.values() for rule in family.rules if len(rule) > 1}
    assert named | KNOWN <= set(RULES)
    assert len(KNOWN) == len(SILENT) + len(ALONE) + len(WORDS), "each is told in one way"


@pytest.mark.parametrize("name", RULES)
def test_a_row_says_something(name: str) -> None:
    rule = RULES[name]
    assert rule.name == name and rule.title and rule.says
