"""A real browser, spoken to over two pipes by the Chrome DevTools Protocol (NUL-ended JSON).

Waiting for a fact of the page, and not for a time, is why: a machine under load draws its frames late.
"""

import base64
import fcntl
import hashlib
import json
import os
import select
import shutil
import time
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0")
PATIENCE = 120.0
"""Seconds to wait for any one fact before the test fails."""
SLOWNESS = float(os.environ.get("RECOG_TEST_SLOWNESS", "1"))
"""How many times slower pages run than they could; 10 shows what a test, or a page, does not wait for."""
SHOWN = "`${location.href} (${document.readyState}): ${document.body?.innerText.slice(0, 1000)}`"
"""What a page shows when a fact is waited for in vain."""
ABOVE_STANDARD = 10
"""The pipes' own numbers start here, so that 3 and 4, which the browser reads and writes, are free."""


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, ABOVE_STANDARD) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


class RefusedError(AssertionError):
    """The browser, or a script in it, refused; it does so too if the page is left at the same moment."""


class Browser:
    """One running browser with one page; leaving the block ends it."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "browser.log"
        theirs, self._writing = _pipe()
        self._reading, back = _pipe()
        command = [
            "chromium",
            *FLAGS,
            "--remote-debugging-pipe",
            f"--user-data-dir={folder / 'profile'}",
            "about:blank",
        ]
        assert CHROMIUM is not None
        self._process = os.posix_spawn(
            CHROMIUM,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 2, self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                (os.POSIX_SPAWN_DUP2, theirs, 3),
                (os.POSIX_SPAWN_DUP2, back, 4),
            ],
        )
        os.close(theirs)
        os.close(back)
        self._unread = b""
        self._sent = 0
        self._session: str | None = None

    def __enter__(self) -> Self:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Emulation.setCPUThrottlingRate", rate=SLOWNESS)
        return self

    def __exit__(self, *_: object) -> None:
        self._session = None
        try:
            self.ask("Browser.close")
        finally:
            os.close(self._writing)
            os.close(self._reading)
            os.waitpid(self._process, 0)

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """The answer to one command; events in between are not wanted."""
        self._sent += 1
        message: dict[str, object] = {"id": self._sent, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._sent:
            pass
        if "error" in answer:
            raise RefusedError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            assert select.select([self._reading], [], [], PATIENCE)[0], "the browser no longer answers"
            received = os.read(self._reading, 1 << 20)
            assert received, f"the browser has ended: {self.log.read_text(errors='replace')[-500:]}"
            self._unread += received
        message, _, self._unread = self._unread.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded

    def value(self, expression: str) -> Any:
        """What `expression` is in the page now, a promise once it is kept."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RefusedError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, page: Path | None) -> None:
        """Load `page`, or an empty one, and wait until it is complete."""
        address = "about:blank" if page is None else page.as_uri()
        self.ask("Page.navigate", url=address)
        self.wait(f"location.href === {json.dumps(address)} && document.readyState === 'complete'")

    def wait(self, fact: str) -> None:
        """Wait until `fact` holds in the page; it does not while the page is left, or lacks what the fact is about."""
        until, refused = time.monotonic() + PATIENCE, ""
        while True:
            try:
                if self.value(fact):
                    return
                refused = ""
            except RefusedError as error:
                refused = f"\n{error}"
            if time.monotonic() > until:
                shown = self.value(SHOWN)
                raise AssertionError(f"never true in the page within {PATIENCE:g} s: {fact}{refused}\n{shown}")
            time.sleep(0.02)


def with_script(page: str, script: str) -> str:
    """`page` with `script` run last, under its own digest in the page's policy."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = page.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
    return page.replace("</body>", f"<script>{script}</script></body>")


def dom(page: str, folder: Path, script: str = "", *, until: str = "true") -> tuple[str, str]:
    """The document once `until` holds in it, and the browser's log; `script` runs last, under its own digest."""
    path = folder / "page.html"
    path.write_text(with_script(page, script) if script else page, encoding="utf-8")
    with Browser(folder) as browser:
        browser.open(path)
        browser.wait(until)
        document: str = browser.value("document.documentElement.outerHTML")
        log = browser.log
    return document, log.read_text(encoding="utf-8", errors="replace")
