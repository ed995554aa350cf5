"""Columns line up whatever is in them."""

from rich.cells import cell_len

from recog.render.table import facts, table


def test_columns_start_at_the_same_cell_with_wide_characters_too() -> None:
    lines = table(("name", "photo"), [("Ada", "a.jpg"), ("山田 花子", "b.jpg")]).splitlines()
    starts = {cell_len(line[: line.index(word)]) for line, word in zip(lines, ("photo", "a.jpg", "b.jpg"), strict=True)}
    assert len(starts) == 1


def test_numbers_end_at_the_same_cell() -> None:
    assert table(("faces",), [("1",), ("200",)], right=(0,)).splitlines() == ["faces", "    1", "  200"]


def test_a_long_path_stays_whole() -> None:
    path = "/photos/" + "x" * 500
    assert path in table(("photo",), [(path,)])


def test_one_path_of_4096_bytes_pads_no_other_row() -> None:
    path = "/photos/" + "x" * 4088
    header, long, short = table(("photo", "detail"), [(path, "damaged"), ("/a.jpg", "empty")]).splitlines()
    assert long == f"{path}  damaged"
    assert short == "/a.jpg  empty"
    assert header == "photo   detail"


def test_a_column_of_long_paths_alone_is_not_padded_either() -> None:
    paths = ["/photos/" + "x" * length for length in (200, 4088)]
    lines = table(("photo", "faces"), [(path, "1") for path in paths], right=(1,)).splitlines()
    assert lines[1:] == [f"{path}      1" for path in paths]
    assert max(map(len, lines)) == 4096 + 7


def test_facts_are_one_a_line() -> None:
    assert facts([("photos", "3"), ("index", "flat")]) == "photos  3\nindex   flat"
