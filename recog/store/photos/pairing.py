"""Which face of an edited photo is which face of the photo before the edit.

A crop, a border or a mirror moves every face, so the embedding decides first, wherever the face is now. The place
decides where no embedding can: between embeddings that are as near as each other (one face twice in a collage), and
for faces that this network has not embedded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recog.boxes import match_boxes
from recog.distance import squared_distances
from recog.store.photos.face_rows import SAME_FACE_IOU
from recog.types import Embeddings, Face, FaceBox

# Measured by benchmarks/measure_edits.py. The half `chose` of benchmarks/results/edits.csv decided; `judged` confirms.
ANYWHERE_DISTANCE = 0.3
"""Largest squared distance at which a face is the same one wherever it is in the edited photo.

No two of 6,551 pairs of different faces of a photo were that near (0.32 the nearest), and 95 to 98 % of the faces were
after crops by 10 %, borders, straightening, a mirror and filters.
"""
SAME_PLACE_DISTANCE = 0.6
"""The same for a face that is still where it was, because a camera's latest.jpg shows somebody else at the same place.

Filters left 99 % or more of the faces within it, and 0.6 % of different people, relatives among them, are.
"""
TIE = 0.05
"""Squared distances of one face to two others that differ by less say nothing: many an edit moves a face that far."""

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedFace:
    """A face with its box relative to the photo (0 to 1), and its embedding.

    embedding (dim,) float32 has unit length, or is None where the network has not seen the face.
    """

    face: Face
    box: FaceBox
    embedding: Embeddings | None = field(repr=False)


def pair_faces(before: Sequence[PlacedFace], after: Sequence[PlacedFace]) -> list[tuple[Face, Face]]:
    """Faces of a photo, each with the same face of the edited photo; those that found none are left out.

    One to one: by embedding, nearest first, then by place. All faces of both photos belong in here, also those of which
    nothing was said: each takes its own face, so that nobody else is given it.
    """
    table = _distances(before, after)
    pairs = _by_embedding(before, after, table)
    pairs += _by_place(before, after, table, pairs)
    return [(before[old].face, after[new].face) for old, new in pairs]


def _distances(before: Sequence[PlacedFace], after: Sequence[PlacedFace]) -> Embeddings:
    """Squared distances (n, m); NaN where either face has no embedding."""
    table = np.full((len(before), len(after)), np.nan, np.float32)
    old = [(row, face.embedding) for row, face in enumerate(before) if face.embedding is not None]
    new = [(row, face.embedding) for row, face in enumerate(after) if face.embedding is not None]
    if old and new:
        rows, columns = [row for row, _ in old], [row for row, _ in new]
        found = squared_distances(np.stack([vector for _, vector in old]), np.stack([vector for _, vector in new]))
        table[np.ix_(rows, columns)] = found
    return table


def _by_embedding(before: Sequence[PlacedFace], after: Sequence[PlacedFace], table: Embeddings) -> list[_Pair]:
    near = [(int(old), int(new)) for old, new in np.argwhere(table <= ANYWHERE_DISTANCE)]
    near.sort(key=lambda pair: (table[pair], pair))
    pairs: list[_Pair] = []
    while near:
        best = near[0]
        rivals = [
            pair for pair in near if (pair[0] == best[0] or pair[1] == best[1]) and table[pair] <= table[best] + TIE
        ]
        chosen = min(rivals, key=lambda pair: _apart(before[pair[0]].box, after[pair[1]].box))
        pairs.append(chosen)
        near = [pair for pair in near if pair[0] != chosen[0] and pair[1] != chosen[1]]
    return pairs


def _by_place(
    before: Sequence[PlacedFace], after: Sequence[PlacedFace], table: Embeddings, taken: Sequence[_Pair]
) -> list[_Pair]:
    """Of the faces that are left, those at the same place that are near, or of which no embedding says whether."""
    old = [row for row in range(len(before)) if row not in {pair[0] for pair in taken}]
    new = [row for row in range(len(after)) if row not in {pair[1] for pair in taken}]
    matches = match_boxes([before[row].box for row in old], [after[row].box for row in new], SAME_FACE_IOU)
    pairs = [(old[row], new[column]) for row, column in matches]
    return [pair for pair in pairs if np.isnan(table[pair]) or table[pair] <= SAME_PLACE_DISTANCE]


def _apart(one: FaceBox, other: FaceBox) -> float:
    """How far the middles of two boxes are from each other, squared and times four."""
    return (one.left + one.right - other.left - other.right) ** 2 + (
        one.top + one.bottom - other.top - other.bottom
    ) ** 2
