"""Why a page is not shown, as a page."""

from recog.web.shell import Bar, Frame, show

_TITLES = {404: "Nothing is here", 409: "Not now", 503: "The library cannot be used now"}


def error_page(status: int, sentence: str, *, root: str = "", bar: Bar = ()) -> str:
    """Show the sentence with the way back; status is that of the answer. For root and bar see Frame."""
    values = {"title": _TITLES.get(status, "That did not work"), "sentence": sentence}
    return show("error.html", Frame((), None, root, bar), values)
