"""recog album, and the verbs of privacy, as a user types them."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Recog
from tests.painted import GREEN, RED, paint


@pytest.fixture
def indexed(recog: Recog, folder: Path) -> Path:
    paint(folder / "both.png", RED, GREEN)
    recog("index", folder)
    recog("enrol", "Ann", paint(folder / "ann.png", RED))
    return folder


def test_an_album_is_added_listed_shown_and_removed(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    assert recog("album", "list").stdout == "There is no album yet: recog album add NAME --query QUERY\n"
    links, playlist = tmp_path / "links", tmp_path / "a.m3u"
    added = recog("album", "add", "Hers", "--query", "ann", "--links", links, "--list", playlist)
    assert added.stdout == 'Hers: "Ann"; 2 photos\n'
    assert recog("album", "list").stdout == f'Hers: "Ann"; 2 photos\n  links: {links}\n  list: {playlist}\n'
    assert sorted(recog("album", "show", "hers").stdout.splitlines()) == sorted(
        str(indexed / name) for name in ("ann.png", "both.png")
    )
    assert recog("album", "show", "Hers", "-0").stdout.count("\0") == 2
    stats = recog("album", "stats", "Hers", "--out", tmp_path / "stats.html").stdout
    assert "no date" not in stats  # neither photo has a date, so no year is counted
    assert stats.startswith('Hers: "Ann"; 2 photos\n')
    assert "<h2>People</h2>" in (tmp_path / "stats.html").read_text()
    assert recog("album", "today").stdout.startswith("No photo was taken on a ")
    assert recog("album", "update").stdout == "2 outputs of albums up to date.\n"
    assert recog("album", "remove", "Hers").stdout == "Removed the album Hers; its photos stay.\n"
    assert not links.exists()
    assert not playlist.exists()
    assert json.loads(recog("album", "list", "--json").stdout) == {"albums": []}


def test_bad_albums_are_refused_in_one_sentence(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    assert recog("album", "add", "A", "--query", "ann", "--list", "a.txt").exit_code == 2
    inside = recog("album", "add", "A", "--query", "ann", "--links", indexed / "links")
    assert inside.exit_code == 1
    assert inside.stderr == (f"recog: {indexed / 'links'} lies in {indexed}, which is indexed: name a folder outside\n")
    unknown = recog("album", "show", "A")
    assert unknown.stderr == "recog: there is no album 'A': known ones: there is none yet\n"
    assert recog("album", "show", "A", "-0", "--json").exit_code == 2


def test_expiring_disclosing_and_a_proven_erasure(recog: Recog, indexed: Path, tmp_path: Path) -> None:
    said = recog("people", "expire", "--days", "30", "--dry-run").stdout
    assert said == "0 faces without a name for 30 days would lose their embeddings.\n"
    assert recog("people", "disclose", "Ann", tmp_path / "ann.zip").stdout.startswith("Wrote ")
    with zipfile.ZipFile(tmp_path / "ann.zip") as archive:
        assert json.loads(archive.read("data.json"))["person"]["name"] == "Ann"
    recog("people", "rename", "Ann", "Ann Example")
    lines = recog("people", "forget", "Ann Example", "--yes", "--report").stdout.splitlines()
    assert lines[-2].startswith("Looked for 2 embeddings, 1 name, 2 thumbnails in ")
    assert lines[-1] == "None of it is left there. Backups, and what you exported or shared, are yours to delete."
