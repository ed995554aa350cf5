"""Why a page is not shown, as a page."""

from recog.web.roles import Caller
from recog.web.shell import STARTER, Bar, Frame, show

_TITLES = {403: "Not for this account", 404: "Nothing is here", 409: "Not now", 503: "The library cannot be used now"}


def error_page(status: int, sentence: str, *, root: str = "", bar: Bar = (), caller: Caller = STARTER) -> str:
    """Show the sentence with the way back; status is that of the answer. For root, bar and caller see Frame."""
    values = {"title": _TITLES.get(status, "That did not work"), "sentence": sentence}
    return show("error.html", Frame((), None, root, bar, caller), values)
