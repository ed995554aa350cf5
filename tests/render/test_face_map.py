"""The map as a page and as a picture."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from recog.library.reports.map_results import FaceMap, MappedFace
from recog.render.face_map import kept_words, map_page, map_picture, write_map
from recog.types import NetworkInfo
from tests.browser import CHROMIUM, dom
from tests.pages import Reader

SCRIPT = "</script><script>alert(1)</script>"
DOLLAR = r"$\frac{1}$ _x"
THUMBNAIL = b"\xff\xd8 no real picture"
NETWORK = NetworkInfo("facenet-casia", "a" * 64, 128, 160, 1.19, "CASIA-WebFace", "MIT", "PyPI")
MAP = FaceMap(
    None,
    NETWORK,
    (
        MappedFace(1, 0.0, 0.0, SCRIPT, THUMBNAIL),
        MappedFace(2, 1.0, 1.0, None, b""),
        MappedFace(3, 0.5, 0.5, DOLLAR, b""),
    ),
    3,
    True,
    0,
)


def test_the_page_shows_names_as_text_and_fetches_nothing() -> None:
    page = map_page(MAP)
    read = Reader(page)
    assert read.open == []
    assert read.tags["script"] == 2
    assert read.tags["canvas"] == 1
    assert "</script><script>alert" not in page
    assert "3 faces (1 with a picture), by facenet-casia" in " ".join(read.text)
    assert not re.findall(r"https?://", page)
    policy = next(value for _, name, value in read.attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_picture_is_a_png_whatever_the_names() -> None:
    with Image.open(io.BytesIO(map_picture(MAP))) as picture:
        assert (picture.format, picture.size) == ("PNG", (1600, 1600))
    assert map_picture(MAP) == map_picture(MAP), "the same map is the same file"


def test_the_name_decides_what_is_written(tmp_path: Path) -> None:
    write_map(MAP, tmp_path / "a.PNG")
    write_map(MAP, tmp_path / "a.html")
    assert (tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "a.html").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the map was not opened")
def test_a_dot_shows_its_name_and_thumbnail_in_a_browser(tmp_path: Path) -> None:
    script = """
      const said = [];
      const look = () => {
        said.push([document.querySelector("#card p").textContent, document.querySelector("#card img").hidden]);
      };
      const canvas = document.querySelector("#plane");
      const { left, top: above, width, height } = canvas.getBoundingClientRect();
      const side = Math.min(canvas.clientWidth, canvas.clientHeight) * 0.94;
      const [x, y] = [left + width / 2 + side / 2, above + height / 2 - side / 2];
      canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: y }));
      look();
      for (const key of ["k", "k"]) document.dispatchEvent(new KeyboardEvent("keydown", { key }));
      look();
      document.title = JSON.stringify(said);
    """
    seen, log = dom(map_page(MAP), tmp_path, script)
    assert "Content Security Policy" not in log
    title = re.search(r"<title>(.*?)</title>", seen)
    assert title is not None
    said = json.loads(title[1].replace("&lt;", "<").replace("&gt;", ">"))
    assert said == [["nobody named", True], [DOLLAR, True]]


def test_what_became_of_the_places_is_told() -> None:
    assert kept_words(MAP) == "All faces were laid out anew."
    assert kept_words(replace(MAP, added=2)) == "2 new faces placed; the others stayed."
    assert kept_words(replace(MAP, added=0)) == "No face is new."
    assert kept_words(replace(MAP, kept=False)).startswith("The places were not kept, because another process writes")
    assert kept_words(replace(MAP, person="Ada")) == ""
