"""Decisions about faces survive edits of painted photos, in which the colour tells each face."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.library.indexing.results import LostWord
from recog.store.records import FactKind
from recog.types import Pixels
from tests.painted import BLUE, CELL, FACE, GREEN, RED, WHITE, Colour, PaintedLibrary, paint, painted_library

ORANGE, VIOLET = (230, 120, 20), (120, 20, 230)


def paint_grid(path: Path, rows: list[list[Colour | None]], noise: int = 0) -> Path:
    """Paint a PNG with one face in each cell, row by row."""
    pixels = np.zeros((CELL * len(rows), CELL * len(rows[0]), 3), np.uint8)
    margin = (CELL - FACE) // 2
    for top, row in enumerate(rows):
        for left, colour in enumerate(row):
            if colour is not None:
                y, x = top * CELL + margin, left * CELL + margin
                pixels[y : y + FACE, x : x + FACE] = colour
    pixels[0, 0] = noise % 256, 0, 0
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def edit(path: Path, change: Callable[[Pixels], Pixels], to: Path | None = None) -> None:
    """Write changed pixels over a photo, or to another path and delete the photo."""
    pixels = change(np.asarray(Image.open(path)))
    if to is not None:
        path.unlink()
        to.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(pixels)).save(to or path)


def framed(pixels: Pixels) -> Pixels:
    return np.pad(pixels, ((CELL, CELL), (CELL, CELL), (0, 0)))


def cropped(pixels: Pixels) -> Pixels:
    """Cut off the left column and the bottom row of five each, which is 20 % of each side."""
    return pixels[:-CELL, CELL:]


def mirrored(pixels: Pixels) -> Pixels:
    return pixels[:, ::-1]


def right_half(pixels: Pixels) -> Pixels:
    return pixels[:, CELL * 2 :]


def with_new_metadata(pixels: Pixels) -> Pixels:
    """Return the same picture in other bytes; one pixel in the corner tells the contents apart."""
    again = pixels.copy()
    again[0, 0] = 99, 0, 0
    return again


EDITS = [cropped, framed, mirrored, right_half, with_new_metadata]
TOLD: list[list[Colour | None]] = [[None] * 5, [None, None, RED, GREEN, BLUE], [None] * 5, [None] * 5, [None] * 5]
"""The colours of the face named Ada, the face that is not Ada, and the ignored face."""


def tell(library: PaintedLibrary, path: Path) -> None:
    """Make a decision about each of the three faces."""
    library.index([path.parent])
    named, refused, ignored = faces(library, path)
    library.people.confirm("Ada", [named], new=True)
    library.people.reject("Ada", [refused])
    library.people.ignore([ignored])


def faces(library: PaintedLibrary, path: Path) -> list[int]:
    """Return the numbers of a photo's faces in the order red, green, blue and white, by their embeddings."""
    catalog = library.context.catalog
    found = {face.id for face in catalog.faces.of_photo(catalog.photos.at([path])[path].id)}
    ids, vectors = catalog.embeddings.of_faces(found, library.networks.info.sha256)
    colours = np.array([RED, GREEN, BLUE, WHITE], np.float32)
    order = np.argmax(vectors @ (colours / np.linalg.norm(colours, axis=1, keepdims=True)).T, axis=1)
    return [int(ids[row]) for row in np.argsort(order, kind="stable")]


def check_told(library: PaintedLibrary, path: Path) -> None:
    """Check that the decisions of `tell` hold for the faces of this photo."""
    named, refused, ignored = faces(library, path)
    ada = library.context.catalog.people.by_name("Ada")
    assert library.context.catalog.people.confirmed_owners([named, refused, ignored]) == {named: ada.id}
    assert library.context.catalog.people.rejections()[refused] == {ada.id}
    assert ignored in library.context.catalog.people.ignored_faces()
    assert ada.cover_face_id == named


@pytest.mark.parametrize("change", EDITS, ids=lambda change: change.__name__)
def test_all_that_was_said_of_a_face_survives_an_edit_of_its_photo(
    library: PaintedLibrary, folder: Path, change: Callable[[Pixels], Pixels]
) -> None:
    path = paint_grid(folder / "a.png", TOLD)
    tell(library, path)
    edit(path, change)
    report = library.index([folder])
    assert (report.changed, report.lost) == (1, ())
    check_told(library, path)
    assert library.status().faces == 3


