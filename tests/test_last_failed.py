"""What failed last time is remembered, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.claim_files import BAD, BROKEN, CHAIN, GOOD, OTHER, claims_of, write
from tests.conftest import Derive


def test_last_failed(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD, OTHER, CHAIN)
    assert claims_of(derive, "--last-failed") == ["good", "bad", "other", "chain"]
    assert claims_of(derive, "--last-failed") == ["bad", "chain"]
    assert claims_of(derive, "-k", "bad") == ["bad"]
    write("derivations.yaml", GOOD, BAD.replace("2*x", "x + 0"), OTHER, CHAIN)
    assert claims_of(derive, "--lf", "-k", "bad") == ["bad"]
    assert claims_of(derive, "--lf") == ["chain"]
    write("derivations.yaml", GOOD, OTHER)
    assert claims_of(derive, "--lf") == []
    assert claims_of(derive, "--lf") == ["good", "other"]


def test_last_failed_sees_what_could_not_be_read(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BROKEN)
    write("other.yaml", GOOD)
    text = Path("other.yaml").read_text(encoding="utf-8")
    Path("other.yaml").write_text(text.replace("variables:", "variable:"), encoding="utf-8")
    assert claims_of(derive, "derivations.yaml", "other.yaml") == ["good"]
    write("derivations.yaml", GOOD, BROKEN.replace("x.real", "x"))
    Path("other.yaml").write_text(text, encoding="utf-8")
    Path("below").mkdir()
    assert claims_of(derive, "--lf", "derivations.yaml", "other.yaml") == ["broken", "good"]


@pytest.mark.parametrize("text", ("", "{}", "[1]", '{"failed": 3}', '{"failed": [[1, 2, 3]]}', "[" * 100_000))
def test_what_is_not_remembered_is_checked(derive: Derive, text: str) -> None:
    write("derivations.yaml", GOOD, BAD)
    derive("check")
    kept = Path(".derive_cache/last_failed.json")
    assert "bad" in kept.read_text(encoding="utf-8")
    kept.write_text(text, encoding="utf-8")
    assert claims_of(derive, "--lf") == ["good", "bad"]


def test_a_folder_that_cannot_be_written_is_no_failure(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD)
    Path(".derive_cache").write_text("in the way", encoding="utf-8")
    assert derive("check")[0] == 1


def test_nothing_is_kept_where_nothing_failed(derive: Derive) -> None:
    write("derivations.yaml", GOOD)
    assert derive("check")[0] == 0
    assert not Path(".derive_cache/last_failed.json").exists()
