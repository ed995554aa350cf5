"""The page of everybody: names are text, nothing is fetched, every face has its number."""

from dataclasses import replace

import pytest

from recog.library.grouping.results import Suggestion
from recog.library.reports.results import NamedPerson, PeopleReport, UnnamedGroup
from recog.render.page import asset, policy
from recog.render.people_page import people_page, people_sentence
from recog.types import Person
from tests.pages import Reader
from tests.render.conftest import SCRIPT, face

EVERYBODY = PeopleReport(
    library="/home/ann/<library>",
    photos=3,
    faces=9,
    groups=(
        UnnamedGroup(3, 9, (face(1), face(2)), None, whole=True),
        UnnamedGroup(None, 1, (face(3),), Suggestion(SCRIPT, 0.83, 0.5), typical=(3,)),
    ),
    all_groups=7,
    people=(NamedPerson(Person(1, SCRIPT, False, None, 30, 2), (face(4),), (face(5),), (0.4126,), (5, 7)),),
    lone=(face(6, "/photos/<b>"),),
    all_lone=40,
    ignored=2,
    created="2026-11-23T03:04:00+00:00",
)


@pytest.fixture(scope="module")
def read() -> Reader:
    return Reader(people_page(EVERYBODY))


def test_names_and_paths_are_text_and_every_tag_is_closed(read: Reader) -> None:
    assert read.open == []
    assert read.tags["script"] == 1
    assert "".join(read.text).count(SCRIPT) >= 2
    titles = [value for tag, name, value in read.attributes if (tag, name) == ("img", "title")]
    assert "/photos/<b>/6.jpg" in titles


def test_nothing_is_fetched_and_only_the_pages_own_style_and_script_run(read: Reader) -> None:
    sources = [value for _, name, value in read.attributes if name in {"src", "href"}]
    assert all(value.startswith(("data:image/jpeg;base64,", "#")) for value in sources)
    rules = policy(asset("report.css") + asset("people.css"), asset("report.js"))
    assert ("meta", "content", rules) in read.attributes


def test_each_face_has_its_number_and_each_group_its_command(read: Reader) -> None:
    text = "".join(read.text)
    for said in (
        "recog people confirm --new NAME --cluster 3",
        "Group 39 faces",
        "and 7 more faces",
        "probably",
        "83 %",
        "30 confirmed faces",
        "and 29 more faces",
        "2 faces by distance",
        "50.413",
        "5 smaller groups not shown",
        "39 smaller faces not shown",
    ):
        assert said in text
    alts = [value for tag, name, value in read.attributes if (tag, name) == ("img", "alt")]
    assert alts[:2] == ["Group 3, face 1", "Group 3, face 2"]


def test_the_sentence_counts_what_is_shown_and_what_is_not() -> None:
    assert people_sentence(EVERYBODY) == (
        "1 person with a name, 7 groups without one, of which 2 shown (10 faces), 40 lone faces, of which 1 shown, "
        "2 ignored"
    )


def test_an_empty_library_says_so() -> None:
    text = "".join(Reader(people_page(replace(EVERYBODY, groups=(), people=(), lone=(), all_groups=0))).text)
    for said in ("Every group of faces has a name.", "Nobody has a name yet.", "No face is alone."):
        assert said in text
