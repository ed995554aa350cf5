"""Jinja2 templates: every value on a page is shown as text, unless its type says that it is HTML (Markup).

Only modules that make pages import this one: no other verb waits for Jinja2.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from recog.printable import printable
from recog.render.figures import count, distance, number, one_in, percent, seconds
from recog.render.language import spoken
from recog.render.places import library_place
from recog.render.taken import day_in_words

PACKAGE = "recog.render"
"""The package of the templates that reports and the server share."""


def render(template: str, values: Mapping[str, object], *, packages: tuple[str, ...] = ()) -> Markup:
    """Render a template of `packages` or of this package; the first one that has it counts.

    Templates lie in the folder `templates` of their package. A name that a template uses and nobody gives is an error.
    """
    made = environment(packages).get_template(template).render(values)
    return Markup(made)  # noqa: S704 - what a template with autoescape made


@cache
def environment(packages: tuple[str, ...]) -> Environment:
    """Return the templates of `packages` and of this package, with autoescape, and the filters that they share."""
    made = Environment(
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        finalize=_as_text,
        loader=ChoiceLoader([PackageLoader(package) for package in (*packages, PACKAGE)]),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.newstyle_gettext = True  # type: ignore[attr-defined] # a message gets its values with it
    made.globals |= {
        "gettext": _message,
        "ngettext": _plural_message,
        "pgettext": _message_in_context,
        "spoken": spoken,
    }
    made.filters |= {
        "bdi": _isolated,
        "count": count,
        "data_uri": _data_uri,
        "day": day_in_words,
        "decimal": _with_decimals,
        "distance": distance,
        "exact": _exact,
        "json": json.dumps,
        "library_place": library_place,
        "minute": _minute,
        "one_in": one_in,
        "percent": percent,
        "seconds": seconds,
        "thousands": number,
    }
    made.tests["printable"] = _is_printable
    return made


def _message(message: str, /, **values: object) -> Markup:
    """Return a message of a template, which is HTML, with its values, which are text."""
    return _filled(spoken().messages.gettext(message), values)


def _plural_message(one: str, many: str, how_many: int, /, **values: object) -> Markup:
    return _filled(spoken().messages.ngettext(one, many, how_many), {"num": number(how_many)} | values)


def _message_in_context(context: str, message: str, /, **values: object) -> Markup:
    return _filled(spoken().messages.pgettext(context, message), values)


def _filled(message: str, values: Mapping[str, object]) -> Markup:
    shown = {name: _as_text(value) for name, value in values.items()}
    return Markup(message) % shown  # noqa: S704 - messages are recog's own; values are escaped


def _as_text(value: object) -> object:
    """Write out what nobody could see of a value, unless it is HTML; Jinja2 escapes the answer."""
    return value if isinstance(value, Markup) else printable(str(value))


def _isolated(shown: object) -> Markup:
    """Isolate a name or path that may run either way, so that it does not turn its neighbours around."""
    return Markup("<bdi>{}</bdi>").format(printable(str(shown)))


def _exact(value: str) -> Markup:
    """Keep every character of a value that a script reads, even those that nobody can see."""
    return escape(value)


def _data_uri(content: bytes, kind: str = "image/jpeg") -> Markup:
    """Return a picture as an address that holds its bytes; empty for no bytes."""
    encoded = base64.b64encode(content).decode("ascii")
    return Markup("data:{};base64,{}").format(kind, encoded) if content else Markup()


def _with_decimals(value: float, decimals: int = 1) -> str:
    return number(value, decimals)


def _minute(moment: str) -> str:
    """Return an ISO 8601 moment to the minute, with its time zone if that is known."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M %Z}".strip()


def _is_printable(words: str) -> bool:
    return printable(words) == words
