"""An exception that nobody foresaw, as a message: a defect of derive, never of the author's file."""

from __future__ import annotations

from pathlib import PurePath

from derive.errors import Problem, clip, problem


def defect(error: Exception, where: str) -> Problem:
    """What failed, while working on what, and the line of code that raised it."""
    return problem("DV900", where=where, error=cause(error))


def cause(error: Exception) -> str:
    """The exception and the line of code that raised it."""
    import traceback  # seldom needed

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno}"
    return f"{type(error).__name__}: {clip(str(error), 200)} ({place})"
