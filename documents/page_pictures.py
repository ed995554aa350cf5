"""Photograph every page in light, in dark and on a phone: docs/pictures/pages/*.webp, and the page that shows them."""

import base64
from dataclasses import dataclass
from pathlib import Path

from tests.browser import Browser

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
QUALITY = 60
"""Of WebP: letters stay sharp, and all pictures together stay below 4 MB."""
LOADED = "document.readyState === 'complete' && [...document.images].every((image) => image.complete)"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a page is photographed: the window in CSS pixels, pixels for each of them, and whether it is dark."""

    name: str
    words: str
    width: int
    height: int
    scale: float
    scheme: str


SHAPES = (
    Shape("light", "In light", 1440, 900, 1, "light"),
    Shape("dark", "In dark", 1440, 900, 1, "dark"),
    Shape("phone", "On a phone", 390, 844, 1.5, "light"),
)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A page: the name of its pictures, what it is, its path, and what is true once all of it is there."""

    name: str
    words: str
    path: str
    fact: str = "true"


PAGES = (
    Pictured("who-is-this", "Who is this? Groups of faces to name", ""),
    Pictured("photos", "Photos by date", "photos", "document.querySelector('#timeline .there')"),
    Pictured("photo", "A photo, with who is on it", "faces/1", "document.documentElement.matches('.viewing')"),
    Pictured("folders", "Folders", "photos/folders"),
    Pictured("people", "People", "people"),
    Pictured("person", "A person: the album", "people/1", "document.querySelector('#timeline .there')"),
    Pictured("person-faces", "A person: the faces", "people/1/faces"),
    Pictured("person-similar", "A person: who looks alike", "people/1/similar"),
    Pictured(
        "search", "What a query found", "search?q=Obama%20from%202009", "document.querySelector('#timeline .there')"
    ),
    Pictured("questions", "What can be asked", "search"),
    Pictured("ask-a-photo", "Ask a photo", "find"),
    Pictured("duplicates", "People who may be here twice", "duplicates"),
    Pictured("duplicate-photos", "Photos that are there twice", "duplicates/photos"),
    Pictured("history", "History", "history"),
    Pictured("ignored", "Ignored faces", "ignored"),
    Pictured("failures", "Files that failed", "failures"),
    Pictured("index", "Index", "index"),
    Pictured("map", "The map of faces", "map", "document.documentElement.dataset.drawn"),
    Pictured("why", "Why is this who recog says?", "faces/2/why"),
    Pictured("albums", "Albums that follow", "albums"),
    Pictured("album", "An album", "albums/1"),
    Pictured("settings", "Settings", "settings"),
    Pictured("accounts", "Accounts", "accounts"),
)


def photograph_pages(browser: Browser, start: str, pages: tuple[Pictured, ...] = PAGES) -> None:
    """Photograph pages of a server, each in every shape; `start` is the address of its first page."""
    (FOLDER / "pages").mkdir(parents=True, exist_ok=True)
    for shape in SHAPES:
        scheme = [{"name": "prefers-color-scheme", "value": shape.scheme}]
        browser.ask("Emulation.setEmulatedMedia", features=scheme)
        window = {"width": shape.width, "height": shape.height, "deviceScaleFactor": shape.scale}
        browser.ask("Emulation.setDeviceMetricsOverride", **window, mobile=shape.name == "phone")
        browser.ask("Emulation.setTouchEmulationEnabled", enabled=shape.name == "phone")
        for page in pages:
            browser.ask("Page.navigate", url=start + page.path)
            browser.wait(f"{LOADED} && Boolean({page.fact})")
            browser.wait("document.getAnimations().length === 0")
            shot = browser.ask("Page.captureScreenshot", format="webp", quality=QUALITY)
            path = FOLDER / "pages" / f"{page.name}-{shape.name}.webp"
            path.write_bytes(base64.b64decode(shot["data"]))
            print(f"{path.name}: {path.stat().st_size // 1000} kB")


WELCOME = Pictured("welcome", "The first run", "index")


def write_gallery() -> None:
    """Write the page of the documents that shows all pictures."""
    lines = [
        "# All pages",
        "",
        "Every page of `recog serve`, made by [documents/page_pictures.py](../../documents/page_pictures.py)",
        "(`make pictures`) of the [portraits in the public domain](index.md) that the other pictures show.",
    ]
    for page in (WELCOME, *PAGES):
        lines += ["", f"## {page.words}", ""]
        lines += [f"![{page.words}: {shape.words.lower()}](pages/{page.name}-{shape.name}.webp)" for shape in SHAPES]
    (FOLDER / "pages.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
