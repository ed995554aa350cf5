"""Volumes from arrays, folders and animations, and back; what cannot be used is refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import StyleError
from recog.style.volume.files import Volume, encoded_volume, read_volume


def drawn(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(0).random(shape).astype(np.float32)


def stored(path: Path, values: object) -> Path:
    np.save(path, np.asarray(values))
    return path


def test_an_array_keeps_its_span(tmp_path: Path) -> None:
    values = drawn(5, 6, 7) * 300.0 - 100.0
    volume = read_volume(stored(tmp_path / "a.npy", values))
    assert volume.voxels.shape == (1, 5, 6, 7)
    assert (float(volume.voxels.min()), float(volume.voxels.max())) == (0.0, 1.0)
    (tmp_path / "b.npy").write_bytes(encoded_volume(volume, ".npy"))
    np.testing.assert_allclose(np.load(tmp_path / "b.npy"), values, atol=1e-3)


def test_an_array_in_colour_has_three_channels(tmp_path: Path) -> None:
    values = drawn(5, 6, 7, 3)
    volume = read_volume(stored(tmp_path / "a.npy", values))
    assert volume.voxels.shape == (3, 5, 6, 7)
    (tmp_path / "b.npy").write_bytes(encoded_volume(volume, ".npy"))
    np.testing.assert_allclose(np.load(tmp_path / "b.npy"), values, atol=1e-5)


def test_a_film_without_loss_comes_back(tmp_path: Path) -> None:
    voxels = np.rint(drawn(3, 4, 9, 8) * 255.0) / np.float32(255.0)
    path = tmp_path / "a.webp"
    path.write_bytes(encoded_volume(Volume(voxels), ".webp"))
    np.testing.assert_allclose(read_volume(path).voxels, voxels, atol=1e-6)


def test_a_film_in_256_colours_has_every_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(encoded_volume(Volume(drawn(1, 4, 9, 8)), ".gif"))
    assert read_volume(path).voxels.shape == (3, 4, 9, 8)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, level in (("b", 100), ("c", 250), ("a", 10)):
        Image.new("RGB", (6, 5), (level, 0, 0)).save(tmp_path / f"{name}.png")
    volume = read_volume(tmp_path)
    assert volume.voxels.shape == (3, 3, 5, 6)
    np.testing.assert_allclose(volume.voxels[0, :, 0, 0] * 255, [10, 100, 250], atol=1e-4)


def of_two_sizes(path: Path) -> Path:
    path.mkdir()
    for number, width in enumerate((6, 7)):
        Image.new("RGB", (width, 5), (width, 0, 0)).save(path / f"{number}.png")
    return path


def empty_folder(path: Path) -> Path:
    path.mkdir()
    return path


def no_film(path: Path) -> Path:
    path.write_bytes(b"nothing")
    return path


def long_film(path: Path) -> Path:
    """One colour, 800 x 1,000 px, twice: small as a file and too large as voxels."""
    frames = [Image.new("P", (800, 1000), number) for number in range(2)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        (
            "a.npy",
            lambda path: stored(path, drawn(5, 6)),
            r"has the shape \(5, 6\): a volume is \(depth, height, width\)",
        ),
        ("a.npy", lambda path: stored(path, drawn(5, 6, 7, 2)), r"shape \(5, 6, 7, 2\)"),
        ("a.npy", lambda path: stored(path, np.zeros((5, 0, 7))), "is empty"),
        ("a.npy", lambda path: stored(path, np.ones((5, 6, 7))), "holds the value 1 alone"),
        ("a.npy", lambda path: stored(path, [[[1.0, np.nan]]]), "holds NaN or infinite values: replace them first"),
        ("a.npy", lambda path: stored(path, [[[1.0, np.inf]]]), "holds NaN or infinite values"),
        ("a.npy", lambda path: stored(path, [[["a", "b"]]]), "values of the kind <U1: store real numbers"),
        (
            "a.npy",
            lambda path: stored(path, np.zeros((130, 130, 130), np.uint8)),
            "130 x 130 x 130 voxels .* 1,000,000",
        ),
        ("a.npy", no_film, "a.npy is no array of numbers"),
        ("a.npy", lambda path: path, r"a\.npy cannot be read \(No such file or directory\)"),
        ("a.gif", no_film, "a.gif is no animation that can be read"),
        ("a.gif", lambda path: path, r"a\.gif cannot be read \(No such file or directory\)"),
        ("a.gif", long_film, "2 x 1000 x 800 voxels or more, .*: reduce it to at most 1,000,000"),
        ("stack", of_two_sizes, "pictures of 6 x 5 and of 7 x 5 px: make them of one size"),
        ("stack", empty_folder, "stack is empty"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_way_out(
    tmp_path: Path, name: str, make: Callable[[Path], Path], said: str
) -> None:
    with pytest.raises(StyleError, match=said):
        read_volume(make(tmp_path / name))


def test_an_array_that_holds_objects_is_not_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(StyleError, match="is no array of numbers"):
        read_volume(tmp_path / "a.npy")


def test_an_animation_is_not_read_beyond_the_first_frame_that_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third of 20 frames of 400,000 px is too much, and the others are not decoded."""
    frames = [Image.new("P", (800, 500), number) for number in range(20)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    decoded: list[int] = []
    convert = Image.Image.convert

    def counted(image: Image.Image, mode: str) -> Image.Image:
        decoded.append(1)
        return convert(image, mode)

    monkeypatch.setattr(Image.Image, "convert", counted)
    with pytest.raises(StyleError, match="3 x 500 x 800 voxels or more"):
        read_volume(tmp_path / "a.gif")
    assert len(decoded) == 3
