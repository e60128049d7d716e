"""What was perhaps meant by the name of a claim file that is not there."""

from __future__ import annotations

import os
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

ENDINGS = (".yaml", ".yml")
MOST = 2_000  # names of a folder that are looked at


def nearby(name: str) -> str:
    """The repair for a name that no file has, or nothing where nothing comes to mind."""
    if set(name) & set("*?["):
        return "patterns are for the shell to expand; a folder stands for all `*.yaml` in it"
    file, _, rest = name.partition(":")
    if rest and Path(file).is_file():
        return f"did you mean `{file}`? One claim of it is `{file}::ID`"
    longer = next((f"{name}{ending}" for ending in ENDINGS if Path(f"{name}{ending}").is_file()), None)
    if longer:
        return f"did you mean `{longer}`?"
    folder, last = os.path.split(name)
    files = {Path(file).stem: file for file in _claim_files(folder or ".")}
    near = get_close_matches(Path(last).stem, files, n=1)
    return f"did you mean `{os.path.join(folder, files[near[0]])}`?" if near else ""


def _claim_files(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in islice(entries, MOST) if entry.name.endswith(ENDINGS)]
    except (OSError, ValueError):
        return []
