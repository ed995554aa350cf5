"""Nothing that a name or a path holds can drive a terminal."""

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recog.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("山田 花子, Jürgen, محمد", "山田 花子, Jürgen, محمد"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\x9bcontrol", "\\x9bcontrol"),
        ("\U000e0041", "\\U000e0041"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_what_moves_the_cursor_or_turns_the_line_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_bytes_of_a_path_that_are_no_utf8_are_shown_as_bytes() -> None:
    assert printable(os.fsdecode(b"caf\xe9.jpg")) == "caf\\xe9.jpg"


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_comes_out_as_one_line_that_utf8_can_hold(text: str) -> None:
    shown = printable(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1
