"""Status, check and mend."""

from operator import attrgetter
from pathlib import Path

import pytest

from recog.errors import CatalogError, NoLibraryError, WayOut
from recog.library.maintenance.results import Remedy, RemedyKind
from recog.store.schema.tables import embeddings
from tests.held_index import live_index
from tests.library.database import writing_to
from tests.painted import GREEN, RED, PaintedLibrary, paint, painted_library


@pytest.fixture
def filled(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    for number in range(6):
        paint(folder / f"{number}.png", (RED, GREEN)[number % 2], noise=number)
    library.index([folder])
    return library


def index_file(library: PaintedLibrary) -> Path:
    (path,) = (library.context.settings.library / "index").rglob("*.faiss")
    return path


@pytest.mark.parametrize(
    "verb",
    ["status", "people.all", "people.match_all", "reports.duplicates", "groups.cluster", "maintenance.check"],
)
def test_without_a_library_reading_says_so_and_makes_none(library: PaintedLibrary, verb: str) -> None:
    with pytest.raises(NoLibraryError) as caught:
        attrgetter(verb)(library)()
    assert caught.value.way_out is WayOut.MAKE_LIBRARY
    assert not library.context.settings.library.exists()


def test_status_counts(filled: PaintedLibrary, folder: Path) -> None:
    status = filled.status()
    assert (status.photos, status.files, status.faces, status.people) == (6, 6, 6, 0)
    assert (status.index.faces, status.index.kind, status.index.behind) == (6, "flat", 0)
    assert status.roots == (folder,)


def test_a_sound_library_has_no_findings(filled: PaintedLibrary) -> None:
    assert filled.maintenance.check().findings == ()


@pytest.mark.parametrize("damage", ["gone", "flipped", "truncated", "empty"])
def test_a_damaged_index_is_found_mended_and_never_believed(filled: PaintedLibrary, folder: Path, damage: str) -> None:
    path = index_file(filled)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "flipped":
        path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    elif damage == "truncated":
        path.write_bytes(content[:-10])
    else:
        path.write_bytes(b"")
    with painted_library(filled.context.settings.library) as again:
        assert len(again.search(folder / "0.png", k=6).faces[0].found) == 6
    with painted_library(filled.context.settings.library) as again:
        (finding,) = again.maintenance.check().findings
        assert (finding.kind, finding.fixed) == ("index", False)
        assert again.maintenance.check(fix=True).ok
    with painted_library(filled.context.settings.library) as again:
        assert again.maintenance.check().findings == ()


def test_an_index_of_another_library_is_not_believed(filled: PaintedLibrary, tmp_path: Path, folder: Path) -> None:
    with painted_library(tmp_path / "other") as other:
        other.index([folder])
        (source,) = (other.context.settings.library / "index").rglob("*.json")
        stranger = {path.name: path.read_bytes() for path in source.parent.iterdir()}
    home = index_file(filled).parent
    for name, content in stranger.items():
        (home / name).write_bytes(content)
    with painted_library(filled.context.settings.library) as again:
        assert len(again.search(folder / "0.png", k=6).faces[0].found) == 6
        assert "library" in live_index(again).problem


def test_rebuilding_publishes_the_whole_index(filled: PaintedLibrary) -> None:
    index_file(filled).unlink()
    status = filled.maintenance.rebuild_index()
    assert (status.faces, status.behind) == (6, 0)
    assert index_file(filled).is_file()


def test_an_embedding_whose_bits_rotted_is_found_dropped_and_made_anew(filled: PaintedLibrary, folder: Path) -> None:
    """SQLite does not notice a flipped bit inside a value."""
    good = filled.context.catalog.embeddings.of_faces([3], filled.networks.info.sha256)[1].tobytes()
    path = filled.context.settings.library / "catalog.sqlite3"
    filled.close()
    raw = path.read_bytes()
    at = raw.index(good) + 2  # in the middle of the first number
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
    with painted_library(filled.context.settings.library) as again:
        assert again.context.catalog.upkeep.quick_check() == []
        (finding,) = again.maintenance.check().findings
        assert (finding.kind, finding.count, finding.fixed) == ("embeddings", 1, False)
        assert again.maintenance.check(fix=True).ok
        assert len(again.search(folder / "0.png", k=6).faces[0].found) == 5
        again.index([folder])
        assert again.context.catalog.embeddings.of_faces([3], again.networks.info.sha256)[1].tobytes() == good
        assert again.maintenance.check().findings == ()


@pytest.mark.parametrize(("face_id", "vector"), [(3, b""), (3, bytes(4)), (4, bytes(516))])
def test_an_embedding_of_another_length_is_told_by_its_face_dropped_and_made_anew(
    filled: PaintedLibrary, folder: Path, face_id: int, vector: bytes
) -> None:
    digest = filled.networks.info.sha256
    good = filled.context.catalog.embeddings.of_faces([face_id], digest)[1].tobytes()
    with writing_to(filled) as connection:
        connection.execute(embeddings.update().where(embeddings.c.face_id == face_id).values(vector=vector))
    with painted_library(filled.context.settings.library) as again:
        (finding,) = again.maintenance.check().findings
        assert (finding.kind, finding.count, finding.fixed) == ("embeddings", 1, False)
        assert f"another length than their network's, of face {face_id}:" in finding.sentence
        assert finding.remedy == Remedy(RemedyKind.FIX_THEN_INDEX)
        with pytest.raises(CatalogError, match=f"has {len(vector)} bytes") as caught:
            again.groups.cluster()
        assert caught.value.way_out is WayOut.FIX_THEN_INDEX
        assert again.maintenance.check(fix=True).ok
        assert len(again.search(folder / "0.png", k=6).faces[0].found) == 5
        again.index([folder])
        assert again.context.catalog.embeddings.of_faces([face_id], digest)[1].tobytes() == good
        assert again.maintenance.check().findings == ()


def test_two_embeddings_whose_lengths_make_up_for_each_other_are_not_read_as_sound(filled: PaintedLibrary) -> None:
    digest = filled.networks.info.sha256
    _, (one, other, *_) = filled.context.catalog.embeddings.of_faces([1, 2], digest)
    halves = one.tobytes() + other.tobytes()
    with writing_to(filled) as connection:
        for face_id, vector in ((1, halves[:-4]), (2, halves[-4:])):
            connection.execute(embeddings.update().where(embeddings.c.face_id == face_id).values(vector=vector))
        connection.exec_driver_sql("UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE face_id = 5")
    with pytest.raises(CatalogError, match="a stored vector has ") as caught:
        filled.context.catalog.embeddings.of_faces([1, 2], digest)
    assert caught.value.way_out is WayOut.FIX_THEN_INDEX
    assert [(one.kind, one.sentence.partition(":")[0]) for one in filled.maintenance.check().findings] == [
        ("embeddings", "2 embeddings have another length than their network's, of faces 1, 2"),
        ("embeddings", "1 embeddings are not of length one, of face 5"),
    ]


def test_what_a_face_lost_is_said_in_words_and_made_anew(filled: PaintedLibrary, folder: Path) -> None:
    with writing_to(filled) as connection:
        connection.exec_driver_sql("DELETE FROM thumbnails WHERE face_id = 2")
        connection.exec_driver_sql("DELETE FROM embeddings WHERE face_id = 3")
    kinds = {"faces_without_thumbnail": "thumbnail", "faces_without_embedding": "embedding"}
    findings = {one.kind: one for one in filled.maintenance.check().findings if one.kind != "index"}
    assert {kind: one.sentence for kind, one in findings.items()} == {
        kind: f"1 faces have lost their {what}" for kind, what in kinds.items()
    }
    assert {one.remedy.kind for one in findings.values()} == {RemedyKind.FIX_THEN_INDEX}
    mended = filled.maintenance.check(fix=True)
    assert mended.ok
    assert {one.remedy.kind for one in mended.findings if one.kind in kinds} == {RemedyKind.FIX_THEN_INDEX}
    filled.index(folder)
    assert filled.maintenance.check().findings == ()
    assert filled.context.catalog.faces.thumbnails([2]).keys() == {2}
    assert len(filled.context.catalog.embeddings.of_faces([3], filled.networks.info.sha256)[0]) == 1
