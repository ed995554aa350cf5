"""Decisions about faces survive edits of real photos, in place and moved."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageOps

from recog import PhotoLibrary, read_settings
from recog.store.records import FactKind
from recog.types import Face

pytestmark = [pytest.mark.networks, pytest.mark.data]

PHOTOS = (
    "13--Interview/13_Interview_Interview_Sequences_13_173.jpg",
    "20--Family_Group/20_Family_Group_Family_Group_20_113.jpg",
    "20--Family_Group/20_Family_Group_Family_Group_20_243.jpg",
)
"""Photos of three large faces each, none of them in the left or bottom fifth."""
EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "cropped by 20 % on the left and at the bottom": lambda photo: photo.crop(
        (photo.width // 5, 0, photo.width, photo.height * 4 // 5)
    ),
    "framed": lambda photo: ImageOps.expand(photo, photo.width // 10, "white"),
    "mirrored": ImageOps.mirror,
    "straightened": lambda photo: photo.rotate(3, Image.Resampling.BICUBIC),
    "brighter and half the size": lambda photo: ImageEnhance.Brightness(photo.reduce(2)).enhance(1.2),
}


@pytest.fixture
def library(data: Path, folder: Path, tmp_path: Path) -> Iterator[PhotoLibrary]:
    """Index the photos; from the left, the first face is Ada's, the second is not, the third is ignored."""
    for name in PHOTOS:
        shutil.copy(data / "wider_dev" / "images" / name, folder)
    with PhotoLibrary.open(read_settings(library=tmp_path / "library")) as library:
        library.index([folder])
        for number, path in enumerate(sorted(folder.iterdir())):
            named, refused, ignored = faces(library, path)
            library.people.confirm(f"Ada {number}", [named.id], new=True)
            library.people.reject(f"Ada {number}", [refused.id])
            library.people.ignore([ignored.id])
        yield library


def faces(library: PhotoLibrary, path: Path) -> list[Face]:
    """Return the photo's faces from left to right."""
    photo = library.context.catalog.photos.at([path])[path]
    return sorted(library.context.catalog.faces.of_photo(photo.id), key=lambda face: face.box.left)


def words(library: PhotoLibrary, path: Path) -> list[str]:
    """Return the decision about each face of the photo, from left to right."""
    catalog = library.context.catalog
    found = []
    for face in faces(library, path):
        named = catalog.people.by_ids(catalog.people.confirmed_owners([face.id]).values()).values()
        refused = catalog.people.by_ids(catalog.people.rejections().get(face.id, ())).values()
        said = [f"is {person.name}{' (cover)' * (person.cover_face_id == face.id)}" for person in named]
        said += [f"is not {person.name}" for person in refused]
        found.append(", ".join([*said, *["ignored"] * (face.id in catalog.people.ignored_faces())]))
    return found


@pytest.mark.parametrize("edit", EDITS)
def test_all_that_was_said_survives_an_edit_in_place_and_one_with_a_move(
    library: PhotoLibrary, folder: Path, edit: str
) -> None:
    said = []
    for number, path in enumerate(sorted(folder.iterdir())):
        edited = EDITS[edit](Image.open(path))
        to = folder / "moved" / path.name if number % 2 else path
        if to != path:
            path.unlink()
            to.parent.mkdir(exist_ok=True)
        edited.save(to, quality=90)
        all_said = [f"is Ada {number} (cover)", f"is not Ada {number}", "ignored"]
        said.append((to, all_said[::-1] if edit == "mirrored" else all_said))
    report = library.index([folder])
    assert report.lost == ()
    assert [(path, [word for word in words(library, path) if word]) for path, _ in said] == said


def test_of_a_half_what_was_said_of_faces_that_are_there_is_kept_and_the_rest_is_reported(
    library: PhotoLibrary, folder: Path
) -> None:
    path = folder / PHOTOS[-1].rpartition("/")[2]
    photo = Image.open(path)
    photo.crop((photo.width // 2, 0, photo.width, photo.height)).save(path, quality=90)
    report = library.index([folder])
    assert words(library, path) == ["is not Ada 2", "ignored"]
    assert [(lost.path, lost.kind) for lost in report.lost] == [(path, FactKind.NAME), (path, FactKind.COVER)]


def test_new_metadata_and_a_move_lose_nothing(library: PhotoLibrary, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        before = words(library, path)
        exif = Image.Exif()
        exif[0x010E] = "a caption"
        moved = folder / "album" / path.name
        moved.parent.mkdir(exist_ok=True)
        photo = Image.open(path)
        photo.save(moved.with_suffix(".png"), exif=exif)
        path.unlink()
        library.index([folder])
        assert words(library, moved.with_suffix(".png")) == before
