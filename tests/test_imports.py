"""The file tree shows the pipeline: imports run in one direction, and heavy packages stay where they belong."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "derive"

ARCHITECTURE = (ROOT.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
ORDER = re.findall(r"^- `(\w+)`", ARCHITECTURE, re.MULTILINE)
INSIDE = {
    package: re.findall(r"`(\w+)`", rows)
    for package, rows in re.findall(r"^- `(\w+)`.*\n((?:  - .*\n)+)", ARCHITECTURE, re.MULTILINE)
}
"""The modules of the packages whose order is listed too."""
PROOF = {"kernel", "prove"}
SEARCH = {"evaluate", "holds", "sample", "stable", "enclose", "refute", "touch", "nearing", "picture"}
HEAVY = {
    "sympy": {"tactics"},
    "numpy": SEARCH,
    "flint": SEARCH,
    "yaml": {"load"},
    "click": {"cli"},
    "pytest": {"plugin"},
    "rich": {"show", "report", "display"},
}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def stage(path: Path) -> str:
    """The stage of the pipeline that a file belongs to: its module, or the package that holds it."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every imported module by its full name, names imported from the package ``derive`` itself included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"derive.{a.name}" for a in node.names) if node.module == "derive" else (str(node.module),)


def inner(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("derive.")} - {"__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_in_one_direction(path: Path) -> None:
    own = stage(path)
    assert own in ORDER, f"{own} has no row in ARCHITECTURE.md"
    later = [name for name in inner(path) if ORDER.index(name) > ORDER.index(own)]
    assert not later, f"{own} imports {later}, which come after it"


@pytest.mark.parametrize("package", INSIDE)
def test_imports_inside_a_package_run_in_one_direction(package: str) -> None:
    order = INSIDE[package]
    paths = {path.stem: path for path in (ROOT / package).glob("*.py") if path.stem != "__init__"}
    assert set(paths) == set(order)
    for name, path in paths.items():
        inside = {other.split(".")[2] for other in imports(path) if other.startswith(f"derive.{package}.")}
        later = [other for other in inside if order.index(other) >= order.index(name)]
        assert not later, f"{package}.{name} imports {later}, which come after it"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_packages_stay_where_they_belong(path: Path) -> None:
    found = {name.split(".")[0] for name in imports(path)}
    for package, allowed in HEAVY.items():
        assert package not in found or stage(path) in allowed, f"{stage(path)} imports {package}"


def test_the_two_paths_share_only_the_goal() -> None:
    """Proof and cross-check never import each other, not even through a third module."""
    needs: dict[str, set[str]] = {}
    for path in modules():
        needs.setdefault(stage(path), set()).update(inner(path) - {stage(path)})
    reach = {name: _closure(name, needs) for name in needs}
    for one, other in ((PROOF, SEARCH), (SEARCH, PROOF)):
        for name in one & reach.keys():
            assert not reach[name] & other, f"{name} reaches {reach[name] & other}"


def test_the_list_of_modules_is_complete_and_without_dreams() -> None:
    assert set(ORDER) == {stage(path) for path in modules()}


def _closure(name: str, needs: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    stack = [name]
    while stack:
        new = needs.get(stack.pop(), set()) - found
        found |= new
        stack += new
    return found


@pytest.mark.parametrize(
    "command", ["--help", "--version", "check --help", "explain DV101", "explain", "completion zsh"]
)
def test_light_commands_import_nothing_heavy(command: str) -> None:
    code = (
        "import sys; from derive.cli import derive\n"
        f"derive.main({command.split()!r}, standalone_mode=False)\n"
        "print(sorted({'sympy', 'numpy', 'flint', 'yaml', 'rich'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
