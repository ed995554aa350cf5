"""The page for a browser that is not admitted: it spends the code in its own address, or says where to find one."""

from functools import cache

from recog.render.language import Language, spoken
from recog.render.page import asset, digest
from recog.render.templating import render
from recog.web.shell import PACKAGE


def entry_page() -> tuple[str, str]:
    """Return the page in the language that is spoken, and its Content-Security-Policy.

    The page holds its style and script, because nothing else is served to whoever was not let in.
    """
    return _made(spoken())


@cache
def _made(_: Language) -> tuple[str, str]:
    style, script = asset("entry.css", PACKAGE), asset("entry.js", PACKAGE)
    rules = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page = render("entry.html", {"style": style, "script": script}, packages=(PACKAGE,))
    return str(page), rules
