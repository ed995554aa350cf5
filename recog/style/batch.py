"""Plan a batch: photos x styles x settings become jobs, each with a digest that is its identity and its file's name."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.errors import StyleError
from recog.style.files import SUFFIXES
from recog.style.settings import StyleSettings

_DIGITS = 12
# Bytes of a photo's or style's name that go into the result's: two of them, the digits and a suffix fit into 255.
_NAME_BYTES = 80


@dataclass(frozen=True, slots=True)
class StyleSource:
    """A picture that takes part, by the digest of its bytes; path is where it was found."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """One picture to make. Equal digests mean equal inputs, so a finished one need not be made again."""

    content: StyleSource
    style: StyleSource
    settings: StyleSettings
    digest: str
    output: Path


def plan_pictures(
    photos: Iterable[StyleSource],
    styles: Sequence[StyleSource],
    settings: Sequence[StyleSettings],
    *,
    network_sha256: str,
    folder: Path,
    suffix: str = ".png",
) -> list[PlannedPicture]:
    """Every photo in every style with all settings, photos first; the same content is planned once.

    Raises:
        StyleError: there is no style, or nothing can be written with that suffix.
    """
    if not styles:
        raise StyleError("there is no style picture: give at least one")
    if suffix.lower() not in SUFFIXES:
        raise StyleError(f"{suffix} is no suffix of a picture that recog writes: use one of {', '.join(SUFFIXES)}")
    planned: dict[str, PlannedPicture] = {}
    for content in photos:
        for style in styles:
            for each in settings:
                digest = picture_digest(content.sha256, [style.sha256], [1.0], each, network_sha256=network_sha256)
                name = f"{_short(content.path)}--{_short(style.path)}--{digest[:_DIGITS]}{suffix.lower()}"
                planned.setdefault(digest, PlannedPicture(content, style, each, digest, folder / name))
    return list(planned.values())


def picture_digest(
    content_sha256: str,
    style_sha256s: Sequence[str],
    shares: Sequence[float],
    settings: StyleSettings,
    *,
    network_sha256: str,
) -> str:
    """Sha256 over all that a result is made of: the pictures' bytes, the shares, the settings, the network."""
    parts = {
        "content": content_sha256,
        "styles": sorted(zip(style_sha256s, shares, strict=True)),
        "settings": settings.digest,
        "network": network_sha256,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _short(path: Path) -> str:
    """The path's stem with nothing that a file system or shell minds, cut to a length that fits."""
    kept = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in path.stem)
    return kept.strip("-.").encode()[:_NAME_BYTES].decode(errors="ignore") or "picture"
