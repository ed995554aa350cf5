"""A page that opens with its password: in a browser, and by the definition of its parts."""

import base64
import hashlib
import io
import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image

from recog.errors import SharingError
from recog.library.sharing.locking import ROUNDS, made_password
from recog.render.locked_album import locked_album
from tests.browser import CHROMIUM, Browser

PASSWORD = "ein langes Paßwort"  # noqa: S105 - of a test


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    found = []
    for colour in ("red", "green"):
        buffer = io.BytesIO()
        Image.new("RGB", (30, 20), colour).save(buffer, "JPEG")
        found.append(buffer.getvalue())
    return found


@pytest.fixture(scope="module")
def page(pictures: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "album.html"
    with locked_album(path, PASSWORD) as album:
        assert [album.add(one) for one in pictures] == ["picture-001.jpg", "picture-002.jpg"]
    return path


def parts(page: Path) -> list[bytes]:
    return [
        base64.b64decode(one)
        for one in re.findall(r"^(?:.*>)?<div>([A-Za-z0-9+/=]+)</div>", page.read_text(), re.MULTILINE)
    ]


def cipher(page: Path, password: str) -> AESGCM:
    found = re.search(r'data-salt="([^"]+)" data-rounds="(\d+)"', page.read_text())
    assert found is not None
    salt = base64.b64decode(found[1].replace("&#43;", "+"))
    assert int(found[2]) == ROUNDS >= 600_000
    return AESGCM(hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS, 32))


def test_each_part_opens_in_its_place_alone(page: Path, pictures: list[bytes]) -> None:
    known, found = cipher(page, PASSWORD), parts(page)
    for place, one in enumerate([*pictures, json.dumps({"pictures": 2}).encode()]):
        nonce, content = found[place][:12], found[place][12:]
        assert known.decrypt(nonce, content, place.to_bytes(4, "big")) == one
        with pytest.raises(InvalidTag):
            known.decrypt(nonce, content, (place + 1).to_bytes(4, "big"))
    assert len({one[:12] for one in found}) == len(found) == 3
    with pytest.raises(InvalidTag):
        cipher(page, "ein langes Passwort").decrypt(found[0][:12], found[0][12:], bytes(4))
    assert not any(base64.b64encode(one)[:40].decode() in page.read_text() for one in pictures)


def test_a_page_that_was_not_finished_is_not_there(tmp_path: Path, pictures: list[bytes]) -> None:
    def broken_off() -> None:
        with locked_album(tmp_path / "a.html", PASSWORD) as album:
            album.add(pictures[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []
    with (
        pytest.raises(SharingError, match="5 characters: take at least 12"),
        locked_album(tmp_path / "a.html", "short"),
    ):
        pass


def test_made_passwords_differ_and_have_a_hundred_bits() -> None:
    made = {made_password() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-km-z2-9]{4}-){4}[a-km-z2-9]{4}", one) for one in made)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_browser_shows_the_pictures_once_it_has_the_password(page: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.open(page)
        for password, said in (("wrong", "The password is wrong, or the page was changed."), (PASSWORD, "2 pictures")):
            typed = f"document.getElementById('password').value = {json.dumps(password)};"
            browser.value(f"{typed} document.querySelector('#unlock button').click()")
            browser.wait(f"document.getElementById('said').textContent === {json.dumps(said)}")
            shown = 2 if said == "2 pictures" else 0
            assert browser.value("document.querySelectorAll('#pictures img').length") == shown
        browser.wait("[...document.images].every((one) => one.naturalWidth === 30)")
        tampered = tmp_path / "tampered.html"
        tampered.write_text(re.sub(r"<div>[A-Za-z0-9+/=]+</div>\n", "", page.read_text(), count=1))
        browser.open(tampered)
        browser.value(f"{typed} document.querySelector('#unlock button').click()")
        browser.wait("document.getElementById('said').textContent.startsWith('The password is wrong')")
        assert browser.value("document.images.length") == 0
