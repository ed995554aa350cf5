"""Name a face that a user draws on a photo because the detector missed it."""

from math import isfinite
from pathlib import Path

from recog.errors import CatalogError, PhotoError, UnknownNumberError, WayOut
from recog.library.close_up import longest_side
from recog.library.context import LibraryContext
from recog.library.drawn import LEAST_SIDE, embedded, face_at, is_forgotten, on_photo, pixels_of, placed
from recog.library.people import enrolment
from recog.library.people.near_names import refuse_near
from recog.library.people.results import MarkedFace
from recog.library.recognition.matching import match_now
from recog.photos import DecodePool
from recog.quality import doubt_of
from recog.store.records import DrawnFace
from recog.types import DecodedPhoto, FaceBox, Photo


def mark(
    context: LibraryContext, decoders: DecodePool, photo: Path | int, drawn: FaceBox, name: str, *, near: bool
) -> MarkedFace:
    """Add the face in a box that was drawn on a photo of the library, and confirm it as a person.

    photo is a file or the number of a photo. If the library knows a face there, that face is confirmed instead, and
    nothing is added.
    """
    networks = context.networks
    known, pixels = _photo(context, decoders, photo)
    drawn = _checked(drawn, known)
    box = placed(pixels, networks, drawn, context.catalog.faces.of_photo(known.id))
    (face,) = embedded(pixels, networks, [box])
    with context.writing() as catalog:
        there = face_at((box, drawn), catalog.faces.of_photo(known.id))
        if there is not None:
            done = enrolment.confirm(catalog, networks, name, [there.id], cluster=None, new=True, near=near)
            person, created, face_id, was = done.person, done.created, there.id, done.faces[0].was
        else:
            if is_forgotten(catalog, known, box):
                gone = "the face there belongs to somebody who was forgotten, and stays so"
                raise CatalogError(gone, way_out=WayOut.RESET_PHOTO)
            if not near and not catalog.people.is_known(name):
                refuse_near(catalog, name)
            person, created, (face_id,) = catalog.acts.mark(name, [DrawnFace(known.id, face)], networks.info)
            was = None
        match_now(catalog, networks, k=context.settings.k)
        shown = catalog.faces.by_ids([face_id])[face_id]
        return MarkedFace(catalog.people.by_id(person.id), created, shown, there is None, was, doubt_of(shown.box))


def _photo(context: LibraryContext, decoders: DecodePool, photo: Path | int) -> tuple[Photo, DecodedPhoto]:
    """Return a photo of the library and its pixels."""
    catalog, networks = context.catalog, context.networks
    if isinstance(photo, int):
        known = _still(catalog.photos.by_id(photo))
        pixels = pixels_of(catalog, networks, decoders, known)
        if pixels is None:
            raise UnknownNumberError(f"no file shows photo {photo} any more, so no face can be drawn on it")
        return known, pixels
    opened = decoders.open(photo, longest=longest_side(networks.detector))
    if isinstance(opened, PhotoError):
        raise opened
    found = catalog.photos.by_digests([opened.sha256]).get(opened.sha256)
    if found is None or not isinstance(opened, DecodedPhoto):
        raise CatalogError(f"{photo} is not in the library as it is now", way_out=WayOut.INDEX)
    return _still(found), opened


def _still(photo: Photo) -> Photo:
    """Return the photo; CatalogError if it is a video, in which a box has no frame."""
    if photo.duration is not None:
        raise CatalogError("faces are drawn on photos, not on videos: save the frame as a photo and index it")
    return photo


def _checked(drawn: FaceBox, photo: Photo) -> FaceBox:
    """Return the part of a drawn box that is on the photo; CatalogError if it can hold no face."""
    finite = all(map(isfinite, (drawn.left, drawn.top, drawn.right, drawn.bottom)))
    inside = on_photo(drawn, photo) if finite else None
    if inside is None:
        least = f"{LEAST_SIDE:.0f} by {LEAST_SIDE:.0f}"
        raise CatalogError(
            f"less than {least} pixels of the box are on the photo, which has {photo.width} by {photo.height}: give "
            "left, top, width and height of the face in pixels"
        )
    return inside
