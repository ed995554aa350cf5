"""What a drawn box means on a photo where faces are known."""

from pathlib import Path

import numpy as np

from recog.config import read_settings
from recog.library.drawn import face_at, placed
from recog.types import DecodedPhoto, Face, FaceBox, Pixels
from tests.painted import PaintedNetworks, landmarks_in

BOX = FaceBox(40, 40, 60, 60, 0.0, ())
NEIGHBOUR = FaceBox(58, 30, 90, 62, 0.999, landmarks_in(58, 30, 90, 62), turn=90)


class Greedy:
    """Takes the most striking face, in the box or beside it."""

    def __init__(self) -> None:
        self.asked: list[FaceBox] = []

    def place(self, pixels: Pixels, box: FaceBox) -> FaceBox | None:
        """Return the neighbour."""
        self.asked.append(box)
        return NEIGHBOUR


class GreedyNetworks(PaintedNetworks):
    """The networks of the painted world with a greedy placer."""

    placer = Greedy()


def known(number: int, box: FaceBox) -> Face:
    return Face(number, 1, box, 9.0, None, None, None)


def test_a_known_face_beside_the_drawn_one_is_not_taken_for_it(tmp_path: Path) -> None:
    networks = GreedyNetworks(read_settings(library=tmp_path))
    photo = DecodedPhoto("0" * 64, np.zeros((100, 100, 3), np.uint8), "pixels", None)
    assert placed(photo, networks, BOX, []) == NEIGHBOUR
    seen = placed(photo, networks, BOX, [known(1, NEIGHBOUR)])
    assert (seen.left, seen.right, seen.landmarks, seen.score) == (40, 60, (), 0.0)
    assert networks.placer.asked[-1].turn == 90, "a photo's faces are turned alike"
    around = FaceBox(55, 30, 95, 70, 0.0, ())
    assert placed(photo, networks, around, [known(1, NEIGHBOUR)]) == NEIGHBOUR, "the box means the known face"


def test_the_face_that_overlaps_most_is_the_one_that_is_there() -> None:
    near, nearer = known(1, FaceBox(40, 40, 60, 55, 0.9, ())), known(2, FaceBox(41, 40, 60, 60, 0.9, ()))
    assert face_at([BOX], [near, nearer]) == nearer
    assert face_at([BOX], [known(3, NEIGHBOUR)]) is None
    assert face_at([BOX], []) is None
