"""Why a page is not shown, as a page."""

from recog.render.page import text
from recog.web.shell import Frame, shell

_TITLES = {404: "Nothing is here", 409: "Not now", 503: "The library cannot be used now"}


def error_page(status: int, sentence: str, *, root: str = "") -> str:
    """The sentence, with the way back; status is that of the answer, root what stands before the paths of links."""
    title = _TITLES.get(status, "That did not work")
    content = (
        f'<div class="head"><h1>{title}</h1><p class="lead failure">{text(sentence)}.</p>'
        f'<p class="fine"><a href="{root}/">Back to the first page</a></p></div>'
    )
    return shell(title, "", content, Frame((), None, root))
