"""The verdicts of earlier runs, by what they are about."""

from __future__ import annotations

from derive.claim import Line
from derive.meaning import meaning
from derive.record import recall
from derive.run.cache import Verdicts
from derive.run.pool import Lost, Promise
from derive.run.versions import content, versions
from derive.verdict import Verdict


class Known:
    """The verdicts of earlier runs, by the version of the program and the meaning of a line."""

    def __init__(self, kept: Verdicts, versions: str) -> None:
        self._kept, self._versions = kept, versions
        self.is_empty = kept.get(versions) is None
        self.is_whole = True
        """Whether everything that was asked in this run can be known in the next one."""
        self.found = 0
        """How many lines were known."""

    def find(self, line: Line) -> Verdict | None:
        """The verdict of a line that means the same."""
        text = self._kept.get(self._meaning(line))
        try:
            verdict = recall(text) if text else None
        except ValueError:
            return None
        self.found += verdict is not None
        return verdict

    def keep(self, line: Line, promise: Promise) -> None:
        """Keep what was promised, unless it is a defect or an accident, which may not happen again."""
        try:
            text = promise.result()
        except Lost:
            text = "!"
        if text.startswith(_ACCIDENTS):
            self.is_whole = False
        else:
            if self.is_empty:
                self._kept.put(self._versions, "some")
                self.is_empty = False
            self._kept.put(self._meaning(line), text)

    def _meaning(self, line: Line) -> str:
        lemmas = (meaning(lemma) for lemma in line.using)
        return "\n".join((self._versions, meaning(line.goal), meaning(line.exact) if line.exact else "", *lemmas))


_ACCIDENTS = ("!", '["Conflict"')


def known(kept: Verdicts) -> Known | None:
    """What this very program found; None where it cannot tell its own version."""
    try:
        return Known(kept, versions(content))
    except OSError:
        return None
