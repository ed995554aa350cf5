"""A face and a command, as every page shows them."""

import base64

from recog.library.reports.results import FaceSample
from recog.printable import printable
from recog.render import page

_SILHOUETTE = (
    '<svg viewBox="0 0 112 112" role="img" aria-label="{alt}"><g class="blank"><circle cx="56" cy="45" r="20"/>'
    '<path d="M16 112c0-26 18-40 40-40s40 14 40 40z"/></g></svg>'
)


def silhouette(alt: str) -> str:
    """What stands where no thumbnail is stored; alt is text."""
    return _SILHOUETTE.format(alt=page.text(alt))


def image(sample: FaceSample, alt: str) -> str:
    """A thumbnail as a data: URI, or a silhouette where none is stored; the path is its tooltip. alt is text.

    Browsers read data: URIs at once, whatever loading says: what makes thumbnails lazy is the style's
    content-visibility, which leaves what is out of sight undrawn.
    """
    if not sample.thumbnail:
        return silhouette(alt)
    title = f' title="{page.text(str(sample.path))}"' if sample.path is not None else ""
    data = base64.b64encode(sample.thumbnail).decode("ascii")
    return (
        f'<img src="data:image/jpeg;base64,{data}" alt="{page.text(alt)}"{title} width="112" height="112" '
        'decoding="async">'
    )


def command(words: str, does: str) -> str:
    """A command with a button that copies it, whatever it does."""
    # What hides control characters must not travel to a terminal by a click.
    about = f"Copy the command that {does}"
    button = (
        f'<button type="button" class="js" title="{about}" aria-label="{about}" hidden>Copy</button>'
        if printable(words) == words
        else ""
    )
    return f'<div class="command"><code>{page.text(words)}</code>{button}</div>'
