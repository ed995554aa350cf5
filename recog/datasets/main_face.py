"""Which face a labelled photo is about, when several are in it or none is found."""

from collections.abc import Sequence

from recog.types import FaceBox


def labelled_face(boxes: Sequence[FaceBox], *, width: int, height: int) -> FaceBox | None:
    """The large, central face: the most area less twice the squared distance of its centre to the photo's, in pixels.

    None where there are no boxes. The rule of the published LFW recipes (davidsandberg/facenet, align), whose photos
    have their person in the middle; a library's photos have no such person, so nothing else uses it.
    """

    def prominence(box: FaceBox) -> float:
        off_x = (box.left + box.right - width) / 2
        off_y = (box.top + box.bottom - height) / 2
        return box.width * box.height - 2 * (off_x**2 + off_y**2)

    return max(boxes, key=prominence, default=None)


def central_box(*, width: int, height: int) -> FaceBox:
    """Where the face of an LFW photo usually is: 0.38 of the width, half the height, centred; score 0, no landmarks.

    Measured on View 1. Stands in where the detector finds nothing, so that no protocol drops a pair; callers count it.
    """
    half_width, half_height = 0.19 * width, 0.25 * height
    return FaceBox(
        width / 2 - half_width, height / 2 - half_height, width / 2 + half_width, height / 2 + half_height, 0.0, ()
    )


def whole_photo(*, width: int, height: int) -> FaceBox:
    """The whole photo as a face: for sets that are tight crops already; score 0, no landmarks."""
    return FaceBox(0.0, 0.0, float(width), float(height), 0.0, ())
