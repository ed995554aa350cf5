"""Names: what is not seen makes no other name, and every script's own spelling stays."""
# ruff: noqa: RUF001 - letters that look like Latin ones are the matter here

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recog.errors import CatalogError, DuplicatePersonError
from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.people.names import checked_name, name_key, near_key, near_name
from recog.store.schema.tables import people

INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u061c\u00ad\u2060\u2064\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2069\u034f\u180e"
)
INVISIBLE += "\ufe0f\U000e0100\U000e0041\u3164\uffa0\u115f\u1160\u17b4\ufff9\U0001d173"


@pytest.mark.parametrize("character", INVISIBLE)
def test_what_is_not_seen_makes_no_other_name(character: str) -> None:
    for spelling in (f"A{character}nn Berg", f"{character}Ann Berg", f"Ann Berg{character}", f"Ann{character} Berg"):
        assert checked_name(spelling) == "Ann Berg"
    with pytest.raises(CatalogError, match=r"shows nothing|an empty one"):
        checked_name(character * 3)


@pytest.mark.parametrize(
    "name",
    [
        "علی\u200cرضا",  # Persian: joined, it would be one word
        "രാജന\u0d4d\u200d",  # Malayalam: a bare n at the end, as it was spelt before 2008
        "ශ\u0dca\u200dරී",  # Sinhala
        "র\u200d\u09cdয",  # Bengali
        "葛\U000e0100城",  # Japanese: a form of the first ideograph
        "👩\u200d🚀",
        "👩🏽\u200d🚀",
        "❤\ufe0f",
        "ᠨᠠ\u180bᠷᠠ",
        "Zoë O'Brien-Øyen III.",
        "Мария",
        "佐藤 花子",
        "नेहा",
        "נֹעַם",
        "สมชาย",
        "?",
    ],
)
def test_what_a_script_needs_stays(name: str) -> None:
    assert checked_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("دا\u200cود", "داود"),  # nothing is joined on an alif
        ("عل\u200dی", "علی"),
        ("علی\u200c", "علی"),
        ("علی\u200c رضا", "علی رضا"),
        ("علی\u200c\u200cرضا", "علی\u200cرضا"),
        ("עדי\u200d", "עדי"),
        ("ا\u064e\u200cل", "ا\u064eل"),
        ("\u2800Ann\u2800Berg", "Ann Berg"),
        ("e\u034f\u0301", "\u00e9"),
    ],
)
def test_a_joiner_that_is_not_seen_goes(written: str, seen: str) -> None:
    assert checked_name(written) == seen


@pytest.mark.parametrize("name", ["\u0301", "\u0301Ann", "Ann \u0301Berg", "\u200b\u0301", "\u20dd"])
def test_an_accent_on_no_letter_is_refused(name: str) -> None:
    with pytest.raises(CatalogError, match="accent that stands on no letter") as caught:
        checked_name(name)
    assert str(caught.value).isascii()


@given(st.text(st.one_of(st.sampled_from(INVISIBLE + "aé\u0301 👩ന\u0d4dعلی葛ᠨ\u2800"), st.characters()), max_size=12))
@example("a\u0323\u034f\u0d4d\u200d")
@example("e\u034f\u0301\u200c")
def test_a_stored_name_is_stored_as_it_is(name: str) -> None:
    try:
        clean = checked_name(name)
    except CatalogError:
        return
    assert checked_name(clean) == clean == unicodedata.normalize("NFC", clean) == " ".join(clean.split())
    latin = "".join(character for character in clean if ord(character) < 0x250)
    assert not set(INVISIBLE) & set(latin)


