"""The page of settings: the look of this browser, watching, and the threshold in the settings file."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from tests.web.client import Answer, Client
from tests.web.conftest import PLACE

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def settings(opened: ServedLibrary, access: Access, file: Path) -> Iterator[Client]:
    with Client(create_app(opened, access=access, place=PLACE, settings_file=file), PLACE) as client:
        yield client


def sent(client: Client, what: str, **fields: str) -> Answer:
    return client.post(f"/settings/{what}", urlencode(fields).encode(), kind=FORM)


def test_a_browser_keeps_its_look(settings: Client) -> None:
    answer = sent(settings, "look", look="dark")
    assert answer.status == 303
    cookie, *flags = (answer.header("set-cookie") or "").split("; ")
    assert cookie == "recog_8765_look=dark"
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(flags)
    page = settings.send("GET", "/settings", [*settings.own, ("cookie", cookie)]).body.decode()
    assert 'href="/assets/pages.css?look=dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    assert '<option value="dark" selected>' in page
    assert "?look=" not in settings.get("/settings").body.decode()
    assert (
        "?look="
        not in settings.send("GET", "/settings", [*settings.own, ("cookie", "recog_8765_look=x")]).body.decode()
    )
    assert sent(settings, "look", look="pink").status == 422


def test_the_styles_of_a_look_ask_nobody_what_they_like(settings: Client) -> None:
    plain, light, dark = (
        settings.get(f"/assets/pages.css{query}").body.decode() for query in ("", "?look=light", "?look=dark")
    )
    assert "prefers-color-scheme" in plain
    for style, rule in ((light, "@media not all"), (dark, "@media all")):
        assert "prefers-color-scheme: dark" not in style
        assert style.count(rule) == plain.count("@media (prefers-color-scheme: dark)")
    assert "color-scheme: dark;" in dark


def test_the_threshold_is_kept_in_the_settings_file(settings: Client, file: Path) -> None:
    assert sent(settings, "threshold", threshold="0,45").status == 303
    assert tomllib.loads(file.read_text()) == {"threshold": 0.45}
    page = settings.get("/settings").body.decode()
    assert 'value="0.45"' in page
    assert "0.45 counts when <code>recog serve</code> starts again" in page
    for wrong in ("0", "5", "nan", "strict", "-1"):
        assert sent(settings, "threshold", threshold=wrong).status == 422, wrong
    assert tomllib.loads(file.read_text()) == {"threshold": 0.45}
    assert sent(settings, "threshold", threshold="").status == 303
    assert tomllib.loads(file.read_text()) == {}


def test_watching_is_turned_on_and_off(settings: Client, file: Path, opened: ServedLibrary) -> None:
    assert "Nothing is watched" in settings.get("/settings").body.decode()
    assert sent(settings, "watch", watch="on").status == 303
    assert opened.watch.state().on
    assert tomllib.loads(file.read_text()) == {"watch": True}
    assert "Changes in the indexed folders" in settings.get("/settings").body.decode()
    assert "not watched" not in settings.get("/index").body.decode()
    assert sent(settings, "watch", watch="off").status == 303
    assert not opened.watch.state().on
    assert tomllib.loads(file.read_text()) == {"watch": False}


def test_what_the_environment_sets_is_shown_and_not_changed(
    settings: Client, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOG_THRESHOLD", "0.5")
    assert "RECOG_THRESHOLD</bdi> decides" in settings.get("/settings").body.decode()
    refused = sent(settings, "threshold", threshold="0.4")
    assert refused.status == 503
    assert "RECOG_THRESHOLD" in refused.json["error"]
    assert not file.exists()
