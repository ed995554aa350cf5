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


def test_facts_are_one_a_line() -> None:
    assert facts([("photos", "3"), ("index", "flat")]) == "photos  3\nindex   flat"