@pytest.mark.parametrize("change", EDITS, ids=lambda change: change.__name__)
def test_all_that_was_said_of_a_face_survives_an_edit_and_a_move_between_two_runs(
    library: PaintedLibrary, folder: Path, change: Callable[[Pixels], Pixels]
) -> None:
    path, moved = paint_grid(folder / "a.png", TOLD), folder / "album" / "z.png"
    tell(library, path)
    edit(path, change, moved)
    report = library.index([folder])
    assert (report.added, report.missing, report.lost) == (1, 1, ())
    check_told(library, moved)
    library.photos.prune()
    check_told(library, moved)


def test_an_edit_moved_to_another_folder_than_is_indexed_keeps_what_was_said(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    path, moved = paint_grid(folder / "a.png", TOLD), tmp_path / "elsewhere" / "a.png"
    tell(library, path)
    edit(path, with_new_metadata, moved)
    library.index([moved.parent])
    check_told(library, moved)


def test_enrolling_an_edited_and_moved_photo_keeps_what_was_said_of_the_others(
    library: PaintedLibrary, folder: Path
) -> None:
    path, moved = paint_grid(folder / "a.png", TOLD), folder / "z.png"
    tell(library, path)
    edit(path, with_new_metadata, moved)
    library.people.enrol("Ada", [moved], face=1)
    check_told(library, moved)


def test_enrolling_an_edited_photo_tells_what_was_lost(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED, GREEN)
    library.people.enrol("Ada", [path], face=1)
    library.people.enrol("Ben", [path], face=2)
    paint(path, RED, None, noise=7)
    lost = library.people.enrol("Ada", [path]).lost
    assert lost == (LostWord(path, FactKind.NAME, "Ben"), LostWord(path, FactKind.COVER, "Ben"))


def test_each_word_that_an_edit_loses_is_reported_with_its_kind(library: PaintedLibrary, folder: Path) -> None:
    path = paint_grid(folder / "a.png", TOLD)
    tell(library, path)
    edit(path, np.zeros_like)
    report = library.index([folder])
    assert report.lost == (
        LostWord(path, FactKind.NAME, "Ada"),
        LostWord(path, FactKind.COVER, "Ada"),
        LostWord(path, FactKind.REJECTION, "Ada"),
        LostWord(path, FactKind.IGNORED, None),
    )


def test_somebody_whose_cover_is_lost_is_shown_by_another_confirmed_face(library: PaintedLibrary, folder: Path) -> None:
    first, second = paint(folder / "a.png", RED), paint(folder / "b.png", RED, noise=3)
    library.people.enrol("Ada", [first, second])
    paint(first, None, noise=9)
    library.index([folder])
    assert library.context.catalog.people.by_name("Ada").cover_face_id == faces(library, second)[0]


def test_a_second_copy_takes_no_names_from_a_photo_that_is_still_there(library: PaintedLibrary, folder: Path) -> None:
    """The copy's faces get the name by distance; rejections stay with the faces that they were made for."""
    path, copy = paint_grid(folder / "a.png", TOLD), folder / "copy.png"
    tell(library, path)
    shutil.copy(path, folder.parent / "spare.png")
    edit(folder.parent / "spare.png", with_new_metadata, copy)
    library.index([folder])
    check_told(library, path)
    named, refused, ignored = faces(library, copy)
    assert library.context.catalog.people.confirmed_owners([named, refused, ignored]) == {}
    assert (
        library.context.catalog.faces.by_ids([named])[named].person_id
        == library.context.catalog.people.by_name("Ada").id
    )
    assert refused not in library.context.catalog.people.rejections()
    assert ignored not in library.context.catalog.people.ignored_faces()


def test_a_third_copy_takes_nothing_of_a_photo_that_is_gone_while_its_edit_is_there(
    library: PaintedLibrary, folder: Path
) -> None:
    path, moved, copy = paint_grid(folder / "a.png", TOLD), folder / "b.png", folder / "c.png"
    tell(library, path)
    edit(path, with_new_metadata, moved)
    library.index([folder])
    shutil.copy(moved, folder.parent / "spare.png")
    edit(folder.parent / "spare.png", framed, copy)
    library.index([folder])
    assert library.context.catalog.people.confirmed_owners(faces(library, copy)) == {}
    check_told(library, moved)


def test_an_edit_that_takes_the_place_of_another_photo_keeps_both_photos_words(
    library: PaintedLibrary, folder: Path
) -> None:
    """The first photo is edited and saved over the second, and another picture over the first."""
    one, other = paint(folder / "a.png", RED, GREEN), paint(folder / "b.png", BLUE)
    library.people.enrol("Ada", [one], face=1)
    library.people.enrol("Ben", [one], face=2)
    library.people.enrol("Cyd", [other])
    edit(one, with_new_metadata, other)
    paint(one, WHITE, noise=5)
    report = library.index([folder])
    assert {(lost.path, lost.person) for lost in report.lost} == {(other, "Cyd")}
    names = library.context.catalog.people.confirmed_owners(faces(library, other))
    assert sorted(person.name for person in library.context.catalog.people.by_ids(names.values()).values()) == [
        "Ada",
        "Ben",
    ]


def test_no_embedding_carries_a_name_to_a_clearly_different_person(library: PaintedLibrary, folder: Path) -> None:
    """Ada is cropped away, and somebody else stands in her place."""
    path = paint_grid(folder / "a.png", [[RED, ORANGE]])
    library.people.enrol("Ada", [path], face=1)
    edit(path, lambda pixels: pixels[:, CELL:])
    report = library.index([folder])
    assert [lost.person for lost in report.lost] == ["Ada", "Ada"]
    assert library.context.catalog.people.confirmed_owners(faces(library, path)) == {}


def test_of_one_face_twice_in_a_collage_each_keeps_its_own_words(library: PaintedLibrary, folder: Path) -> None:
    path = paint_grid(folder / "a.png", [[None, RED, None, None, RED], [None] * 5])
    library.index([folder])
    left, right = sorted(library.context.catalog.faces.of_photo(1), key=lambda face: face.box.left)
    library.people.confirm("Ada", [left.id], new=True)
    library.people.ignore([right.id])
    edit(path, cropped)
    assert library.index([folder]).lost == ()
    photo = library.context.catalog.photos.at([path])[path].id
    left, right = sorted(library.context.catalog.faces.of_photo(photo), key=lambda face: face.box.left)
    assert set(library.context.catalog.people.confirmed_owners([left.id, right.id])) == {left.id}
    assert library.context.catalog.people.ignored_faces() == {right.id}


def test_of_one_face_twice_in_a_collage_the_one_that_is_left_keeps_its_own_words(
    library: PaintedLibrary, folder: Path
) -> None:
    path = paint_grid(folder / "a.png", [[RED, None, None, None, RED], [None] * 5])
    library.index([folder])
    left, right = sorted(library.context.catalog.faces.of_photo(1), key=lambda face: face.box.left)
    library.people.ignore([left.id])
    library.people.confirm("Ada", [right.id], new=True)
    edit(path, cropped)
    assert [lost.kind for lost in library.index([folder]).lost] == [FactKind.IGNORED]
    assert set(library.context.catalog.people.confirmed_owners(faces(library, path))) == set(faces(library, path))
    assert library.context.catalog.people.ignored_faces() == set()


def test_somebody_who_looks_alike_and_was_not_named_keeps_the_own_face(library: PaintedLibrary, folder: Path) -> None:
    """Ada is cropped away; her twin, who has no decisions, does not get the name."""
    twin = (230, 100, 20)
    path = paint_grid(folder / "a.png", [[RED, twin, None]])
    library.people.enrol("Ada", [path], face=1)
    edit(path, lambda pixels: pixels[:, CELL:])
    report = library.index([folder])
    assert [lost.kind for lost in report.lost] == [FactKind.NAME, FactKind.COVER]
    assert library.context.catalog.people.confirmed_owners(faces(library, path)) == {}


def test_an_edit_seen_by_another_network_keeps_the_words_of_faces_at_the_same_place(
    library: PaintedLibrary, folder: Path
) -> None:
    path = paint_grid(folder / "a.png", TOLD)
    tell(library, path)
    catalog = library.context.catalog
    catalog.embeddings.drop(faces(library, path), library.networks.info.sha256)
    edit(path, with_new_metadata)
    library.index([folder])
    check_told(library, path)


def test_what_was_said_is_there_after_another_run(library: PaintedLibrary, folder: Path) -> None:
    path = paint_grid(folder / "a.png", TOLD)
    tell(library, path)
    edit(path, cropped)
    library.index([folder])
    with painted_library(library.context.settings.library) as again:
        assert again.index([folder]).lost == ()
        check_told(again, path)
        assert again.maintenance.check().findings == ()
