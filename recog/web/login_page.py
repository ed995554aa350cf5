"""The page for a browser that is not admitted, if accounts can log in."""

from recog.render.page import asset, digest
from recog.render.templating import render
from recog.web.shell import PACKAGE


def login_page(sentence: str = "") -> tuple[str, str]:
    """Return the page and its Content-Security-Policy; sentence says why the form is shown again.

    The page holds its style and script, because nothing else is served to whoever was not let in. The script spends a
    code in the address, as that of the entry page does.
    """
    style, script = asset("entry.css", PACKAGE), asset("entry.js", PACKAGE)
    rules = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    page = render("login.html", {"style": style, "script": script, "sentence": sentence}, packages=(PACKAGE,))
    return str(page), rules
