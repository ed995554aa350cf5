"""Drive a browser that visits a server."""

import json
from typing import Any

from tests.browser import Browser
from tests.web.served import Served


class Visitor:
    """A browser that the server has let in."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.browser = browser
        browser.ask("Page.navigate", url=served.entry)
        self.wait("document.querySelector('#undo') && document.readyState === 'complete'")
        self.root = self.value("location.pathname").rstrip("/")
        self.url = served.url.rstrip("/") + self.root

    def open(self, path: str) -> None:
        """Load a page."""
        self.leave()
        self.browser.ask("Page.navigate", url=self.url + path)
        self.arrive(path)

    def leave(self) -> None:
        """Mark this page, so that `arrive` does not take it for the next one."""
        self.value("document.documentElement.dataset.old = 1")

    def arrive(self, path: str) -> None:
        """Wait until the next page, not the marked one, is completely loaded."""
        place = f"location.pathname + location.search + location.hash === {json.dumps(self.root + path)}"
        self.wait(f"{place} && document.readyState === 'complete' && !document.documentElement.dataset.old")

    def wait(self, fact: str) -> None:
        """Wait until a JavaScript expression is true."""
        self.browser.wait(f"Boolean({fact})")

    def value(self, expression: str) -> Any:
        """Return the current value of a JavaScript expression."""
        return self.browser.value(expression)

    def click(self, selector: str) -> None:
        """Click the first element that matches the selector."""
        self.value(f"document.querySelector({json.dumps(selector)}).click()")

    def write(self, selector: str, text: str) -> None:
        """Replace the content of a field by typing text."""
        self.value(f"document.querySelector({json.dumps(selector)}).select()")
        self.browser.ask("Input.insertText", text=text)

    def press(self, *keys: str) -> None:
        """Press and release the keys one after the other."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            self.browser.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
            self.browser.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def says(self, sentence: str) -> None:
        """Wait until the page shows the sentence and announces it to screen readers."""
        for place in ("did", "spoken"):
            self.wait(f"document.querySelector('#{place}').textContent === {json.dumps(sentence)}")
