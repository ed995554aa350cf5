"""The timeline of photos in a real browser: 5,000 rows in the catalog, few elements in the document."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from recog.store.records import ScannedPhoto
from recog.types import DateSource, FileStat
from tests.browser import CHROMIUM
from tests.painted import BLUE, RED, PaintedLibrary, paint
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")

MANY = 5_000
SHAPES = ((4000, 3000), (3000, 4000), (4032, 2268), (1200, 1200), (9000, 1500))
TILES = "[...document.querySelectorAll('#timeline a[data-photo]')]"
IN_SIGHT = f"""{TILES}.filter((one) => {{
  const {{ top, bottom }} = one.getBoundingClientRect();
  return bottom > 60 && top < innerHeight;
}})"""
MONTHS_IN_SIGHT = "[...document.querySelectorAll('#timeline h2')].map((one) => one.textContent)"


@pytest.fixture
def many(library: PaintedLibrary) -> PaintedLibrary:
    """Beside the four painted photos, 5,000 without files, one every 16 hours from 2015 on; the last 7 have no date."""
    shapes = np.random.default_rng(3).integers(0, len(SHAPES), MANY).tolist()
    first = datetime(2015, 1, 1)  # noqa: DTZ001 - as cameras write it
    scanned = [
        ScannedPhoto(
            FileStat(Path(f"/made-up/{number % 7}/{number}.jpg"), 1, 1), f"{number:064x}", *SHAPES[shapes[number]],
            None if number >= MANY - 7 else first + timedelta(hours=16 * number), (),
            taken_from=DateSource.EXIF_ORIGINAL,
        )
        for number in range(MANY)
    ]  # fmt: skip
    with library.context.writing() as catalog:
        catalog.photos.save(scanned, detector="d" * 64, network=library.networks.info)
    return library


def ready(visitor: Visitor, path: str = "/photos") -> None:
    visitor.open(path)
    visitor.wait("document.querySelector('#timeline').dataset.ready")


def test_few_photos_of_many_are_in_the_document_wherever_one_is(visitor: Visitor, many: PaintedLibrary) -> None:
    ready(visitor)
    assert visitor.value("document.querySelector('.tally').textContent") == "5,004 photos"
    height = visitor.value("document.querySelector('#timeline').offsetHeight")
    for share in (0.0, 0.3, 0.9, 1.0):
        visitor.value(f"scrollTo(0, {share} * document.documentElement.scrollHeight)")
        visitor.wait(f"{IN_SIGHT}.length > 3")
        assert 10 < visitor.value(f"{TILES}.length") < 150
        assert visitor.value("document.querySelector('#timeline').offsetHeight") == height, "nothing jumps"


def test_rows_are_as_wide_as_the_page_and_no_photo_is_bent(visitor: Visitor, many: PaintedLibrary) -> None:
    ready(visitor)
    visitor.value("scrollTo(0, 5000)")
    visitor.wait(f"{IN_SIGHT}.length > 3")
    rows = visitor.value(f"""Object.entries(Object.groupBy({TILES}, (one) => one.getBoundingClientRect().top))
      .map(([top, row]) => [row.reduce((sum, one) => sum + one.offsetWidth + 4, -4), row[0].offsetHeight])""")
    width = visitor.value("document.querySelector('#timeline').clientWidth")
    assert sum(abs(wide - width) < 4 for wide, _ in rows) >= len(rows) - 3, "all but the last rows of months"
    assert [tall for _, tall in rows if not 70 < tall < 360] == []
    photos = many.context.catalog.photos.by_ids(range(1, MANY + 5)).values()
    shapes = {photo.id: photo.width / photo.height for photo in photos}
    shown = visitor.value(f"{TILES}.map((one) => [one.pathname.split('/').at(-1), one.offsetWidth / one.offsetHeight])")
    assert [one for one in shown if abs(one[1] / shapes[int(one[0])] - 1) > 0.02] == []


def test_the_mark_beside_the_years_goes_to_a_month(visitor: Visitor, many: PaintedLibrary) -> None:
    ready(visitor)
    years = visitor.value("[...document.querySelectorAll('#years li')].map((one) => one.textContent)")
    assert years[-3:] == ["2016", "2015", "Without a date"]
    visitor.value("document.querySelector('.mark').focus()")
    assert visitor.value("document.activeElement.getAttribute('role')") == "slider"
    visitor.press("ArrowDown", "ArrowDown")
    visitor.wait("document.querySelector('.mark').ariaValueNow === '2'")
    assert visitor.value("document.querySelector('.mark').ariaValueText") in visitor.value(MONTHS_IN_SIGHT)
    visitor.press("End")
    visitor.wait(f"{MONTHS_IN_SIGHT}.includes('Without a date')")
    visitor.press("Home")
    visitor.wait("document.querySelector('.mark').ariaValueNow === '0'")
    box = visitor.value(
        "(({top, left, height}) => [top, left, height])(document.querySelector('#years').getBoundingClientRect())"
    )
    for kind, share in (("mousePressed", 0.1), ("mouseMoved", 0.5), ("mouseReleased", 0.5)):
        place = {"x": box[1] + 30, "y": box[0] + share * box[2], "button": "left", "buttons": 1, "clickCount": 1}
        visitor.browser.ask("Input.dispatchMouseEvent", type=kind, **place)
    visitor.wait("Math.abs(scrollY / (document.documentElement.scrollHeight - innerHeight) - 0.5) < 0.05")


def test_arrow_keys_go_from_photo_to_photo_and_back_finds_the_place(visitor: Visitor, many: PaintedLibrary) -> None:
    ready(visitor)
    assert visitor.value(f"{TILES}.filter((one) => one.tabIndex === 0).length") == 1
    visitor.value(f"{TILES}.find((one) => one.tabIndex === 0).focus()")
    visitor.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert visitor.value("document.activeElement.dataset.photo") == "1"
    for _ in range(25):
        visitor.press("ArrowDown")
    here = visitor.value("document.activeElement.pathname.split('/').at(-1)")
    assert int(visitor.value("document.activeElement.dataset.photo")) > 50
    assert visitor.value(f"{IN_SIGHT}.includes(document.activeElement)")
    visitor.open("/people")
    ready(visitor, f"/photos#photo-{here}")
    assert visitor.value("getComputedStyle(document.documentElement).scrollBehavior") == "auto", "nothing glides away"
    assert visitor.value("document.activeElement.pathname.split('/').at(-1)") == here
    assert visitor.value(f"{IN_SIGHT}.includes(document.activeElement)")
    visitor.press("End")
    visitor.wait("document.activeElement.dataset.photo === '5003'")


def test_folders_and_faces_choose_what_is_shown(visitor: Visitor, many: PaintedLibrary, folder: Path) -> None:
    def shown() -> list[int]:
        visitor.wait("document.querySelector('#timeline').dataset.ready")
        return sorted(map(int, visitor.value(f"{TILES}.map((one) => one.pathname.split('/').at(-1))")))

    visitor.open("/photos?faces=with")
    assert shown() == [1, 2, 3, 4]
    visitor.open("/photos/folders")
    links = visitor.value("[...document.querySelectorAll('.folders a')].map((one) => one.textContent)")
    assert links == [*(f"made-up/{number}" for number in range(7)), str(folder)[1:]]
    visitor.leave()
    visitor.value("document.querySelector('.folders li:last-child a').click()")
    visitor.arrive(f"/photos?folder={folder}")
    assert shown() == [1, 2, 3, 4]
    visitor.open(f"/photos?faces=without&folder={folder}")
    assert visitor.value("document.querySelector('.none').innerText").startswith(
        "No photo without a face is in this folder."
    )


def test_thumbnails_load_where_one_looks_and_say_where_none_can(visitor: Visitor, many: PaintedLibrary) -> None:
    ready(visitor, "/photos?faces=with")
    visitor.wait(f"{TILES}.every((one) => one.matches('.there') && one.querySelector('img').naturalHeight === 64)")
    ready(visitor, "/photos?faces=without")
    visitor.wait(f"{IN_SIGHT}.length && {IN_SIGHT}.every((one) => one.matches('.lost'))")
    assert visitor.value(f"{TILES}[0].querySelector('img').alt").startswith("Photo of ")


@pytest.fixture
def scripts_off(visitor: Visitor) -> Iterator[None]:
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    yield
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.usefixtures("scripts_off")
def test_without_scripts_photos_come_in_pages(visitor: Visitor, many: PaintedLibrary, tmp_path: Path) -> None:
    visitor.open("/photos")
    seen = list[str]()
    for place in range(1, 5):
        seen += visitor.value("[...document.querySelectorAll('.rows a')].map((one) => one.href)")
        path = visitor.value("document.querySelector('.turn [rel=next]').getAttribute('href')").removeprefix(
            visitor.root
        )
        assert path == f"/photos?start={120 * place}"
        visitor.open(path)
    assert len(set(seen)) == 480
    assert visitor.value("document.querySelectorAll('h2').length") > 1
    last = visitor.value("[...document.querySelectorAll('#years a')].at(-2).getAttribute('href')")
    visitor.open(last.removeprefix(visitor.root))
    assert visitor.value("document.querySelector('h2').textContent") == "December 2015"
    paint(tmp_path / "more" / "2030-01-01.png", RED, BLUE)
    many.index([tmp_path / "more"])
    visitor.open("/photos")
    assert visitor.value("document.querySelector('.rows img').alt") == "Photo of 1 January 2030, 2 faces"


def test_a_panorama_and_a_pole_can_be_seen_and_hit(visitor: Visitor, library: PaintedLibrary) -> None:
    scanned = [
        ScannedPhoto(
            FileStat(Path(f"/made-up/{width}.png"), 1, 1), f"{width:064x}", width, height,
            datetime(2043, month, 1), (), taken_from=DateSource.EXIF_ORIGINAL,  # noqa: DTZ001 - as cameras write it
        )
        for month, (width, height) in enumerate(((6000, 1), (1, 6000)), start=1)
    ]  # fmt: skip
    with library.context.writing() as catalog:
        catalog.photos.save(scanned, detector="d" * 64, network=library.networks.info)
    ready(visitor)
    sizes = visitor.value(f"{TILES}.slice(0, 2).map((one) => [one.offsetWidth, one.offsetHeight])")
    assert min(min(size) for size in sizes) >= 36
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        visitor.browser.ask("Page.navigate", url=visitor.url + "/photos")
        visitor.browser.wait("document.querySelectorAll('.rows li').length === 6 && document.readyState === 'complete'")
        wide = visitor.value("[...document.querySelectorAll('.rows li')].map((one) => one.offsetWidth)")
        assert min(wide) >= 36
    finally:
        visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=False)
