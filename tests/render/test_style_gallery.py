"""The style gallery is one page that fetches nothing, runs nothing, and shows data as text."""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from recog.library.styling.results import GalleryEntry, SmallPicture, StyleGallery
from recog.render.style_gallery import curve_svg, gallery_page
from recog.store.styling import CostPoint, JobState, NewStyleJob, StyleJob, StyleShare
from recog.style.settings import StyleSettings
from tests.browser import CHROMIUM, Browser

EVIL = '"><script>alert(1)</script>\u202e'
CURVE = (CostPoint(1, 1, 1000.0, 1, 1, 1), CostPoint(2, 1, 100.0, 1, 1, 1), CostPoint(3, 2, 10.0, 1, 1, 1))
PICTURE = SmallPicture(b"\xff\xd8jpeg", 40, 30)


def entry(
    number: int = 1,
    *,
    result: SmallPicture | None = PICTURE,
    styles: Mapping[str, float] = MappingProxyType({"waves": 1}),
) -> GalleryEntry:
    what = NewStyleJob(
        digest="d" * 64,
        photo_sha256="a" * 64,
        photo_path=Path(f"/photos/{EVIL}.jpg"),
        styles=tuple(
            StyleShare(name[0] * 64, Path(f"/styles/{name}.jpg"), share / sum(styles.values()))
            for name, share in styles.items()
        ),
        settings_digest="c" * 64,
        settings=StyleSettings(beta=12.5).as_dict(),
        network="vgg16-hed",
        network_sha256="e" * 64,
        output_path=Path("/out/picture.png"),
    )
    job = StyleJob(number, what, JobState.DONE, "f" * 64, CURVE, 75.0, f"scaled {EVIL}", "2026-11-22T12:00:00+00:00")
    return GalleryEntry(job, PICTURE, (PICTURE,) * len(styles), result)


@pytest.fixture(scope="module")
def page() -> str:
    return gallery_page(
        StyleGallery(f"/library {EVIL}", "2026-11-22T12:00:00+01:00", (entry(1), entry(2, result=None)))
    )


def test_names_and_paths_are_text(page: str) -> None:
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in page


def test_nothing_is_fetched_and_the_policy_allows_the_page_s_own_style_alone(page: str) -> None:
    assert set(re.findall(r'(?:src|href)="([^:"]+):', page)) == {"data"}
    assert "url(" not in page
    assert not re.findall(r"https?://", page)
    assert 'style="' not in page
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'" in html.unescape(page)


def test_the_three_pictures_stand_side_by_side_with_the_settings(page: str) -> None:
    assert page.count("<img ") == 5
    assert page.count("The file is gone or was changed") == 1
    assert page.count("<dt>weight of style</dt><dd>12.5</dd>") == 2
    assert "1 min 15 s" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 2


def test_every_style_of_a_blend_is_shown_with_its_share() -> None:
    blend = entry(styles={"waves": 7, "sun": 3})
    shown = gallery_page(StyleGallery("/library", "2026-11-22T12:00:00+01:00", (blend,)))
    assert shown.count("<img ") == 4
    assert "waves 70 %, sun 30 %" in re.sub(r"<[^>]+>", "", shown)


def test_the_curve_is_logarithmic_falls_and_breaks_between_scales() -> None:
    lines = [
        [tuple(map(float, pair.split(","))) for pair in points.split()]
        for points in re.findall(r'points="([^"]+)"', curve_svg(CURVE))
    ]
    (first, second), (third,) = lines
    assert (first[0], second[0], third[0]) == (52.0, 232.0, 412.0)
    assert second[1] - first[1] == pytest.approx(third[1] - second[1]) == 58.0
    assert "fell from 1e+03 at step 1 to 10 at step 3" in curve_svg(CURVE)


@pytest.mark.parametrize("costs", [(), (CostPoint(1, 1, 0.0, 0, 0, 0),)])
def test_no_curve_is_drawn_of_no_cost(costs: tuple[CostPoint, ...]) -> None:
    assert curve_svg(costs) == ""


def test_a_flat_curve_is_a_line_in_the_middle() -> None:
    flat = [CostPoint(step, 1, 5.0, 0, 0, 0) for step in (1, 2)]
    assert 'points="52.0,68.0 412.0,68.0"' in curve_svg(flat)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the gallery was not opened in a browser")
def test_pictures_are_drawn_when_they_come_into_sight(tmp_path: Path) -> None:
    """The bytes are in the page; what is out of sight is neither laid out nor decoded."""
    drawn = (
        "[...document.querySelectorAll('.work')].map((work) => "
        "work.firstElementChild.checkVisibility({contentVisibilityAuto: true}))"
    )
    path = tmp_path / "gallery.html"
    entries = tuple(entry(number) for number in range(1, 61))
    path.write_text(gallery_page(StyleGallery("/library", "2026-11-22T12:00:00+01:00", entries)), encoding="utf-8")
    with Browser(tmp_path) as browser:
        browser.open(path)
        browser.wait(f"{drawn}[0]")
        assert sum(browser.value(drawn)) < 20
        assert not browser.value(drawn)[-1]
        browser.value("document.querySelector('.work:last-child').scrollIntoView({behavior: 'instant'})")
        browser.wait(f"{drawn}.at(-1)")
        assert sum(browser.value(drawn)) < 20
        assert browser.value("[...document.images].every((image) => image.getAttribute('loading') === null)")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the gallery was not opened in a browser")
def test_nothing_is_wider_than_a_phone(tmp_path: Path) -> None:
    """Nor is what is out of sight, whose size is a guess."""
    works = tuple(entry(number, styles={"one_long_name": 7, "another_long_name": 3}) for number in range(1, 21))
    page = gallery_page(StyleGallery("/library", "2026-11-22T12:00:00+01:00", works))
    path = tmp_path / "gallery.html"
    path.write_text(page, encoding="utf-8")
    with Browser(tmp_path) as browser:
        browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
        browser.open(path)
        assert browser.value("document.documentElement.scrollWidth") == 390
