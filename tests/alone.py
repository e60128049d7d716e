"""The beginning of a program that can import nothing but the standard library and the checker."""

from __future__ import annotations

ALONE = """
import json, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        known = name in ("derive", "derive.recheck") or name.startswith("derive.recheck.")
        if not known and name.split(".")[0] not in sys.stdlib_module_names:
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
sys.path.insert(0, sys.argv[1])
"""
