"""Faces over time: which faces of a video are one face, by place and by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from recog.boxes import iou, match_boxes
from recog.types import FaceBox, Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face is, and when, if it is a track of a video; the box is relative to the photo, 0 to 1."""

    box: FaceBox
    span: Span | None = None


def span_of(row: Row[Any]) -> Span | None:
    """Return the span of a row that has the columns of the table of faces."""
    if row.first_seen is None:
        return None
    return Span(row.first_seen, row.last_seen, row.best_seen)


def span_row(span: Span | None) -> dict[str, float | None]:
    """Return the columns of a span."""
    if span is None:
        return {"first_seen": None, "last_seen": None, "best_seen": None}
    return {"first_seen": float(span.first), "last_seen": float(span.last), "best_seen": float(span.best)}


def meet(one: Span | None, other: Span | None) -> bool:
    """Return whether two faces of one photo may be seen at the same time: always in a still."""
    return one is None or other is None or (one.first <= other.last and other.first <= one.last)


def overlap(one: Place, other: Place) -> float:
    """Return the intersection over union of two places, 0 if they are never seen at the same time."""
    return iou(one.box, other.box) if meet(one.span, other.span) else 0.0


def match_places(old: Sequence[Place], new: Sequence[Place], least: float) -> list[tuple[int, int]]:
    """Pair places of one photo one to one, as `match_boxes` does; tracks need a common time too."""
    if not any(place.span for place in (*old, *new)):
        return match_boxes([place.box for place in old], [place.box for place in new], least)
    table = [(overlap(a, b), row, column) for row, a in enumerate(old) for column, b in enumerate(new)]
    pairs: list[tuple[int, int]] = []
    for share, row, column in sorted(table, key=lambda one: (-one[0], one[1], one[2])):
        if share < least:
            break
        if all(row != taken and column != gone for taken, gone in pairs):
            pairs.append((row, column))
    return pairs
