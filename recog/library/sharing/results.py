"""What is asked of shared pictures, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recog.share.masks import Mask


class Kind(StrEnum):
    """Faces that may be covered, by what the library says of them."""

    ALL = "all"
    UNKNOWN = "unknown"
    """Faces without a name, ignored ones too."""
    IGNORED = "ignored"
    HIDDEN = "hidden"
    """Faces of hidden people."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who stays visible, and how the others are covered.

    keep: names of the people who stay visible; everybody else is covered. Without them, faces of the kinds `hide` are
    covered. confirmed: a name that nobody confirmed keeps no face visible. painting: the style of Mask.STYLE.
    """

    keep: tuple[str, ...] = ()
    hide: frozenset[Kind] = frozenset()
    confirmed: bool = False
    mask: Mask = Mask.BLUR
    painting: Path | None = None


@dataclass(frozen=True, slots=True)
class SharedPhoto:
    """A photo that was shared. file: the picture's name. kept: who is visible. covered: number of covered faces.

    stronger: number of faces that were covered more strongly, because recog still saw somebody there at first.
    """

    photo: Path
    file: str
    kept: tuple[str, ...]
    covered: int
    stronger: int


@dataclass(frozen=True, slots=True)
class RefusedPhoto:
    """A photo that was not shared, and why."""

    photo: Path
    detail: str


@dataclass(frozen=True, slots=True)
class SharedPhotos:
    """`share`: what was written to `out`, a folder or a file, and what was not. password: one that recog made."""

    out: Path
    shared: tuple[SharedPhoto, ...]
    refused: tuple[RefusedPhoto, ...]
    password: str | None = None
