"""People who occur twice, names of two people, photos saved twice, and the cost for large libraries."""

import io
import resource
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.boxes import iou, rescaled
from recog.cluster.likelihood import Linkage, linkage_of, probability_of_one
from recog.distance import unit_rows
from recog.library.reports.duplicates import LEAST_PROBABILITY
from recog.library.reports.impure import MOST_GROUPED, mixed_people
from recog.library.reports.near_copies import alike, near_copies
from recog.library.reports.results import PairKind
from recog.library.reports.sides import NEAREST_FACES, Faces, Side
from recog.render.duplicates_page import duplicate_page
from recog.store.records import ScannedPhoto
from recog.types import ClusterRule, Embeddings, Face, FaceBox, FileStat, NewFace, Photo, Scatter
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint

LANDMARKS = ((30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0))


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    return buffer.getvalue()


def fill(
    library: PaintedLibrary, groups: Iterable[Embeddings], *, batch: int = 5000, sharpness: float = 500.0
) -> list[list[int]]:
    """Save one photo for each face to the catalog and return the face ids of each group of embeddings."""
    thumbnail, face_ids = jpeg(), []
    with library.context.writing(create=True) as catalog:
        photos = catalog.upkeep.counts().photos
        for group in groups:
            ids: list[int] = []
            for start in range(0, len(group), batch):
                scans = []
                for vector in group[start : start + batch]:
                    photos += 1
                    face = NewFace(FaceBox(10, 10, 110, 110, 0.99, LANDMARKS), vector, sharpness, thumbnail)
                    stat = FileStat(Path(f"/photos/{photos}.jpg"), 1, 1)
                    scans.append(ScannedPhoto(stat, f"{photos:064x}", 200, 200, None, (face,)))
                saved = catalog.photos.save(scans, detector="d" * 64, network=library.networks.info)
                ids += [face_id for one in saved for face_id in one.face_ids]
            face_ids.append(ids)
    return face_ids


def around(direction: tuple[float, float, float], count: int, *, spread: float = 0.01) -> Embeddings:
    noise = np.random.default_rng(count).normal(0, spread, (count, 3))
    return unit_rows((np.array(direction) + noise).astype(np.float32))


def name(library: PaintedLibrary, who: str, face_ids: list[int]) -> None:
    catalog = library.context.catalog
    catalog.acts.confirm(face_ids, catalog.people.add(who).id)


