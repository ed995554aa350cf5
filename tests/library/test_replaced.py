"""A library whose folder was deleted or replaced while it was open: no act, no lock and no folder is left there."""

from pathlib import Path

import pytest

from recog.errors import LibraryReplacedError
from tests.painted import RED, paint, painted_library


@pytest.mark.parametrize("emptied", [False, True])
def test_an_open_library_leaves_nothing_where_its_folder_was(tmp_path: Path, emptied: bool) -> None:
    paint(tmp_path / "photos" / "red.png", RED)
    with painted_library(tmp_path / "library") as library:
        library.index([tmp_path / "photos"])
        (tmp_path / "library").rename(tmp_path / "elsewhere")
        if emptied:
            (tmp_path / "library").mkdir()
        acts = (
            lambda: library.people.confirm("Ann", [1], new=True),
            lambda: library.index([tmp_path / "photos"]),
            library.styles.clear,
            lambda: library.maintenance.check(fix=True),
        )
        for act in acts:
            with pytest.raises(LibraryReplacedError, match="stop recog"):
                act()
        assert (tmp_path / "library").exists() == emptied
        assert not emptied or list((tmp_path / "library").iterdir()) == []
