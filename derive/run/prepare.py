"""Import what deciding takes, which is slow; whoever only tells what was decided before never needs it."""

from __future__ import annotations


def prepare() -> None:
    """Import it; importing this module imports none of it, so that a process to work in is born at once."""
    import derive.judge
    import derive.prove
    import derive.refute
    import derive.run.answer  # noqa: F401
