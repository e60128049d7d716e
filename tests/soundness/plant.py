"""A fault for the kernel."""

from __future__ import annotations

from msgspec import Struct


class Plant(Struct, frozen=True):
    """A fault: the function it stands in (``module.function``), and the text that is replaced.

    ``drops`` is the rule and the condition of it that the fault drops, if it drops one; ``by`` what finds it first: the
    id of a false claim, a test (``tests/test_split.py::test_...``), or a case of the fuzzer (``terms 1/131``).
    """

    name: str
    function: str
    old: str
    new: str
    drops: tuple[str, str] | None = None
    by: str = ""
