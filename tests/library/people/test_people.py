"""Enrol, name, merge, hide, forget."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import (
    CatalogError,
    DuplicatePersonError,
    NoFaceFoundError,
    SeveralFacesFoundError,
    UnknownPersonError,
)
from recog.library.reports.results import PairKind
from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.photos.photos import Photos
from recog.types import Origin
from tests.held_index import live_index
from tests.library.recognition.test_naming import interrupted_run
from tests.opened_twice import bytes_of
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


def test_one_photo_is_enough_to_be_recognised(library: PaintedLibrary, folder: Path) -> None:
    enrolment = library.people.enrol("Ada", [paint(folder / "ada.png", RED)])
    assert (enrolment.created, enrolment.person.confirmed) == (True, 1)
    party = library.identify(paint(folder / "party.png", GREEN, (250, 40, 20)))
    assert [face.person.name if face.person else None for face in party.faces] == [None, "Ada"]
    assert party.faces[1].probability > 0.9
    assert party.faces[0].nearest_person is not None


def test_nobody_enrolled_means_everybody_unknown(library: PaintedLibrary, folder: Path) -> None:
    library.index([paint(folder / "a.png", RED).parent])
    face = library.identify(folder / "a.png").faces[0]
    assert (face.person, face.nearest, face.probability) == (None, None, 0.0)


def test_a_photo_with_several_faces_needs_a_choice(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "two.png", RED, GREEN)
    with pytest.raises(SeveralFacesFoundError, match="2 faces"):
        library.people.enrol("Ada", [path])
    library.people.enrol("Ada", [path], face=2)
    assert library.identify(paint(folder / "green.png", GREEN)).faces[0].person is not None
    with pytest.raises(NoFaceFoundError, match="no face number 3"):
        library.people.enrol("Ada", [path], face=3)


def test_a_photo_without_a_face_leaves_the_catalog_as_it_was(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    with pytest.raises(NoFaceFoundError, match="empty"):
        library.people.enrol("Ben", [paint(folder / "b.png", GREEN), paint(folder / "empty.png", None)])
    assert [person.name for person in library.people.all()] == ["Ada"]


def test_naming_the_library_leaves_confirmed_names_alone(library: PaintedLibrary, folder: Path) -> None:
    for number in range(4):
        paint(folder / f"red{number}.png", RED, noise=number)
    paint(folder / "blue.png", BLUE)
    library.index([folder])
    library.people.enrol("Ada", [folder / "red0.png"])
    report = library.people.match_all()
    assert [(person.name, count) for person, count in report.matched] == [("Ada", 3)]
    assert report.unknown == 1
    faces = library.people.person("Ada").faces
    assert [face.origin for face, _ in faces] == [Origin.CONFIRMED, *[Origin.MATCHED] * 3]


def test_verify_compares_photos_and_people(library: PaintedLibrary, folder: Path) -> None:
    red, green = paint(folder / "r.png", RED), paint(folder / "g.png", GREEN)
    assert not library.verify(red, green).verification.same
    assert library.verify(red, red).verification.squared_distance == pytest.approx(0, abs=1e-5)
    assert not library.context.settings.library.exists(), "two photos need no library"
    library.people.enrol("Ada", [red])
    assert library.verify(red, "ada").verification.same
    assert not library.verify(green, "Ada").verification.same
    with pytest.raises(UnknownPersonError, match="Ada"):
        library.verify(red, "Adda")


def test_rename_merge_and_hide_never_touch_the_index(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    library.people.enrol("Ben", [paint(folder / "b.png", GREEN)])
    before = live_index(library).current().ids().tolist()
    with pytest.raises(DuplicatePersonError):
        library.people.rename("Ben", "ADA")
    assert library.people.rename("Ben", "Bea").name == "Bea"
    assert library.people.merge("Bea", "Ada").confirmed == 2
    assert library.people.hide("Ada").hidden
    assert library.people.all() == ()
    assert [person.name for person in library.people.all(hidden=True)] == ["Ada"]
    assert live_index(library).current().ids().tolist() == before
    with pytest.raises(CatalogError):
        library.people.merge("Ada", "Ada")


def test_a_forgotten_person_is_erased_and_does_not_come_back(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED, GREEN)
    library.people.enrol("Ada Unmistakable", [path], face=1)
    library.index([folder])
    face = library.people.person("Ada Unmistakable").faces[0][0]
    _, vectors = library.context.catalog.embeddings.of_faces([face.id], library.networks.info.sha256)
    thumbnail = library.context.catalog.faces.thumbnails([face.id])[face.id]
    forgotten = library.people.forget("Ada Unmistakable")
    assert (forgotten.faces, forgotten.complete) == (1, True)
    assert library.index([folder]).faces == 0
    assert [len(face.found) for face in library.search(path, k=5).faces] == [1, 1]
    with pytest.raises(CatalogError, match="forgotten"):
        library.people.enrol("Ada", [path], face=1)
    for file in (one for one in library.context.settings.library.rglob("*") if one.is_file()):
        content = bytes_of(file)
        for trace in (b"Unmistakable", vectors.tobytes(), vectors.astype(np.float16).tobytes(), thumbnail):
            assert trace not in content, file


def test_a_report_on_people_twice_ranks_them(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a1.png", RED, noise=1), paint(folder / "a2.png", RED, noise=2)])
    library.people.enrol("Ada L.", [paint(folder / "b.png", (240, 60, 60))])
    library.people.enrol("Zoe", [paint(folder / "z.png", BLUE)])
    for number in range(3):
        paint(folder / f"green{number}.png", GREEN, noise=number)
    library.index([folder])
    report = library.reports.duplicates()
    (pair,) = report.pairs
    assert {pair.left.label, pair.right.label} == {"Ada", "Ada L."}
    assert pair.kind is PairKind.PEOPLE
    assert pair.probability > 0.5
    assert all(sample.thumbnail.startswith(b"\xff\xd8") for sample in pair.left.samples)
    library.people.merge("Ada L.", "Ada")
    assert library.reports.duplicates().pairs == ()


def test_clusters_are_people_and_take_their_names(library: PaintedLibrary, folder: Path) -> None:
    for number in range(3):
        paint(folder / f"{number}.png", RED, GREEN, noise=number)
    paint(folder / "single.png", BLUE)
    library.index([folder])
    library.people.enrol("Ada", [folder / "0.png"], face=1)
    report = library.groups.cluster()
    assert [(one.size, one.person) for one in report.clusters] == [(3, "Ada"), (3, None)]
    assert report.singletons == 1
    cells = library.groups.cluster(method="kmeans", k=2)
    assert sum(one.size for one in cells.clusters) == 7


def test_confirming_faces_by_number_pulls_a_cluster_to_a_person(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    paint(folder / "b.png", GREEN)
    library.index([folder])
    face_id = library.search(folder / "b.png", k=1).faces[0].found[0].face.id
    assert library.people.confirm("Ada", [face_id]).person.confirmed == 2


def test_a_person_and_an_unnamed_cluster_come_with_the_faces_that_join_them(
    library: PaintedLibrary, folder: Path
) -> None:
    """A run names no new faces, as in a large library."""
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    for number in range(2):
        paint(folder / f"{number}.png", (240, 60, 60), noise=number)
    interrupted_run(library, folder)
    library.close()
    (pair,) = library.reports.duplicates().pairs
    assert (pair.left.person, pair.right.faces) == ("Ada", 2)
    assert pair.kind is PairKind.PERSON_AND_CLUSTER
    assert library.people.confirm("Ada", pair.right.typical).person.confirmed == 3


def test_enrolling_a_known_photo_changes_no_embedding(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED)
    library.index([folder])
    library.people.enrol("Ada", [path, path])
    assert library.status().index.behind == 0
    assert library.people.person("Ada").person.confirmed == 1


class _Overlooked(Photos):
    """A catalog part that fails if all photos are listed."""

    def digests(self, *, detector: str, network: str) -> dict[str, int]:
        """Fail, because the cost of this list grows with the library."""
        raise AssertionError((detector, network))


def test_enrolling_a_few_photos_does_not_read_the_list_of_all(library: PaintedLibrary, folder: Path) -> None:
    library.index(paint(folder / "known.png", RED).parent)
    database = Database(parse_url(library.context.catalog.url), busy_seconds=1)
    catalog = Catalog(database)
    catalog.photos = _Overlooked(database)
    with PaintedLibrary(library.context.settings, catalog=catalog) as overlooked:
        enrolment = overlooked.people.enrol("Ada", [folder / "known.png", paint(folder / "new.png", RED, noise=1)])
    assert [face.face_id for face in enrolment.faces] == [1, 2]
    assert (enrolment.person.confirmed, library.context.catalog.upkeep.counts().photos) == (2, 2)
