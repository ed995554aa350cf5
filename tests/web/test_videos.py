"""Videos over HTTP: whole, in parts, and never a file that has changed."""

from pathlib import Path

import pytest

from tests.painted import RED, PaintedLibrary
from tests.video.clips import painted_frames, write_clip
from tests.web.client import Client


@pytest.fixture
def clip(library: PaintedLibrary, tmp_path: Path) -> Path:
    path = write_clip(tmp_path / "clips/clip.mp4", painted_frames([RED], each=20))
    library.index([path])
    return path


def test_a_player_gets_the_part_that_it_asks_for(client: Client, clip: Path) -> None:
    content = clip.read_bytes()
    whole = client.get("/photos/5/video")
    assert (whole.status, whole.header("content-type"), whole.body) == (200, "video/mp4", content)
    part = client.send("GET", "/photos/5/video", [*client.own, ("range", "bytes=10-19")])
    assert (part.status, part.body) == (206, content[10:20])
    assert part.header("content-range") == f"bytes 10-19/{len(content)}"


def test_its_page_plays_it_from_the_moment_of_each_face(client: Client, clip: Path) -> None:
    page = client.get("/photos/5").body.decode()
    assert '<video id="video" src="' in page
    assert "/photos/5/video#t=0.0," in page
    assert "00:00-00:02" in page
    assert "Mark a missed face" not in page
    assert client.get("/photos/5.jpg").status == 200


def test_what_is_no_video_or_has_changed_is_not_served(client: Client, clip: Path) -> None:
    assert client.get("/photos/1/video").status == 404
    clip.write_bytes(b"something else")
    assert client.get("/photos/5/video").status == 404


def test_nobody_who_was_not_let_in_gets_a_video(client: Client, clip: Path) -> None:
    assert client.send("GET", "/photos/5/video", []).status in {401, 421}
