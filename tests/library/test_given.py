"""A file has one path, from wherever it is named."""

import os
from pathlib import Path

import pytest

from recog.library.inputs import whole
from tests.painted import RED, PaintedLibrary, paint


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
