"""Catalogs are complete, compiled, and say the same as the messages; numbers and dates are those of the language."""

import json
import re
from collections import Counter
from datetime import date
from gettext import GNUTranslations
from io import BytesIO

import pytest
from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog, Message

from documents.languages import (
    LANGUAGES,
    catalogs,
    forms_of,
    ids_of,
    key_of,
    script_messages,
    template,
    untranslated,
    written,
)
from recog.render.figures import count, distance, number, percent
from recog.render.language import ENGLISH, Language, languages, speaking, spoken
from recog.render.taken import MONTHS, day_in_words, month_of

CATALOGS = catalogs()
SHIPPED = [language for language in languages() if language is not ENGLISH]
VALUES = re.compile(r"%\((\w+)\)s")
TAGS = re.compile(r"</?\w+[^>]*>")


def ids(catalog: Catalog) -> set[tuple[str | None, str]]:
    return {(one.context, str(one.id)) for one in catalog if one.id}


def forms(message: Message) -> list[tuple[str, str]]:
    """Pair each form of a translation with the form of the message that it translates."""
    given = ids_of(message)
    return [(given[min(place, len(given) - 1)], one) for place, one in enumerate(forms_of(message))]


def test_there_is_a_catalog_of_each_language_and_a_language_of_each_catalog() -> None:
    assert [language.tag for language in SHIPPED] == sorted(CATALOGS)
    assert len(SHIPPED) >= 2


def test_the_messages_are_those_of_the_pages() -> None:
    assert (LANGUAGES / "recog.pot").read_bytes() == written(template()), "run make languages"


@pytest.mark.parametrize("tag", CATALOGS)
def test_every_message_is_translated(tag: str) -> None:
    assert ids(CATALOGS[tag]) == ids(template()), "run make languages"
    assert list(untranslated(CATALOGS[tag])) == []


@pytest.mark.parametrize("tag", CATALOGS)
def test_a_translation_has_the_values_and_the_tags_of_its_message(tag: str) -> None:
    for message in CATALOGS[tag]:
        for given, said in forms(message) if message.id else ():
            assert Counter(TAGS.findall(said)) == Counter(TAGS.findall(given)), said
            assert '"' not in TAGS.sub("", said), f"a quote would end an attribute: {said}"
            assert "%" not in VALUES.sub("", said), f"a percent sign begins a value: {said}"
            if message.pluralizable:
                assert set(VALUES.findall(said)) <= set(VALUES.findall(" ".join(ids_of(message)))), said
            else:
                assert set(VALUES.findall(said)) == set(VALUES.findall(given)), said


@pytest.mark.parametrize("tag", CATALOGS)
def test_what_is_compiled_is_what_is_translated(tag: str) -> None:
    compiled = GNUTranslations(BytesIO((LANGUAGES / f"{tag}.mo").read_bytes()))
    for message in CATALOGS[tag]:
        if message.id and message.pluralizable:
            one, many = ids_of(message)
            assert {compiled.ngettext(one, many, number) for number in (1, 2)} == set(forms_of(message)), (
                "make languages"
            )
        elif message.id:
            (given,), context = ids_of(message), message.context
            said = compiled.gettext(given) if context is None else compiled.pgettext(context, given)
            assert [said] == forms_of(message), "run make languages"
    assert (LANGUAGES / f"{tag}.json").read_bytes() == script_messages(CATALOGS[tag]), "run make languages"


def test_the_untranslated_and_the_fuzzy_are_told() -> None:
    catalog = Catalog(locale="de")
    catalog.add("one", "eins")
    catalog.add("two")
    catalog.add(("%(num)s cat", "%(num)s cats"), ("%(num)s Katze", ""))
    catalog.add("four", "vier", flags=["fuzzy"])
    assert list(untranslated(catalog)) == ["two", "%(num)s cat", "four"]
    assert key_of(catalog[("%(num)s cat", "%(num)s cats")]) == "%(num)s cat"


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.tag)
def test_numbers_and_dates_are_those_of_the_language(language: Language) -> None:
    locale = Locale.parse("en_GB" if language is ENGLISH else language.tag)
    with speaking(language):
        assert (
            number(1_234_567)
            == f"1{locale.number_symbols['latn']['group']}234{locale.number_symbols['latn']['group']}567"
        )
        assert distance(0.58) == f"0{locale.number_symbols['latn']['decimal']}580"
        for month in range(1, 13):
            day = date(2019, month, 14)
            assert day_in_words(day) == format_date(day, "long", locale)
            assert month_of(day) == format_date(
                day, "LLLL y" if "LLLL" in locale.date_formats["long"].pattern else "MMMM y", locale
            )
    assert len(MONTHS) == 12


@pytest.mark.parametrize("language", SHIPPED, ids=lambda language: language.tag)
def test_plurals_are_those_of_the_language(language: Language) -> None:
    plural = Locale.parse(language.tag).plural_form
    with speaking(language):
        for shown in (0, 1, 2, 5, 21, 100):
            words = count(shown, "face").partition(" ")[2]
            assert words == count(1 if plural(shown) == "one" else 2, "face").partition(" ")[2]


def test_german_reads_as_german() -> None:
    (german,) = [language for language in languages() if language.tag == "de"]
    with speaking(german):
        assert count(12_408, "photo") == "12.408 Fotos"
        assert day_in_words(date(2019, 3, 4)) == "4. März 2019"
        assert percent(0.9999) == "> 99,9 %"
    assert spoken() is ENGLISH
    assert count(12_408, "photo") == "12,408 photos"


def test_who_writes_from_right_to_left() -> None:
    assert [Language(tag, tag).direction for tag in ("en", "ar", "he-IL", "fa", "de")] == [
        "ltr",
        "rtl",
        "rtl",
        "rtl",
        "ltr",
    ]


def test_the_scripts_of_a_language_find_its_plurals() -> None:
    for language in SHIPPED:
        expression = language.plural.replace("&&", "and")
        assert [int(eval(expression, {"n": number})) for number in (1, 2)] == [0, 1]  # noqa: S307 - our own catalogs
    assert json.loads((LANGUAGES / "de.json").read_text(encoding="utf-8")) == SHIPPED[0].script_messages
