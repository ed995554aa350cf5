"""When people are seen in videos."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recog.store.catalog import Catalog
from recog.store.records import FiledPhoto
from recog.types import Face, Origin

GAP_SECONDS = 1.0
"""Two moments that are at most so far apart are one."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A part of a video, in seconds from its beginning."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class VideoMoments:
    """When the people of a search are seen in a video: photo_id is its number."""

    photo_id: int
    moments: tuple[Moment, ...]


def moments_of(
    catalog: Catalog, photos: Sequence[FiledPhoto], people: Sequence[int], *, confirmed: bool
) -> tuple[VideoMoments, ...]:
    """Return when these people are seen in the videos among photos; without people, nothing.

    Of several people the moments are those at which all are seen at once; if that is never, those of each.
    """
    videos = [one.photo.id for one in photos if one.photo.duration is not None]
    if not videos or not people:
        return ()
    faces = catalog.faces.of_photos(videos)
    found = ((one, _of_video(faces[one], people, confirmed=confirmed)) for one in videos)
    return tuple(VideoMoments(photo_id, moments) for photo_id, moments in found if moments)


def by_photo(found: Iterable[VideoMoments]) -> Mapping[int, tuple[Moment, ...]]:
    """Return moments by the number of the video."""
    return {one.photo_id: one.moments for one in found}


def joined(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Return moments in order, those that touch or are close together as one."""
    whole: list[Moment] = []
    for one in sorted(moments, key=lambda moment: (moment.start, moment.end)):
        if whole and one.start <= whole[-1].end + GAP_SECONDS:
            whole[-1] = Moment(whole[-1].start, max(whole[-1].end, one.end))
        else:
            whole.append(one)
    return tuple(whole)


def _of_video(faces: Sequence[Face], people: Sequence[int], *, confirmed: bool) -> tuple[Moment, ...]:
    seen = {person_id: joined(_spans(faces, person_id, confirmed=confirmed)) for person_id in people}
    there = [moments for moments in seen.values() if moments]
    if not there:
        return ()
    together = there[0]
    for moments in there[1:]:
        together = _shared(together, moments)
    return together or joined(one for moments in there for one in moments)


def _spans(faces: Sequence[Face], person_id: int, *, confirmed: bool) -> list[Moment]:
    return [
        Moment(face.span.first, face.span.last)
        for face in faces
        if face.span is not None and face.person_id == person_id and (face.origin is Origin.CONFIRMED or not confirmed)
    ]


def _shared(some: Sequence[Moment], others: Sequence[Moment]) -> tuple[Moment, ...]:
    parts = [Moment(max(a.start, b.start), min(a.end, b.end)) for a in some for b in others]
    return tuple(one for one in parts if one.start <= one.end)
