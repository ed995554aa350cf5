"""Find photos that are probably one picture saved twice: another size, another quality, other metadata."""

from collections.abc import Mapping, Sequence

from recog.boxes import iou, match_boxes
from recog.cluster.graph import near_pairs
from recog.distance import paired_squared_distances
from recog.library.exchange.regions import region_of
from recog.types import Embeddings, Face, FaceBox, Photo

SAME_PICTURE = 0.05
"""Squared distance up to which two faces may be the same pixels saved again."""
SAME_PLACE = 0.75
"""Least overlap (intersection over union) of the faces, each relative to its photo."""
SAME_SHAPE = 0.02
"""Largest relative difference of the photos' aspect ratios."""
SAME_PEOPLE = 0.5
"""Largest mean squared distance over all faces that pair up: small ones differ much when a picture is made smaller."""
NEIGHBOURS = 8
"""Nearest faces of each face that are looked at."""


def near_copies(embeddings: Embeddings, faces: Sequence[Face], photos: Mapping[int, Photo]) -> list[tuple[int, ...]]:
    """Groups of photo ids that are probably one picture, each by id, in the order of their first ids.

    Two photos of one shape count where a face hardly differs, at the same place of the photo, and all other faces agree
    in their places too: those of the photo with fewer faces all have a partner, and half of the other's or more (a
    smaller copy shows fewer of its small faces). Measured on 38 photos of crowds and portraits saved anew by JPEG: 87 %
    found at the same size and quality 60, 84 % at three quarters of the size, 66 % at half; no two different pictures
    were called one. A photo without a face is never among them, and two frames of a quick series may be: a hint to
    look, made from what the catalog holds (no pixels are read), not a proof. Exact copies are one photo of the catalog
    and no part of this. embeddings (n, dim): row i of faces[i].
    """
    faces_of: dict[int, list[int]] = {}
    for row, face in enumerate(faces):
        faces_of.setdefault(face.photo_id, []).append(row)
    boxes = [_relative(face, photos[face.photo_id]) for face in faces]
    edges = near_pairs(embeddings, k=NEIGHBOURS, within=SAME_PICTURE, seed=0)
    group_of: dict[int, set[int]] = {}
    seen: set[tuple[int, int]] = set()
    for left, right in zip(edges.left.tolist(), edges.right.tolist(), strict=True):
        one, other = sorted((faces[left].photo_id, faces[right].photo_id))
        if one == other or (one, other) in seen or iou(boxes[left], boxes[right]) < SAME_PLACE:
            continue
        seen.add((one, other))
        if group_of.get(one) is not None and group_of.get(one) is group_of.get(other):
            continue
        if _same_shape(photos[one], photos[other]) and _agree(embeddings, boxes, faces_of[one], faces_of[other]):
            smaller, larger = sorted((group_of.get(one, {one}), group_of.get(other, {other})), key=len)
            larger |= smaller
            group_of |= dict.fromkeys(smaller, larger)
            group_of |= dict.fromkeys((one, other), larger)
    groups = {id(group): group for group in group_of.values()}
    return sorted(tuple(sorted(group)) for group in groups.values())


def _relative(face: Face, photo: Photo) -> FaceBox:
    return region_of("", face.box, photo.width, photo.height).box


def _same_shape(one: Photo, other: Photo) -> bool:
    ratio = one.width * other.height / (one.height * other.width)
    return abs(ratio - 1.0) <= SAME_SHAPE


def _agree(embeddings: Embeddings, boxes: Sequence[FaceBox], one: list[int], other: list[int]) -> bool:
    """Are the faces the same at the same places, as far as both photos show them?"""
    pairs = match_boxes([boxes[row] for row in one], [boxes[row] for row in other], SAME_PLACE)
    if len(pairs) < min(len(one), len(other)) or 2 * len(pairs) < max(len(one), len(other)):
        return False
    left, right = embeddings[[one[a] for a, _ in pairs]], embeddings[[other[b] for _, b in pairs]]
    return float(paired_squared_distances(left, right).mean()) <= SAME_PEOPLE
