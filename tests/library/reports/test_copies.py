"""Photos that are there twice, ranked by what makes one file better than another."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from recog.library.reports.results import CopiedFile, CopiedPhotos, CopyGroup
from recog.render.text_copies import copies_text, key_of, list_of, others
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


def names(found: CopiedPhotos) -> list[tuple[bool, list[str]]]:
    return [(group.exact, [one.path.name for one in group.files]) for group in found.groups]


def test_files_with_the_same_bytes_are_copies_and_so_is_a_picture_saved_anew(
    library: PaintedLibrary, folder: Path
) -> None:
    large = paint(folder / "large.png", RED, BLUE)
    with Image.open(large) as picture:
        note = PngInfo()
        note.add_text("Comment", "saved anew, with more bytes")
        picture.save(folder / "larger.png", pnginfo=note)
    shutil.copy(large, folder / "again.png")
    alone = paint(folder / "alone.png", GREEN, None, None)
    shutil.copy(alone, folder / "alone2.png")
    library.index([folder])
    found = library.reports.copies()
    assert names(found) == [(True, ["alone.png", "alone2.png"]), (False, ["larger.png", "again.png", "large.png"])] or (
        names(found) == [(False, ["larger.png", "again.png", "large.png"]), (True, ["alone.png", "alone2.png"])]
    )
    assert all(path.exists() for path in folder.iterdir()), "recog deletes nothing"
    assert {path.name for path in others(found)} == {"alone2.png", "again.png", "large.png"}
    report = library.reports.duplicates()
    assert [len(group) for group in report.near_copies] == [2], "the other report is as it was"


def copy(name: str, **more: float | None) -> CopiedFile:
    facts = {"photo_id": 1, "width": 100, "height": 100, "bytes": 1000, "sharpness": 10.0} | more
    return CopiedFile(path=Path("/photos") / name, **facts)  # type: ignore[arg-type] # whole numbers, where they must be


def test_nothing_twice_is_said(library: PaintedLibrary, folder: Path) -> None:
    library.index([paint(folder / "a.png", RED).parent])
    assert copies_text(library.reports.copies()) == "No photo is there twice."


def test_the_user_may_keep_another_file_of_a_group() -> None:
    one, other, third = copy("a.png"), copy("b.png"), copy("c.png", photo_id=2)
    found = CopiedPhotos((CopyGroup(False, (one, other, third)),))
    assert others(found) == [other.path, third.path]
    assert others(found, {key_of(other)}) == [one.path, third.path]
    assert others(found, {"9-none"}) == [other.path, third.path], "what is no file of it changes nothing"
    assert len({key_of(each) for each in (one, other, third)}) == 3


def test_the_list_holds_the_bytes_of_paths_and_the_text_their_ranks() -> None:
    found = CopiedPhotos((CopyGroup(True, (copy("a.png", sharpness=None), copy("\udcff.png", sharpness=None))),))
    assert list_of(others(found)) == b"/photos/\xff.png\n"
    assert copies_text(found).splitlines() == [
        "keep  /photos/a.png  (100 x 100, 1 kB)",
        "copy  /photos/\\xff.png  (100 x 100, 1 kB)",
        "",
        "1 picture with 1 further file. recog deletes nothing.",
    ]


@pytest.mark.parametrize("better", ["width", "bytes", "sharpness"])
def test_pixels_count_before_bytes_and_these_before_sharpness(better: str) -> None:
    from recog.library.reports.copies import ranked

    order = ["width", "bytes", "sharpness"]
    worse = dict.fromkeys(order[order.index(better) + 1 :], 5000.0)
    photos = {"good": {better: 9000.0}, "bad": worse}
    files = [copy(f"{name}.png", **facts) for name, facts in photos.items()]
    assert [one.path.name for one in ranked(files[::-1])] == ["good.png", "bad.png"]
