"""What a template shows is text, unless its type is HTML; a name that nobody gives is an error."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from recog.render.templating import environment
from tests.pages import Reader

HOSTILE = "<b onclick='x'>\"\u202e\x1b"


def shown(source: str, **values: object) -> str:
    return environment(()).from_string(source).render(values)


def test_a_value_is_text_in_elements_and_in_attributes_and_all_of_it_can_be_seen() -> None:
    read = Reader(shown('<p title="{{ it }}">{{ it }}{{ it|bdi }}</p>', it=HOSTILE))
    written_out = "<b onclick='x'>\"\\u202e\\x1b"
    assert read.attributes == [("p", "title", written_out)]
    assert read.text == [written_out, written_out]
    assert (read.tags["b"], read.tags["bdi"]) == (0, 1)


def test_a_path_is_shown_whatever_its_bytes() -> None:
    assert shown("{{ it }}", it=Path("/a/\udcff.jpg")) == r"/a/\xff.jpg"


def test_a_value_that_a_script_reads_keeps_every_character() -> None:
    assert Reader(shown('<i data-a="{{ it|exact }}"></i>', it=HOSTILE)).attributes == [("i", "data-a", HOSTILE)]


def test_html_stays_html() -> None:
    assert shown("{{ it }}", it=Markup("<b>&amp;</b>")) == "<b>&amp;</b>"


def test_a_name_that_nobody_gives_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="it"):
        shown("{{ it }}")


def test_bytes_become_an_address_and_none_become_nothing() -> None:
    assert shown("{{ it|data_uri }}", it=b"\xff\xd8") == "data:image/jpeg;base64,/9g="
    assert shown("{{ it|data_uri }}", it=b"") == ""


def test_every_template_can_be_compiled() -> None:
    made = environment(("recog.web",))
    assert len([made.get_template(name) for name in made.list_templates()]) > 20
