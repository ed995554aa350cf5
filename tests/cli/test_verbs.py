"""Each verb parses its arguments, calls the library, and prints text for people or one JSON document for programs."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from recog.config import read_settings
from recog.errors import ConfigError
from recog.library.recognition.matching import MATCHED_AT_ONCE
from recog.store.records import ScannedPhoto
from recog.store.schema.tables import pending_erasures
from recog.types import FaceBox, FileStat, NewFace
from tests.cli.conftest import Recog, verbs_on
from tests.databases import database_at
from tests.full import files_of_at_most
from tests.painted import BLUE, GREEN, RED, paint, painted_library


@pytest.fixture
def indexed(recog: Recog, folder: Path) -> Path:
    """Index a folder of three photos in which Ann (red) and Bob (green) are enrolled."""
    index_people(recog, folder)
    return folder


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Recog:
    """Return a function that runs a verb on the same library for all tests that change nothing."""
    home = tmp_path_factory.mktemp("refusing")
    recog = verbs_on(home / "library")
    index_people(recog, home / "photos")
    return recog


def index_people(recog: Recog, folder: Path) -> None:
    paint(folder / "ann.png", RED)
    paint(folder / "bob.png", GREEN)
    paint(folder / "party.png", RED, GREEN, BLUE)
    assert recog("index", folder).exit_code == 0
    assert recog("enrol", "Ann", folder / "ann.png").exit_code == 0
    assert recog("enrol", "Bob", folder / "bob.png").exit_code == 0


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_index_prints_a_summary(recog: Recog, folder: Path) -> None:
    paint(folder / "a.png", RED, GREEN)
    result = recog("index", folder)
    assert result.exit_code == 0
    assert "1 new, 0 changed" in result.stdout
    assert "2 new faces" in result.stdout
    assert result.stderr == ""


def test_index_tells_who_the_new_faces_are(recog: Recog, indexed: Path) -> None:
    again = recog("index", indexed)
    assert ("Named" in again.stdout, again.stderr) == (False, "")
    for number in range(2):
        paint(indexed / f"new{number}.png", RED, BLUE, noise=number + 3)
    told = recog("index", indexed)
    assert told.stdout.splitlines()[2:] == ["Named 2 faces by distance:", "name  faces", "Ann       2"]
    assert told.stderr == ""
    assert f"{indexed}/new1.png" in recog("find", "Ann").stdout
    paint(indexed / "newer.png", GREEN, noise=9)
    ((person, faces),) = document(recog("index", indexed, "--json"))["matched"]
    assert (person["name"], faces) == ("Bob", 1)


def test_index_names_new_faces_of_a_large_library_and_tells_when_all_are_due(
    recog: Recog, indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with painted_library(tmp_path / "library") as library:
        vector = np.array([0, 0, 1], np.float32)
        face = NewFace(FaceBox(0, 0, 9, 9, 0.9, ()), vector, 1.0, b"")
        scan = ScannedPhoto(FileStat(Path("/many.png"), 1, 1), "5e" * 32, 90, 90, None, [face] * MATCHED_AT_ONCE)
        detector, network = library.networks.detector.sha256, library.networks.info
        library.context.catalog.photos.save([scan], detector=detector, network=network)
    paint(indexed / "new.png", RED, noise=3)
    told = recog("index", indexed)
    assert (told.stdout.splitlines()[-1], told.stderr) == ("Ann       1", "")
    assert f"{indexed}/new.png" in recog("find", "Ann").stdout
    monkeypatch.setenv("RECOG_K", "3")
    paint(indexed / "newer.png", RED, noise=4)
    told = recog("index", indexed)
    assert "Ann       1" in told.stdout
    assert "'recog identify --all' names those that resemble" in told.stderr
    assert recog("index", indexed).stderr == ""
    recog("identify", "--all")
    paint(indexed / "newest.png", RED, noise=5)
    assert recog("index", indexed).stderr == ""


def test_index_takes_globs_to_skip_and_may_write_nothing(recog: Recog, folder: Path) -> None:
    paint(folder / "a.png", RED)
    paint(folder / "b.png", RED, GREEN)
    report = document(recog("index", folder, "--exclude", "b.*", "--dry-run", "--json"))
    assert (report["added"], report["dry_run"]) == (1, True)
    assert document(recog("index", folder, "--json"))["added"] == 2


def test_a_bad_photo_is_listed_with_its_reason_and_stops_nothing(recog: Recog, folder: Path) -> None:
    paint(folder / "a.png", RED)
    (folder / "b.png").write_text("no photo")
    result = recog("index", folder)
    assert result.exit_code == 0
    assert "1 photo could not be indexed" in result.stdout
    assert "b.png" in result.stdout


def test_a_folder_of_nothing_but_bad_photos_is_refused(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "b.png").write_text("no photo")
    for counted in ("0 unchanged, 0 missing", "0 unchanged, 1 unreadable as before, 0 missing"):
        result = recog("index", tmp_path / "bad")
        assert result.exit_code == 1
        assert counted in result.stdout
        assert result.stderr == "recog: none of 1 photo could be indexed; the reasons are listed above\n"


def test_an_emptied_folder_is_left_alone_and_said(recog: Recog, indexed: Path) -> None:
    for path in indexed.iterdir():
        path.unlink()
    result = recog("index", indexed)
    assert result.exit_code == 1
    assert f"{indexed} is empty or missing" in result.stderr
    assert "with 'recog prune FOLDER'" in result.stderr
    assert document(recog("status", "--json"))["faces"] == 5


def test_enrolling_somebody_elses_face_says_whose_it_was(recog: Recog, indexed: Path) -> None:
    assert "until now" not in recog("enrol", "Ann", indexed / "ann.png").stdout
    told = recog("enrol", "Eve", indexed / "ann.png").stdout
    assert "which was confirmed as Ann until now ('recog people undo' takes that back)" in told
    assert recog("people", "undo").exit_code == 0
    assert recog("people", "show", "Ann").stdout.startswith("Ann: 1 confirmed")


def test_confirming_somebody_elses_face_says_whose_it_was(recog: Recog, indexed: Path) -> None:
    ((face, _), *_) = document(recog("people", "show", "Ann", "--json"))["faces"]
    number = face["id"]
    assert recog("people", "confirm", "Ann", number).stdout == "Ann: 1 confirmed, 1 matched\n"
    told = recog("people", "confirm", "Bob", number).stdout
    assert told == (
        f"Bob: 2 confirmed, 2 matched\n  face {number}, which was confirmed as Ann until now "
        "('recog people undo' takes that back)\n"
    )
    again = document(recog("people", "confirm", "Ann", number, number, "--json"))
    assert (again["created"], again["faces"]) == (False, [{"face_id": number, "was": "Bob"}])


def test_identify_names_every_face_from_the_left(recog: Recog, indexed: Path) -> None:
    photo = document(recog("identify", indexed / "party.png", "--json"))["photos"][0]
    assert [face["person"] and face["person"]["name"] for face in photo["faces"]] == ["Ann", "Bob", None]
    text = recog("identify", indexed / "party.png").stdout
    assert [line.split()[1] for line in text.splitlines()[2:5]] == ["Ann", "Bob", "unknown"]


def test_identify_tells_the_library_s_numbers_so_that_a_face_can_be_named(recog: Recog, indexed: Path) -> None:
    told = recog("identify", indexed / "party.png").stdout.splitlines()[-1]
    words = told.removeprefix("To name one: recog ").partition(" (")[0].replace("NAME", "Eve").split()
    assert recog(*words, "--new").stdout == "Eve: 1 confirmed, 0 matched\n"
    again = document(recog("identify", indexed / "party.png", "--json"))["photos"][0]["faces"]
    assert [face["person"]["name"] for face in again] == ["Ann", "Bob", "Eve"]
    assert [face["face_id"] for face in again] == sorted({face["face_id"] for face in again})
    other = paint(indexed / "other.png", RED, noise=9)
    assert document(recog("identify", other, "--json"))["photos"][0]["faces"][0]["face_id"] is None
    assert "in the library" not in recog("identify", other).stdout


def test_an_ignored_face_is_told_as_such_and_not_offered_for_naming(recog: Recog, indexed: Path) -> None:
    face = document(recog("identify", indexed / "party.png", "--json"))["photos"][0]["faces"][2]["face_id"]
    assert recog("people", "ignore", face, face).stdout == "Ignored 1 face; 1 face ignored in all.\n"
    text = recog("identify", indexed / "party.png").stdout
    assert text.endswith(f"face {face}, ignored\n")
    assert document(recog("identify", indexed / "party.png", "--json"))["photos"][0]["faces"][2]["ignored"] is True


def test_somebody_with_one_face_cannot_be_split(recog: Recog, indexed: Path) -> None:
    recog("enrol", "Eve", paint(indexed / "eve.png", (200, 200, 10)))
    assert recog("people", "split", "Eve").stderr == (
        "recog: Eve has one face that this network has seen: to split takes two at least\n"
    )


def test_a_photo_that_cannot_be_used_stops_no_other(recog: Recog, indexed: Path) -> None:
    words = ("identify", indexed / "ann.png", indexed / "none.png", indexed / "bob.png")
    result = recog(*words)
    assert result.exit_code == 1
    ann, bob = result.stdout.split("\n\n")
    assert ann.startswith(f"{indexed / 'ann.png'}: 1 face")
    assert bob.startswith(f"{indexed / 'bob.png'}: 1 face")
    assert result.stderr.splitlines()[0].startswith(f"recog: {indexed / 'none.png'} is not there")
    assert result.stderr.splitlines()[1] == "recog: 1 of 3 photos could not be used; the reasons are listed above"
    told = json.loads(recog(*words, "--json").stdout)
    assert [Path(photo["path"]).name for photo in told["photos"]] == ["ann.png", "bob.png"]
    assert [Path(failure["path"]).name for failure in told["failed"]] == ["none.png"]


def test_identify_all_names_the_library(recog: Recog, indexed: Path) -> None:
    report = document(recog("identify", "--all", "--json"))
    assert {entry[0]["name"]: entry[1] for entry in report["matched"]} == {"Ann": 1, "Bob": 1}
    assert report["unknown"] == 1


@pytest.mark.parametrize("words", [("identify",), ("identify", "a.png", "--all")])
def test_identify_wants_photos_or_all(recog: Recog, words: tuple[str, ...]) -> None:
    result = recog(*words)
    assert result.exit_code == 2
    assert "give photos, or --all" in result.stderr


def test_verify_answers_both_ways_with_0(recog: Recog, indexed: Path) -> None:
    same = document(recog("verify", indexed / "ann.png", "Ann", "--json"))
    assert same["verification"]["same"] is True
    assert same["right"] == "Ann"
    other = recog("verify", indexed / "ann.png", indexed / "party.png", "--other-face", 2)
    assert (other.exit_code, other.stdout.split(":")[0]) == (0, "Different people")


def test_search_finds_the_nearest(recog: Recog, indexed: Path) -> None:
    face = document(recog("search", indexed / "ann.png", "-k", 2, "--json"))["faces"][0]
    assert {Path(found["paths"][0]).name for found in face["found"]} == {"ann.png", "party.png"}


def test_people_are_listed_shown_renamed_merged_hidden_and_confirmed(recog: Recog, indexed: Path) -> None:
    names = [person["name"] for person in document(recog("people", "list", "--json"))["people"]]
    assert names == ["Ann", "Bob"]
    assert recog("people", "rename", "Bob", "Robert").stdout.startswith("Robert: 1 confirmed")
    assert recog("people", "hide", "Robert").stdout.rstrip().endswith("hidden")
    assert "Robert" not in recog("people", "list").stdout
    assert "Robert" in recog("people", "list", "--hidden").stdout
    assert document(recog("people", "unhide", "Robert", "--json"))["hidden"] is False
    face = document(recog("search", indexed / "party.png", "-k", 1, "--json"))["faces"][2]["found"][0]["face"]["id"]
    assert document(recog("people", "confirm", "Ann", face, "--json"))["person"]["confirmed"] == 2
    assert document(recog("people", "merge", "Robert", "Ann", "--json"))["confirmed"] == 3
    assert len(document(recog("people", "show", "Ann", "--json"))["faces"]) == 5


def test_corrections_are_said_explained_told_and_taken_back(recog: Recog, indexed: Path) -> None:
    faces = document(recog("people", "show", "Ann", "--json"))["faces"]
    face = next(one["id"] for one, paths in faces if paths[0].endswith("party.png"))
    assert recog("people", "reject", "Ann", face).stdout == "Ann: 1 confirmed, 0 matched\n"
    assert (
        "is nobody's: you said it is not Ann, and the nearest other person, Bob" in recog("people", "why", face).stdout
    )
    assert recog("people", "ignore", face).stdout == "Ignored 1 face; 1 face ignored in all.\n"
    assert document(recog("people", "unignore", face, "--json")) == {"face_ids": [face], "ignored": False, "total": 0}
    assert recog("people", "distinct", "Ann", "Bob").stdout == "Ann and Bob are two people, and stay so.\n"
    told = recog("people", "history", "-n", 4).stdout
    assert [line.rsplit("  ", 1)[-1].strip() for line in told.splitlines()[1:]] == [
        "said that Ann and Bob are two people", f"stopped ignoring face {face}", f"ignored face {face}",
        f"said that face {face} is not Ann",
    ]  # fmt: skip
    assert recog("people", "undo").stdout.startswith("Undone: said that Ann and Bob are two people (2")
    for kind in ("unignore", "ignore", "reject"):
        assert document(recog("people", "undo", "--json"))["kind"] == kind
    assert recog("people", "why", face).stdout.split(" is ")[1].startswith("Ann: by distance 0.000, within")


def test_a_split_lists_the_faces_to_name(recog: Recog, indexed: Path) -> None:
    assert recog("people", "merge", "Bob", "Ann").exit_code == 0
    text = recog("people", "split", "Ann", "--threshold", 0.2).stdout
    assert text.startswith("Ann keeps 2 faces; 2 faces in 1 group are nobody's now (grouped up to distance 0.200).")
    words = text.splitlines()[1].partition("recog ")[2].split()
    assert words[:4] == ["people", "confirm", "--new", "NAME"]
    assert document(recog(*words, "--json"))["person"]["confirmed"] == 2


def test_a_cluster_is_confirmed_by_its_number(recog: Recog, indexed: Path) -> None:
    assert recog("people", "confirm", "Ann").exit_code == 2
    paint(indexed / "olive.png", (170, 175, 115))
    paint(indexed / "olive2.png", (170, 175, 115), (170, 175, 115))
    assert recog("index", indexed).exit_code == 0
    text = recog("cluster", "--full").stdout
    number = next(line.split()[0] for line in text.splitlines() if line.split()[2:3] == ["Bob?"])
    assert "To name a cluster: recog people confirm NAME --cluster N" in text
    confirmed = document(recog("people", "confirm", "Oli", "--cluster", number, "--new", "--json"))
    assert (confirmed["person"]["confirmed"], confirmed["created"], len(confirmed["faces"])) == (3, True, 3)
    assert "0 new faces joined them" in recog("cluster").stdout
    assert recog("cluster", "--full", "--method", "kmeans").exit_code == 2


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_forget_asks_first(recog: Recog, indexed: Path, answer: str) -> None:
    result = recog("people", "forget", "Ann", answer=answer)
    assert result.exit_code == 1
    assert "Erase Ann with 2 faces for good?" in result.stderr
    assert "Ann" in recog("people", "list").stdout


def test_where_nobody_can_answer_forget_tells_the_option(recog: Recog, indexed: Path) -> None:
    result = recog("people", "forget", "Ann")
    assert (result.exit_code, "Ann" in recog("people", "list").stdout) == (1, True)
    assert (
        result.stderr.splitlines()[-1]
        == "recog: nothing was forgotten because nobody answered: give --yes to skip the question"
    )


def test_forget_erases_when_told_so(recog: Recog, indexed: Path) -> None:
    assert "Forgot Ann: 2 faces erased" in recog("people", "forget", "Ann", answer="y\n").stdout
    assert document(recog("people", "forget", "Bob", "--yes", "--json"))["name"] == "Bob"
    assert recog("people", "list").stdout.startswith("Nobody is enrolled yet")


def test_what_is_forgotten_but_not_overwritten_is_said_by_every_verb(recog: Recog, indexed: Path, full: Path) -> None:
    """On a full disk people are still listed, but check does not call the library sound."""
    with files_of_at_most(full.stat().st_size // 2):
        listed, checked = recog("people", "list"), recog("check", "--fix")
        unknown = recog("people", "forget", "Zoe", "--yes")
    sentence = "recog: bytes of a forgotten person may be left in old pages of the database, because its disk"
    assert (listed.exit_code, checked.exit_code, unknown.exit_code) == (0, 1, 1)
    for result in (listed, checked, unknown):
        assert result.stderr.startswith(sentence)
    assert "make room or check the disk, then run 'recog check --fix'" in checked.stdout
    assert recog("check", "--fix").exit_code == 0
    assert recog("people", "list").stderr == ""


@pytest.fixture
def full(indexed: Path, tmp_path: Path) -> Path:
    """Record in the database that a person was forgotten whose old pages are not overwritten yet; return its path."""
    path = tmp_path / "library" / "catalog.sqlite3"
    with database_at(path) as database, database.writing() as connection:
        connection.execute(pending_erasures.insert(), [{"at": "2026-11-22T00:00:00"}])
    return path


def test_cluster_groups_by_identity_or_into_k(recog: Recog, indexed: Path) -> None:
    report = document(recog("cluster", "--json"))
    assert sorted(cluster["size"] for cluster in report["clusters"]) == [2, 2]
    assert len(document(recog("cluster", "--method", "kmeans", "-k", 3, "--json"))["clusters"]) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [(("-k", "3"), "-k goes with --method kmeans"), (("--method", "kmeans", "--threshold", "1"), "--threshold goes")],
)
def test_cluster_refuses_what_does_not_go_together(recog: Recog, words: tuple[str, ...], said: str) -> None:
    result = recog("cluster", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_report_is_written_and_printed(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    result = recog("report", "duplicates", "--out", page)
    assert (result.exit_code, result.stderr) == (0, f"recog: wrote {page}\n")
    assert page.read_text().startswith("<!doctype html>")
    printed = document(recog("report", "duplicates", "--json", "--out", data))
    written = json.loads(data.read_text())
    assert {**printed, "created": ""} == {**written, "created": ""}
    assert recog("report", "duplicates", "--out", "report.pdf").exit_code == 2


def test_status_check_and_rebuild_answer(recog: Recog, indexed: Path) -> None:
    assert "faces      5 (4 named)" in recog("status").stdout
    assert document(recog("check", "--json"))["ok"] is True
    assert document(recog("index-rebuild", "--json"))["faces"] == 5
    assert document(recog("index-tune", "--json"))["faces"] == 5
    assert "every search looks at every face" in recog("index-tune").stdout


def test_check_exits_with_1_while_something_is_left(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "library" / "index").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    assert recog("check").exit_code == 1
    assert recog("check", "--fix").exit_code == 0
    assert recog("check").exit_code == 0


def test_an_option_after_the_verb_wins(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    result = recog("status", "--library", tmp_path / "other")
    assert result.exit_code == 1
    assert str(tmp_path / "other") in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("identify", "missing.jpg"), "missing.jpg"),
        (("people", "show", "Ana"), "Ann"),
        (("verify", "missing.jpg", "Ann"), "missing.jpg"),
        (("people", "confirm", "Zoe", "1"), "--new"),
        (("index", "/nowhere"), "no folder /nowhere"),
        (("index", "~nobody-of-this-name"), "no folder"),
        (("index", "n" * 300), "no folder"),
        (("status", "--library", "n" * 300), "name too long"),
        (("status", "--library", "~nobody-of-this-name"), "nobody's home"),
        (("identify", "/"), "name photos themselves"),
        (("index", "--min-face", "3", "/nowhere"), "min_face"),
        (("people", "why", 10**20), "larger than any in the database"),
        (("people", "confirm", "Ann", 10**20), "larger than any in the database"),
        (("people", "reject", "Ann", 10**20), "larger than any in the database"),
        (("people", "ignore", 10**20), "larger than any in the database"),
        (("people", "history", "-n", 10**20), "larger than any in the database"),
        (("style", "show", 10**20), "larger than any in the database"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(refusing: Recog, words: tuple[str | int, ...], said: str) -> None:
    result = refusing(*words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("recog: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


@pytest.mark.parametrize("words", [(), ("people",), ("report",), ("style",), ("train",), ("evaluate",)])
def test_lists_of_verbs_are_not_cut_off(recog: Recog, words: tuple[str, ...]) -> None:
    assert "..." not in recog(*words, "--help").stdout.partition("Commands:")[2]


def test_a_setting_that_is_none_tells_which_is_meant() -> None:
    with pytest.raises(ConfigError, match=r"no setting 'libary', .*: did you mean 'library'\?"):
        read_settings(libary="photos")
    with pytest.raises(ConfigError, match=r"no setting 'xyz', .*: choose from library, database"):
        read_settings(xyz=1)


def test_an_empty_variable_of_the_environment_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECOG_LIBRARY", raising=False)
    default = read_settings()
    for name in ("RECOG_LIBRARY", "RECOG_DATABASE", "RECOG_K", "RECOG_HEADS"):
        monkeypatch.setenv(name, "")
    assert read_settings() == default


def test_a_path_of_any_bytes_is_taken_and_shown_escaped(recog: Recog, folder: Path) -> None:
    path = folder / os.fsdecode(b"caf\xe9\x1b[31m.png")
    paint(folder / "plain.png", RED).rename(path)
    assert recog("index", folder).exit_code == 0
    assert recog("enrol", "Ann", path).stdout.rstrip().endswith("caf\\xe9\\x1b[31m.png")
    assert Path(document(recog("identify", path, "--json"))["photos"][0]["path"]) == path
