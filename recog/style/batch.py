"""The plan of a batch: each photo in each style with each setting is a picture, identified and named by its digest."""

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
# Bytes of a photo's or style's name in the result's name: two of these, the digits and a suffix fit into 255.
_NAME_BYTES = 80
# Shares are rounded, so that weights of 7 and 3 make the same blend as 0.7 and 0.3.
_SHARE_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class StyleSource:
    """A photo or style picture of the batch, identified by the digest of its bytes."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A style picture with its share of a blend, 0 < share <= 1."""

    source: StyleSource
    share: float


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """A picture to make. Equal digests mean equal inputs, so that a finished picture is not made again."""

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
    """Plan each photo in each style with all settings, in the order of photos; equal inputs are planned once.

    With blend, one weight a style, each photo is made once, in a blend of all styles.

    Raises:
        StyleError: there is no style, the weights are not valid, or recog writes no picture with that suffix.
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
    """Return the styles with their weights as shares of the sum, largest first, so that equal blends are equal.

    A style of weight 0 is left out; a picture that is given twice counts once, with the sum of its weights.

    Raises:
        StyleError: the number of weights is not that of styles, a weight is below 0, or none is above 0.
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
    """Return the SHA-256 of everything that decides a result: the pictures, the shares, the settings, the network."""
    parts = {
        "content": content_sha256,
        "styles": sorted(zip(style_sha256s, shares, strict=True)),
        "settings": settings.digest,
        "network": network_sha256,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _short(path: Path) -> str:
    """Return the path's stem without characters that are special in a file system or shell, cut to fit."""
    kept = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in path.stem)
    return _cut(kept.strip("-.")) or "picture"


def _cut(name: str) -> str:
    return name.encode()[:_NAME_BYTES].decode(errors="ignore")
