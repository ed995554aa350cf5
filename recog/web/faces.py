"""Faces on a page: thumbnails that lead to their photo, and, in a form, can be chosen or left out."""

from collections.abc import Iterable, Sequence

from recog.library.reports.results import FaceSample
from recog.render.page import text
from recog.render.shown import silhouette

SHOWN = 12
"""Faces of a group that are seen at once; the others unfold."""


def portrait(face_id: int, alt: str, *, root: str, stored: bool = True) -> str:
    """A thumbnail, or a silhouette where none is stored; alt is text, root what stands before the paths of links."""
    if not stored:
        return silhouette(alt)
    source = f'src="{root}/faces/{face_id}.jpg" alt="{text(alt)}"'
    return f'<img {source} width="112" height="112" loading="lazy" decoding="async">'


def to_leave_out(samples: Sequence[FaceSample], label: str, *, root: str) -> str:
    """Faces that are all meant until one is left out; the first of many are seen at once. label is text."""
    first, rest = samples[:SHOWN], samples[SHOWN:]
    strip = _strip(first, label, root=root, meant=True)
    if not rest:
        return strip
    return f"{strip}<details><summary>{len(rest)} more</summary>{_strip(rest, label, root=root, meant=True)}</details>"


def to_pick(samples: Iterable[FaceSample], label: str, *, root: str) -> str:
    """Faces of which none is meant until it is picked. label is text, whose they are."""
    return _strip(samples, label, root=root, meant=False)


def to_photo(face_id: int, title: str = "", *, root: str) -> str:
    """The link to where a face is; title is text."""
    shown = f' title="{text(title)}"' if title else ""
    link = f'<a class="to-photo" href="{root}/faces/{face_id}"{shown}>'
    return f'{link}Photo<span class="away"> of face {face_id}</span></a>'


def _strip(samples: Iterable[FaceSample], label: str, *, root: str, meant: bool) -> str:
    checked = " checked" if meant else ""
    cells = "".join(
        f'<li data-face="{one.face_id}"><label class="choice">'
        f'<input type="checkbox" value="{one.face_id}"{checked} autocomplete="off">'
        f"{portrait(one.face_id, f'{label}, face {one.face_id}', root=root, stored=bool(one.thumbnail))}</label>"
        f"{to_photo(one.face_id, str(one.path) if one.path is not None else '', root=root)}</li>"
        for one in samples
    )
    return f'<ul class="strip {"meant" if meant else "picked"}">{cells}</ul>'
