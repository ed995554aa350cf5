"""Frames of videos of every container, upright and in sRGB, as the decoding process sends them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.photos import DecodeLimits, KnownContent, photo_digest
from recog.photos.video.process import clip_of, frame_of, open_video
from recog.photos.video.samples import Beat, Sample
from recog.types import DateSource, DecodedPhoto
from tests.painted import BLUE, GREEN, RED
from tests.video.clips import LOSSLESS, painted_frames, write_clip

LIMITS = DecodeLimits(seconds=60.0, megabytes=2048)


def samples_of(path: Path) -> list[Sample]:
    with open_video(path, LIMITS) as video:
        assert not isinstance(video, KnownContent)
        return list(video.frames())


@pytest.mark.parametrize(
    ("name", "codec", "options", "pix_fmt"),
    [
        ("clip.mp4", "libx264", LOSSLESS, "yuv444p"),
        ("clip.mov", "libx264", LOSSLESS, "yuv420p"),
        ("clip.mkv", "mpeg4", {"qscale": "1"}, "yuv420p"),
        ("clip.avi", "mjpeg", {"q": "1"}, "yuvj444p"),
        ("clip.webm", "libvpx-vp9", {"crf": "4", "b": "0", "deadline": "realtime"}, "yuv420p"),
    ],
)
def test_frames_come_in_order_with_their_colours(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], pix_fmt: str
) -> None:
    frames = painted_frames([RED], [GREEN], [BLUE], each=10)
    clip = write_clip(tmp_path / name, frames, codec=codec, options=options, pix_fmt=pix_fmt)
    with open_video(clip, LIMITS) as video:
        assert not isinstance(video, KnownContent)
        found = list(video.frames())
        assert (video.width, video.height, round(video.duration, 1)) == (64, 64, 3.0)
        assert video.sha256 == photo_digest(clip)
    middles = {"RGB"[int(one.pixels[32, 32].argmax())]: one.at for one in reversed(found) if one.pixels is not None}
    assert sorted(middles, key=middles.__getitem__) == ["R", "G", "B"]
    assert middles == pytest.approx({"R": 0.0, "G": 1.0, "B": 2.0}, abs=0.45)
    for colour, level in zip((RED, GREEN, BLUE), "RGB", strict=True):
        shown = next(one.pixels for one in found if one.at == middles[level])
        assert shown is not None
        np.testing.assert_allclose(shown[28:36, 28:36].reshape(-1, 3).mean(axis=0), colour, atol=12)


def test_a_frame_like_the_one_before_comes_without_pixels(tmp_path: Path) -> None:
    found = samples_of(write_clip(tmp_path / "a.mp4", painted_frames([RED], each=30)))
    assert [one.pixels is None for one in found] == [False] + [True] * (len(found) - 1)
    assert len(found) > 6


@pytest.mark.parametrize("frames", [1, 2, 11])
def test_the_last_frame_is_looked_at(tmp_path: Path, frames: int) -> None:
    """A decoder with threads hands it out at the end alone."""
    found = samples_of(write_clip(tmp_path / "a.mp4", painted_frames([RED], each=frames)))
    assert found[-1].at == pytest.approx((frames - 1) / 10)


def test_hdr_becomes_srgb(tmp_path: Path) -> None:
    """White on paper is 203 nits, 58 % of PQ: it must come out bright, and neutral; black stays black."""
    grey = np.zeros((64, 128, 3), np.uint16)
    grey[:, 64:] = round(0.58 * 65535)
    colours = {"color_trc": 16, "color_primaries": 9, "colorspace": 9}
    clip = write_clip(tmp_path / "hdr.mp4", [grey] * 3, pix_fmt="yuv420p10le", colours=colours)
    (first, *_) = samples_of(clip)
    assert first.pixels is not None
    assert first.pixels[:, :56].max() < 8
    white = first.pixels[:, 72:].reshape(-1, 3).mean(axis=0)
    assert 170 < white.min() <= white.max() < 240
    assert white.max() - white.min() < 6


def test_a_real_phone_video_is_upright(data: Path) -> None:
    with open_video(data / "videos/with-gps.mov", LIMITS) as video:
        assert not isinstance(video, KnownContent)
        shapes = {one.pixels.shape for one in video.frames() if one.pixels is not None}
        assert (video.width, video.height) == (320, 568)
        assert shapes == {(568, 320, 3)}
        assert video.taken_from is DateSource.CONTAINER
        assert str(video.taken_at) == "2019-07-24 11:25:40+03:00"


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_an_animation_moves_without_pyav(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form.lower()}"
    first, *rest = (Image.fromarray(one) for one in painted_frames([RED], [GREEN], [BLUE]))
    first.save(path, format=form, save_all=True, append_images=rest, duration=500, lossless=True)
    found = samples_of(path)
    assert [one.at for one in found] == pytest.approx([0.0, 0.5, 1.0])
    shown = [int(one.pixels[32, 32].argmax()) for one in found if one.pixels is not None]
    assert shown == [0, 1, 2]


def test_a_known_video_is_not_decoded(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", painted_frames([RED], each=3))
    with open_video(clip, LIMITS, known={photo_digest(clip)}) as video:
        assert video == KnownContent(photo_digest(clip))


def test_a_clip_is_cut_at_a_key_frame_without_encoding_anew(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", painted_frames([RED], [GREEN], [BLUE], each=10), gop=10)
    content, suffix = clip_of(clip, LIMITS, 1.2, 1.8)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(content)
    with open_video(cut, LIMITS) as video:
        assert not isinstance(video, KnownContent)
        shown = {int(one.pixels[32, 32].argmax()) for one in video.frames() if one.pixels is not None}
    assert suffix == ".mp4"
    assert shown == {1}
    assert 0.5 < video.duration < 1.3


def test_a_clip_of_a_turned_video_stays_turned(data: Path, tmp_path: Path) -> None:
    content, suffix = clip_of(data / "videos/with-gps.mov", LIMITS, 1.0, 2.0)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(content)
    shown = frame_of(cut, LIMITS)
    assert isinstance(shown, DecodedPhoto)
    assert shown.pixels.shape == (568, 320, 3)
    assert b"+60" not in content  # the place where it was taken stays behind


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_one_frame_is_had_by_its_second(tmp_path: Path, name: str) -> None:
    frames = list(painted_frames([RED], [GREEN], [BLUE], each=1 if name == "a.gif" else 10))
    if name == "a.gif":
        first, *rest = (Image.fromarray(one) for one in frames)
        first.save(tmp_path / name, save_all=True, append_images=rest, duration=1000)
    else:
        write_clip(tmp_path / name, frames, gop=10)
    shown = [frame_of(tmp_path / name, LIMITS, at=at) for at in (0.0, 1.2, 99.0)]
    assert [int(one.pixels[32, 32].argmax()) for one in shown if isinstance(one, DecodedPhoto)] == [0, 1, 2]


def test_an_even_beat_sends_every_frame_however_alike(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", painted_frames([RED], each=64), rate=32)
    with open_video(clip, LIMITS, beat=Beat(16, 1.5)) as video:
        assert not isinstance(video, KnownContent)
        found = list(video.frames())
    assert [one.at for one in found] == pytest.approx([place / 16 for place in range(25)], abs=1e-3)
    assert all(one.pixels is not None and one.pixels[32, 32].argmax() == 0 for one in found)
