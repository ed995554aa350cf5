"""Clusters of a growing library keep their numbers and respect the user's decisions."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recog.cluster.likelihood import linkage_of, probability_of_one
from recog.cluster.linkage import identity_clusters
from recog.cluster.on_disk import identity_clusters_on_disk
from recog.config import read_settings
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.errors import CatalogError, NoFaceFoundError, UnknownPersonError
from recog.evaluate.clusters import f_scores
from recog.library.grouping import suggestions
from recog.library.grouping.identity import identity_grouping
from recog.library.networks import Networks
from recog.quality import Shortfall
from recog.types import Cluster
from tests.library.people.test_acts import face_of, name_of
from tests.library.reports.test_duplicates import around, fill
from tests.painted import BLUE, GREEN, RED, WHITE, Colour, ColourEmbedder, PaintedLibrary, paint

REDDISH = (240, 60, 60)


def add(library: PaintedLibrary, folder: Path, name: str, colour: Colour, count: int) -> list[int]:
    known = len(list(folder.iterdir()))
    paths = [paint(folder / f"{name}{number}.png", colour, noise=known + number) for number in range(count)]
    library.index([folder])
    return [face_of(library, path) for path in paths]


def test_new_faces_join_and_found_while_the_earlier_clusters_stay(library: PaintedLibrary, folder: Path) -> None:
    reds, greens = add(library, folder, "r", RED, 3), add(library, folder, "g", GREEN, 2)
    first = library.groups.cluster()
    assert first.joined is None
    numbers = {one.face_ids: one.number for one in first.clusters}
    assert set(numbers) == {tuple(reds), tuple(greens)}
    more = add(library, folder, "new", GREEN, 4)
    blues = add(library, folder, "b", BLUE, 2)
    second = library.groups.cluster()
    assert second.joined == 4
    assert {one.number: one.face_ids for one in second.clusters} == {
        numbers[tuple(greens)]: (*greens, *more),
        numbers[tuple(reds)]: tuple(reds),
        max(numbers.values()) + 1: tuple(blues),
    }
    again = library.groups.cluster()
    assert (again.clusters, again.joined) == (second.clusters, 0)


def test_grouping_all_anew_keeps_the_numbers_of_those_that_share_most(library: PaintedLibrary, folder: Path) -> None:
    reds, greens = add(library, folder, "r", RED, 2), add(library, folder, "g", GREEN, 3)
    before = {one.face_ids: one.number for one in library.groups.cluster().clusters}
    more = add(library, folder, "new", REDDISH, 3)
    after = library.groups.cluster(full=True)
    assert after.joined is None
    assert {one.face_ids: one.number for one in after.clusters} == {
        (*reds, *more): before[tuple(reds)],
        tuple(greens): before[tuple(greens)],
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_cluster_takes_the_number_of_the_earlier_one_with_which_it_shares_most(
    library: PaintedLibrary, seed: int
) -> None:
    """Compare with counting face by face; earlier clusters cross the later ones and hold an ignored face."""
    draw = np.random.default_rng(seed)
    directions = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, 0, 0), (0, -1, 0)]
    ids = np.concatenate(fill(library, [around(one, int(draw.integers(4, 12))) for one in directions]))
    catalog, digest = library.context.catalog, library.networks.info.sha256
    parts = draw.integers(0, 6, len(ids))
    made = [Cluster(tuple(ids[parts == part].tolist()), around((1, 0, 0), 1)[0]) for part in np.unique(parts)]
    earlier = catalog.clusters.save(digest, "identity", {}, made)
    library.people.ignore([int(ids[0])])
    after = library.groups.cluster(full=True).clusters
    shared = Counter(
        (one.face_ids, other.number)
        for one in after
        for other in earlier
        for _ in range(len(set(one.face_ids) & set(other.face_ids)))
    )
    place = {one.face_ids: row for row, one in enumerate(after)}
    slow: dict[tuple[int, ...], int | None] = {}
    for face_ids, number in sorted(shared, key=lambda pair: (-shared[pair], place[pair[0]], pair[1])):
        if face_ids not in slow and number not in slow.values():
            slow[face_ids] = number
    assert len(slow) == len(directions)
    assert {one.face_ids: one.number for one in after} == slow


def test_another_threshold_groups_anew(library: PaintedLibrary, folder: Path) -> None:
    add(library, folder, "r", RED, 2)
    add(library, folder, "rr", REDDISH, 2)
    assert [one.size for one in library.groups.cluster().clusters] == [4]
    assert library.groups.cluster(threshold=0.001).joined is None
    assert [one.size for one in library.groups.cluster(threshold=0.001).clusters] == [2, 2]


def test_k_means_cells_leave_the_remembered_clusters_alone(library: PaintedLibrary, folder: Path) -> None:
    add(library, folder, "r", RED, 2)
    add(library, folder, "g", GREEN, 2)
    before = library.groups.cluster().clusters
    assert [one.number for one in library.groups.cluster(method="kmeans", k=2).clusters] == [1, 2]
    assert library.groups.cluster().clusters == before


def test_confirmed_faces_of_two_people_share_no_cluster_however_near(library: PaintedLibrary, folder: Path) -> None:
    ones, twins = add(library, folder, "r", RED, 3), add(library, folder, "rr", REDDISH, 2)
    (mixed,) = library.groups.cluster().clusters
    library.people.confirm("Ada", ones[:1], new=True)
    library.people.confirm("Eva", twins[:1], new=True)
    for full in (False, True):
        report = library.groups.cluster(full=full)
        assert {one.face_ids: one.person for one in report.clusters} == {tuple(ones): "Ada", tuple(twins): "Eva"}
        assert report.clusters[0].number == mixed.number


def test_a_rejected_face_leaves_the_persons_cluster(library: PaintedLibrary, folder: Path) -> None:
    reds = add(library, folder, "r", RED, 4)
    library.groups.cluster()
    library.people.confirm("Ada", reds[:1], new=True)
    library.people.reject("Ada", reds[1:2])
    assert [one.face_ids for one in library.groups.cluster().clusters] == [(reds[0], *reds[2:])]
    assert [one.face_ids for one in library.groups.cluster(full=True).clusters] == [(reds[0], *reds[2:])]


def test_an_unnamed_cluster_comes_with_its_likely_person(library: PaintedLibrary, folder: Path) -> None:
    olives = add(library, folder, "o", (170, 180, 100), 3)
    library.people.enrol("Ada", [paint(folder / "ada.png", RED)])
    (cluster,) = library.groups.cluster().clusters
    assert (cluster.face_ids, cluster.person) == (tuple(olives), None)
    suggestion = cluster.suggestion
    assert suggestion is not None
    vectors = library.context.catalog.embeddings.of_faces(olives, library.networks.info.sha256)[1]
    ada = library.context.catalog.embeddings.gallery(library.networks.info.sha256).embeddings[0]
    mean = sum(float(((vector - ada) ** 2).sum()) for vector in vectors) / 3
    assert suggestion.person == "Ada"
    assert suggestion.squared_distance == pytest.approx(mean, abs=1e-5)
    assert 0.1 < suggestion.probability < 0.5
    library.people.reject("Ada", olives[:1])
    assert library.groups.cluster().clusters[0].suggestion is None


def test_suggestions_are_those_of_a_loop_over_clusters_and_people(
    library: PaintedLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shades = {"y": (185, 178, 0), "c": (0, 178, 185), "m": (187, 0, 176)}
    clusters = [add(library, folder, name, colour, 2 + place) for place, (name, colour) in enumerate(shades.items())]
    for person, colour in (("Ada", (250, 0, 0)), ("Bea", (0, 250, 0)), ("Eva", (0, 0, 250))):
        library.people.enrol(person, [paint(folder / f"{person}{n}.png", colour, noise=n) for n in range(2)])
    library.people.reject("Ada", clusters[0][1:])
    monkeypatch.setattr(suggestions, "ENTRIES", 4)  # one block for each cluster
    found = {one.face_ids: one.suggestion for one in library.groups.cluster().clusters if one.person is None}
    assert len(found) >= 2
    network = library.networks.info.sha256
    gallery = library.context.catalog.embeddings.gallery(network)
    refused = library.context.catalog.people.rejections()
    names = {person.id: person.name for person in library.context.catalog.people.all()}
    linkage = linkage_of(library.networks.calibration, len(library.context.catalog.faces.owners().face_ids))
    for face_ids, suggestion in found.items():
        own = library.context.catalog.embeddings.of_faces(face_ids, network)[1].mean(axis=0)
        said = []
        for person_id, name in names.items():
            if any(person_id in refused.get(face_id, ()) for face_id in face_ids):
                continue
            photos = gallery.embeddings[gallery.person_ids == person_id]
            mean = photos.mean(axis=0)
            sides = np.array([[len(face_ids)], [len(photos)], [own @ own], [mean @ mean], [own @ mean]], np.float64)
            at = float(linkage(sides[0], sides[1], sides[2], sides[3], sides[4])[0])
            said.append((probability_of_one(at, linkage, library.networks.calibration), name))
        probability, name = max(said)
        if probability < suggestions.LEAST_LIKELY:
            assert suggestion is None
        else:
            assert suggestion is not None
            assert suggestion.person == name
            assert suggestion.probability == pytest.approx(probability, rel=1e-4)
    assert {one.person for one in found.values() if one is not None} > {"Ada"}


def test_a_cluster_is_named_by_its_number(library: PaintedLibrary, folder: Path) -> None:
    reds = add(library, folder, "r", RED, 3)
    whites = add(library, folder, "w", WHITE, 2)
    number = library.groups.cluster().clusters[0].number
    with pytest.raises(UnknownPersonError):
        library.people.confirm("Ada", cluster=number)
    assert library.people.confirm("Ada", cluster=number, new=True).person.confirmed == 3
    assert name_of(library, reds[2]) == "Ada"
    with pytest.raises(CatalogError, match="confirmed already"):
        library.people.confirm("Ada", cluster=number)
    with pytest.raises(CatalogError, match="no cluster has the number 99"):
        library.people.confirm("Ada", cluster=99)
    library.people.confirm("Wim", [whites[0]], new=True)
    library.people.reject("Ada", [whites[1]])
    assert library.people.undo().kind == "reject"
    assert library.people.confirm("Wim", cluster=number + 1).person.confirmed == 2


def test_embeddings_of_two_networks_never_meet(library: PaintedLibrary, folder: Path) -> None:
    reds = add(library, folder, "r", RED, 3)
    first = library.groups.cluster()
    other = OtherColours()
    library.networks.info, library.networks.embedder = other.info, other
    with pytest.raises(NoFaceFoundError, match="no face to cluster"):
        library.groups.cluster()
    paint(folder / "late.png", RED, noise=77)
    library.index([folder])
    second = library.groups.cluster()
    assert [one.size for one in second.clusters] == [4], "all photos are embedded again by the network in use"
    remembered = library.context.catalog.clusters.run(ColourEmbedder.info.sha256)
    assert remembered is not None
    assert [one.face_ids for one in remembered.clusters] == [first.clusters[0].face_ids] == [tuple(reds)]
    assert {one.number for one in first.clusters}.isdisjoint(one.number for one in second.clusters)


def test_a_blurred_face_joins_a_cluster_and_founds_none_and_the_poorest_does_neither(library: PaintedLibrary) -> None:
    (good,) = fill(library, [around((1, 0, 0), 3)])
    blurred, strangers = fill(library, [around((1, 0, 0), 2), around((0, 1, 0), 4)], sharpness=4.0)
    smeared, _ = fill(library, [around((1, 0, 0), 2), around((0, 0, 1), 4)], sharpness=0.5)
    for full in (False, True):
        (cluster,) = library.groups.cluster(full=full).clusters
        assert cluster.face_ids == (*good, *blurred)
    (late,) = fill(library, [around((1, 0, 0), 1)], sharpness=4.0)
    fill(library, [around((1, 0, 0), 1)], sharpness=0.5)
    assert library.groups.cluster().clusters[0].face_ids == (*good, *blurred, *late)
    assert (library.faces.why(good[0]).shortfalls, library.faces.why(good[0]).left_out) == ((), ())
    assert (library.faces.why(strangers[0]).shortfalls, library.faces.why(strangers[0]).left_out) == (
        (Shortfall.BLURRED,),
        (),
    )
    assert library.faces.why(smeared[0]).left_out == (Shortfall.BLURRED,)


class OtherColours(ColourEmbedder):
    """A network with the same embeddings and another name."""

    info = replace(ColourEmbedder.info, sha256="e" * 64)


def test_a_library_that_is_mapped_from_files_is_grouped_alike(library: PaintedLibrary, folder: Path) -> None:
    ids = np.concatenate(fill(library, [around(one, 5) for one in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]))
    catalog, networks = library.context.catalog, library.networks
    catalog.people.add("Nobody's")
    catalog.acts.ignore([int(ids[7])])
    for full in (True, False):
        held, mapped = (identity_grouping(catalog, networks, full=full, in_memory=most) for most in (1_000, 3))
        np.testing.assert_array_equal(mapped.face_ids, held.face_ids)
        np.testing.assert_array_equal(mapped.embeddings, held.embeddings)
        assert not isinstance(held.embeddings, np.memmap)
        assert isinstance(mapped.embeddings.base, np.memmap) or isinstance(mapped.embeddings, np.memmap)
        assert [(one.face_ids, one.number) for one in mapped.clusters] == [
            (one.face_ids, one.number) for one in held.clusters
        ]
        for one, other in zip(mapped.clusters, held.clusters, strict=True):
            np.testing.assert_allclose(one.centroid, other.centroid, atol=1e-6)
        library.groups.cluster()
        fill(library, [around(one, 2) for one in ((1, 0, 0), (-1, 0, 0))])
    assert not [path for path in networks.library.iterdir() if path.is_dir() or path.stat().st_size > 1 << 20]


@pytest.mark.networks
def test_real_faces_are_grouped_piece_by_piece_as_in_memory(data: Path, tmp_path: Path) -> None:
    networks = Networks(read_settings())
    photos = labelled_photos(data / "identities", pattern="celeba_0*").of_people(range(7))
    faces = embedded_faces(photos, Pipeline(networks.detector, networks.embedder), undetected=Undetected.LEAVE_OUT)
    linkage = linkage_of(networks.calibration, len(faces.labels))
    expected = identity_clusters(faces.embeddings, linkage)
    assert expected.max() > 4
    for most in (1_000, 40):
        found = identity_clusters_on_disk(faces.embeddings, linkage, folder=tmp_path, most=most)
        np.testing.assert_array_equal(found, expected)
    few = identity_clusters_on_disk(faces.embeddings, linkage, folder=tmp_path, most=20)
    alone = np.arange(len(few)) + len(few)
    pairs, _ = f_scores(*(np.where(one < 0, alone, one) for one in (expected, few)))
    assert pairs > 0.95
