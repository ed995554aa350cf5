"""Photos and paths as callers give them: text, paths, bytes or pixels; a file has one path."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import NoFaceFoundError, PhotoError, RecogError
from recog.library.inputs import whole
from tests.painted import GREEN, RED, PaintedLibrary, paint


def test_the_same_folder_by_another_way_holds_no_copies(
    library: PaintedLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint(folder / "ann.png", RED)
    (folder / "in").mkdir()
    library.index(folder)
    monkeypatch.chdir(folder / "in")
    assert library.index("..").unchanged == 1
    assert library.index(f"{folder}/in/../../{folder.name}").unchanged == 1
    assert library.people.enrol("Ann", "../ann.png").faces[0].path == folder / "ann.png"
    status = library.status()
    assert (status.files, status.roots) == (1, (folder,))


def test_a_link_is_followed_only_where_the_path_steps_out_of_it(tmp_path: Path) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    assert whole(tmp_path / "link" / "a.png") == tmp_path / "link" / "a.png"
    assert whole(tmp_path / "link" / ".." / "a.png") == tmp_path / "real" / "a.png"
    assert whole(Path("/..") / "a.png") == Path("/a.png")
    odd = Path("/") / os.fsdecode(b"caf\xe9") / ".." / os.fsdecode(b"\xe9.png")
    assert os.fsencode(whole(odd)) == b"/\xe9.png"
    assert whole(Path("~nobody-of-this-name/a")) == Path.cwd() / "~nobody-of-this-name" / "a"


def test_paths_may_be_text_and_one_needs_no_list(library: PaintedLibrary, folder: Path) -> None:
    ann = os.fspath(paint(folder / "ann.png", RED))
    for empty in ("", [""]):
        with pytest.raises(RecogError, match=r"write '\.' for the current folder"):
            library.index(empty)
    assert library.index(os.fspath(folder)).added == 1
    assert library.index([os.fspath(folder)]).unchanged == 1
    assert [face.path for face in library.people.enrol("Ann", ann).faces] == [Path(ann)]
    assert library.identify(ann).path == Path(ann)
    assert library.search(ann, k=1).path == Path(ann)
    assert library.verify(ann, ann).right == Path(ann)
    assert library.verify(ann, "Ann").right == "Ann"
    names, sidecars = f"{folder}/names.json", f"{folder}/../sidecars"
    assert library.names.export(names).faces == library.names.export_sidecars(sidecars).faces == 1
    assert library.names.import_file(names).already == library.names.import_sidecars(sidecars).already == 1
    copy = library.maintenance.back_up(f"{folder}/../copy.sqlite3").path
    assert copy == folder.parent / "copy.sqlite3"
    assert library.maintenance.restore(os.fspath(copy)).people == 1


def test_a_photo_may_be_given_as_its_bytes(library: PaintedLibrary, folder: Path) -> None:
    ann, party = paint(folder / "ann.png", RED), paint(folder / "party.png", GREEN, RED)
    library.people.enrol("Ann", ann)
    identified = library.identify(party.read_bytes())
    assert [face.person.name if face.person else None for face in identified.faces] == [None, "Ann"]
    assert identified.path == Path("photo")
    assert library.verify(ann.read_bytes(), party.read_bytes(), other_face=2).verification.same
    assert not library.verify(party.read_bytes(), "Ann", face=1).verification.same
    assert library.search(ann.read_bytes(), k=1).faces[0].found[0].paths == (ann,)
    with pytest.raises(PhotoError, match="photo is not a photo"):
        library.identify(b"these are no bytes of a photo")


def test_a_photo_may_be_given_as_its_pixels(library: PaintedLibrary, folder: Path) -> None:
    ann, party = paint(folder / "ann.png", RED), paint(folder / "party.png", GREEN, RED)
    library.people.enrol("Ann", ann)
    pixels = np.asarray(Image.open(party).convert("RGB"))
    identified = library.identify(pixels)
    assert [face.person.name if face.person else None for face in identified.faces] == [None, "Ann"]
    assert identified.path == Path("photo")
    assert library.verify(ann, pixels, other_face=2).verification.same
    assert not library.verify(pixels, "Ann", face=1).verification.same
    assert library.search(pixels, k=1).faces[1].found[0].paths == (ann,)
    with pytest.raises(ValueError, match="pixels are"):
        library.search(pixels[:, :, 0])


def test_what_the_library_keeps_are_files(library: PaintedLibrary, folder: Path) -> None:
    ann = paint(folder / "ann.png", RED)
    pixels = np.asarray(Image.open(ann).convert("RGB"))
    for given in (ann.read_bytes(), [ann.read_bytes()], pixels, [pixels]):
        with pytest.raises(TypeError, match="write the photo to a file and give its path"):
            library.people.enrol("Ann", given)  # type: ignore[arg-type]
    with pytest.raises(PhotoError, match="is not there"):
        library.people.enrol("Ann", folder / "an.png")
    with pytest.raises(NoFaceFoundError):
        library.people.enrol("Ann", paint(folder / "nobody.png", None))
    assert not library.context.settings.library.exists()
