"""Files of volumes: arrays (.npy), folders of slices, and animations (.gif, .webp), whose third axis is time."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence, UnidentifiedImageError

from recog.errors import StyleError
from recog.photos import PHOTO_SUFFIXES, read_photo
from recog.printable import printable
from recog.style.files import ResultKind
from recog.types import Pixels

MOST_VOXELS = 1_000_000
"""What larger volumes would need: see docs/decisions/axes.md."""
VOLUME = ResultKind("volume", (".npy", ".gif", ".webp"))
_FRAME_MILLISECONDS = 80
_COLOURS = 3


@dataclass(frozen=True, slots=True)
class Volume:
    """Voxels, (channels, depth, height, width) float32 in 0..1, with one channel or three of RGB.

    span are the values of an array that 0 and 1 stand for.
    """

    voxels: NDArray[np.float32]
    span: tuple[float, float] = (0.0, 1.0)


def read_volume(path: Path) -> Volume:
    """Read an array of numbers, a folder of pictures in the order of their names, or an animation.

    An array is (depth, height, width) or (depth, height, width, 3); its least value becomes 0 and its largest 1.

    Raises:
        StyleError: it is none of these, cannot be read, is empty, too large, of one value, or has values that are not
            finite. PhotoError: a picture of a folder cannot be read.
    """
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in PHOTO_SUFFIXES)
        return _stacked((read_photo(each).pixels for each in found), path)
    try:
        return _array(path) if path.suffix.lower() == ".npy" else _animation(path)
    except OSError as error:
        raise StyleError(
            f"{printable(path.name)} cannot be read ({error.strerror or 'it is damaged, or no animation'}): give an "
            "array (.npy), a folder of pictures, or an animation (.gif, .webp)"
        ) from error


def encoded_volume(volume: Volume, suffix: str) -> bytes:
    """Encode a volume as an array in its own span, or as an animation of its slices.

    suffix is one of VOLUME's: .webp has no loss, .gif has 256 colours.
    """
    buffer = io.BytesIO()
    slices = np.moveaxis(volume.voxels, 0, -1)
    if suffix == ".npy":
        low, high = volume.span
        values = low + (high - low) * slices
        np.save(buffer, values[..., 0] if values.shape[-1] == 1 else values)
        return buffer.getvalue()
    levels = np.rint(slices * 255.0).astype(np.uint8)
    first, *others = [Image.fromarray(np.broadcast_to(each, (*each.shape[:2], _COLOURS)).copy()) for each in levels]
    options = {"lossless": True} if suffix == ".webp" else {}
    form = {".gif": "GIF", ".webp": "WEBP"}[suffix]
    first.save(
        buffer, format=form, save_all=True, append_images=others, duration=_FRAME_MILLISECONDS, loop=0, **options
    )
    return buffer.getvalue()


def _array(path: Path) -> Volume:
    name = printable(path.name)
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise StyleError(f"{name} is no array of numbers that can be read: write it by numpy.save") from error
    if found.ndim not in {3, 4} or (found.ndim == 4 and found.shape[-1] != _COLOURS):
        raise StyleError(
            f"{name} has the shape {found.shape}: a volume is (depth, height, width), or (depth, height, width, 3) in "
            "colour"
        )
    if found.dtype.kind not in "biuf":
        raise StyleError(f"{name} holds values of the kind {found.dtype}: store real numbers")
    _refuse_size(found.shape[:3], name)
    values = np.asarray(found, dtype=np.float64)
    if not np.isfinite(values).all():
        raise StyleError(f"{name} holds NaN or infinite values: replace them first")
    low, high = float(values.min()), float(values.max())
    if low == high:
        raise StyleError(f"{name} holds the value {low:g} alone: choose a volume that shows something")
    scaled = ((values - low) / (high - low)).astype(np.float32)
    voxels = np.ascontiguousarray(np.moveaxis(scaled, -1, 0)) if scaled.ndim == 4 else scaled[None]
    return Volume(voxels, (low, high))


def _animation(path: Path) -> Volume:
    try:
        with Image.open(path, formats=("GIF", "WEBP")) as image:
            frames = (np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image))
            return _stacked(frames, path)
    except (UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError, EOFError) as error:
        raise StyleError(
            f"{printable(path.name)} is no animation that can be read: give an array (.npy), a folder of pictures, "
            "or an animation (.gif, .webp)"
        ) from error


def _stacked(pictures: Iterable[Pixels], path: Path) -> Volume:
    """Return the pictures, (height, width, 3) uint8 of one size, as slices."""
    slices = list(_of_one_size(pictures, printable(path.name)))
    _refuse_size((len(slices), *slices[0].shape[:2]) if slices else (0,), printable(path.name))
    stack = np.stack(slices).astype(np.float32) / np.float32(255.0)
    if stack.min() == stack.max():
        raise StyleError(f"{printable(path.name)} shows one colour alone: choose a volume that shows something")
    return Volume(np.ascontiguousarray(np.moveaxis(stack, -1, 0)))


def _of_one_size(pictures: Iterable[Pixels], name: str) -> Iterator[Pixels]:
    """Yield pictures until they are too many."""
    first: tuple[int, ...] | None = None
    for count, picture in enumerate(pictures, 1):
        first = first or picture.shape
        if picture.shape != first:
            sizes = [f"{shape[1]} x {shape[0]}" for shape in (first, picture.shape)]
            raise StyleError(f"{name} has pictures of {sizes[0]} and of {sizes[1]} px: make them of one size")
        _refuse_size((count, *picture.shape[:2]), name)
        yield picture


def _refuse_size(sides: tuple[int, ...], name: str) -> None:
    count = int(np.prod(sides, dtype=np.int64))
    if count < 1:
        raise StyleError(f"{name} is empty: choose a volume with voxels")
    if count > MOST_VOXELS:
        raise StyleError(
            f"{name} has {' x '.join(str(side) for side in sides)} voxels or more, which would need too much memory: "
            f"reduce it to at most {MOST_VOXELS:,}"
        )
