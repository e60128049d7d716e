"""Proofs for people: short derivations in the author's names, every step of them checked by the kernel."""

from __future__ import annotations

from derive.narrate.narrate import narrate
from derive.narrate.residue import residue
from derive.narrate.tell import tell

__all__ = ["narrate", "residue", "tell"]
