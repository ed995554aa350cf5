"""Saving: whole or not at all, never over another file, nothing private."""

import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from recog.errors import StyleError
from recog.style.files import SUFFIXES, check_target, encoded_picture, publish
from recog.types import Pixels


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("name", ["a.png", "b.jpg", "c.JPEG", "d.tif", "e.tiff"])
def test_a_saved_picture_reads_back_with_srgb_and_nothing_private(tmp_path: Path, hills: Pixels, name: str) -> None:
    publish(encoded_picture(hills, SUFFIXES[Path(name).suffix.lower()]), tmp_path / name)
    with Image.open(tmp_path / name) as image:
        lossless = image.format != "JPEG"
        change = np.abs(np.asarray(image).astype(int) - hills)
        assert change.max() == 0 if lossless else change.mean() < 2.0
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        private = set(image.getexif()) - {256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 317, 339, 34675}
        assert private == set()  # the rest is how a TIFF says its size, and the profile
        assert not image.getexif().get_ifd(0x8825)
    assert names(tmp_path) == [name]


def test_an_existing_file_stays_as_it_is(tmp_path: Path, hills: Pixels) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"precious")
    with pytest.raises(StyleError, match="exists already, and recog never overwrites"):
        publish(encoded_picture(hills, "PNG"), path)
    assert path.read_bytes() == b"precious"
    assert names(tmp_path) == ["photo.png"]


def test_a_dangling_link_is_not_followed(tmp_path: Path, hills: Pixels) -> None:
    (tmp_path / "link.png").symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(StyleError, match="exists already"):
        publish(encoded_picture(hills, "PNG"), tmp_path / "link.png")
    assert not (tmp_path / "elsewhere.png").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("a.gif", "no suffix of a picture"), ("a", "no suffix"), ("none/a.png", "is not there")]
)
def test_a_target_that_cannot_be_is_refused_before_the_work(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(StyleError, match=words):
        check_target(tmp_path / name)


def test_no_space_is_a_sentence_and_leaves_nothing_behind(tmp_path: Path, hills: Pixels) -> None:
    """A limit on file size stands for the full disk: the write fails in the middle, in a process of its own."""
    code = (
        "import numpy, resource, signal, sys; from pathlib import Path\n"
        "from recog.errors import StyleError; from recog.style.files import encoded_picture, publish\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "pixels = numpy.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(numpy.uint8)\n"
        "try:\n    publish(encoded_picture(pixels, 'PNG'), Path(sys.argv[1]))\n"
        "except StyleError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(tmp_path / "a.png")], capture_output=True, text=True, check=True
    )
    assert "cannot be written" in done.stdout
    assert "make room" in done.stdout
    assert names(tmp_path) == []


def test_a_kill_at_any_moment_leaves_whole_pictures_alone(tmp_path: Path) -> None:
    """A process saves one picture after another and is killed; whatever bears a name can be read."""
    code = (
        "import numpy, sys; from pathlib import Path; from recog.style.files import encoded_picture, publish\n"
        "pixels = numpy.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(numpy.uint8)\n"
        "print('go', flush=True)\n"
        "for number in range(10_000):\n"
        "    publish(encoded_picture(pixels, 'PNG'), Path(sys.argv[1]) / f'{number}.png')\n"
    )
    for moment in range(4):
        folder = tmp_path / str(moment)
        folder.mkdir()
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + 0.04 * moment)
        process.kill()
        process.communicate()
        for path in folder.glob("[0-9]*.png"):
            with Image.open(path) as image:
                assert np.asarray(image).shape == (300, 300, 3)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_the_same_pixels_are_the_same_bytes_at_another_time(hills: Pixels, form: str) -> None:
    first = encoded_picture(hills, form)
    time.sleep(1.1)  # a profile's moment counts seconds
    assert encoded_picture(hills, form) == first
