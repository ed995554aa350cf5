"""Join the faces of successive frames to tracks: one track is one person, seen for a while.

The association follows ByteTrack (Zhang et al., ECCV 2022): sure detections are joined first, and unsure ones may only
extend a track. Frames are far apart here (recog.photos.video.plan), so a face may have left its place: what overlaps no
track is compared by embedding. After a cut the same place means nothing, and embeddings alone decide.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from recog.boxes import match_boxes
from recog.distance import squared_distances
from recog.quality import SURE_SCORE
from recog.types import Crops, Embeddings, FaceBox
from recog.video.sightings import Sighting, mean_embedding, shape_weight

SURE = 0.9
"""The detector score from which a face may begin a track."""
LEAST_IOU = 0.3
"""A sure face that overlaps a track's place at least that much is the same face."""
LEAST_IOU_UNSURE = 0.5
"""The same for an unsure face."""
PATIENCE_SECONDS = 2.0
"""A face that is away for longer begins a new track when it is back, so that a track is a moment."""
MOST_SIGHTINGS = 6
"""Best faces of a track that are embedded."""
SHARP_SHARE = 0.5
"""Faces of less than this share of the best weight do not count in the mean."""

Embed = Callable[[Crops], Embeddings]
Cut = Callable[[FaceBox], Sighting]
"""Cut a face out of the current frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One face over time: seconds of its first and last frame, its best sighting, and its mean embedding (dim,)."""

    first: float
    last: float
    best: Sighting
    embedding: Embeddings


@dataclass(slots=True, eq=False)
class _Open:
    """A track that may go on; path: the times and boxes of its last two frames."""

    number: int
    first: float
    path: list[tuple[float, FaceBox]]
    sightings: list[Sighting]
    frames: int = 1
    embedding: Embeddings | None = None
    """That of the best sighting, once asked for."""
    embedded: list[Sighting] = field(default_factory=list)
    placed: bool = True
    """False after a cut, until the face is met again: its place is one of another scene."""

    @property
    def last(self) -> float:
        return self.path[-1][0]

    def expected(self, at: float) -> FaceBox:
        """Return the last box, moved on at the speed of the last two frames."""
        (now, box) = self.path[-1]
        if len(self.path) < 2:
            return box
        (before, earlier) = self.path[-2]
        ahead = min((at - now) / max(now - before, 1e-3), 2.0)
        across = ahead * (box.left + box.right - earlier.left - earlier.right) / 2
        down = ahead * (box.top + box.bottom - earlier.top - earlier.bottom) / 2
        left, right = box.left + across, box.right + across
        return replace(box, left=left, right=right, top=box.top + down, bottom=box.bottom + down)

    def extend(self, at: float, box: FaceBox) -> None:
        self.path = [self.path[-1], (at, box)] if self.placed else [(at, box)]
        self.frames += 1
        self.placed = True

    def wants(self, box: FaceBox) -> bool:
        """Return whether a face of this box may be among the best."""
        return len(self.sightings) < MOST_SIGHTINGS or shape_weight(box) > self.sightings[-1].weight

    def keep(self, sighting: Sighting) -> None:
        self.sightings = sorted([*self.sightings, sighting], key=lambda one: -one.weight)[:MOST_SIGHTINGS]


