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

from derive.display.publish import publish
from derive.find import Target
from derive.outcome import Results
from derive.run.answer import prepare
from derive.run.cache import Cache
from derive.run.pool import pool
from derive.run.resume import resume

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
FRAME = """<!doctype html><title>frame</title><p></p><iframe width=1200 height=900 src="PAGE"></iframe><script>
const start=performance.now(),said=document.querySelector("p");
document.querySelector("iframe").onload=()=>{said.textContent="took "+(performance.now()-start)+" ms";};
</script>"""
"""Loads the page and says how long it took."""


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "report.html")
        with pool(2, prepare) as workers:
            results = resume(list(targets(count, Path(folder))), None, workers).results
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
    """Seconds from the request of the page to the end of its loading, as the browser counts them."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return "there is none"
    frame = folder / "frame.html"
    frame.write_text(FRAME.replace("PAGE", page.as_uri()), encoding="utf-8")
    seconds = []
    for number in range(3):
        command = [browser, *OPTIONS, f"--user-data-dir={folder / str(number)}", "--dump-dom", frame.as_uri()]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds.append(float(found.partition("<p>took ")[2].partition(" ")[0]) / 1e3)
    return f"{min(seconds):.1f} s, the least of three"


if __name__ == "__main__":
    main()
