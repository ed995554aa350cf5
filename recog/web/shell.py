"""The frame of every page: its head, the bar, the names that fields know, and what was done last."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from recog.render.page import text
from recog.render.text_acts import deed
from recog.store.records import PastAct
from recog.types import Person

LATELY = timedelta(minutes=2)
"""How long a page offers to undo what was done last; later, `recog people undo` does."""
PLACES = (("/", "Who is this?"), ("/people", "People"), ("/duplicates", "Duplicates"), ("/find", "Ask a photo"))


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows beside its own: names that fields offer, and the latest act that stands, where recent.

    root stands before the path of every link: see recog.web.access.
    """

    names: tuple[str, ...]
    last: PastAct | None
    root: str = ""


def frame(people: Sequence[Person], acts: Sequence[PastAct], *, root: str = "", now: datetime | None = None) -> Frame:
    """acts: the history, the latest first."""
    standing = next((act for act in acts if act.undone_at is None), None)
    recent = standing is not None and (now or datetime.now(UTC)) - datetime.fromisoformat(standing.at) <= LATELY
    return Frame(tuple(person.name for person in people if not person.hidden), standing if recent else None, root)


def shell(title: str, here: str, content: str, around: Frame, *, scripts: Sequence[str] = ()) -> str:
    """A whole page. title is text, content HTML; here is the path of its place in the bar, scripts are more assets."""
    root = around.root
    places = "".join(
        f'<li><a href="{root}{path}"{" aria-current=page" if path == here else ""}>{name}</a></li>'
        for path, name in PLACES
    )
    options = "".join(f'<option value="{exact(name)}"></option>' for name in around.names)
    more = "".join(f'<script src="{root}/assets/{name}" defer></script>' for name in ("acts.js", "keys.js", *scripts))
    return f"""{opening(title, root, more)}\
<a class="skip" href="#main">To the content</a>
<header class="bar"><div class="page"><a class="brand" href="{root}/">recog</a>
<nav aria-label="Pages"><ul>{places}</ul></nav>
<div class="find"><span class="found" id="found" role="status"></span>
<label class="away" for="find">Filter this page by name or file</label>
<input id="find" type="search" placeholder="Filter" autocomplete="off" spellcheck="false"></div>
</div></header>
<noscript><p class="page notice">Your browser runs no scripts here: the pages show everything, but what you say of faces
cannot be sent. The commands of <code>recog people</code> do the same.</p></noscript>
<main class="page" id="main" tabindex="-1">{content}</main>
<footer><div class="page">
<p class="keys"><kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>y</kbd> yes, <kbd>n</kbd> no,
<kbd>e</kbd> write a name, <kbd>u</kbd> undo, <kbd>/</kbd> filter, <kbd>Esc</kbd> leave a field</p>
<p>Everything stays on this machine. Photos are never changed.</p>
</div></footer>
{_last(around.last)}
<p class="away" id="spoken" role="status"></p>
<datalist id="names">{options}</datalist>
</body>
</html>
"""


def opening(title: str, root: str, more: str = "") -> str:
    """A page up to its body's first line; title is text, more goes into the head. Scripts find root at `<html>`."""
    return f"""<!doctype html>
<html lang="en" data-root="{root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{text(title)} - recog</title>
<link rel="icon" href="{root}/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}/assets/pages.css">
{more}
</head>
<body>
"""


def exact(value: str) -> str:
    """Text for an attribute that a script reads: every character of it, those that cannot be seen too."""
    return escape(value, quote=True)


def data(value: Mapping[str, object] | Sequence[object]) -> str:
    """A JSON document for an attribute."""
    return escape(json.dumps(value), quote=True)


def _last(act: PastAct | None) -> str:
    sentence = text(deed(act)) if act is not None else ""
    said = f"You {sentence}." if act is not None else ""
    asked = f' data-id="{act.id}" data-sentence="{sentence}" title="Undo: {sentence}"' if act is not None else ""
    hidden = " hidden" if act is None else ""
    return (
        f'<aside class="last" id="last" aria-label="What you did last"{hidden}><div class="page"><p id="did">{said}</p>'
        f'<button type="button" id="undo"{asked}{hidden}>Undo</button></div></aside>'
    )
