"""The page of many claims: how long it takes to make, how large it is, how long a browser takes over it.

    python benchmarks/page.py [COUNT]       by default 1000

The claims are those of the catalogue and the examples, over and over where they do not suffice. Verdicts are decided
before the clock starts.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from run import repeated

from derive.cache import Cache
from derive.find import Target
from derive.outcome import Results
from derive.publish import publish
from derive.resume import resume

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "report.html")
        results = resume(list(targets(count, Path(folder))), None, 2).results
        store = Cache(str(Path(folder, "cache")), b"secret")
        page, taken = timed(results, store)
        again, repeated_in = timed(results, store)
        assert again == page
        place.write_text(page, encoding="utf-8")
        packed = len(gzip.compress(page.encode()))
        print(f"{len(results.outcomes)} claims: {taken:.1f} s with two processes, {1e3 * taken / count:.0f} ms a claim")
        print(f"a second time, nothing changed: {repeated_in:.1f} s")
        print(f"{len(page.encode()) / 1e6:.1f} MB, {packed / 1e6:.2f} MB packed, {page.count('<svg')} pictures")
        print(f"opened in a browser: {opened(place, Path(folder))}")


def targets(count: int, folder: Path) -> Iterator[Target]:
    """Files of so many claims in all."""
    texts = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "derivations.yaml", *(ROOT / "examples").iterdir())}
    sizes = {name: text.count("\n  - id: ") for name, text in texts.items()}
    left = count
    while left > 0:
        for name in sorted(texts):
            size = min(left, max(1, count * sizes[name] // sum(sizes.values())))
            left -= size
            if size:
                path = folder / f"{left}-{name}"
                path.write_text(repeated(texts[name], size), encoding="utf-8")
                yield Target(path)


def timed(results: Results, store: Cache) -> tuple[str, float]:
    """The page, and how long it took."""
    start = time.perf_counter()
    page = publish(results, 2, store)
    return page, time.perf_counter() - start


def opened(page: Path, folder: Path) -> str:
    """Seconds from the start of the browser to the finished page, beside those for an empty one."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return "there is none"
    empty = folder / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
    seconds = []
    for path in (empty, page):
        start = time.perf_counter()
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()]
        subprocess.run([*command, f"--user-data-dir={folder / 'profile'}"], capture_output=True, check=True)
        seconds.append(time.perf_counter() - start)
    return f"{seconds[1]:.1f} s, an empty page {seconds[0]:.1f} s"


if __name__ == "__main__":
    main()
