"""Who looks like whom, by all confirmed faces of both."""

from pathlib import Path

import numpy as np
import pytest

from recog.distance import squared_distances
from tests.painted import BLUE, GREEN, RED, Colour, PaintedLibrary, paint

ORANGE, LIME = (230, 90, 0), (160, 230, 0)


@pytest.fixture
def people(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    shown: dict[str, list[Colour]] = {
        "Ada": [RED, (230, 40, 20)], "Ben": [ORANGE, (230, 110, 0)], "Cat": [LIME], "Dan": [BLUE], "Eve": [GREEN],
    }  # fmt: skip
    for name, colours in shown.items():
        photos = [paint(folder / f"{name}{place}.png", colour) for place, colour in enumerate(colours)]
        library.people.enrol(name, photos, near=True)
    return library


def test_the_distance_of_two_people_is_the_mean_over_all_pairs_of_their_faces(people: PaintedLibrary) -> None:
    found = people.people.similar("ada")
    assert found.person.name == "Ada"
    assert [one.person.name for one in found.similar[:2]] == ["Ben", "Cat"]
    gallery = people.context.catalog.embeddings.gallery(people.context.networks.info.sha256)
    for one in found.similar:
        ada, other = (gallery.embeddings[gallery.person_ids == who.id] for who in (found.person, one.person))
        assert one.squared_distance == pytest.approx(float(np.mean(squared_distances(ada, other))), abs=1e-5)


def test_hidden_people_are_left_out_and_those_said_to_be_others_are_marked(people: PaintedLibrary) -> None:
    people.people.hide("Ben")
    people.people.distinct("Cat", "Ada")
    found = people.people.similar("Ada", k=2)
    assert [(one.person.name, one.distinct) for one in found.similar] == [("Cat", True), ("Eve", False)]


def test_somebody_without_a_confirmed_face_is_like_nobody(people: PaintedLibrary) -> None:
    (face_id,) = [face.id for face, _ in people.people.person("Dan").faces]
    people.people.ignore([face_id])
    assert people.people.similar("Dan").similar == ()
    assert "Dan" not in [one.person.name for one in people.people.similar("Ada").similar]
