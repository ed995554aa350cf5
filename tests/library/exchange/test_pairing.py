"""Rectangles of other programs are matched to the faces that they were drawn for."""

from math import cos, pi, sin, sqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from recog.library.exchange.pairing import LARGEST, REACH, SMALLEST, pair
from recog.library.exchange.regions import Region
from recog.types import FaceBox

FACE = Region("", 0.4, 0.4, 0.1, 0.15)


def drawn(face: Region, scale: float, across: float = 0.0, down: float = 0.0, *, aspect: float = 1.0) -> Region:
    """Return a rectangle as another program draws it: scaled about the centre, moved, and stretched."""
    x = face.left + face.width * (0.5 + across)
    y = face.top + face.height * (0.5 + down)
    width, height = face.width * scale * sqrt(aspect), face.height * scale / sqrt(aspect)
    return Region("Ada", x - width / 2, y - height / 2, width, height)


@st.composite
def crowds(draw: st.DrawFn) -> list[Region]:
    """Draw a row of faces cheek to cheek; neighbours overlap by up to 30 % of their mean width."""
    height = draw(st.floats(0.05, 0.2))
    left, faces = draw(st.floats(0.16, 0.2)), list[Region]()
    for _ in range(draw(st.integers(1, 6))):
        tall = height * draw(st.floats(0.7, 1.0))
        width = tall * draw(st.floats(0.6, 0.9))
        top = 0.5 - tall / 2 + height * draw(st.floats(-0.3, 0.3))
        if faces:
            before = faces[-1]
            apart = draw(st.floats(0.7, 1.2)) * (before.width + width) / 2
            left = before.left + before.width / 2 + apart - width / 2
        faces.append(Region("", left, top, width, tall))
    return [face for face in faces if face.left + face.width * 1.9 < 1]


@st.composite
def drawings(draw: st.DrawFn) -> tuple[list[Region], list[Region]]:
    """Draw a crowd and, in any order, a rectangle for each face as a program may draw it."""
    faces = draw(st.permutations(draw(crowds().filter(bool))))
    rectangles = []
    for face in faces:
        scale = draw(st.floats(SMALLEST, LARGEST))
        # A small rectangle must still contain the middle of its face.
        reach = min(REACH, scale / 2) * 0.98
        length, angle = draw(st.floats(0, reach)), draw(st.floats(0, 2 * pi))
        rectangles.append(drawn(face, scale, length * cos(angle), length * sin(angle)))
    return faces, rectangles


@settings(max_examples=200, deadline=None)
@given(drawings())
def test_couples_cheek_to_cheek_keep_their_own_names_however_large_the_rectangles(
    both: tuple[list[Region], list[Region]],
) -> None:
    faces, rectangles = both
    assert pair(rectangles, faces).faces == {row: row for row in range(len(faces))}


@settings(max_examples=200, deadline=None)
@given(drawings(), st.data())
def test_the_rectangle_of_a_face_that_was_not_found_takes_no_neighbour_s(
    both: tuple[list[Region], list[Region]], data: st.DataObject
) -> None:
    faces, rectangles = both
    missed = data.draw(st.sets(st.integers(0, len(faces) - 1)))
    found = [row for row in range(len(faces)) if row not in missed]
    pairing = pair(rectangles, [faces[row] for row in found])
    assert {row: found[column] for row, column in pairing.faces.items()} == {row: row for row in found}
    assert pairing.taken == {}


def test_a_rectangle_of_0_6_to_2_times_the_box_is_the_face_s_and_no_other_size() -> None:
    for scale, mine in ((0.55, False), (0.6, True), (0.75, True), (1.0, True), (1.5, True), (2.0, True), (2.1, False)):
        for aspect in (0.7, 1.0, 1.5):
            assert (0 in pair([drawn(FACE, scale, aspect=aspect)], [FACE]).faces) is mine, (scale, aspect)


def test_a_head_drawn_with_its_hair_is_the_face_s_though_it_overlaps_by_less_than_a_half() -> None:
    head = drawn(FACE, 1.6, 0.05, -0.2)
    assert pair([head], [FACE]).faces == {0: 0}


def test_the_nearer_centre_goes_first_and_the_overlap_decides_between_equals() -> None:
    beside = Region("", 0.45, 0.4, 0.1, 0.15)
    assert pair([drawn(FACE, 1.0, 0.2), drawn(FACE, 1.0, 0.02)], [beside, FACE]).faces == {0: 0, 1: 1}
    assert pair([drawn(FACE, 1.0, 0.12), drawn(FACE, 0.65, 0.05)], [FACE]).faces == {1: 0}
    small, large = drawn(FACE, 0.7), drawn(FACE, 1.1)
    pairing = pair([small, large], [FACE])
    assert (pairing.faces, pairing.taken) == ({1: 0}, {0: 1})


def test_a_face_at_the_border_is_found_by_the_part_of_it_that_is_on_the_photo() -> None:
    face = Region("", -0.05, 0.4, 0.1, 0.15)
    assert pair([Region("Ada", 0.0, 0.4, 0.05, 0.15)], [face]).faces == {0: 0}


def test_a_photo_without_faces_or_rectangles_pairs_nothing() -> None:
    for regions, faces in (([], []), ([FACE], []), ([], [FACE]), ([FACE], [Region("", 1.2, 0, 0.1, 0.1)])):
        assert pair(regions, faces).faces == {}


def test_a_box_of_a_face_is_its_own_rectangle() -> None:
    box = FaceBox(10, 20, 30, 50, 0.9, ())
    region = Region("Ada", box.left / 100, box.top / 100, box.width / 100, box.height / 100)
    assert pair([region], [region]).faces == {0: 0}
