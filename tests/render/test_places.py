"""Reports say where a library is in words."""

from pathlib import Path

import pytest

from recog.render.places import library_place
from recog.store.connection.url import parse_url, shown_url


@pytest.mark.parametrize("folder", ["/home/ada/photos", "/home/ada/50 % & ?", "/home/ada/Ünï"])
def test_the_folder_of_a_file_is_said_and_no_url(folder: str) -> None:
    assert library_place(shown_url(parse_url(Path(folder, "catalog.sqlite3")))) == folder


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ada:secret@nas.local:5433/recog", "database recog on nas.local"),
        ("postgresql:///recog", "database recog on this machine"),
    ],
)
def test_a_server_is_named_with_its_database_and_nobody_s_name(url: str, said: str) -> None:
    assert library_place(shown_url(parse_url(url))) == said


def test_what_is_no_url_stays_as_it_is() -> None:
    assert library_place("<b>my library</b>") == "<b>my library</b>"
