"""Pair the faces of an edited photo with the faces of the photo before the edit.

A crop, a border or a mirror moves every face, so the embedding decides first, wherever the face is now. The place
decides if embeddings cannot: between embeddings at nearly the same distance (one face twice in a collage), and for
faces that this network has not embedded. The limits: docs/decisions/edited-photos.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recog.boxes import SAME_FACE_IOU, match_boxes
from recog.distance import squared_distances
from recog.types import Embeddings, Face, FaceBox

# Measured by benchmarks/measure_edits.py. The half `chose` of benchmarks/results/edits.csv decided; `judged` confirms.
ANYWHERE_DISTANCE = 0.3
"""Largest squared distance at which a face counts as the same one anywhere in the edited photo.

Of 6,551 pairs of different faces of a photo, none was that near (the nearest: 0.32).
"""
SAME_PLACE_DISTANCE = 0.6
"""The same for a face at the same place: a camera's latest.jpg may show somebody else there."""
TIE = 0.05
"""Two squared distances that differ by less are a tie: many an edit moves a face that far."""

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
    """Return pairs of a face and the same face of the edited photo; faces without a partner are left out.

    One to one: by embedding, nearest first, then by place. Pass all faces of both photos, also those without a fact:
    each takes its own partner, so that no other face gets it.
    """
    table = _distances(before, after)
    pairs = _by_embedding(before, after, table)
    pairs += _by_place(before, after, table, pairs)
    return [(before[old].face, after[new].face) for old, new in pairs]


def _distances(before: Sequence[PlacedFace], after: Sequence[PlacedFace]) -> Embeddings:
    """Return squared distances (n, m), NaN if either face has no embedding."""
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
    """Pair the remaining faces at the same place, if they are near or have no embedding to compare."""
    old = [row for row in range(len(before)) if row not in {pair[0] for pair in taken}]
    new = [row for row in range(len(after)) if row not in {pair[1] for pair in taken}]
    matches = match_boxes([before[row].box for row in old], [after[row].box for row in new], SAME_FACE_IOU)
    pairs = [(old[row], new[column]) for row, column in matches]
    return [pair for pair in pairs if np.isnan(table[pair]) or table[pair] <= SAME_PLACE_DISTANCE]


def _apart(one: FaceBox, other: FaceBox) -> float:
    """Return four times the squared distance between the centres of two boxes."""
    return (one.left + one.right - other.left - other.right) ** 2 + (
        one.top + one.bottom - other.top - other.bottom
    ) ** 2
