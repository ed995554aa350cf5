"""All photos by date, by folder, and by whether they show a face."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from starlette.responses import HTMLResponse, RedirectResponse, Response

from recog.library.browsing.timeline import ListedPhoto, PhotoFolder, PhotoPage, TimelineMonth
from recog.render.ages import age_in_month
from recog.render.figures import count
from recog.render.language import gettext, gettext_noop
from recog.render.taken import day_in_words, month_of
from recog.store.account_records import Role
from recog.store.records import PhotoFilter, WithFaces
from recog.web.api import Start
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.photo_filter import Wanted, page_of, query_of
from recog.web.roles import needs
from recog.web.shell import Frame, show

SHOWN = 120
"""Photos on one page without scripts; with scripts, these are shown before the others are laid out."""
CHOICES = (
    (WithFaces.ALL, gettext_noop("All")),
    (WithFaces.WITH, gettext_noop("With faces")),
    (WithFaces.WITHOUT, gettext_noop("No faces")),
)
NO_DATE = gettext_noop("Without a date")
router = page_router()
PAGE = Page(router, "/photos", gettext_noop("Photos"), 15)


@router.get("/photos", response_class=HTMLResponse)
@needs(Role.VIEWER)
def photos(opened: Opened, framing: Framed, wanted: Wanted, start: Start = 0) -> Response:
    """All photos by date; those of one person, and those that fit a query, have pages of their own."""
    if (own := page_of(wanted)) != "/photos":
        return RedirectResponse(f"{framing.root}{own}{query_of(wanted)}", 303)
    page = opened.library.photos.page(wanted, start=start, limit=SHOWN)
    return HTMLResponse(photos_page(page, wanted, framing.frame()))


@router.get("/photos/folders")
@needs(Role.VIEWER)
def folders(opened: Opened, framing: Framed, wanted: Wanted) -> HTMLResponse:
    """The folders that hold photos."""
    return HTMLResponse(folders_page(opened.library.photos.folders(), wanted, framing.frame()))


def photos_page(page: PhotoPage, wanted: PhotoFilter, around: Frame) -> str:
    """Show a page of the timeline: months with their photos, the newest first, and links to every year."""
    values = timeline_values(page, wanted, "/photos") | {
        "wanted": wanted,
        "choices": choices_of(wanted),
        "no_folder": query_of(replace(wanted, folder=None)),
    }
    return show("photos.html", around, values)


def timeline_values(
    page: PhotoPage, wanted: PhotoFilter, address: str, *, born: date | None = None
) -> dict[str, object]:
    """Return what the template timeline.html shows; address is that of the page, without parameters.

    born: the day of birth of the person on the photos, whose age then stands beside each month.
    """
    return {
        "page": page,
        "address": address,
        "query": query_of(wanted),
        "groups": list(_by_month(page.photos)),
        "born": born,
        "ages": {} if born is None else dict(_ages(page.months, born)),
        "years": list(_years(page.months, wanted)),
        "newer": query_of(wanted, start=max(0, page.start - SHOWN)) if page.start else None,
        "older": query_of(wanted, start=page.start + SHOWN) if page.start + SHOWN < page.all else None,
    }


def _ages(months: Sequence[TimelineMonth], born: date) -> Iterator[tuple[str, str]]:
    """Yield each month in words with the age that was reached in it, without those before the birth."""
    for month in months:
        if month.month is not None and (age := age_in_month(born, month.month)):
            yield month_in_words(month.month), age


def folders_page(folders: Sequence[PhotoFolder], wanted: PhotoFilter, around: Frame) -> str:
    """Show every folder as a link to its photos, below the folder that all have in common."""
    root = _common([folder.path for folder in folders])
    values = {
        "root_folder": root,
        "folders": [
            (_below(root, folder.path), folder.files, query_of(replace(wanted, folder=folder.path)))
            for folder in folders
        ],
        "everything": query_of(replace(wanted, folder=None)),
        "choices": choices_of(wanted),
        "query": query_of(wanted),
    }
    return show("folders.html", around, values)


@dataclass(frozen=True, slots=True)
class _Tile:
    """A photo of the page, and what it is to whoever cannot see it."""

    listed: ListedPhoto
    words: str


@dataclass(frozen=True, slots=True)
class _Year:
    """A year of the timeline, and where its photos begin."""

    label: str
    photos: int
    query: str


def month_in_words(month: str | None) -> str:
    """Write 'July 2019' for '2019-07', and words for no date."""
    return gettext(NO_DATE) if month is None else month_of(date.fromisoformat(f"{month}-01"))


def choices_of(wanted: PhotoFilter | None) -> list[tuple[str, str, bool]]:
    """Return label, parameters, and whether it is chosen, for each choice by faces; None if none is."""
    within = wanted or PhotoFilter()
    chosen = None if wanted is None else wanted.faces
    return [(gettext(label), query_of(replace(within, faces=faces)), faces is chosen) for faces, label in CHOICES]


def _by_month(photos: Sequence[ListedPhoto]) -> Iterator[tuple[str, list[_Tile]]]:
    months: dict[str | None, list[_Tile]] = {}
    for one in photos:
        taken = one.photo.taken_at
        month = None if taken is None else taken.isoformat()[:7]
        months.setdefault(month, []).append(_Tile(one, f"{taken_words(taken)}, {count(one.faces, 'face')}"))
    for month, tiles in months.items():
        yield month_in_words(month), tiles


def taken_words(taken: date | None) -> str:
    """Say which photo it is to whoever cannot see it."""
    if taken is None:
        return gettext("Photo without a date")
    return gettext("Photo of %(day)s", day=day_in_words(taken))


def _years(months: Sequence[TimelineMonth], wanted: PhotoFilter) -> Iterator[_Year]:
    start = 0
    years: dict[str, list[int]] = {}
    for month in months:
        year = gettext(NO_DATE) if month.month is None else month.month[:4]
        years.setdefault(year, [start, 0])[1] += month.photos
        start += month.photos
    for year, (first, photos) in years.items():
        yield _Year(year, photos, query_of(wanted, start=first) if first else query_of(wanted))


def _below(root: Path, folder: Path) -> str:
    """Write a folder as it is below another one; that one itself has its own name."""
    return folder.name if folder == root else str(folder.relative_to(root))


def _common(folders: Sequence[Path]) -> Path:
    """Return the deepest folder that holds all of them; '/' for none."""
    if not folders:
        return Path("/")
    first, *others = folders
    return next(one for one in (first, *first.parents) if all(folder.is_relative_to(one) for folder in others))
