"""Pages speak the language that their reader chose, or reads best."""

import re

import pytest
from starlette.datastructures import Headers

from recog.render.language import languages
from recog.web.language_choice import COOKIE, wanted_language
from tests.pages import Reader
from tests.web.client import Client


def language_of(page: bytes) -> str:
    return next(value for tag, name, value in Reader(page.decode()).attributes if (tag, name) == ("html", "lang"))


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({}, "en"),
        ({"accept-language": "de"}, "de"),
        ({"accept-language": "de-AT,en;q=0.5"}, "de"),
        ({"accept-language": "xx, fr;q=0.4, de;q=0.7"}, "de"),
        ({"accept-language": "en-GB,en;q=0.9,de;q=0.8"}, "en"),
        ({"accept-language": "de;q=0, fr"}, "fr"),
        ({"accept-language": "de;q=nonsense, *"}, "en"),
        ({"accept-language": "DE"}, "de"),
        ({"accept-language": "de", "cookie": f"recog_8765=a; {COOKIE}=fr"}, "fr"),
        ({"accept-language": "de", "cookie": f"{COOKIE}=tlh"}, "de"),
    ],
)
def test_the_choice_comes_first_then_what_the_browser_accepts(headers: dict[str, str], tag: str) -> None:
    assert wanted_language(Headers(headers), languages()).tag == tag


def test_a_page_is_in_the_language_that_is_wanted_and_offers_the_others(client: Client) -> None:
    german = client.send("GET", "/people?hidden=1", [*client.own, ("accept-language", "de-DE,de;q=0.9")])
    assert language_of(german.body) == "de"
    assert "Alles bleibt auf diesem Rechner" in german.body.decode()
    read = Reader(german.body.decode())
    assert [value for tag, name, value in read.attributes if name == "hreflang"] == ["en", "de", "fr"]
    (back,) = {value for _, name, value in read.attributes if value.startswith("/language?to=fr")}
    chosen = client.get(back)
    assert (chosen.status, chosen.header("location")) == (303, "/people?hidden=1")
    cookie = (chosen.header("set-cookie") or "").partition(";")[0]
    french = client.send("GET", "/people", [*client.own, ("accept-language", "de"), ("cookie", cookie)])
    assert language_of(french.body) == "fr"
    assert language_of(client.get("/people").body) == "en"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/settings", "Wie streng Gesichter benannt werden"),
        ("/account", "damit bist du Besitzer dieser Bibliothek"),
        ("/accounts", "Betrachter: sieht Fotos und Personen an"),
        ("/index-folders", "Ordner auswählen"),
        ("/faces/2/why", "recog hält sie für eine einzige Person: Ihr quadrierter Abstand von 0,000 liegt unter der"),
        ("/faces/1/why", "Am meisten Gewicht haben: "),
    ],
)
def test_what_python_says_on_a_page_is_in_its_language_too(client: Client, path: str, said: str) -> None:
    page = client.send("GET", path, [*client.own, ("accept-language", "de")]).body.decode()
    assert said in page


def test_no_choice_leads_elsewhere(client: Client) -> None:
    for back in ("//evil.test", "/\\evil.test", "https://evil.test", ""):
        assert client.get(f"/language?to=de&back={back}").status == 422
    assert "do not speak 'tlh'" in client.get("/language?to=tlh").json["error"]


def test_whoever_is_not_let_in_is_told_so_in_their_language(client: Client) -> None:
    host = client.own[0]
    page = client.send("GET", "/", [host, ("accept-language", "de")]).body
    assert (language_of(page), "Öffne die Adresse" in page.decode()) == ("de", True)
    assert "Open the address" in client.send("GET", "/", [host]).body.decode()


def test_scripts_get_the_words_of_the_language(client: Client) -> None:
    german = client.send("GET", "/assets/words.js", [*client.own, ("accept-language", "de")]).body.decode()
    assert "const pluralOf = (n) => Number((n != 1));" in german
    assert re.search(r"^const MESSAGES = \{", german)
    assert client.get("/assets/words.js").body.decode().startswith("const MESSAGES = {};")
