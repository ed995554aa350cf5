"""The API does exactly what the library does."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from recog.store.writer_lock import WriterLock
from recog.web.library import ServedLibrary
from tests.opened_twice import bytes_of
from tests.painted import PaintedLibrary, painted_library
from tests.web.client import Client

Act = Callable[[PaintedLibrary], object]


def dump(library: Path) -> list[str]:
    """Return everything that a catalog holds, except the times of acts."""
    with sqlite3.connect(f"file:{library / 'catalog.sqlite3'}?mode=ro", uri=True) as catalog:
        lines = list(catalog.iterdump())
    return [re.sub(r"'\d{4}-\d\d-\d\dT[^']*'", "'then'", line) for line in lines]


@pytest.mark.parametrize(
    ("path", "given", "act"),
    [
        ("/api/confirm", {"name": "ada", "face_ids": [2, 3]}, lambda one: one.people.confirm("ada", [2, 3])),
        (
            "/api/confirm",
            {"name": "Eve", "face_ids": [4], "new": True},
            lambda one: one.people.confirm("Eve", [4], new=True),
        ),
        ("/api/confirm", {"name": "Ada", "cluster": 1}, lambda one: one.people.confirm("Ada", cluster=1)),
        ("/api/reject", {"name": "Ada", "face_ids": [2]}, lambda one: one.people.reject("Ada", [2])),
        ("/api/ignore", {"face_ids": [4]}, lambda one: one.people.ignore([4])),
        ("/api/unignore", {"face_ids": [3]}, lambda one: one.people.ignore([3], ignored=False)),
        ("/api/rename", {"old": "Ada", "new": "Ada Lovelace"}, lambda one: one.people.rename("Ada", "Ada Lovelace")),
        ("/api/merge", {"source": "Bob", "target": "Ada"}, lambda one: one.people.merge("Bob", "Ada")),
        ("/api/hide", {"name": "Bob"}, lambda one: one.people.hide("Bob")),
        ("/api/hide", {"name": "Cat", "hidden": False}, lambda one: one.people.hide("Cat", hidden=False)),
        ("/api/distinct", {"name": "Ada", "other": "Bob"}, lambda one: one.people.distinct("Ada", "Bob")),
        ("/api/twins", {"name": "Ada", "other": "Bob"}, lambda one: one.people.set_twins("Ada", "Bob")),
        ("/api/split", {"name": "Cat", "threshold": 0.1}, lambda one: one.people.split("Cat", threshold=0.1)),
        ("/api/cover", {"name": "Ada", "face_id": 1}, lambda one: one.people.set_cover("Ada", 1)),
        (
            "/api/born",
            {"name": "Ada", "born": "1815-12-10"},
            lambda one: one.people.set_born("Ada", date(1815, 12, 10)),
        ),
        ("/api/undo", {}, lambda one: one.people.undo()),
        ("/api/undo", {"act": 2}, lambda one: one.people.undo(2)),
    ],
)
def test_an_act_is_the_librarys(
    *, client: Client, library: PaintedLibrary, tmp_path: Path, path: str, given: dict[str, Any], act: Act
) -> None:
    """The library also has Bob and the hidden Cat, and the red faces are cluster 1."""
    library.groups.cluster()
    library.people.confirm("Bob", [2], new=True)
    library.people.confirm("Cat", [4], new=True)
    library.people.hide("Cat")
    if "split" in path:
        library.people.confirm("Cat", [3])
    if "unignore" in path:
        library.people.ignore([3])
    library.close()
    shutil.copytree(tmp_path / "library", tmp_path / "twin")
    before = dump(tmp_path / "library")
    told = client.act(path, **given)
    with painted_library(tmp_path / "twin") as twin:
        act(twin)
        assert dump(tmp_path / "library") == dump(tmp_path / "twin") != before
        latest = twin.people.history(limit=1).acts[0] if "undo" not in path else None
    assert told.status == 200
    assert set(told.json) == {"act", "result"}
    if latest is not None:
        assert told.json["act"] | {"at": ""} == {
            "id": latest.id,
            "at": "",
            "account": None,
            "undone_by": None,
            "kind": latest.kind,
            "people": latest.people,
            "face_ids": list(latest.face_ids),
            "undone_at": None,
            "born": latest.born,
            "sentence": told.json["act"]["sentence"],
        }


def test_what_changes_nothing_is_no_act(client: Client) -> None:
    told = client.act("/api/confirm", name="Ada", face_ids=[1])
    assert told.json["act"] is None
    assert told.json["result"]["faces"] == [{"face_id": 1, "was": None}]


def test_one_act_after_the_other_is_taken_back_and_never_another(client: Client, tmp_path: Path) -> None:
    before = dump(tmp_path / "library")
    first = client.act("/api/rename", old="Ada", new="Augusta").json["act"]
    second = client.act("/api/reject", name="Augusta", face_ids=[2]).json["act"]
    assert first["sentence"] == "renamed Ada to Augusta"
    built_on = client.act("/api/hide", name="Augusta").json["act"]
    refused = client.act("/api/undo", act=first["id"])
    assert refused.status == 409
    assert f"undo act {built_on['id']} first" in refused.json["error"]
    assert client.act("/api/undo", act=10**6).status == 404
    assert client.act("/api/undo", act=built_on["id"]).status == 200
    told = client.act("/api/undo", act=second["id"])
    assert told.json["act"]["sentence"] == "said that face 2 is not Augusta"
    assert client.act("/api/undo", act=second["id"]).status == 409
    assert client.act("/api/undo", act=first["id"]).status == 200
    people = [line for line in dump(tmp_path / "library") if "assignments" in line or 'INTO "people"' in line]
    assert people == [line for line in before if "assignments" in line or 'INTO "people"' in line]
    assert client.act("/api/undo").status == 200, "Ada herself"
    assert client.act("/api/undo").status == 409


def test_while_another_process_writes_an_act_is_refused_and_questions_are_answered(
    client: Client, tmp_path: Path
) -> None:
    before = dump(tmp_path / "library")
    with WriterLock(tmp_path / "library"):
        for path, given in (("/api/rename", {"old": "Ada", "new": "Eve"}), ("/api/undo", {})):
            told = client.act(path, **given)
            assert told.status == 409
            assert "is writing to" in told.json["error"]
        assert client.get("/api/people").status == 200
        assert client.get("/api/faces/1/neighbours").status == 200
    assert dump(tmp_path / "library") == before
    assert client.act("/api/rename", old="Ada", new="Eve").status == 200


def test_a_library_deleted_under_the_server_is_told_by_503_and_not_made_anew(
    opened: ServedLibrary, client: Client, tmp_path: Path
) -> None:
    opened.open_catalog()
    assert client.act("/api/rename", old="Ada", new="Eve").status == 200
    (tmp_path / "library").rename(tmp_path / "elsewhere")
    for _ in range(2):
        for path, given in (("/api/rename", {"old": "Eve", "new": "Ada"}), ("/api/undo", {})):
            told = client.act(path, **given)
            assert (told.status, told.json["error"].count("nothing is saved there")) == (503, 1)
        assert not (tmp_path / "library").exists()
    (tmp_path / "elsewhere").rename(tmp_path / "library")
    assert client.act("/api/rename", old="Eve", new="Ada").status == 200


def test_a_backup_put_in_the_place_of_the_open_library_gets_no_acts_of_the_server(
    opened: ServedLibrary, client: Client, tmp_path: Path
) -> None:
    opened.open_catalog()
    opened.library.maintenance.back_up(tmp_path / "copy.sqlite3")
    (tmp_path / "library").rename(tmp_path / "elsewhere")
    (tmp_path / "library").mkdir()
    shutil.copy(tmp_path / "copy.sqlite3", tmp_path / "library" / "catalog.sqlite3")
    before = bytes_of(tmp_path / "library" / "catalog.sqlite3")
    assert client.act("/api/rename", old="Ada", new="Eve").status == 503
    assert [path.name for path in (tmp_path / "library").iterdir()] == ["catalog.sqlite3"]
    assert bytes_of(tmp_path / "library" / "catalog.sqlite3") == before


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/api/rename", {"old": "Nobody", "new": "Eve"}, 404),
        ("/api/reject", {"name": "Ada", "face_ids": [99]}, 404),
        ("/api/confirm", {"name": "Ada", "cluster": 99}, 404),
        ("/api/confirm", {"name": "Eve", "face_ids": [4]}, 404),
        ("/api/merge", {"source": "Ada", "target": "ADA"}, 409),
        ("/api/distinct", {"name": "Ada", "other": "Ada"}, 409),
        ("/api/split", {"name": "Ada"}, 409),
        ("/api/rename", {"old": "Ada", "new": "\u0007"}, 409),
        ("/api/rename", {"old": "Ada", "new": ""}, 422),
        ("/api/rename", {"old": "Ada", "new": "x" * 201}, 422),
        ("/api/rename", {"old": "Ada", "new": 7}, 422),
        ("/api/rename", {"old": "Ada"}, 422),
        ("/api/rename", {"old": "Ada", "new": "Eve", "force": True}, 422),
        ("/api/confirm", {"name": "Ada"}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": []}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": [0]}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": [1.5]}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": ["1"]}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": [True]}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": [2**53]}, 422),
        ("/api/confirm", {"name": "Ada", "face_ids": [4] * 100_001}, 422),
        ("/api/ignore", {"face_ids": []}, 422),
        ("/api/hide", {"name": "Ada", "hidden": "yes"}, 422),
        ("/api/split", {"name": "Ada", "threshold": 0}, 422),
        ("/api/forget", {"name": "Ada"}, 404),
    ],
)
def test_an_act_that_cannot_be_is_refused_and_changes_nothing(
    client: Client, tmp_path: Path, path: str, given: dict[str, Any], status: int
) -> None:
    before = dump(tmp_path / "library")
    told = client.act(path, **given)
    assert (told.status, set(told.json)) == (status, {"error"})
    assert dump(tmp_path / "library") == before


def test_a_name_that_is_taken_is_refused(client: Client, tmp_path: Path) -> None:
    client.act("/api/confirm", name="Bob", face_ids=[4], new=True)
    told = client.act("/api/rename", old="Bob", new="ADA")
    assert told.status == 409
    assert "somebody is called 'Ada' already" in told.json["error"]


def test_a_name_that_somebody_nearly_has_is_asked_about(client: Client) -> None:
    for act, given in (
        ("/api/confirm", {"name": "Àda", "face_ids": [4], "new": True}),
        ("/api/rename", {"old": "Bob", "new": "Ádá"}),
    ):
        if act == "/api/rename":
            client.act("/api/confirm", name="Bob", face_ids=[3], new=True)
        told = client.act(act, **given)
        assert told.status == 428
        assert told.json["error"].endswith("did you mean 'Ada'? (\"near\": true takes it for somebody else's)")
        assert client.act(act, **given, near=True).status == 200


def test_whoever_is_erased_by_another_process_is_told_of_no_more(client: Client, library: PaintedLibrary) -> None:
    """The server keeps neither name nor thumbnail nor embedding in memory."""
    asked = ["/api/people", "/api/history", "/api/groups", "/api/photos/1", "/people", "/", "/api/duplicates"]
    for path in [*asked, "/people/1", "/faces/1.jpg", "/api/faces/4/neighbours?k=10"]:
        assert client.get(path).status == 200, path
    assert "Ada" in client.get("/people").body.decode()
    photo = library.photos.photo(1).paths[0].read_bytes()
    assert client.post("/api/identify", photo).json["faces"][0]["person"]["name"] == "Ada"
    erased = {face.id for face, _ in library.people.person("Ada").faces}
    library.people.forget("Ada")
    for path in asked:
        answer = client.get(path)
        assert (answer.status, "Ada" in answer.body.decode()) == (200, False), path
    for path in ["/people/1", "/api/people/1", *(f"/faces/{one}.jpg" for one in erased), "/api/faces/1/neighbours"]:
        assert client.get(path).status == 404, path
    near = client.get("/api/faces/4/neighbours?k=10").json["found"]
    assert not erased & {one["face"]["id"] for one in near}
    told = client.post("/api/identify", photo).json["faces"][0]
    assert (told["person"], told["nearest_person"]) == (None, None)
    found = client.post("/api/search", photo).json["faces"][0]["found"]
    assert not erased & {one["face"]["id"] for one in found}


def test_nameless_faces_alone_are_ignored_if_asked(client: Client, library: PaintedLibrary) -> None:
    told = client.act("/api/ignore", face_ids=[1, 2, 4], nameless=True)
    assert told.json["result"] == {"face_ids": [4], "ignored": True, "total": 1}
    assert client.act("/api/ignore", face_ids=[1, 2], nameless=True).json["act"] is None
    assert client.act("/api/ignore", face_ids=[1, 99], nameless=True).status == 404
    assert client.act("/api/ignore", face_ids=[1]).json["result"]["face_ids"] == [1], "asked for without a name, too"
    assert [one.ignored for one in library.photos.photo(1).faces] == [True]
