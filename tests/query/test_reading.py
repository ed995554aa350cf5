"""Read queries: what is found for them, and what is said of those that are none."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recog.errors import QueryError
from recog.query.conditions import (
    Condition,
    FaceCount,
    InFolder,
    InMonth,
    Nameless,
    Not,
    Only,
    Shows,
    Taken,
    Undated,
    any_of,
    every,
    people_in,
)
from recog.query.reading import DEEPEST, LONGEST, read_query
from recog.query.words import KEPT, quoted, words_of
from recog.query.writing import written
from recog.store.people.known_names import KnownNames
from tests.query.named import by_number, named, people

NAMES = (
    "Anna", "Tom", "Max Braun", "Eva Braun", "May", "Tom and Jerry", "In", "José Núñez", "Smith, Ann", "Unknown",
    'Ann "Annie" Lee', "Group Captain", "2019", "Only Anna", "Ann (the elder)",
)  # fmt: skip
KNOWN = named(*NAMES)
NUMBER = {name: number for number, name in by_number(*NAMES).items()}

days = st.dates(date(1000, 1, 2), date(2999, 12, 30))
periods = st.tuples(days, days).map(sorted)
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(sorted(NUMBER.values())).map(Shows),
    st.lists(st.sampled_from(sorted(NUMBER.values())), min_size=1, max_size=4, unique=True).map(
        lambda ids: Only(tuple(ids))
    ),
    st.just(Nameless()),
    st.just(Undated()),
    st.integers(0, 9999).flatmap(
        lambda least: st.one_of(st.none(), st.integers(least, 9999)).map(lambda most: FaceCount(least, most))
    ),
    days.map(lambda day: Taken(day, None)),
    days.map(lambda day: Taken(None, day)),
    periods.map(lambda two: Taken(two[0], two[1])),
    st.tuples(st.integers(1000, 2999), st.integers(0, 3)).map(
        lambda both: Taken(date(both[0], 1, 1), date(min(2999, sum(both)), 12, 31))
    ),
    st.tuples(st.integers(1000, 2998), st.integers(1, 11)).map(
        lambda one: Taken(date(*one, 1), date(one[0], one[1] + 1, 1) - timedelta(days=1))
    ),
    st.integers(1, 12).map(InMonth),
    st.text(min_size=1, max_size=12).filter(lambda name: name.strip("/") != "").map(InFolder),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(every),
        st.lists(inner, min_size=2, max_size=3).map(any_of),
    ),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions)
def test_what_is_written_is_read_as_the_same(condition: Condition) -> None:
    text = written(condition, by_number(*NAMES))
    if len(text) <= LONGEST:
        assert read_query(text, KNOWN).condition == condition


LANGUAGE = [*NAMES, *sorted(KEPT), "(", ")", ",", '"', "2019", "June", "3", "people", "group"]
words_of_queries = st.lists(st.sampled_from(LANGUAGE) | st.text(max_size=12)).map(" ".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words_of_queries)
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    refused: QueryError | None = None
    try:
        condition = read_query(text, KNOWN).condition
        assert read_query(written(condition, by_number(*NAMES)), KNOWN).condition == condition
    except QueryError as error:
        refused = error
    assert refused is None or 0 <= refused.start <= refused.end <= len(refused.query)


@given(st.text())
def test_every_word_lies_where_it_says(text: str) -> None:
    try:
        words = words_of(text)
    except QueryError:
        return
    places = [(word.start, word.end) for word in words]
    assert places == sorted(places)
    covered = "".join(text[start:end] for start, end in places)
    assert "".join(covered.split()) == "".join(text.split())


@given(st.text(min_size=1))
def test_a_name_in_quotes_is_one_word(name: str) -> None:
    assert [word.text for word in words_of(quoted(name))] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_found_in_quotes_and_beside_others(name: str) -> None:
    assert read_query(quoted(name), KNOWN).condition == Shows(NUMBER[name])
    both = read_query(f"anna {quoted(name.upper())}", KNOWN).condition
    assert people_in(both) == tuple(dict.fromkeys((NUMBER["Anna"], NUMBER[name])))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("Tom and Jerry and Anna", ["Tom and Jerry", "Anna"]),
        ("only anna", ["Only Anna"]),
        ("Smith, Ann, Tom", ["Smith, Ann", "Tom"]),
        ('Ann "Annie" Lee Tom', ['Ann "Annie" Lee', "Tom"]),
        ("Ann (the elder) (Tom)", ["Ann (the elder)", "Tom"]),
        ("group captain", ["Group Captain"]),
        ("jose nunez", ["José Núñez"]),
        ("nunez", ["José Núñez"]),
        ("unknown", ["Unknown"]),
        ("\u201eTom\u201c \u201cAnna\u201d", ["Tom", "Anna"]),
    ],
)
def test_the_longest_known_name_is_read(query: str, shown: list[str]) -> None:
    assert read_query(query, KNOWN).condition == every(Shows(NUMBER[name]) for name in shown)


@pytest.mark.parametrize(
    ("query", "place", "sentence"),
    [
        ("Anna and braun", (9, 14), "'braun' may be 'Max Braun' or 'Eva Braun': write the whole name"),
        ("Anna beach",
            (5, 10),
            "nobody is called 'beach', and it is no date and no number of people; a folder is 'in beach'"),
        ("Tim 2019", (0, 3), "nobody is called 'Tim'; did you mean 'Tom'?"),
        ("Anna or or Tom", (8, 10), "'or' is a word of the query language: somebody's name is written in quotes"),
        ("(Anna", (0, 1), "the bracket that opens here is not closed"),
        ("Anna)", (4, 5), "this bracket closes nothing: leave it out"),
        ('Tom "Anna', (4, 9), "the quote that opens here is not closed"),
        ("Tom, , Anna", (5, 6), "',' stands where a name or another condition is missing"),
        ("Tom in", (6, 6), "the name of a folder is missing"),
        ("Tom in /", (7, 8), "this is the name of no folder"),
        ("only", (4, 4), "the query ends here, and a name is missing"),
        ("only March 2020", (5, 10), "a name belongs here, not 'March'"),
        ("Anna 1.6.2015", (5, 13), "a date is written as year-month-day, such as 2015-06-01, or as 1 June 2015"),
        ("2015-13", (0, 7), "there is no month 13: a date is written as year-month-day"),
        ("32 June 2015", (0, 12), "June 2015 has 30 days, not 32"),
        ("between 2018", (0, 12), "'between' needs two dates, as in: between 2018 and 2020"),
        ("Anna 2020-2018", (5, 14), "these dates run backwards: write the earlier one first"),
        (" ", (0, 1), "this asks for nothing: name a person, a date or a folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(query: str, place: tuple[int, int], sentence: str) -> None:
    with pytest.raises(QueryError) as caught:
        read_query(query, KNOWN)
    assert (caught.value.sentence, (caught.value.start, caught.value.end)) == (sentence, place)


def test_names_that_may_have_been_meant_are_told() -> None:
    for query, alike in (("Tim", "Tom"), ("braun", "Max Braun")):
        with pytest.raises(QueryError) as caught:
            read_query(query, KNOWN)
        assert alike in caught.value.alike


def test_parts_of_hidden_names_are_not_told() -> None:
    hidden = KnownNames(people("Ada Lovelace", hidden=True))
    assert read_query("ada lovelace", hidden).condition == Shows(1)
    assert hidden.partly("Ada") == []


def test_a_query_is_neither_long_nor_deep() -> None:
    assert people_in(read_query("not " * DEEPEST + "Anna", KNOWN).condition) == (1,)
    for query in ("not " * (DEEPEST + 1) + "Anna", "(" * 900, "Anna " * LONGEST, "without " * 100 + "2019"):
        with pytest.raises(QueryError):
            read_query(query, KNOWN)