class Tracker:
    """Joins the faces of the frames of one video, which are given in order."""

    def __init__(self, embed: Embed, *, threshold: float) -> None:
        """embed: crops (n, ...) to embeddings (n, dim); threshold: squared distance up to which two are one person."""
        self._embed = embed
        self._threshold = threshold
        self._open: list[_Open] = []
        self._closed: list[tuple[int, Track]] = []
        self._numbers = count()

    def take(self, at: float, boxes: Sequence[FaceBox], cut_out: Cut, *, scene_begins: bool = False) -> None:
        """Take the faces of the next frame; cut_out is called for those that may be among a track's best."""
        self._close([one for one in self._open if at - one.last > PATIENCE_SECONDS])
        sure = [box for box in boxes if box.score >= SURE]
        unsure = [box for box in boxes if box.score < SURE]
        for one in self._open if scene_begins else ():
            one.placed = False
        sure, _ = self._by_place(at, sure, [one for one in self._open if one.placed], cut_out, least=LEAST_IOU)
        sure = self._by_embedding(at, sure, [one for one in self._open if one.last < at], cut_out)
        still = [one for one in self._open if one.placed and one.last < at]
        self._by_place(at, unsure, still, None, least=LEAST_IOU_UNSURE)
        for box in sure:
            self._open.append(_Open(next(self._numbers), at, [(at, box)], [cut_out(box)]))

    def stay(self, at: float) -> None:
        """Take a frame that looks like the one before: every face of that frame is still there."""
        newest = max((one.last for one in self._open), default=None)
        for one in self._open:
            if one.last == newest:
                one.extend(at, one.path[-1][1])

    def finish(self) -> list[Track]:
        """End the video; return its tracks in the order in which they began."""
        self._close(list(self._open))
        return [track for _, track in sorted(self._closed, key=lambda one: (one[1].first, one[0]))]

    def _by_place(
        self, at: float, boxes: list[FaceBox], tracks: list[_Open], cut_out: Cut | None, *, least: float
    ) -> tuple[list[FaceBox], list[_Open]]:
        """Extend tracks by faces at their place, expected or last; return the faces and tracks that are left."""
        for places in ([one.expected(at) for one in tracks], None):
            now = [one.path[-1][1] for one in tracks] if places is None else places
            pairs = match_boxes(now, boxes, least)
            for row, column in pairs:
                self._extend(tracks[row], at, boxes[column], cut_out)
            rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
            tracks = [one for row, one in enumerate(tracks) if row not in rows]
            boxes = [box for column, box in enumerate(boxes) if column not in columns]
        return boxes, tracks

    def _by_embedding(self, at: float, boxes: list[FaceBox], tracks: list[_Open], cut_out: Cut) -> list[FaceBox]:
        """Extend tracks by faces elsewhere that look like them, the nearest first; return the faces that are left."""
        if not boxes or not tracks:
            return boxes
        seen = [cut_out(box) for box in boxes]
        embeddings = self._embed(np.concatenate([one.crop for one in seen]))
        table = squared_distances(self._embeddings_of(tracks), embeddings)
        rows: set[int] = set()
        columns: set[int] = set()
        for flat in np.argsort(table, axis=None, kind="stable").tolist():
            row, column = divmod(flat, len(boxes))
            if table[row, column] > self._threshold:
                break
            if row not in rows and column not in columns:
                rows.add(row)
                columns.add(column)
                tracks[row].extend(at, boxes[column])
                tracks[row].keep(seen[column])
        return [box for column, box in enumerate(boxes) if column not in columns]

    def _embeddings_of(self, tracks: Sequence[_Open]) -> Embeddings:
        """Return the embedding of the best face of each track, (n, dim)."""
        fresh = [one for one in tracks if one.embedding is None or one.embedded != one.sightings[:1]]
        if fresh:
            made = self._embed(np.concatenate([one.sightings[0].crop for one in fresh]))
            for one, row in zip(fresh, made, strict=True):
                one.embedding, one.embedded = row, one.sightings[:1]
        return np.stack([one.embedding for one in tracks if one.embedding is not None])

    def _extend(self, track: _Open, at: float, box: FaceBox, cut_out: Cut | None) -> None:
        track.extend(at, box)
        if cut_out is not None and track.wants(box):
            track.keep(cut_out(box))

    def _close(self, tracks: list[_Open]) -> None:
        """End tracks: a face that was met once only counts if the detector was sure of it."""
        self._open = [one for one in self._open if one not in tracks]
        for one in tracks:
            best = one.sightings[0]
            if one.frames < 2 and best.box.score < SURE_SCORE:
                continue
            kept = [each for each in one.sightings if each.weight >= SHARP_SHARE * best.weight]
            embeddings = self._embed(np.concatenate([each.crop for each in kept]))
            mean = mean_embedding(embeddings, [each.weight for each in kept])
            self._closed.append((one.number, Track(one.first, one.last, best, mean)))