@pytest.fixture
def memory() -> Iterator[None]:
    """Fail if a test takes more than 1 GB beyond what the process held."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000


def test_an_empty_library_and_one_face_have_nothing_to_report(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "none.png", None)
    library.index([folder])
    for photos in (1, 2):
        report = library.reports.duplicates()
        assert (report.pairs, report.mixed, report.groups, report.near_copies, report.photos) == (
            (),
            (),
            (),
            (),
            photos,
        )
        paint(folder / "one.png", RED)
        library.index([folder])


def test_people_who_are_distinct_are_not_reported_again(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    library.people.enrol("Eve", [paint(folder / "e.png", (240, 60, 60))])
    (pair,) = library.reports.duplicates().pairs
    assert (pair.kind, pair.left.person, pair.right.person) == (PairKind.PEOPLE, "Ada", "Eve")
    catalog = library.context.catalog
    catalog.acts.set_distinct(catalog.people.by_name("Ada").id, catalog.people.by_name("Eve").id)
    assert library.reports.duplicates().pairs == ()


def test_a_cluster_that_a_human_rejected_is_not_reported_again(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    _, theirs = fill(library, [around((0, 1, 0), 2), around((1, 0.35, 0.35), 4)])
    (pair,) = library.reports.duplicates().pairs
    assert (pair.kind, pair.left.person) == (PairKind.PERSON_AND_CLUSTER, "Ada")
    assert sorted(pair.right.typical) == theirs
    library.context.catalog.acts.reject(theirs[:2], library.context.catalog.people.by_name("Ada").id)
    assert library.reports.duplicates().pairs == ()


def test_a_name_of_two_people_is_reported_with_its_parts(library: PaintedLibrary) -> None:
    red, green, blue, far = fill(
        library, [around((1, 0, 0), 5), around((0, 1, 0), 3), around((0, 0, 1), 6), around((-1, 0, 0), 3)]
    )
    name(library, "Ada", red + green)
    name(library, "Ben", blue[:4] + far)
    name(library, "Zoe", blue[4:])
    report = library.reports.duplicates()
    assert [(one.main.person, one.main.faces, one.part.faces, one.further) for one in report.mixed] == [
        ("Ada", 5, 3, 0),
        ("Ben", 4, 3, 0),
    ] or [one.main.person for one in report.mixed] == ["Ben", "Ada"]
    ada = next(one for one in report.mixed if one.main.person == "Ada")
    assert ada.squared_distance == pytest.approx(2, abs=0.1)
    assert {sample.face_id for sample in ada.part.samples} == set(green)


def test_an_odd_face_makes_nobody_mixed(library: PaintedLibrary) -> None:
    red, green = fill(library, [around((1, 0, 0), 5), around((0, 1, 0), 1)])
    name(library, "Ada", red + green)
    assert library.reports.duplicates().mixed == ()


def whole(embeddings: Embeddings, *, first: int = 0) -> Faces:
    """Return a side of unnamed faces, one on each photo."""
    ids = np.arange(len(embeddings)) + first
    return Faces(ids, embeddings, ids, np.full(len(ids), -1))


def sides(left: Embeddings, right: Embeddings) -> tuple[Side, Side]:
    embeddings = np.concatenate([left, right])
    faces = whole(embeddings, first=100)
    return Side(faces, np.arange(len(left))), Side(faces, np.arange(len(left), len(embeddings)))


def test_distances_between_sides_are_those_of_all_pairs() -> None:
    """Compare with every pair, one by one."""
    left, right = around((1, 0, 0), 30, spread=0.3), around((0, 1, 0), 40, spread=0.3)
    one, other = sides(left, right)
    every = [float(((a - b) ** 2).sum()) for a in left for b in right]
    assert one.squared_distance(other) == pytest.approx(np.mean(every), abs=1e-5)
    assert one.nearest(other) == pytest.approx(min(every), abs=1e-5)
    nearest = min(
        range(30), key=lambda row: float(((left[row] - left.mean(axis=0)) ** 2).sum() - (left[row] ** 2).sum())
    )
    assert one.typical[0] == 100 + nearest


def test_pairs_are_ranked_by_what_their_sizes_prove_and_none_that_is_likely_is_left_out(
    library: PaintedLibrary,
) -> None:
    """Compare with every pair of sides on its own."""
    rule = ClusterRule(0.6, 30, Scatter(0.7, 40.0, 0.1), "painted faces")
    library.networks.calibration = replace(library.networks.calibration, clusters=rule)
    draw = np.random.default_rng(5)
    groups = [around(tuple(draw.normal(size=3)), int(count)) for count in draw.integers(1, 9, 12)]
    for number, ids in enumerate(fill(library, groups)):
        name(library, f"P{number}", ids)
    report = library.reports.duplicates()
    linkage = linkage_of(library.networks.calibration, sum(map(len, groups)))
    embeddings = np.concatenate(groups)
    faces, starts = whole(embeddings), np.cumsum([0, *map(len, groups)])
    every = [Side(faces, np.arange(start, stop)) for start, stop in pairwise(starts)]
    slow = {
        (f"P{one}", f"P{other}"): probability_of_one(
            every[one].linkage(every[other], linkage), linkage, library.networks.calibration
        )
        for one, other in combinations(range(12), 2)
    }
    likely = sorted((said for said in slow.values() if said >= LEAST_PROBABILITY), reverse=True)
    assert 3 <= len(likely) < len(slow)
    assert [pair.probability for pair in report.pairs] == pytest.approx(likely, abs=1e-5)
    for pair in report.pairs:
        assert pair.probability == pytest.approx(slow[pair.left.label, pair.right.label], abs=1e-5)


def test_the_nearest_pair_of_large_sides_is_of_an_even_sample() -> None:
    left, right = around((1, 0, 0), 3 * NEAREST_FACES), around((0, 1, 0), 2)
    one, other = sides(left, right)
    sampled = 2 - 2 * (left[np.linspace(0, len(left) - 1, NEAREST_FACES).astype(int)] @ right.T).max()
    assert one.nearest(other) == pytest.approx(sampled, abs=1e-6)


def photo_with(
    photo_id: int, size: tuple[int, int], *boxes: tuple[float, float, float, float]
) -> tuple[Photo, list[Face]]:
    """Save a photo with boxes relative to it: left, top, right, bottom."""
    width, height = size
    faces = [
        Face(0, photo_id, FaceBox(a * width, b * height, c * width, d * height, 1.0, ()), 1.0, None, None, None)
        for a, b, c, d in boxes
    ]
    return Photo(photo_id, "", width, height, None), faces


HERE, THERE = (0.1, 0.1, 0.3, 0.4), (0.6, 0.1, 0.8, 0.4)


@pytest.mark.parametrize(
    ("size", "boxes", "same"),
    [
        ((200, 150), [HERE, THERE], True),
        ((199, 150), [HERE, THERE], True),
        ((200, 150), [HERE], True),
        ((200, 150), [(0.11, 0.1, 0.31, 0.4), THERE], True),
        ((150, 200), [HERE, THERE], False),
        ((200, 150), [(0.3, 0.1, 0.5, 0.4), THERE], False),
        ((200, 150), [HERE, (0.6, 0.5, 0.8, 0.8)], False),
        ((200, 150), [HERE, THERE, (0.1, 0.6, 0.3, 0.9), (0.6, 0.6, 0.8, 0.9), (0.4, 0.4, 0.5, 0.5)], False),
    ],
    ids=["half the size", "rounded", "a face less", "a little moved", "turned", "cut", "one elsewhere", "many more"],
)
def test_a_picture_saved_twice_has_its_faces_in_the_same_places(
    size: tuple[int, int], boxes: list[tuple[float, float, float, float]], same: bool
) -> None:
    first, faces = photo_with(1, (400, 300), HERE, THERE)
    second, others = photo_with(2, size, *boxes)
    third, strangers = photo_with(3, (400, 300), HERE, THERE)
    every = unit_rows(np.eye(12, dtype=np.float32))
    embeddings = np.concatenate([every[:2], every[: len(others)], every[10:12]])
    every_face = [*faces, *others, *strangers]
    pairs = alike(embeddings, np.array([face.photo_id for face in every_face]))
    found = near_copies(pairs, embeddings, every_face, {1: first, 2: second, 3: third})
    assert found == ([(1, 2)] if same else [])


def test_photos_saved_again_are_reported_apart_from_exact_copies(library: PaintedLibrary, folder: Path) -> None:
    first = paint(folder / "a.png", RED, GREEN)
    (folder / "copy.png").write_bytes(first.read_bytes())
    paint(folder / "again.png", RED, GREEN, noise=7)
    paint(folder / "other.png", RED, BLUE)
    paint(folder / "wider.png", RED, GREEN, None)
    library.index([folder])
    report = library.reports.duplicates()
    assert [[path.name for path in group] for group in report.duplicate_photos] == [["a.png", "copy.png"]]
    assert [{one.path.name for one in group if one.path} for group in report.near_copies] == [{"a.png", "again.png"}]


@pytest.mark.parametrize("photos", [1, 40])
def test_the_photos_saved_twice_are_those_of_which_every_pair_was_looked_at(photos: int) -> None:
    """Compare with all pairs of faces of all photos, joined to connected components."""
    draw = np.random.default_rng(photos)
    pictures = [draw.normal(size=(int(count), 12)) for count in draw.integers(1, 4, 6)]
    known, faces, rows = {}, [], []
    for photo_id in range(1, photos + 1):
        picture = pictures[draw.integers(len(pictures))]
        size = (400, 300) if draw.random() < 0.7 else (300, 400)
        boxes = [(0.3 * place + 0.02 * shift, 0.1, 0.3 * place + 0.2, 0.5) for place, shift in
                 enumerate(draw.integers(0, 3, len(picture)))]  # fmt: skip
        known[photo_id], theirs = photo_with(photo_id, size, *boxes)
        faces += theirs
        rows.append(picture + draw.normal(scale=0.03, size=picture.shape))
    embeddings = unit_rows(np.concatenate(rows).astype(np.float32))
    of = [face.photo_id for face in faces]

    def one_picture(one: int, other: int) -> bool:
        left, right = ([row for row, photo_id in enumerate(of) if photo_id == wanted] for wanted in (one, other))
        near = [
            (a, b)
            for a, b in product(left, right)
            if ((embeddings[a] - embeddings[b]) ** 2).sum() <= 0.05 and iou(place(a), place(b)) >= 0.75
        ]
        together = [(a, b) for a, b in product(left, right) if iou(place(a), place(b)) >= 0.75]
        return (
            bool(near)
            and known[one].width == known[other].width
            and len(together) >= min(len(left), len(right))
            and 2 * len(together) >= max(len(left), len(right))
            and float(np.mean([((embeddings[a] - embeddings[b]) ** 2).sum() for a, b in together])) <= 0.5
        )

    def place(row: int) -> FaceBox:
        return rescaled(faces[row].box, 1 / known[of[row]].width, 1 / known[of[row]].height)

    groups = {photo_id: {photo_id} for photo_id in known}
    for one, other in combinations(known, 2):
        if one_picture(one, other):
            joined = groups[one] | groups[other]
            groups |= dict.fromkeys(joined, joined)
    slow = sorted({tuple(sorted(group)) for group in groups.values() if len(group) > 1})
    pairs = alike(embeddings, np.array(of))
    assert near_copies(pairs, embeddings, faces, known) == slow
    assert photos == 1 or len(slow) > 2


@pytest.mark.usefixtures("memory")
def test_a_cluster_of_fifty_thousand_faces_is_reported_on_a_page_like_any_other(library: PaintedLibrary) -> None:
    """One face spent a day before a camera: all photos are alike, and half of them have the name."""
    many, few = fill(library, [around((1, 0, 0), 50_000, spread=0.02), around((0, 1, 0), 3)], batch=25_000)
    name(library, "Ada", many[::2])
    report = library.reports.duplicates()
    assert [(one.person, one.size) for one in report.clusters] == [("Ada", 50_000), (None, 3)]
    (pair,) = report.pairs
    assert (pair.left.person, pair.left.faces, pair.right.faces) == ("Ada", 25_000, 25_000)
    assert pair.probability > 0.9
    assert len(pair.right.typical) == 100
    assert report.mixed == ()
    assert {len(group) for group in report.near_copies} >= {50_000}
    assert not set(few) & {sample.face_id for sample in (*pair.left.samples, *pair.right.samples)}
    assert len(duplicate_page(report)) < 200_000


@pytest.mark.usefixtures("memory")
def test_ten_thousand_files_of_one_photo_are_one_photo_and_one_group_of_files(library: PaintedLibrary) -> None:
    face = NewFace(FaceBox(10, 10, 110, 110, 0.99, LANDMARKS), around((1, 0, 0), 1)[0], 500.0, jpeg())
    with library.context.writing(create=True) as catalog:
        scans = [
            ScannedPhoto(FileStat(Path(f"/photos/{number:05}.jpg"), 1, 1), "a" * 64, 200, 200, None, (face,))
            for number in range(10_000)
        ]
        catalog.photos.save(scans, detector="d" * 64, network=library.networks.info)
        other = FileStat(Path("/photos/other.jpg"), 1, 1)
        catalog.photos.save(
            [ScannedPhoto(other, "b" * 64, 200, 200, None, (replace(face, embedding=around((0, 1, 0), 1)[0]),))],
            detector="d" * 64, network=library.networks.info,
        )  # fmt: skip
    report = library.reports.duplicates()
    assert (report.photos, report.faces, report.clusters, report.pairs) == (2, 2, (), ())
    assert report.duplicate_photos == (tuple(scan.stat.path for scan in scans),)
    assert report.near_copies == ()
    page = duplicate_page(report)
    assert "/photos/00049.jpg" in page
    assert "/photos/00050.jpg" not in page
    assert "and 9,950 files more" in page


@pytest.mark.usefixtures("memory")
def test_ten_thousand_copies_of_one_face_are_one_cluster(library: PaintedLibrary) -> None:
    fill(library, [around((1, 0, 0), 10_000, spread=0.0)])
    report = library.reports.duplicates()
    assert [one.size for one in report.clusters] == [10_000]
    assert [len(group) for group in report.near_copies] == [10_000]
    assert (report.pairs, report.mixed) == ((), ())


def test_a_large_cluster_is_represented_by_its_most_typical_faces(library: PaintedLibrary) -> None:
    many, few = fill(library, [around((1, 0, 0), 2000, spread=0.02), around((1, 0.4, 0), 500, spread=0.02)])
    name(library, "Ada", many)
    (pair,) = library.reports.duplicates().pairs
    assert (pair.left.person, pair.left.faces, pair.right.faces) == ("Ada", 2000, 500)
    assert pair.squared_distance == pytest.approx(0.14, abs=0.03)
    assert pair.nearest < pair.squared_distance
    assert (pair.kind, pair.left.typical) == (PairKind.PERSON_AND_CLUSTER, ())
    assert len(set(pair.right.typical)) == 100
    assert set(pair.right.typical) <= set(few)


def test_sides_of_fifty_thousand_faces_take_bounded_memory_and_time() -> None:
    """All pairs of faces would need ten gigabytes."""
    draw = np.random.default_rng(3)
    left, right = (unit_rows(draw.normal(size=(50_000, 128)).astype(np.float32) + shift) for shift in (0.3, 0.5))
    one, other = sides(left, right)
    tracemalloc.start()
    start = time.process_time()
    assert 0 < one.nearest(other) < one.squared_distance(other)
    assert len(one.typical) == 100
    seconds = time.process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000
    assert seconds < 20


def test_two_clusters_without_a_name_say_whether_their_numbers_are_remembered(
    library: PaintedLibrary,
) -> None:
    ids = fill(library, [around((1, 0, 0), 3), around((0.7, 0.714, 0), 3)])
    library.networks.calibration = replace(library.networks.calibration, intercept=-8.0)  # even odds at 0.8
    (pair,) = library.reports.duplicates().pairs
    assert (pair.kind, pair.left.remembered, pair.right.remembered) == (PairKind.CLUSTERS, False, False)
    assert sorted((*pair.left.typical, *pair.right.typical)) == sorted(ids[0] + ids[1])
    numbers = [one.number for one in library.groups.cluster().clusters]
    (pair,) = library.reports.duplicates().pairs
    one, other = numbers
    assert [(side.cluster, side.remembered) for side in (pair.left, pair.right)] == [(one, True), (other, True)]
    library.people.confirm("Ann", cluster=one, new=True)
    library.people.confirm("Ann", cluster=other)
    assert library.people.person("Ann").person.confirmed == 6


def test_somebody_with_very_many_faces_is_looked_at_by_a_sample_and_every_face_is_in_a_part() -> None:
    many, few = 2 * MOST_GROUPED, MOST_GROUPED // 2
    embeddings = np.concatenate([around((1, 0, 0), many), around((0, 1, 0), few)])
    faces = whole(embeddings, first=1)
    start = time.process_time()
    (mixed,) = mixed_people([Side(faces, np.arange(many + few), 1, "Ann")], Linkage(0.5))
    assert (len(mixed.main.rows), len(mixed.part.rows), mixed.further) == (many, few, 0)
    assert time.process_time() - start < 20
