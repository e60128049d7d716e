"""derive: continuous integration for mathematics that people wrote by hand.

``derive.check("diff(exp(2*x), x) == 2*exp(2*x)", {"x": "real"})`` is a verdict; ``derive.check_file(path)`` gives the
results of a claim file.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.api import check, check_file
    from derive.errors import InputError
    from derive.verdict import Conflict, Proved, Refuted, Undecided

__version__ = "0.1.0"
__all__ = ["Conflict", "InputError", "Proved", "Refuted", "Undecided", "check", "check_file"]

_HOMES = {
    "check": "derive.api",
    "check_file": "derive.api",
    "InputError": "derive.errors",
    "Conflict": "derive.verdict",
    "Proved": "derive.verdict",
    "Refuted": "derive.verdict",
    "Undecided": "derive.verdict",
}


def __getattr__(name: str) -> Any:
    """What programs use, imported when they do: ``derive --help`` needs none of it."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'derive' has no attribute {name!r}")
