"""The face that a labelled photo is about, if several are in it or none is found."""

from collections.abc import Sequence

from recog.types import FaceBox


def labelled_face(boxes: Sequence[FaceBox], *, width: int, height: int) -> FaceBox | None:
    """Return the large, central face: largest area minus twice the squared distance of the centres, in pixels.

    None without boxes. The rule comes from the published LFW recipes (davidsandberg/facenet, align), whose photos have
    their person in the middle. Photos of a library have no such person, so only datasets use it.
    """

    def prominence(box: FaceBox) -> float:
        off_x = (box.left + box.right - width) / 2
        off_y = (box.top + box.bottom - height) / 2
        return box.width * box.height - 2 * (off_x**2 + off_y**2)

    return max(boxes, key=prominence, default=None)


def central_box(*, width: int, height: int) -> FaceBox:
    """Return the usual box of an LFW photo: 0.38 of the width, half the height, centred; score 0, no landmarks.

    Measured on View 1. It replaces the face if the detector finds nothing, so that a protocol drops no pair.
    """
    half_width, half_height = 0.19 * width, 0.25 * height
    return FaceBox(
        width / 2 - half_width, height / 2 - half_height, width / 2 + half_width, height / 2 + half_height, 0.0, ()
    )


def whole_photo(*, width: int, height: int) -> FaceBox:
    """Return the whole photo as a face, for tight crops; score 0, no landmarks."""
    return FaceBox(0.0, 0.0, float(width), float(height), 0.0, ())
