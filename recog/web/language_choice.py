"""Which language a browser gets: the one that was chosen on a page, else the one that its user reads best."""

from collections.abc import Iterator, Sequence

from starlette.datastructures import Headers

from recog.render.language import ENGLISH, Language

COOKIE = "recog_language"
"""Holds the tag of the language that was chosen on a page."""


def wanted_language(headers: Headers, offered: Sequence[Language]) -> Language:
    """Return the chosen language, else the first one of those that the browser accepts, else English."""
    known = {language.tag.lower(): language for language in offered}
    for tag in (*_chosen(headers), *_accepted(headers)):
        for part in (tag, tag.partition("-")[0]):
            if found := known.get(part.lower()):
                return found
    return ENGLISH


def _chosen(headers: Headers) -> Iterator[str]:
    for line in headers.getlist("cookie"):
        for one in line.split(";"):
            name, _, value = one.strip().partition("=")
            if name == COOKIE:
                yield value


def _accepted(headers: Headers) -> list[str]:
    """Return the tags of Accept-Language, the best first."""
    weighed = []
    for one in ",".join(headers.getlist("accept-language")).split(","):
        tag, *parameters = (part.strip() for part in one.split(";"))
        weight = next((_weight(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
        if weight > 0:
            weighed.append((weight, tag))
    return [tag for _, tag in sorted(weighed, key=lambda one: -one[0])]


def _weight(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return 0.0
