"""Why a page is not shown, as a page."""

from recog.render.language import gettext, gettext_noop
from recog.web.roles import Caller
from recog.web.shell import STARTER, Bar, Frame, show

_TITLES = {
    403: gettext_noop("Not for this account"),
    404: gettext_noop("Nothing is here"),
    409: gettext_noop("Not now"),
    503: gettext_noop("The library cannot be used now"),
}
_FAILED = gettext_noop("That did not work")


def error_page(status: int, sentence: str, *, root: str = "", bar: Bar = (), caller: Caller = STARTER) -> str:
    """Show the sentence with the way back; status is that of the answer. For root, bar and caller see Frame."""
    values = {"title": gettext(_TITLES.get(status, _FAILED)), "sentence": sentence}
    return show("error.html", Frame((), None, root, bar, caller=caller), values)
