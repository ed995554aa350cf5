"""What every self-contained page is made with: its policy, its assets, and text that stays text."""

import base64
import hashlib
from html import escape
from importlib.resources import files

from recog.printable import printable


def policy(style: str, script: str | None = None) -> str:
    """The content security policy of a page: this style and this script alone, by digest; no request ever leaves."""
    rules = ["default-src 'none'", "img-src data:", f"style-src 'sha256-{_digest(style)}'"]
    if script is not None:
        rules.append(f"script-src 'sha256-{_digest(script)}'")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def opening(title: str, style: str, script: str | None = None) -> str:
    """A page up to its body's first line; title is text, style and script are the page's own."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>recog: {text(title)}</title>
<style>{style}</style>
</head>
<body>
"""


def asset(name: str) -> str:
    """A style or script that lies beside this module."""
    return files("recog.render").joinpath(name).read_text(encoding="utf-8")


def text(shown: str) -> str:
    """Anything from the library as text of the page, in elements and in quoted attributes."""
    return escape(printable(shown), quote=True)


def name(shown: str) -> str:
    """A name or path that may run either way, without turning its neighbours around."""
    return f"<bdi>{text(shown)}</bdi>"


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
