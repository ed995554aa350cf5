"""What tests see of a page: read as a parser reads it, or opened in a real browser."""

import base64
import hashlib
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

CHROMIUM = shutil.which("chromium")
VOID = {"meta", "img", "input", "link", "br", "hr"}


class Reader(HTMLParser):
    """What a browser would see: tags in order, attributes, text, and whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.inside: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"style", "script"}:
            self.inside[self.open[-1]] = data
        else:
            self.text.append(data)


def dom(page: str, folder: Path, script: str = "", *, frames: bool = False) -> tuple[str, str]:
    """The document after its scripts ran, and the browser's log; `script` runs last, under its own digest.

    frames: draw for some seconds of the page's own time first, so that what waits for a frame happens.
    """
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        page = page.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
        page = page.replace("</body>", f"<script>{script}</script></body>")
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    assert CHROMIUM is not None
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0"]
    if frames:
        flags.append("--virtual-time-budget=5000")
    command = [CHROMIUM, *flags, f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, done.stderr
