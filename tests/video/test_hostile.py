"""Videos that are damaged, or made to do harm, cost themselves and nothing else."""

import struct
from pathlib import Path

import pytest

from recog.errors import PhotoError
from recog.photos import DecodeLimits, KnownContent
from recog.photos.video.process import open_video
from tests.painted import GREEN, RED
from tests.video.clips import painted_frames, write_clip

LIMITS = DecodeLimits(seconds=20.0, megabytes=2048)


def read(path: Path, limits: DecodeLimits = LIMITS) -> tuple[int, bool]:
    """Return the number of frames that come, and whether the video was incomplete."""
    with open_video(path, limits) as video:
        assert not isinstance(video, KnownContent)
        number = sum(1 for _ in video.frames())
        return number, video.incomplete


def reason(path: Path, limits: DecodeLimits = LIMITS) -> str:
    with pytest.raises(PhotoError) as error:
        read(path, limits)
    assert str(path) in str(error.value)
    return error.value.reason


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mkv", painted_frames([RED], [GREEN], each=20), gop=10)


def test_a_video_that_is_cut_short_is_used_as_far_as_it_goes(clip: Path) -> None:
    whole, _ = read(clip)
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) * 2 // 3])
    number, _ = read(clip)
    assert 0 < number < whole


def test_an_mp4_without_its_index_is_damaged(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", painted_frames([RED], each=20))
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) // 2])
    assert reason(clip) == "damaged"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no video",
        b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42",
        b"\x1a\x45\xdf\xa3" + bytes(200),
        bytes(100_000),
    ],
    ids=["empty", "text", "playlist", "concat", "no frame", "no track", "zeros"],
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert reason(path) in {"damaged", "empty"}


def test_a_name_that_is_no_videos_opens_nothing_else(tmp_path: Path) -> None:
    """A playlist in a video's clothes names another video: it must not be opened."""
    write_clip(tmp_path / "secret.mp4", painted_frames([RED], each=5))
    path = tmp_path / "clip.mp4"
    path.write_text(f"ffconcat version 1.0\nfile '{tmp_path}/secret.mp4'\n")
    assert reason(path) == "damaged"


def test_frames_that_are_too_large_are_refused(tmp_path: Path) -> None:
    """Every frame claims 16,000 by 16,000 pixels, which is 768 MB of RGB."""
    clip = write_clip(
        tmp_path / "clip.avi", painted_frames([RED], each=5), codec="mjpeg", pix_fmt="yuvj444p", options={}
    )
    sizes = struct.pack(">HH", 64, 64)
    content = clip.read_bytes().replace(b"\xff\xc0\x00\x11\x08" + sizes, b"\xff\xc0\x00\x11\x08\x3e\x80\x3e\x80")
    clip.write_bytes(content)
    assert reason(clip) in {"too_large", "damaged"}


def test_a_duration_that_lies_changes_nothing(clip: Path) -> None:
    """The frames count, not the header: here its duration is a thousand years."""
    content = bytearray(clip.read_bytes())
    place = content.index(b"\x44\x89\x88")  # Segment duration, a double
    struct.pack_into(">d", content, place + 3, 3e13)
    clip.write_bytes(content)
    with open_video(clip, LIMITS) as video:
        assert not isinstance(video, KnownContent)
        assert video.duration == pytest.approx(4.0, abs=0.3)


def test_the_real_damaged_video_is_one_failure(data: Path) -> None:
    assert reason(data / "videos/fuzz_blackwhite_yuv420p.avi") == "damaged"
