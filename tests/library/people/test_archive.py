"""All photos of a person in one zip archive: as they are, under unique names, in little memory."""

import io
import os
import shutil
import tracemalloc
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Literal
from zipfile import ZIP_STORED, ZipFile

import pytest

from recog.errors import CatalogError, UnknownPersonError, UnreadablePhotoError
from recog.library.people.archive import LEFT_OUT
from tests.painted import BLUE, RED, PaintedLibrary, paint


def opened(library: PaintedLibrary, name: str) -> ZipFile:
    return ZipFile(io.BytesIO(b"".join(library.people.archive(name))))


def enrolled(library: PaintedLibrary, *photos: Path) -> None:
    library.index([photo.parent for photo in photos])
    library.people.enrol("Ada", list(photos))


def test_every_photo_is_in_it_as_it_is_and_of_nobody_else(library: PaintedLibrary, folder: Path) -> None:
    photos = [paint(folder / name / "one.png", RED, noise=place) for place, name in enumerate(("a", "b"))]
    shutil.copy(photos[0], folder / "copy.png")
    paint(folder / "sea.png", BLUE)
    enrolled(library, *photos)
    library.index([folder])
    zipped = opened(library, "ada")
    assert zipped.testzip() is None
    held = {info.filename: info for info in zipped.infolist()}
    assert len(held) == 2, "one file a photo"
    assert {"one.png", "one (2).png"} >= held.keys() - {"copy.png"}
    assert {zipped.read(name) for name in held} == {photo.read_bytes() for photo in photos}
    assert {info.compress_type for info in held.values()} == {ZIP_STORED}


@pytest.mark.parametrize(
    ("names", "held"),
    [
        (["x.png", "X.PNG", "x (2).png"], {"x.png", "X (2).PNG", "x (2) (2).png"}),
        (["a:b?.png", "\udcff.png", "tab\t.png"], {"a_b_.png", "_xff.png", "tab_t.png"}),
        ([LEFT_OUT.replace(".txt", ".png")], {"NOT INCLUDED.png"}),
    ],
)
def test_names_are_unique_and_allowed_on_every_system(
    library: PaintedLibrary, folder: Path, names: list[str], held: set[str]
) -> None:
    photos = [paint(folder / str(place) / name, RED, noise=place) for place, name in enumerate(names)]
    enrolled(library, *photos)
    assert {name.casefold() for name in opened(library, "Ada").namelist()} == {name.casefold() for name in held}


def test_many_photos_of_one_name_take_no_more_time_each(
    library: PaintedLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [paint(folder / str(place) / "x.png", RED, noise=place) for place in range(30)]
    enrolled(library, *photos)
    compared = Counter[str]()
    normalize = unicodedata.normalize

    def counted(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
        compared[text] += 1
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", counted)
    assert len(opened(library, "Ada").namelist()) == 30
    assert sum(compared.values()) < 200, "450 if each tries all numbers before its own"


def test_what_is_gone_or_is_another_photo_by_now_is_told_in_it(library: PaintedLibrary, folder: Path) -> None:
    photos = [paint(folder / f"{place}.png", RED, noise=place) for place in range(4)]
    enrolled(library, *photos)
    photos[1].unlink()
    paint(photos[2], BLUE, noise=9)
    os.utime(photos[3], (1, 1))  # another time, the same photo
    zipped = opened(library, "Ada")
    assert sorted(zipped.namelist()) == ["0.png", "3.png", LEFT_OUT]
    said = zipped.read(LEFT_OUT).decode().splitlines()
    assert sorted(said) == sorted(
        [
            f"{photos[1]} is not there: it was moved or deleted, its disk is not mounted, or a link leads nowhere",
            f"{photos[2]} holds another photo by now: index it again",
        ]
    )


def test_a_photo_that_shrinks_while_it_is_read_ends_the_archive(library: PaintedLibrary, folder: Path) -> None:
    photo = paint(folder / "a.png", RED)
    with photo.open("ab") as file:
        file.write(bytes(5 << 20))
    enrolled(library, photo)
    parts = library.people.archive("Ada")
    next(parts)
    os.truncate(photo, 1 << 20)
    with pytest.raises(UnreadablePhotoError, match="changed while it was read"):
        list(parts)


def test_the_memory_does_not_grow_with_the_photos(library: PaintedLibrary, folder: Path) -> None:
    photo = paint(folder / "a.png", RED)
    with photo.open("ab") as file:
        file.write(bytes(64 << 20))
    enrolled(library, photo)
    tracemalloc.start()
    try:
        size = sum(map(len, library.people.archive("Ada")))
        assert size > 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_nobody_and_nothing_are_errors_before_the_first_byte(library: PaintedLibrary, folder: Path) -> None:
    photo, _ = paint(folder / "a.png", RED), paint(folder / "sea.png", BLUE)
    enrolled(library, photo)
    with pytest.raises(UnknownPersonError):
        library.people.archive("Eve")
    photo.unlink()
    library.index([folder])
    with pytest.raises(CatalogError, match="no file shows Ada any more"):
        library.people.archive("Ada")
