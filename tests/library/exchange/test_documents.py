"""Files of names keep every name, path and number, and refuse what is damaged."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recog.errors import RecogError
from recog.library.exchange.cells import from_cell, to_cell
from recog.library.exchange.documents import read_names, to_csv, to_json
from recog.library.exchange.records import NamedFace, Names, RefusedFace
from recog.library.exchange.regions import Region
from recog.types import Origin

Write = Callable[[Names], bytes]

DIGEST = "0f" * 32
ODD_PATH = Path(os.fsdecode(b"/a/\xff,\n.jpg"))
FACES = [
    NamedFace(Region('Ada, "A" Lovelace', -0.125, 0.25, 0.5, 0.75), Origin.CONFIRMED, DIGEST, Path("/a/b"), False),
    NamedFace(Region('=HYPERLINK("x")', 0.1, 0.2, 1 / 3, 0.4), Origin.MATCHED, DIGEST, None, True),
    NamedFace(Region("'=Zoë🙂", 0.1, 0.2, 0.3, 0.4), Origin.CONFIRMED, DIGEST, ODD_PATH, False),
]


NAMES = Names(
    tuple(FACES),
    (RefusedFace(Region("Ada", 0.1, 0.2, 0.3, 0.4), DIGEST, ODD_PATH),),
    (RefusedFace(Region("", 0.5, 0.5, 0.25, 0.5), DIGEST, None),),
)


def as_csv(names: Names) -> bytes:
    return to_csv(names.faces)


@pytest.mark.parametrize(("name", "write"), [("names.json", to_json), ("names.CSV", as_csv)])
def test_every_field_comes_back(tmp_path: Path, name: str, write: Write) -> None:
    path = tmp_path / name
    path.write_bytes(write(NAMES))
    whole = read_names(path)
    assert whole.rejected == (NAMES.rejected if write is to_json else ())
    assert whole.ignored == (NAMES.ignored if write is to_json else ())
    read = whole.faces
    assert [face.region.name for face in read] == [face.region.name for face in FACES]
    assert [(face.by, face.photo, face.path, face.hidden) for face in read] == [
        (face.by, face.photo, face.path, face.hidden) for face in FACES
    ]
    assert [face.region.width for face in read] == pytest.approx([face.region.width for face in FACES], abs=1e-8)
    assert read[0].region == FACES[0].region


def test_no_cell_begins_like_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(FACES).decode("utf-8", "surrogateescape"))))
    assert [row[0] for row in rows[1:]] == ['Ada, "A" Lovelace', '\'=HYPERLINK("x")', "''=Zoë🙂"]


@given(st.text())
@settings(deadline=None)
def test_a_cell_gives_its_text_back(text: str) -> None:
    assert from_cell(to_cell(text)) == text
    assert not to_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "no JSON document"),
        ("a.json", b"[" * 100_000, "no JSON document"),
        ("a.json", b"[]", "no names in the format 'recog names'"),
        ("a.json", b'{"format": "recog names", "version": 2}', "version 1"),
        ("a.json", b'{"format": "recog names", "version": 1, "faces": [7]}', "face 1 cannot be read"),
        ("a.json", to_json(NAMES).replace(b'"matched"', b'"guessed"'), "face 2 cannot be read"),
        ("a.json", to_json(NAMES).replace(b"-0.125", b"1e999"), "face 1 cannot be read"),
        ("a.json", to_json(NAMES).replace(DIGEST.encode(), b"zz"), "face 1 cannot be read"),
        ("a.json", to_json(NAMES).replace(b'"left": 0.5', b'"left": "x"'), "ignored face 1 cannot be read"),
        ("a.json", to_json(NAMES).replace(b'"rejected": [', b'"rejected": [7, '), "rejected face 1 cannot be read"),
        ("a.csv", b"name,age\nAda,36\n", "its columns are not"),
        ("a.csv", to_csv(FACES).replace(b"0.25", b"a quarter"), "face 1 cannot be read"),
        ("a.csv", to_csv(FACES)[:120], "face 1 cannot be read"),
    ],
)
def test_a_damaged_file_is_refused_with_the_place(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RecogError, match=said):
        read_names(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecogError, match="No such file"):
        read_names(tmp_path / "names.json")
