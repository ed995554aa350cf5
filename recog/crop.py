"""Crops and thumbnails of faces, cut from a photo by their boxes."""

import math
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from recog import boxes as box_math
from recog.align import align_faces
from recog.types import Crops, FaceBox, Pixels, View

_REDUCING_GAP = 3.0
"""For a face at least six crops wide, Pillow first averages whole pixels: nearly the same result, and faster."""

THUMBNAIL_SCALE = 1.6
"""Side of a thumbnail over the longer side of the detector's box, so that it shows hair, ears and chin."""
_THUMBNAIL_QUALITY = 80


def crop_faces(pixels: Pixels, boxes: Sequence[FaceBox], *, scale: float, size: int) -> Crops:
    """Cut every face out of a photo and resample it: (H, W, 3) uint8, n boxes -> (n, size, size, 3) uint8.

    The box is scaled about its centre by `scale`, clipped at the photo's border and stretched to a square, as were the
    training crops of the FaceNet networks (davidsandberg/facenet, align_dataset_mtcnn). It is resampled bilinearly with
    anti-aliasing at sub-pixel positions (there, at whole pixels). A box with a turn is cut out of the turned photo, so
    that the face is upright in its crop.

    Raises ValueError if a box has no area inside the photo.
    """
    crops: Crops = np.empty((len(boxes), size, size, 3), np.uint8)
    for row, (photo, box) in enumerate(_standing(pixels, box) for box in boxes):
        height, width = photo.shape[:2]
        inside = _inside(box_math.scaled(box, scale), width, height)
        crops[row] = np.asarray(_resampled(photo, inside, (size, size)))
    return crops


def face_views(
    pixels: Pixels, boxes: Sequence[FaceBox], *, scale: float, size: int, views: Sequence[View] = ()
) -> Crops:
    """Make the input of a network for every face: (H, W, 3) uint8, n boxes -> (n, size, size, 3 + 3 * views) uint8.

    The first three channels are the crop of crop_faces. Three more for each of views hold that of
    recog.align.align_faces, in the middle of black if its side is below `size`. Raises as these two do.
    """
    crops = crop_faces(pixels, boxes, scale=scale, size=size)
    if not views:
        return crops
    made: Crops = np.zeros((len(boxes), size, size, 3 + 3 * len(views)), np.uint8)
    made[..., :3] = crops
    for row, (photo, box) in enumerate(_standing(pixels, box) for box in boxes):
        for place, view in enumerate(views, start=1):
            margin = (size - view.side) // 2
            inner, channels = slice(margin, margin + view.side), slice(3 * place, 3 * place + 3)
            made[row, inner, inner, channels] = align_faces(photo, [box], size=view.side, template=view.template)[0]
    return made


def thumbnail(pixels: Pixels, box: FaceBox, *, size: int = 112) -> bytes:
    """Make a small square JPEG of a face to look at, (size, size), with context and no metadata.

    It is not distorted: outside the photo the border's pixels are repeated. The face of a box with a turn is upright.
    Raises ValueError if the box has no area inside the photo.
    """
    pixels, box = _standing(pixels, box)
    height, width = pixels.shape[:2]
    wanted = box_math.scaled(box_math.square(box), THUMBNAIL_SCALE)
    inside = _inside(wanted, width, height)
    zoom = size / wanted.width
    left, right = _share(inside.left - wanted.left, inside.right - wanted.left, zoom, size)
    top, bottom = _share(inside.top - wanted.top, inside.bottom - wanted.top, zoom, size)
    seen = np.asarray(_resampled(pixels, inside, (right - left, bottom - top)))
    whole = np.pad(seen, ((top, size - bottom), (left, size - right), (0, 0)), mode="edge")
    file = BytesIO()
    Image.fromarray(whole).save(file, "JPEG", quality=_THUMBNAIL_QUALITY)
    return file.getvalue()


def recompressed(crop: Pixels, *, quality: int) -> Pixels:
    """Compress a crop, (h, w, 3) uint8, to a JPEG of this quality, 1 to 95, and decode it again."""
    file = BytesIO()
    Image.fromarray(crop).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file, formats=["JPEG"]))


def _standing(pixels: Pixels, box: FaceBox) -> tuple[Pixels, FaceBox]:
    """Return a view of the photo in which the face of the box is upright, and the box in it."""
    if box.turn == 0:
        return pixels, box
    height, width = pixels.shape[:2]
    return np.rot90(pixels, box.turn // 90), box_math.turned(box, box.turn, width, height)


def _inside(box: FaceBox, width: int, height: int) -> FaceBox:
    inside = box_math.clipped(box, width, height)
    # "not ... > 0" also refuses NaN.
    if not (inside.width > 0 and inside.height > 0):
        raise ValueError(f"the box {box} has no area inside a photo of {width} x {height} pixels")
    return inside


def _share(start: float, end: float, zoom: float, size: int) -> tuple[int, int]:
    """Return the range of whole pixels, at least one, of a thumbnail's side that the photo covers."""
    first = min(round(start * zoom), size - 1)
    return first, max(round(end * zoom), first + 1)


def _resampled(pixels: Pixels, box: FaceBox, size: tuple[int, int]) -> Image.Image:
    """Resample a box inside the photo to size, (width, height).

    Only the box and the surrounding pixels that the filter reaches become a Pillow image. The result is the same as
    from the whole photo.
    """
    height, width = pixels.shape[:2]
    reach_x, reach_y = math.ceil(box.width / size[0]) + 1, math.ceil(box.height / size[1]) + 1
    left, top = max(0, math.floor(box.left) - reach_x), max(0, math.floor(box.top) - reach_y)
    right, bottom = min(width, math.ceil(box.right) + reach_x), min(height, math.ceil(box.bottom) + reach_y)
    region = Image.fromarray(pixels[top:bottom, left:right])
    return region.resize(
        size,
        Image.Resampling.BILINEAR,
        box=(box.left - left, box.top - top, box.right - left, box.bottom - top),
        reducing_gap=_REDUCING_GAP,
    )