SAME = [
    ("Weiß", "weiß"),
    ("WEIẞ", "Weiß"),
    ("Zoë", "Zoe\u0308"),
    ("IAN", "ian"),
    ("Ingrid  Ölund", "ingrid ölund"),
    ("KILIÇ", "Kılıç"),
    ("IŞIK", "Işık"),
    ("İBRAHİM", "İbrahim"),
    ("İbrahim", "ibrahim"),
    ("KİLİÇ", "Kiliç"),
    ("ΝΊΚΟΣ", "Νίκος"),
    ("ИВАН", "иван"),
]
NEAR = [
    ("Weiß", "Weiss"),
    ("WEISS", "Weiß"),
    ("KILIÇ", "kiliç"),
    ("Kılıç", "Kilic"),
    ("Zoë", "Zoe"),
    ("FRANÇOIS", "François"),
    ("Müller", "Muller"),
    ("Søren", "Soren"),
    ("ﬁona", "Fiona"),
    ("Ｋei", "Kei"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_differ_in_case_alone_are_one(catalog: Catalog, one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    person, _ = catalog.acts.enrol(one, [])
    assert catalog.acts.enrol(other, []) == (person, False)
    with pytest.raises(DuplicatePersonError):
        catalog.people.add(other)


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_names_that_are_nearly_equal_are_two_people(catalog: Catalog, one: str, other: str) -> None:
    """Weiß and Weiss were one, and so two people became one."""
    assert name_key(one) != name_key(other)
    assert near_key(one) == near_key(other)
    first, second = catalog.acts.enrol(one, [])[0], catalog.acts.enrol(other, [])[0]
    assert (catalog.people.by_name(one), catalog.people.by_name(other)) == (first, second)
    assert first.id != second.id
    catalog.acts.rename(second.id, "Somebody")
    with pytest.raises(CatalogError, match=f"did you mean '{one}'"):
        catalog.people.by_name(other)


def test_only_a_name_that_is_not_the_same_is_near() -> None:
    assert near_name("Weiss", ["Ann", "WEISS", "Weiß"]) == "Weiß"
    assert near_name("Weiss", ["weiss", "Weisse"]) is None
    assert near_name("नेहा", ["नहा"]) is None


@given(st.text(max_size=12))
def test_a_key_is_its_own_key_and_near_names_have_one(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key == unicodedata.normalize("NFC", key)
    assert near_key(near_key(name)) == near_key(name)


def test_a_long_name_of_nothing_is_read_at_once() -> None:
    """A sidecar of another program may say anything."""
    with pytest.raises(CatalogError, match="shows nothing"):
        checked_name("\u200b\u200d" * 200_000)
    with pytest.raises(CatalogError, match="at most 200"):
        checked_name("n\u200d" * 200_000)


def test_a_name_is_found_however_it_was_copied(catalog: Catalog) -> None:
    ann, _ = catalog.acts.enrol("A\u200bnn\ufeff", [])
    assert ann.name == "Ann"
    assert catalog.people.by_name("\u202eAnn") == ann == catalog.acts.enrol("Ann\u2060", [])[0]
    assert catalog.acts.rename(ann.id, "\u2066Anne\u2069").name == "Anne"


def test_a_name_that_an_older_library_holds_works_on(catalog: Catalog, database: Database) -> None:
    """Before, what is not seen made another person."""
    old = ["A\u200bnn", "\u0301", "علی\u200c"]
    numbers = [catalog.acts.enrol(f"P{number}", [])[0].id for number in range(len(old))]
    with database.writing() as connection:
        for number, name in zip(numbers, old, strict=True):
            row = people.update().where(people.c.id == number)
            connection.execute(row.values(name=name, name_key=name_key(name)))
    new, created = catalog.acts.enrol("Ann", [])
    assert created
    for number, name in zip(numbers, old, strict=True):
        assert catalog.people.by_name(name).id == number
        person, created = catalog.acts.enrol(name, [])
        assert (person.id, person.name, created) == (number, name, False)
    assert catalog.people.by_name("Ann") == new
    catalog.acts.merge(numbers[0], new.id)
    assert catalog.people.by_name("A\u200bnn") == catalog.people.by_name("Ann")
    catalog.acts.undo()
    assert catalog.people.by_name("A\u200bnn").id == numbers[0]
    assert catalog.acts.rename(numbers[1], "Cem").name == "Cem"
    assert catalog.erasure.forget(numbers[2]).name == old[2]


@pytest.mark.parametrize("name", ["\ud800", "An\0n"])
def test_text_that_no_database_takes_is_nobody(catalog: Catalog, name: str) -> None:
    with pytest.raises(CatalogError, match="nobody is called"):
        catalog.people.by_name(name)
    with pytest.raises(CatalogError, match="cannot be printed"):
        catalog.acts.enrol(name, [])
