"""What a verdict rests on beside the claim: this program's own code, and the versions of what it calculates with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from derive.run.digest import blake2b

OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENGINES = (
    ("sympy", "release.py"),
    ("mpmath", "__init__.py"),
    ("gmpy2", "__init__.py"),
    ("numpy", "version.py"),
    ("flint", "__init__.py"),
    ("msgspec", "_version.py"),
)
"""Packages, and the file of each that holds its version: read, not imported, because importing them is slow."""


def versions(told_by: Callable[[str], bytes]) -> str:
    """The digest of all code; ``told_by`` gives what counts of a file: ``content``, or ``stamp`` where that will do.

    Raises OSError: the code cannot be read, as in an archive.
    """
    digest = blake2b(repr(_system()).encode(), digest_size=16)
    for name, path in (*_sources(OWN, ""), *_engines()):
        digest.update(f"\0{name}\0".encode())
        digest.update(told_by(path))
    return digest.hexdigest()


def content(path: str) -> bytes:
    """The bytes of a file: the same wherever the same code is installed."""
    with open(path, "rb") as file:
        return file.read()


def stamp(path: str) -> bytes:
    """What changes whenever this very file is written, on this machine; several times quicker than its content."""
    found = os.stat(path)
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}".encode()


def _system() -> tuple[object, ...]:
    machine = os.uname().machine if hasattr(os, "uname") else ""
    return sys.version, sys.platform, machine, sys.flags.optimize, os.environ.get("SYMPY_GROUND_TYPES")


def _sources(folder: str, name: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.endswith(".py"):
            yield f"{name}/{entry.name}", entry.path
        elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
            yield from _sources(entry.path, f"{name}/{entry.name}")


def _engines() -> Iterator[tuple[str, str]]:
    """The version files in the order of the search path: the first of a package is the one that is imported."""
    for package, name in ENGINES:
        paths = (os.path.join(folder, package, name) for folder in sys.path)
        path = next(filter(os.path.isfile, paths), None)
        if path:
            yield package, path
