"""``python -m derive`` is the command ``derive``."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from derive.cli import main


def program() -> NoReturn:
    """Run the command line as a process of its own, which ends without taking apart what a run has made.

    The system does that at once; the interpreter would free every term by itself.
    """
    try:
        main()
    except SystemExit as end:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            try:
                stream.flush()
            except (OSError, ValueError):
                raise end from None  # the interpreter tells of it
        os._exit(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    program()
