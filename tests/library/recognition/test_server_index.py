"""The index on a server: it finds what FAISS finds, keeps its promise of recall, and is mended."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import numpy as np
import psycopg
import pytest

from benchmarks.made_up_faces import INFO, MadeUpFaces
from recog.config import read_settings
from recog.distance import unit_rows
from recog.index.faiss_index import FaceIndex
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.server_index import ServerIndex
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import Among, ScannedPhoto
from recog.types import DateSource, Embeddings, FaceBox, FileStat, Neighbour, NetworkInfo, NewFace
from tests.painted import PaintedNetworks
from tests.postgres import Databases
from tests.texts import to_text

pytestmark = pytest.mark.postgres
FACES = 1_500
LARGE = 500
WIDE = replace(INFO, sha256="1" * 64, dim=512, name="wide")
BOX = FaceBox(0, 0, 10, 10, 0.99, ((1.0, 1.0),) * 5)


def save(catalog: Catalog, embeddings: Embeddings, network: NetworkInfo = INFO) -> None:
    """Save one photo a face; face i + 1 has row i, and was photographed i days after 2020 began."""
    photos = [
        ScannedPhoto(
            FileStat(Path(f"/photos/{network.name} {row}.png"), 1, 1),
            f"{row + network.dim * FACES:064x}",
            50,
            50,
            datetime(2020, 1, 1, 12) + row * (datetime(2020, 1, 2) - datetime(2020, 1, 1)),  # noqa: DTZ001
            [NewFace(BOX, embedding, 9, b"j")],
            taken_from=DateSource.EXIF_ORIGINAL,
        )
        for row, embedding in enumerate(embeddings)
    ]
    catalog.photos.save(photos, detector="d" * 64, network=network)


class World:
    """A catalog of made-up faces on a server, with probes, and FAISS' exact index of the same faces."""

    def __init__(self, url: str) -> None:
        self.url = url
        faces = MadeUpFaces(FACES)
        self.embeddings = faces.embeddings
        self.owners = faces.owners
        self.probes = faces.probes(60)
        self.catalog = open_catalog(url)
        save(self.catalog, self.embeddings)
        self.person = self.catalog.people.add("Ann").id
        self.catalog.acts.confirm([3, 50, 700, 701, 1_400], self.person)
        batch = np.arange(1, FACES + 1), self.embeddings
        self.exact = FaceIndex.build([batch], network_sha256=INFO.sha256, dim=INFO.dim, device="cpu", kind="flat")

    def index(self, *, large: int = LARGE) -> ServerIndex:
        return ServerIndex(self.catalog, INFO, large=large)

    def scans(self) -> int:
        """How often the server has looked into its index; each session tells of its scans within seconds."""
        time.sleep(1.1)
        asked = "SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_indexes WHERE indexrelname LIKE 'hnsw%'"
        with self.catalog.repeatable_reads():
            self.catalog.people.count()  # the session's own are told when it has something to do again
        ((count,),) = self.execute(asked)
        assert isinstance(count, int | Decimal)
        return int(count)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def made(databases: Databases) -> Iterator[World]:
    url = databases.new()
    world = World(url)
    yield world
    world.catalog.close()
    databases.drop(url)


@pytest.fixture
def world(made: World) -> World:
    """The faces without an index; tests leave them as they are."""
    made.catalog.hnsw.drop(INFO.sha256)
    return made


def ids(found: Sequence[Sequence[Neighbour]]) -> list[list[int]]:
    return [[one.face_id for one in row] for row in found]


def share(found: list[list[int]], expected: list[list[int]]) -> float:
    pairs = zip(found, expected, strict=True)
    return float(np.mean([len({*a} & {*b}) / len(b) for a, b in pairs]))


def test_without_an_index_the_server_finds_exactly_what_faiss_finds(world: World) -> None:
    index = world.index()
    assert (index.kind, index.count, index.recall.at_1) == ("flat", FACES, 1.0)
    found, expected = index.search(world.probes, 10), world.exact.search(world.probes, 10)
    assert ids(found) == ids(expected)
    far = [[one.squared_distance for one in row] for row in (*found, *expected)]
    assert np.allclose(far[: len(found)], far[len(found) :], atol=2e-6)


