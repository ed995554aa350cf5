"""What every self-contained page is made with: its policy, its assets, and text that stays text."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import TypeAlias

from recog.printable import printable

Section: TypeAlias = tuple[str, str, int, str]
"""Key, title, how many things are in it, and its content, which is HTML."""


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


def sectioned(
    title: str, head: str, sections: Sequence[Section], *, style: str, script: str, more_keys: str = ""
) -> str:
    """A page of faces with a bar of its sections, a filter and keys, as report.css and report.js know them.

    head, more_keys and the sections' content are HTML.
    """
    links = "".join(
        f'<li><a href="#{key}">{name_of} <span>{number:,}</span></a></li>' for key, name_of, number, _ in sections
    )
    body = "".join(
        f'<section id="{key}" aria-labelledby="{key}-title"><h2 id="{key}-title">{name_of}</h2>{content}</section>'
        for key, name_of, _, content in sections
    )
    return f"""{opening(title, style, script)}\
<header class="top page">{head}</header>
<nav class="bar" aria-label="Sections"><div class="page"><ul>{links}</ul>
<div class="find js" hidden><span class="found" id="found" role="status"></span>
<label class="away" for="find">Filter by name or path</label>
<input id="find" type="search" placeholder="Filter by name or path" autocomplete="off" spellcheck="false"></div>
</div></nav>
<main class="page">{body}</main>
<footer><div class="page">
<p class="keys js" hidden><kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>c</kbd> copy the command,
{more_keys}<kbd>/</kbd> filter, <kbd>Esc</kbd> clear</p>
<p>This page holds faces of people you know. It sends nothing anywhere; share it with the same care as the photos.</p>
</div></footer>
<p class="away" id="spoken" role="status"></p>
<script>{script}</script>
</body>
</html>
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
