"""The page of many claims: how long it takes to make, how large it is, how long a browser takes over it.

    python benchmarks/page.py [COUNT]       by default 1000

The claims are those of the catalogue over and over. Verdicts are decided before the clock starts.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from run import repeated

from derive.find import Target
from derive.publish import publish
from derive.resume import resume

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        claims, place = Path(folder, "claims.yaml"), Path(folder, "report.html")
        claims.write_text(repeated((ROOT / "derivations.yaml").read_text(encoding="utf-8"), count), encoding="utf-8")
        results = resume([Target(claims)], None, 2).results
        start = time.perf_counter()
        page = publish(results, 2)
        taken = time.perf_counter() - start
        place.write_text(page, encoding="utf-8")
        packed = len(gzip.compress(page.encode()))
        print(f"{len(results.outcomes)} claims: {taken:.1f} s with two processes, {1e3 * taken / count:.0f} ms a claim")
        print(f"{len(page.encode()) / 1e6:.1f} MB, {packed / 1e6:.2f} MB packed, {page.count('<svg')} pictures")
        print(f"opened in a browser: {opened(place, Path(folder))}")


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