def test_a_large_library_gets_an_index_that_is_used_and_keeps_the_promise(world: World) -> None:
    index = world.index()
    assert "has no search index" in str(index.disagreement())
    index.publish()
    assert (index.kind, index.disagreement()) == ("hnsw", None)
    assert index.recall.at_1 >= 0.99
    assert index.recall.at_10 >= 0.98
    before = world.scans()
    found = index.search(world.probes, 10)
    assert world.scans() - before >= len(world.probes)
    assert share(ids(found), ids(world.exact.search(world.probes, 10))) >= 0.98
    tuned = index.tuning()
    assert (tuned.kind, tuned.faces, tuned.lists) == ("hnsw", FACES, None)
    assert tuned.nprobe in [one.nprobe for one in tuned.settings]
    assert to_text(tuned).count("<- in use") == 1


def test_a_small_library_gets_none(world: World) -> None:
    index = world.index(large=FACES)
    index.publish()
    assert (index.kind, index.disagreement(), index.tuning().settings) == ("flat", None, ())


def test_an_index_is_measured_anew_when_the_library_has_grown(world: World) -> None:
    world.index().publish()
    state = world.catalog.hnsw.state(INFO.sha256)
    assert state is not None
    assert state.measured is not None
    world.catalog.hnsw.describe(INFO.sha256, replace(state.measured, faces=FACES // 3, recall_at_1=0.5))
    world.index().publish()
    assert world.index().recall.at_1 > 0.9


@pytest.mark.parametrize("built", [False, True])
def test_more_neighbours_than_faces_are_all_faces_and_ties_go_by_number(world: World, built: bool) -> None:
    if built:
        world.index().publish()
    found = world.index().search(world.probes[:2], FACES + 5)
    assert [len(row) for row in found] == [FACES, FACES]
    assert [one.squared_distance for one in found[0]] == sorted(one.squared_distance for one in found[0])
    with pytest.raises(ValueError, match="k is at least 1"):
        world.index().search(world.probes, 0)
    with pytest.raises(ValueError, match="length one"):
        world.index().search(2 * world.probes, 1)


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(
    ("among", "held"),
    [
        ("person", {3, 50, 700, 701, 1_400}),
        (Among(folder=Path("/photos/made-up 6.png")), {7}),
        (Among(since=date(2020, 1, 5), until=date(2020, 1, 7)), {5, 6, 7}),
        (Among(until=date(2020, 1, 2)), {1, 2}),
        (Among(folder=Path("/photos"), since=date(2020, 1, 4), until=date(2020, 1, 4)), {4}),
        (Among(folder=Path("/photo")), set()),
    ],
)
def test_a_search_among_some_faces_finds_all_of_them_as_faiss_does(
    world: World,
    built: bool,
    among: Among | str,
    held: set[int],
) -> None:
    if built:
        world.index().publish()
    limits = among if isinstance(among, Among) else Among(person_id=world.person)
    found = world.index().search(world.probes[:5], 10, among=limits)
    assert [{*row} for row in ids(found)] == 5 * [held]
    only = world.catalog.faces.ids_among(limits, INFO.sha256)
    assert ids(world.exact.search(world.probes[:5], 10, only=only)) == ids(found)


class Calibrated(PaintedNetworks):
    """Networks of which the embedder is that of the made-up faces."""

    @cached_property
    def info(self) -> NetworkInfo:
        return INFO


@pytest.mark.parametrize("built", [False, True])
def test_a_server_names_probes_by_its_confirmed_faces_as_exact_search_does(world: World, built: bool) -> None:
    if built:
        world.index().publish()
    networks = Calibrated(read_settings())
    acts = world.catalog.acts
    theirs = {name: np.flatnonzero(world.owners == number)[:9] + 1 for name, number in (("Cid", 20), ("Dot", 33))}
    for name, faces in theirs.items():
        acts.enrol(name, faces.tolist())
    try:
        through = PersonGallery(world.catalog, networks, world.index(), k=4, large=1)
        exact = PersonGallery(world.catalog, networks, None, k=4)
        probes = np.concatenate([world.embeddings[faces - 1] for faces in theirs.values()] + [world.probes[:10]])
        people = {person.id for person in world.catalog.people.all()}
        for refused in ({}, {0: people - {world.person}, 12: {world.catalog.people.by_name("Dot").id}, 3: people}):
            found, expected = through.decide(probes, refused), exact.decide(probes, refused)
            assert [[one and (one.person_id, one.votes) for one in pair] for pair in found] == [
                [one and (one.person_id, one.votes) for one in pair] for pair in expected
            ]
            assert {pair[0] is None for pair in expected} == {True, False}
        acts.undo()
        assert through.threshold == exact.threshold
        assert {pair[1] and pair[1].person_id for pair in through.decide(probes)} <= people
    finally:
        world.catalog.acts.undo()


def test_networks_of_several_dimensions_live_side_by_side(world: World) -> None:
    random = np.random.default_rng(3)
    wide = unit_rows(random.normal(size=(LARGE + 100, 512)).astype(np.float32))
    save(world.catalog, wide, WIDE)
    try:
        index = ServerIndex(world.catalog, WIDE, large=LARGE)
        index.publish()
        world.index().publish()
        assert (index.kind, index.count, world.index().count) == ("hnsw", len(wide), FACES)
        nearest = index.search(wide[:20], 1)
        assert [row[0].squared_distance for row in nearest] == 20 * [0.0]
        assert ids(world.index().search(world.embeddings[:20], 1)) == [[face] for face in range(1, 21)]
    finally:
        world.catalog.files.drop([Path(f"/photos/wide {row}.png") for row in range(len(wide))], folders=[])


def test_a_build_that_was_cut_short_is_found_and_built_again(world: World) -> None:
    world.index().publish()
    world.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'hnsw_embeddings_near_1'::regclass")
    index = world.index()
    assert (index.kind, "cut short" in str(index.disagreement())) == ("flat", True)
    assert ids(index.search(world.probes, 3)) == ids(world.exact.search(world.probes, 3))
    index.publish()
    assert (index.kind, index.disagreement()) == ("hnsw", None)


def test_missing_copies_are_found_and_made_again(world: World) -> None:
    world.execute("UPDATE embeddings SET near = NULL WHERE face_id IN (5, 6)")
    index = world.index(large=FACES)
    assert "cannot find 2 faces" in str(index.disagreement())
    assert index.search(world.embeddings[4:5], 1)[0][0].face_id != 5
    index.rebuild()
    assert index.disagreement() is None
    assert index.search(world.embeddings[4:5], 1)[0][0].face_id == 5


def test_a_client_that_meets_another_one_building_leaves_it_alone(world: World) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute("SELECT pg_advisory_lock(1752068983, 1)")
        world.index().publish()
        assert world.index().kind == "flat"
    world.index().publish()
    assert world.index().kind == "hnsw"


def test_a_user_who_does_not_own_the_tables_searches_and_builds_nothing(world: World) -> None:
    world.execute("DO $$ BEGIN CREATE ROLE looker LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    world.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker")
    with open_catalog(world.url.replace("postgres:@", "looker:@")) as catalog:
        index = ServerIndex(catalog, INFO, large=LARGE)
        index.publish()
        assert index.kind == "flat"
        assert ids(index.search(world.probes, 3)) == ids(world.exact.search(world.probes, 3))


def test_the_server_keeps_no_statistics_of_vectors(world: World) -> None:
    world.index().publish()
    world.execute("ANALYZE embeddings")
    kept = world.execute(
        "SELECT starelid::regclass::text, attname FROM pg_statistic JOIN pg_attribute "
        "ON attrelid = starelid AND attnum = staattnum WHERE starelid = 'embeddings'::regclass OR starelid IN "
        "(SELECT indexrelid FROM pg_index WHERE indrelid = 'embeddings'::regclass)"
    )
    assert ("embeddings", "face_id") in kept
    assert not {("embeddings", "near"), ("hnsw_embeddings_near_1", "near")} & set(kept)
    assert not [relation for relation, _ in kept if str(relation).startswith("hnsw")]


def test_forgetting_somebody_drops_the_index_instead_of_building_it_under_a_lock(world: World) -> None:
    world.index().publish()
    ben = world.catalog.people.add("Ben")
    assert world.catalog.erasure.forget(ben.id).complete
    assert world.catalog.hnsw.state(INFO.sha256) is None
    world.index().publish()
    assert world.index().kind == "hnsw"
