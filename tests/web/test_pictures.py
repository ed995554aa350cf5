"""Thumbnails of photos over HTTP: made once, asked for again before each use, and never of a photo that is gone."""

import asyncio
from contextlib import closing
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from recog.decoded import DecodedPhoto
from recog.photos import DecodePool
from recog.web.access import Access
from recog.web.library import ServedLibrary
from recog.web.pictures import LONGEST_SIDE
from tests.painted import PaintedLibrary
from tests.web.client import TOKEN, Answer, Client
from tests.web.served import serving


@pytest.fixture
def large(library: PaintedLibrary, tmp_path: Path) -> int:
    """The number of a photo of 2000 x 3000 pixels, turned by its EXIF."""
    path = tmp_path / "large" / "photo.jpg"
    path.parent.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (3000, 2000), (200, 120, 0)).save(path, exif=exif)
    library.index([path])
    return 5


def again(client: Client, path: str, answer: Answer) -> Answer:
    return client.send("GET", path, [*client.own, ("if-none-match", answer.header("etag") or "")])


def test_a_thumbnail_is_upright_and_small_and_carries_no_metadata(client: Client, large: int) -> None:
    answer = client.get(f"/photos/{large}.webp")
    assert (answer.status, answer.header("content-type")) == (200, "image/webp")
    shown = Image.open(BytesIO(answer.body))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("WEBP", (267, 400), {})
    red, green, blue = shown.convert("RGB").getpixel((100, 100))  # type: ignore[misc] # three bands
    assert (abs(red - 200) < 9, abs(green - 120) < 9, blue < 9) == (True, True, True)


def test_a_thumbnail_is_made_from_a_photo_that_was_reduced_as_far_as_it_may_be(
    client: Client, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 2000 x 3000 pixels, 267 x 400 need a quarter, and no full photo."""
    decoded: list[Any] = []
    opening = DecodePool.open

    def open_and_note(*given: Any, **options: Any) -> Any:
        decoded.append(opening(*given, **options))
        return decoded[-1]

    monkeypatch.setattr(DecodePool, "open", open_and_note)
    assert client.get(f"/photos/{large}.webp").status == 200
    (photo,) = decoded
    assert isinstance(photo, DecodedPhoto)
    assert photo.pixels.shape == (750, 500, 3)


def test_a_thumbnail_is_made_once(client: Client, opened: ServedLibrary, large: int, tmp_path: Path) -> None:
    first = client.get(f"/photos/{large}.webp")
    (tmp_path / "large" / "photo.jpg").unlink()
    assert client.get(f"/photos/{large}.webp").body == first.body
    opened.library.context.thumbnails.drop_others(())
    assert client.get(f"/photos/{large}.webp").status == 404, "nothing shows the photo any more"
    assert client.get("/photos/99.webp").status == 404


@pytest.mark.parametrize("path", ["/photos/5.webp", "/photos/5.jpg", "/photos/5.jpg?side=4096"])
def test_a_browser_asks_before_it_shows_a_picture_again(
    client: Client, library: PaintedLibrary, large: int, tmp_path: Path, path: str
) -> None:
    first = client.get(path)
    assert first.header("cache-control") == "private, no-cache"
    same = again(client, path, first)
    assert (same.status, same.body, same.header("etag")) == (304, b"", first.header("etag"))
    assert same.header("cache-control") == "private, no-cache"
    assert again(client, "/photos/1.jpg", first).status == 200, "that is another picture"
    without = [client.own[0], ("if-none-match", first.header("etag") or "")]
    assert client.send("GET", path, without).status == 401
    (tmp_path / "large" / "photo.jpg").unlink()
    library.photos.prune(tmp_path / "large")
    assert again(client, path, first).status == 404


def test_a_browser_that_scrolled_on_is_not_waited_for(opened: ServedLibrary, access: Access, large: int) -> None:
    opened.thumbnail_turns = asyncio.Semaphore(0)
    kept = opened.library.context.thumbnails.folder
    with serving(opened, access) as served:

        def asked(path: str) -> HTTPConnection:
            connection = HTTPConnection(urlsplit(served.url).netloc, timeout=60)
            connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
            return connection

        def status(path: str) -> int:
            with closing(asked(path)) as connection, connection.getresponse() as answer:
                return answer.status

        with closing(asked(f"/photos/{large}.webp")):
            assert status("/api/people") == 200, "the turn is waited for by now"
        assert status("/api/people") == 200
        opened.thumbnail_turns.release()
        assert [status("/api/people") for _ in range(5)] == [200] * 5
        assert not kept.exists()
        assert status(f"/photos/{large}.webp") == 200, "the turn was given back"
        assert kept.exists()


def test_a_photo_is_as_large_as_is_asked_within_bounds(client: Client, large: int) -> None:
    def size(query: str = "") -> tuple[int, int]:
        return Image.open(BytesIO(client.get(f"/photos/{large}.jpg{query}").body)).size

    assert size() == (1067, LONGEST_SIDE)
    assert size("?side=4096") == (2000, 3000)
    assert size("?side=300") == (200, 300)
    assert client.get(f"/photos/{large}.jpg?side=4097").status == 422
