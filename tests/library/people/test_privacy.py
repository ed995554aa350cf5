"""What is kept of people: how long, what of it they may see, and the proof that it is gone."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from recog.config import read_settings
from recog.errors import CatalogError, UnknownPersonError
from tests.opened_twice import bytes_of
from tests.painted import GREEN, RED, PaintedLibrary, paint


@pytest.fixture
def named(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Ada Lovelace is red; nobody knows who is green."""
    paint(folder / "party.png", RED, None, GREEN)
    paint(folder / "ada.png", RED, noise=1)
    library.index([folder])
    library.people.enrol("Ada Lovelace", folder / "ada.png")
    return library


def embedded(library: PaintedLibrary) -> set[int]:
    catalog = library.context.catalog
    faces = [face.id for number in (1, 2) for face in catalog.faces.of_photo(number)]
    return set(catalog.embeddings.of_faces(faces, library.networks.info.sha256)[0].tolist())


def green(library: PaintedLibrary) -> int:
    catalog = library.context.catalog
    return next(f.id for n in (1, 2) for f in catalog.faces.of_photo(n) if f.person_id is None)


def test_only_faces_without_a_name_expire_and_only_once_they_are_old(named: PaintedLibrary) -> None:
    retention, stranger = named.context.catalog.retention, green(named)
    assert retention.unknown_since(datetime.now(UTC) - timedelta(days=1)) == []
    assert retention.unknown_since(datetime.now(UTC) + timedelta(seconds=1)) == [stranger]
    before = embedded(named)
    assert named.people.expire(1).faces == 0
    assert embedded(named) == before
    vector = named.context.catalog.embeddings.of_faces([stranger], named.networks.info.sha256)[1][0]
    assert retention.expire([*before]) == 1
    assert embedded(named) == before - {stranger}
    assert named.context.catalog.faces.by_ids([stranger])
    kinds = {one.kind for one in named.maintenance.check().findings}
    assert kinds <= {"index"}  # dropped with the embeddings, made anew by the next question
    (latest,) = named.people.history(limit=1).acts
    assert (latest.kind, latest.face_ids) == ("expire", ())
    with pytest.raises(CatalogError, match="cannot be undone"):
        named.people.undo(latest.id)
    files = [path for path in named.context.settings.library.rglob("*") if path.is_file()]
    assert all(vector.astype("<f4").tobytes() not in bytes_of(path) for path in files)


def test_indexing_applies_the_rule_and_finds_no_expired_face_anew(named: PaintedLibrary, folder: Path) -> None:
    stranger = green(named)
    named.context.catalog.retention.expire([stranger])
    paint(folder / "later.png", None, GREEN, noise=2)
    named.index([folder])
    assert stranger not in embedded(named)
    assert len(named.context.catalog.faces.of_photo(1)) + len(named.context.catalog.faces.of_photo(2)) == 3


def test_the_setting_expires_at_the_end_of_a_run(tmp_path: Path, folder: Path) -> None:
    paint(folder / "a.png", GREEN)
    settings = read_settings(library=tmp_path / "kept", unknown_days=1)
    with PaintedLibrary(settings) as library:
        library.index([folder])
        assert len(embedded(library)) == 1  # younger than a day
        assert library.people.expire(1, dry_run=True).faces == 0


def test_an_expired_face_may_still_be_named_by_hand(named: PaintedLibrary) -> None:
    stranger = green(named)
    named.context.catalog.retention.expire([stranger])
    named.people.confirm("Bob", [stranger], new=True)
    assert named.people.person("Bob").faces[0][0].id == stranger


def test_a_disclosure_holds_all_that_is_known(named: PaintedLibrary, folder: Path) -> None:
    named.people.set_born("Ada Lovelace", date(1815, 12, 10))
    named.people.set_shareable("Ada Lovelace", shareable=False)
    named.people.reject("Ada Lovelace", [green(named)])
    named.albums.add("Hers", '"Ada Lovelace"')
    named.people.rename("Ada Lovelace", "Ada")
    with zipfile.ZipFile(BytesIO(named.people.disclosure("Ada"))) as archive:
        data = json.loads(archive.read("data.json"))
        faces = [face["number"] for face in data["faces"]]
        assert set(archive.namelist()) == {"README.txt", "data.json", *(f"faces/{number}.jpg" for number in faces)}
        assert archive.read(f"faces/{faces[0]}.jpg")[:2] == b"\xff\xd8"
    person = data["person"]
    assert (person["name"], person["born"], person["never_shared"]) == ("Ada", "1815-12-10", True)
    assert {face["origin"] for face in data["faces"]} == {"confirmed", "matched"}
    assert {path for face in data["faces"] for path in face["photo"]["files"]} == {
        str(folder / "ada.png"),
        str(folder / "party.png"),
    }
    (vector,) = data["faces"][0]["embeddings"].values()
    assert np.isclose(np.linalg.norm(vector), 1)
    assert (data["rejected"], data["albums"]) == ([green(named)], ["Hers"])
    kinds = [act["kind"] for act in data["history"]]
    assert kinds == ["rename", "reject", "never-share", "born", "enrol"]
    with pytest.raises(UnknownPersonError):
        named.people.disclosure("Nobody")


def test_erasing_is_proven_by_what_no_file_holds(named: PaintedLibrary) -> None:
    proof = named.people.forget_and_prove("Ada Lovelace")
    assert (proof.erased.name, proof.erased.faces, proof.found) == ("Ada Lovelace", 2, ())
    assert proof.looked_for == {"embedding": 2, "name": 1, "thumbnail": 2}
    assert proof.files >= 1
    assert proof.size > 10_000
    assert named.people.all() == ()  # the library opens again


def test_a_trace_that_is_left_is_found(named: PaintedLibrary) -> None:
    """A copy that somebody put into the library's folder."""
    library = named.context.settings.library
    vector = named.context.catalog.embeddings.of_faces([*embedded(named)], named.networks.info.sha256)[1][0]
    (library / "copy.npy").write_bytes(b"head" + vector.astype("<f4").tobytes())
    (library / "note.txt").write_text("about Ada Lovelace", encoding="utf-8")
    proof = named.people.forget_and_prove("Ada Lovelace")
    assert {(one.file.name, one.kind) for one in proof.found} == {("copy.npy", "embedding"), ("note.txt", "name")}
