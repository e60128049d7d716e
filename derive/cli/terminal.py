"""What standard output understands."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from derive.report.paint import Paint


def terminal() -> Paint:
    """Colour, characters and width; NO_COLOR wins over FORCE_COLOR, both over what the terminal says."""
    interactive = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    colour = not os.environ.get("NO_COLOR") and bool(os.environ.get("FORCE_COLOR") or interactive)
    try:
        "✓∂Σᵢ".encode(sys.stdout.encoding or "ascii")
        unicode = not _is_plain(os.environ)
    except UnicodeEncodeError:
        unicode = False
    width = shutil.get_terminal_size((80, 24)).columns
    return Paint(colour, unicode, min(max(width, 40), 120))


def _is_plain(environment: Mapping[str, str]) -> bool:
    """Whether ASCII was asked for: Python itself prints UTF-8 in the locale C."""
    is_told = environment.get("PYTHONIOENCODING") or environment.get("PYTHONUTF8") == "1"
    return environment.get("LC_ALL") in ("C", "POSIX") and not is_told
