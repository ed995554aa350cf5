"""Cover faces until recog itself finds nobody, neither in the finished file nor in attempts to undo the mask."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recog.boxes import SAME_FACE_IOU, match_boxes, rescaled
from recog.errors import SharingError
from recog.library.inputs import IN_MEMORY, photo_of
from recog.library.networks import Networks
from recog.library.probes import read_faces
from recog.photos import PhotoSource, decode_photo
from recog.share.covering import CELLS, Fill, blurred, covered, painted, pixelated
from recog.share.deconvolution import restorations
from recog.share.heads import head_of
from recog.share.masks import Mask
from recog.share.resizing import means
from recog.style.files import encoded_picture
from recog.types import Embeddings, FaceBox, Pixels

LEVELS = (CELLS, CELLS // 2, 1, 0)
"""Cells across a head, from the first attempt to the last; 0 is black."""
_ATTACKED = 192
"""Longest side in pixels of a head whose mask somebody tries to undo: more than any network's crop of the face."""

Painter = Callable[[Pixels], Pixels]
"""Paints a blurred head in the manner of a picture."""


@dataclass(slots=True)
class _Hidden:
    """A face to be covered, its embedding, (1, dim), and how strongly it is covered: a place in LEVELS."""

    box: FaceBox
    embedding: Embeddings
    level: int = 0
    checked: int = -1
    """The level whose mask withstood the attempts to undo it."""


@dataclass(frozen=True, slots=True)
class HiddenFaces:
    """A finished picture: the bytes of a JPEG, the number of covered faces, and of those covered more strongly."""

    jpeg: bytes
    covered: int
    stronger: int


class Hiding:
    """Covers the faces of photos by one mask."""

    def __init__(self, networks: Networks, mask: Mask, painter: Painter | None = None) -> None:
        """painter: for Mask.STYLE."""
        self._networks = networks
        self._mask = mask
        self._painter = painter

    def hide(self, pixels: Pixels, faces: Sequence[FaceBox], visible: Sequence[FaceBox]) -> HiddenFaces:
        """Cover faces of a photo, (H, W, 3) uint8 RGB, and every other face that is found but is not visible.

        Raises:
            SharingError: somebody is still found after the last attempt.
        """
        first = len(LEVELS) - 1 if self._mask is Mask.PAINT else 0
        hidden = [_Hidden(box, self._embedded(pixels, box), first) for box in faces]
        for _ in range(len(LEVELS) + 2):
            data = encoded_picture(self._covered(pixels, hidden, visible), "JPEG")
            found = self._betrayed(pixels, data, hidden, visible)
            if not found:
                return HiddenFaces(data, len(hidden), sum(one.level > first for one in hidden))
            for one in found:
                if one not in hidden:
                    hidden.append(one)
                one.level = self._stronger(one.level)
        raise SharingError(
            "recog still finds a face there that is to be covered: keep nobody who is close to it, or cut the photo"
        )

    def _stronger(self, level: int) -> int:
        last = len(LEVELS) - 1
        return last if self._mask is Mask.STYLE else min(level + 1, last)  # painting takes long

    def _covered(self, pixels: Pixels, hidden: Sequence[_Hidden], visible: Sequence[FaceBox]) -> Pixels:
        result = pixels
        for level in sorted({one.level for one in hidden}):
            boxes = [one.box for one in hidden if one.level == level]
            result = covered(result, boxes, self._fill(LEVELS[level]), spared=visible)
        return result

    def _fill(self, cells: int) -> Fill:
        if cells == 0:
            return painted
        if self._mask is Mask.PIXELATE:
            return lambda head: pixelated(head, cells=cells)
        if self._painter is None or self._mask is not Mask.STYLE:
            return lambda head: blurred(head, cells=cells)
        paint = self._painter
        return lambda head: paint(blurred(head, cells=cells))

    def _betrayed(
        self, pixels: Pixels, data: bytes, hidden: Sequence[_Hidden], visible: Sequence[FaceBox]
    ) -> list[_Hidden]:
        """Return the faces that the finished file betrays: found there, or brought back by an attempt."""
        photo = decode_photo(PhotoSource(IN_MEMORY, data, hashlib.sha256(data).hexdigest()))
        found = read_faces(photo, self._networks).faces.boxes
        spared = {row for row, _ in match_boxes(found, visible, SAME_FACE_IOU)}
        betrayed: list[_Hidden] = []
        for box in (one for row, one in enumerate(found) if row not in spared):
            owner = self._owner(box, hidden, pixels)
            if owner is None:
                betrayed.append(_Hidden(box, self._embedded(pixels, box)))
            elif owner not in betrayed:
                betrayed.append(owner)
        for one in hidden:
            if one.level in {one.checked, len(LEVELS) - 1} or one in betrayed:
                continue
            if self._is_brought_back(photo.pixels, one):
                betrayed.append(one)
            else:
                one.checked = one.level
        return betrayed

    def _owner(self, found: FaceBox, hidden: Sequence[_Hidden], pixels: Pixels) -> _Hidden | None:
        """Return the covered face in whose head a face was found that can still be covered more strongly."""
        x, y = (found.left + found.right) / 2, (found.top + found.bottom) / 2
        for one in hidden:
            head = head_of(one.box, pixels.shape[1], pixels.shape[0])
            inside = head.left <= x <= head.right and head.top <= y <= head.bottom
            if inside and one.level < len(LEVELS) - 1:
                return one
        return None

    def _is_brought_back(self, shown: Pixels, one: _Hidden) -> bool:
        """Return whether an attempt to undo the mask gives an embedding within the threshold of the face's own."""
        head = head_of(one.box, shown.shape[1], shown.shape[0])
        window = shown[int(head.top) : int(head.bottom), int(head.left) : int(head.right)]
        factor = min(1.0, _ATTACKED / max(window.shape[:2]))
        size = max(1, round(window.shape[1] * factor)), max(1, round(window.shape[0] * factor))
        small = means(window, *size)
        face = rescaled(moved(one.box, -head.left, -head.top), size[0] / window.shape[1], size[1] / window.shape[0])
        attempts = [small, *restorations(small, min(small.shape[:2]) / LEVELS[one.level])]
        rows = np.concatenate([self._embedded(attempt, face) for attempt in attempts])
        nearest = float((2 - 2 * (rows @ one.embedding.T)).min())
        return nearest <= self._networks.calibration.threshold

    def _embedded(self, pixels: Pixels, box: FaceBox) -> Embeddings:
        return read_faces(photo_of(pixels), self._networks, [box]).embeddings


def moved(box: FaceBox, across: float, down: float) -> FaceBox:
    """Return the box elsewhere, landmarks too."""
    return replace(
        box,
        left=box.left + across,
        top=box.top + down,
        right=box.right + across,
        bottom=box.bottom + down,
        landmarks=tuple((x + across, y + down) for x, y in box.landmarks),
    )
