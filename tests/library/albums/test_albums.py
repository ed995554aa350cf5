"""Albums that follow their people and photos, as links, lists and feeds."""

import json
import os
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from recog.errors import AlbumError, QueryError
from recog.store.albums import AlbumForm, AlbumOutput
from tests.painted import GREEN, RED, Colour, PaintedLibrary, paint


def dated(path: Path, day: str, *colours: Colour | None) -> Path:
    """Write a JPEG that was taken on a day."""
    paint(path.with_suffix(".png"), *colours)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"{day.replace('-', ':')} 12:00:00"
    with Image.open(path.with_suffix(".png")) as picture:
        picture.save(path, exif=exif, quality=95)
    path.with_suffix(".png").unlink()
    return path


@pytest.fixture
def named(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Ann is red, Bob green: one photo of both, one of each."""
    dated(folder / "both.jpg", "2019-07-01", RED, None, GREEN)
    dated(folder / "ann.jpg", "2020-07-01", RED, None)
    dated(folder / "bob.jpg", "2021-05-02", GREEN, None)
    library.index([folder])
    library.people.enrol("Ann", folder / "ann.jpg")
    library.people.enrol("Bob", folder / "bob.jpg")
    return library


def held(library: PaintedLibrary, name: str) -> list[str]:
    return [one.paths[0].name for one in library.albums.photos(name).photos]


def linked(folder: Path) -> dict[str, str]:
    return {one.name: one.readlink().name for one in folder.iterdir() if one.is_symlink()}


def test_an_album_follows_new_photos_and_names(named: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    links = tmp_path / "albums" / "ann"
    state, kept = named.albums.add("Ann's", "ann", outputs=[AlbumOutput(AlbumForm.LINKS, links)])
    assert (state.query, state.photos, kept.outdated) == ('"Ann"', 2, ())
    assert linked(links) == {"both.jpg": "both.jpg", "ann.jpg": "ann.jpg"}
    dated(folder / "new.jpg", "2022-01-01", None, RED)
    (folder / "both.jpg").unlink()
    named.index([folder])
    assert linked(links) == {"ann.jpg": "ann.jpg", "new.jpg": "new.jpg"}
    assert held(named, "ANN'S") == ["new.jpg", "ann.jpg"]
    (folder / "new.jpg").rename(folder / "moved.jpg")
    named.index([folder])
    assert linked(links) == {"ann.jpg": "ann.jpg", "moved.jpg": "moved.jpg"}


def test_the_last_worker_of_a_queue_keeps_albums_up(named: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    named.albums.add("Ann's", "ann", outputs=[AlbumOutput(AlbumForm.LINKS, links)])
    dated(folder / "new.jpg", "2022-01-01", None, RED)
    named.queue.fill([folder])
    assert named.queue.work(lease=60).added == 1
    assert set(linked(links)) == {"both.jpg", "ann.jpg", "new.jpg"}


def test_an_album_follows_renames_merges_and_undo_and_goes_with_who_is_forgotten(
    named: PaintedLibrary, tmp_path: Path
) -> None:
    links, playlist = tmp_path / "links", tmp_path / "both.m3u"
    outputs = [AlbumOutput(AlbumForm.LINKS, links), AlbumOutput(AlbumForm.LIST, playlist)]
    named.albums.add("Two", "Ann and Bob", outputs=outputs)
    named.people.rename("Ann", "Anna")
    assert named.albums.all()[0].query == '"Anna" and "Bob"'
    assert held(named, "Two") == ["both.jpg"]
    named.people.merge("Bob", "Anna")
    assert named.albums.all()[0].query == '"Anna" and "Anna"'
    assert len(held(named, "Two")) == 3
    named.people.undo()
    assert held(named, "Two") == ["both.jpg"]
    assert playlist.read_text().splitlines()[0] == "#EXTM3U"
    named.people.forget("Bob")
    assert named.albums.all() == ()
    assert not links.exists()
    assert not playlist.exists()
    with pytest.raises(AlbumError, match="there is no album 'Two': known ones: there is none yet"):
        named.albums.photos("Two")


def test_an_album_whose_name_tells_of_who_is_forgotten_goes_too(named: PaintedLibrary) -> None:
    named.albums.add("Bob in 2019", "2019")
    named.albums.add("2019", "2019")
    named.people.forget("Bob")
    assert [one.name for one in named.albums.all()] == ["2019"]


def test_lists_and_a_feed_name_the_photos(named: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    paths = {AlbumForm.LIST: "a.m3u8", AlbumForm.JSON: "a.json", AlbumForm.FEED: "a.xml"}
    outputs = [AlbumOutput(form, tmp_path / name) for form, name in paths.items()]
    named.albums.add("Ann & <co>", "Ann", outputs=outputs)
    newest_first = [folder / "ann.jpg", folder / "both.jpg"]
    lines = (tmp_path / "a.m3u8").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == list(map(str, newest_first))
    document = json.loads((tmp_path / "a.json").read_text())
    assert [row["path"] for row in document["photos"]] == list(map(str, newest_first))
    assert (document["query"], document["photos"][0]["taken_at"]) == ('"Ann"', "2020-07-01T12:00:00")
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.parse(tmp_path / "a.xml").getroot()  # noqa: S314 - our own
    assert feed.findtext(f"{atom}title") == "Ann & <co>"
    assert feed.findtext(f"{atom}updated") == "2020-07-01T12:00:00+00:00"
    hrefs = [link.get("href") for link in feed.iter(f"{atom}link")]
    assert hrefs == [path.as_uri() for path in newest_first]


def test_only_what_recog_made_is_ever_deleted(named: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    hard, playlist = tmp_path / "hard", tmp_path / "a.m3u"
    outputs = [AlbumOutput(AlbumForm.HARD_LINKS, hard), AlbumOutput(AlbumForm.LIST, playlist)]
    named.albums.add("Bob", "Bob", outputs=outputs)
    assert (hard / "bob.jpg").samefile(folder / "bob.jpg")
    (hard / "mine.txt").write_text("mine")
    (folder / "bob.jpg").unlink()  # the album's link is the last one of the photo now
    playlist.write_text("mine")
    named.index([folder])
    assert sorted(one.name for one in hard.iterdir()) == [".recog-album.json", "bob.jpg", "both.jpg", "mine.txt"]
    (outdated,) = named.albums.update().outdated
    assert outdated.detail == f"{playlist} is not the album's any more: move it away, or remove the album"
    assert len(named.albums.remove("Bob")[1].outdated) == 0
    assert sorted(one.name for one in hard.iterdir()) == ["bob.jpg", "mine.txt"]
    assert playlist.read_text() == "mine"
    assert (folder / "both.jpg").exists()


def test_outputs_that_would_overwrite_or_be_indexed_are_refused(
    named: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine")
    (tmp_path / "a.json").symlink_to(folder / "ann.jpg")
    for output, said in (
        (AlbumOutput(AlbumForm.LINKS, folder / "album"), "which is indexed: name a folder outside"),
        (AlbumOutput(AlbumForm.LINKS, tmp_path / "full"), "is not an empty folder"),
        (AlbumOutput(AlbumForm.JSON, tmp_path / "a.json"), "exists already, and recog never overwrites"),
        (AlbumOutput(AlbumForm.FEED, tmp_path / "none" / "a.xml"), "is not there: make it"),
    ):
        with pytest.raises(AlbumError, match=said):
            named.albums.add("A", "Ann", outputs=[output])
    with pytest.raises(QueryError):
        named.albums.add("A", "Zed")
    assert named.albums.all() == ()
    taken = AlbumOutput(AlbumForm.LINKS, tmp_path / "links")
    named.albums.add("A", "Ann", outputs=[taken])
    with pytest.raises(AlbumError, match="there is an album 'a' already"):
        named.albums.add("a", "Ann")
    with pytest.raises(AlbumError, match="is not an empty folder"):
        named.albums.add("B", "Ann", outputs=[taken])


def test_two_photos_of_one_name_keep_their_links(named: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    (folder / "more").mkdir()
    dated(folder / "more" / "ann.jpg", "2018-01-01", RED, None, None)
    links = tmp_path / "links"
    named.index([folder])
    named.albums.add("A", "Ann", outputs=[AlbumOutput(AlbumForm.LINKS, links)])
    names = {name: (links / name).readlink() for name in linked(links)}
    assert sorted(names) == ["ann (2).jpg", "ann.jpg", "both.jpg"]
    os.utime(folder / "both.jpg")
    named.index([folder])
    assert {name: (links / name).readlink() for name in linked(links)} == names


def test_confirmed_statistics_and_this_day(named: PaintedLibrary) -> None:
    named.albums.add("Sure", "Ann", confirmed=True)
    named.albums.add("All", "Ann")
    assert held(named, "Sure") == ["ann.jpg"]
    found = named.albums.statistics("All")
    assert (found.photos, found.undated, found.years) == (2, 0, {"2019": 1, "2020": 1})
    assert (found.people, found.together) == ((("Ann", 2), ("Bob", 1)), (("Ann", "Bob", 1),))
    day = named.albums.on_this_day("All", day=date(2020, 7, 1))
    assert [one.paths[0].name for one in day.photos] == ["both.jpg"]
    assert [one.paths[0].name for one in named.albums.on_this_day(day=date(2026, 5, 2)).photos] == ["bob.jpg"]
    assert named.albums.on_this_day(day=date(2026, 5, 3)).photos == ()
