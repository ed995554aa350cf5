"""Measure how fast the pages of `recog serve` are, in a browser, alone and beside a process that indexes.

    python -m benchmarks.bench_pages [../shared/data/wider_dev] [--faces 100000]

Writes benchmarks/results/pages.csv. The library holds --faces made-up faces (benchmarks/made_up_faces.py), one per
photo, taken over twenty years; a third of the faces of every 40th person are confirmed, and all are grouped. No photo
has a file, so the --thumbnails newest ones get a thumbnail.

Each page is opened --repeats times in Chromium, the first time not counted. Columns: how long the server takes to
answer (the browser's requestStart to responseEnd), the largest contentful paint since the navigation began, and the
bytes of the page and of its scripts. With a folder of photos, all is measured once more while `recog index` of copies
of them runs in a process of its own. A row says whether the page keeps what recog promises: it is answered in 0.5 s,
also beside an indexer, its largest paint comes within 1 s, and its scripts have at most 100 kB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.bench_serve import copies, index
from benchmarks.grown_library import confirm_some, filled
from benchmarks.made_up_faces import MadeUpFaces
from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary
from recog.photos.preview import thumbnail
from tests.browser import Browser

RECOG = str(Path(sys.executable).parent / "recog")
SIZE = (1440, 900)
"""Of the window, in CSS pixels."""
ANSWERED, PAINTED, SCRIPTS = 500.0, 1000.0, 100_000
"""Most milliseconds of an answer and of the largest paint, and most bytes of scripts."""
OLDEST = datetime(2005, 1, 1, tzinfo=UTC)
YEARS = 20
HEADER = ["when", "page", "answer, ms", "largest paint, ms", "page, kB", "scripts, kB", "kept"]
SETTLED = """new Promise((told) => {
  let latest = 0;
  new PerformanceObserver((list) => { latest = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => {
    const [page] = performance.getEntriesByType("navigation");
    const scripts = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"));
    told({
      answer: page.responseEnd - page.requestStart,
      paint: latest,
      bytes: page.decodedBodySize,
      scripts: scripts.reduce((sum, one) => sum + one.decodedBodySize, 0),
    });
  }, 1500);
})"""
"""What the browser measured of the page, a while after it was loaded."""


def made_up_library(directory: Path, count: int, thumbnails: int) -> str:
    """Make a library of `count` dated photos; return the name of a person."""
    faces = MadeUpFaces(count)
    apart = timedelta(days=365 * YEARS) / count
    with PhotoLibrary(read_settings(library=directory)) as library:
        face_ids = filled(library, faces.embeddings, 0, taken=lambda row: OLDEST + row * apart)
        confirm_some(library, face_ids, faces.owners)
        library.maintenance.rebuild_index()
        library.groups.cluster()
        random = np.random.default_rng(0)
        for row in range(max(0, count - thumbnails), count):
            pixels = np.full((400, 333, 3), random.integers(0, 255, 3), np.uint8)
            library.context.thumbnails.keep(f"{row:064x}", thumbnail(pixels, width=1200, height=400))
        return library.people.all()[0].name


@contextmanager
def served(library: Path) -> Iterator[str]:
    """Serve the library; yield the address that a browser opens first."""
    command = [RECOG, "--library", str(library), "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise SystemExit("the server says nothing")
            yield json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")["open"]
        finally:
            process.terminate()


def measured(browser: Browser, address: str, repeats: int) -> dict[str, float]:
    """Open a page a few times; return the medians of what the browser measured."""
    found: list[dict[str, Any]] = []
    for _ in range(repeats + 1):
        browser.ask("Page.navigate", url="about:blank")
        browser.wait("location.href === 'about:blank'")
        browser.ask("Page.navigate", url=address)
        browser.wait(f"location.href === {json.dumps(address)} && document.readyState === 'complete'")
        found.append(browser.value(SETTLED))
    return {key: median(one[key] for one in found[1:]) for key in found[0]}


def rows(browser: Browser, start: str, pages: dict[str, str], when: str, repeats: int) -> Iterator[list[object]]:
    """Measure each page; yield the rows of the table."""
    for name, path in pages.items():
        seen = measured(browser, start + path, repeats)
        kept = seen["answer"] <= ANSWERED and seen["paint"] <= PAINTED and seen["scripts"] <= SCRIPTS
        figures = (seen["answer"], seen["paint"], seen["bytes"] / 1e3, seen["scripts"] / 1e3)
        yield [when, name, *(f"{figure:.0f}" for figure in figures), "yes" if kept else "no"]


def everything(options: argparse.Namespace, folder: Path) -> Iterator[list[object]]:
    """Measure alone, then beside an indexer if there are photos to index."""
    person = made_up_library(folder / "library", options.faces, options.thumbnails)
    pages = {
        "who is this": "",
        "photos": "photos",
        "search": f"search?q={person}%20from%202010",
        "people": "people",
        "person": "people/1",
        "photo": f"photos/{options.faces}",
        "history": "history",
    }
    with served(folder / "library") as entry, Browser(folder) as browser:
        width, height = SIZE
        browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        browser.ask("Page.navigate", url=entry)
        browser.wait("document.querySelector('#undo') && document.readyState === 'complete'")
        start = browser.value("location.href")
        yield from rows(browser, start, pages, "alone", options.repeats)
        if options.photos_of is None:
            return
        photos = sorted(options.photos_of.rglob("*.jpg"))
        indexer = index(folder / "library", next(copies(photos, options.photos, folder)))
        try:
            yield from rows(browser, start, pages, "beside an indexer", options.repeats)
            if indexer.poll() is not None:
                print("the indexer ended before all pages were measured: give more --photos", file=sys.stderr)
        finally:
            indexer.terminate()
            indexer.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos_of", type=Path, nargs="?", help="folder of photos to index meanwhile")
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--photos", type=int, default=2_000)
    parser.add_argument("--thumbnails", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = list(everything(options, Path(folder).resolve()))
    comment = machine(threads=os.cpu_count() or 1, faces=options.faces, repeats=options.repeats)
    write_results("pages.csv", comment, HEADER, found)


if __name__ == "__main__":
    main()
