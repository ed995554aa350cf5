"""The plan of a batch: photos x styles x settings give jobs, whose digests are their identities and file names."""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.errors import StyleError
from recog.style.files import SUFFIXES
from recog.style.settings import StyleSettings

_DIGITS = 12
# Bytes of a photo's or style's name that go into the result's: two of them, the digits and a suffix fit into 255.
_NAME_BYTES = 80
# So that 7 and 3 are the same blend as 0.7 and 0.3.
_SHARE_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class StyleSource:
    """A picture of the batch, by the digest of its bytes; path is where it was found."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A style picture with its share of a blend, 0 < share <= 1."""

    source: StyleSource
    share: float


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """A picture to make. Equal digests mean equal inputs, so a finished picture is not made again."""

    content: StyleSource
    styles: tuple[Ingredient, ...]
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
    blend: Sequence[float] | None = None,
    suffix: str = ".png",
) -> list[PlannedPicture]:
    """Plan every photo in every style with all settings, photos first; equal content is planned once.

    With blend, one weight a style, every photo is made once, after all styles together.

    Raises:
        StyleError: there is no style, the weights are no blend, or nothing can be written with that suffix.
    """
    if not styles:
        raise StyleError("there is no style picture: give at least one")
    manners = [(Ingredient(style, 1.0),) for style in styles] if blend is None else [blended_styles(styles, blend)]
    if suffix.lower() not in SUFFIXES:
        raise StyleError(f"{suffix} is no suffix of a picture that recog writes: use one of {', '.join(SUFFIXES)}")
    planned: dict[str, PlannedPicture] = {}
    for content in photos:
        for manner in manners:
            digests, shares = [one.source.sha256 for one in manner], [one.share for one in manner]
            made_after = _cut("+".join(_short(one.source.path) for one in manner))
            for each in settings:
                digest = picture_digest(content.sha256, digests, shares, each, network_sha256=network_sha256)
                name = f"{_short(content.path)}--{made_after}--{digest[:_DIGITS]}{suffix.lower()}"
                planned.setdefault(digest, PlannedPicture(content, manner, each, digest, folder / name))
    return list(planned.values())


def blended_styles(styles: Sequence[StyleSource], weights: Sequence[float]) -> tuple[Ingredient, ...]:
    """The styles with their weights as shares of the sum, the largest first: one form, however they were given.

    A style of weight 0 is left out, the same picture given twice counts once with both weights.

    Raises:
        StyleError: not one weight a style, or one is below 0, or none above.
    """
    if len(weights) != len(styles):
        raise StyleError(f"the blend has {len(weights)} weights for {len(styles)} styles: give one for each, in order")
    total = sum(weights)
    if min(weights) < 0 or not 0 < total < math.inf:
        shown = ", ".join(f"{weight:g}" for weight in weights)
        raise StyleError(f"the blend's weights {shown} must be 0 or more, and one of them more than 0")
    sources: dict[str, StyleSource] = {}
    shares: dict[str, float] = {}
    for style, weight in zip(styles, weights, strict=True):
        sources.setdefault(style.sha256, style)
        shares[style.sha256] = shares.get(style.sha256, 0.0) + weight / total
    found = [Ingredient(sources[digest], round(share, _SHARE_DECIMALS)) for digest, share in shares.items()]
    return tuple(sorted((one for one in found if one.share > 0), key=lambda one: (-one.share, one.source.sha256)))


def picture_digest(
    content_sha256: str,
    style_sha256s: Sequence[str],
    shares: Sequence[float],
    settings: StyleSettings,
    *,
    network_sha256: str,
) -> str:
    """Return the SHA-256 of all that a result is made of: the pictures, the shares, the settings, the network."""
    parts = {
        "content": content_sha256,
        "styles": sorted(zip(style_sha256s, shares, strict=True)),
        "settings": settings.digest,
        "network": network_sha256,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _short(path: Path) -> str:
    """Return the path's stem without characters that trouble a file system or shell, cut to a length that fits."""
    kept = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in path.stem)
    return _cut(kept.strip("-.")) or "picture"


def _cut(name: str) -> str:
    return name.encode()[:_NAME_BYTES].decode(errors="ignore")
