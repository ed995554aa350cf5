"""The pages of albums: what they hold, who may see them, and names that are no HTML."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from recog.store.account_records import Role
from recog.web.pages.albums import SHOWN
from tests.pages import Reader
from tests.painted import RED, PaintedLibrary, paint
from tests.web.client import Client, Header

HOST: Header = ("host", "127.0.0.1:8765")
SCRIPT = "<script>alert(1)</script>"


def taken(path: Path, day: str) -> Path:
    """Write a photo of red that was taken on a day, YYYY:MM:DD."""
    painted = paint(path.with_suffix(".png"), RED)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"{day} 12:00:00"
    with Image.open(painted) as picture:
        picture.save(path, exif=exif, quality=95)
    painted.unlink()
    return path


def shown(page: str, title: str) -> list[int]:
    """Return the numbers of the photos in the section of this title."""
    (section,) = re.findall(rf"<h2>{title}</h2>(.*?)</section>", page, re.DOTALL)
    return [int(number) for number in re.findall(r'href="/photos/(\d+)"', section)]


def test_the_page_of_albums_tells_how_to_make_one_and_then_lists_them(client: Client, library: PaintedLibrary) -> None:
    assert "recog album add NAME --query QUERY" in client.get("/albums").body.decode()
    library.albums.add(SCRIPT, "Ada")
    page = client.get("/albums").body.decode()
    assert "script" not in Reader(page).inside.get("bdi", "")
    assert "<script>alert" not in page
    assert '<a href="/albums/1">' in page
    assert "3 photos" in page
    assert '<a href="/albums">Albums</a>' in client.get("/photos").body.decode()


def test_an_album_shows_its_photos_its_people_and_this_day(
    client: Client, library: PaintedLibrary, tmp_path: Path
) -> None:
    today = datetime.now(UTC).astimezone().date()
    library.index([taken(tmp_path / "more" / "then.jpg", f"2000:{today:%m:%d}").parent])
    library.people.match_all()
    library.albums.add(SCRIPT, "Ada")
    page = client.get("/albums/1").body.decode()
    Reader(page)
    assert "<script>alert" not in page
    assert shown(page, "On this day") == [5]
    assert shown(page, "Photos") == [5, 1, 2, 3]
    assert re.findall(r'<th scope="row"><bdi>([^<]+)</bdi></th>', page) == ["2000", "Ada"]
    library.people.rename("Ada", "Eve")
    assert "&#34;Eve&#34;" in client.get("/albums/1").body.decode()


def test_a_long_album_has_several_pages(client: Client, library: PaintedLibrary) -> None:
    library.albums.add("All", "Ada")
    beyond = client.get(f"/albums/1?start={SHOWN}").body.decode()
    assert "No further photo." in beyond
    assert '<a rel="prev" href="/albums/1?start=0">' in beyond


@pytest.mark.parametrize("path", ["/albums/1", "/albums/99"])
def test_an_album_that_is_not_there_is_told(client: Client, path: str) -> None:
    answer = client.send("GET", path, [*client.own, ("accept", "text/html")])
    assert answer.status == 404
    assert f"no album has the number {path.rpartition('/')[2]}" in answer.body.decode()


def test_a_viewer_who_may_not_see_everybody_sees_no_album(client: Client, library: PaintedLibrary) -> None:
    """An album's name and query may tell of somebody who is withheld."""
    library.albums.add("Hers", "Ada")
    vera: list[Header] = [HOST, ("authorization", f"Bearer {library.accounts.add('Vera', Role.VIEWER).token}")]
    for path in ("/albums", "/albums/1"):
        answer = client.send("GET", path, vera)
        assert (answer.status, "Hers" in answer.body.decode()) == (403, False)
