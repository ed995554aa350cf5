"""One photo with everybody on it, between the photos before and after it."""

import math
from dataclasses import dataclass
from datetime import date

from starlette.responses import HTMLResponse, RedirectResponse

from recog.library.browsing.photos import EVERY_PHOTO, FaceOnPhoto, PhotoDetail, PhotoNeighbours
from recog.quality import doubt_of
from recog.render.ages import age_on
from recog.render.clock import moment
from recog.render.figures import number
from recog.render.language import gettext
from recog.render.taken import day_in_words, taken_on
from recog.store.account_records import Role
from recog.store.records import PhotoFilter
from recog.types import Origin, Photo
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.photo_filter import Wanted, page_of, query_of
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router)
ALONE = PhotoNeighbours(None, None)


@router.get("/photos/{photo_id:int}")
@needs(Role.VIEWER)
def photo(opened: Opened, framing: Framed, photo_id: Number, wanted: Wanted) -> HTMLResponse:
    """One photo with everybody on it."""
    photos = opened.library.photos
    shown, beside = photos.photo(photo_id), photos.beside(photo_id, wanted)
    return HTMLResponse(photo_page(shown, framing.frame(), beside=beside, wanted=wanted))


@router.get("/faces/{face_id:int}", response_class=RedirectResponse, status_code=303)
@needs(Role.VIEWER)
def face(opened: Opened, framing: Framed, face_id: Number) -> RedirectResponse:
    """Where a face is: its place on its photo's page."""
    return RedirectResponse(f"{framing.root}/photos/{opened.library.photos.of_face(face_id)}#face-{face_id}", 303)


def photo_page(
    detail: PhotoDetail, around: Frame, *, beside: PhotoNeighbours = ALONE, wanted: PhotoFilter = EVERY_PHOTO
) -> str:
    """Show the photo with the names on its faces, and each face with its possible answers, from left to right.

    wanted: the timeline that the photo was opened from, of which `beside` are its neighbours.
    """
    taken = detail.photo.taken_at
    values = {
        "beside": beside,
        "query": query_of(wanted),
        "timeline": page_of(wanted),
        "day": "" if taken is None else day_in_words(taken),
        "nobody": [one.face.id for one in detail.faces if one.person is None and not one.ignored],
        "photo": detail.photo,
        "paths": detail.paths,
        "elsewhere": detail.elsewhere,
        "video": detail.photo.duration is not None,
        "title": detail.paths[0].name if detail.paths else gettext("Photo %(number)s", number=detail.photo.id),
        "taken": taken_on(detail.photo),
        "cards": [
            _Card(one, _label(detail.photo, one), one.face.origin is Origin.CONFIRMED, taken and taken.date())
            for one in detail.faces
        ],
    }
    return show("photo.html", around, values)


@dataclass(frozen=True, slots=True)
class _Label:
    """A box in percents of the photo, and where its text goes; letters keep their size, whatever that of the photo."""

    left: float
    top: float
    width: float
    height: float
    side: str
    x: float
    y: float
    down: str


@dataclass(frozen=True, slots=True)
class _Card:
    """A face, its box on the photo, and whether a human confirmed its name."""

    on_photo: FaceOnPhoto
    label: _Label
    confirmed: bool
    taken: date | None

    @property
    def who(self) -> str:
        """The person's name, or words for nobody."""
        person = self.on_photo.person
        return person.name if person is not None else gettext("somebody without a name")

    @property
    def age(self) -> str:
        """How old the person was, if both dates are known."""
        born = None if self.on_photo.person is None else self.on_photo.person.born
        return "" if born is None or self.taken is None else age_on(born, self.taken)

    @property
    def doubt(self) -> str | None:
        """Why the face takes part in no matching; None if it does."""
        box = self.on_photo.face.box
        if doubt_of(box) is None:
            return None
        if box.score == 0:
            return gettext("no eyes, nose and mouth are seen in the box that was drawn")
        score = number(math.floor(100 * box.score) / 100, 2)
        return gettext("the detector is unsure of this face (score %(score)s)", score=score)

    @property
    def moment(self) -> str:
        """When the face is seen, '00:12-00:31', if it is a track of a video; else ''."""
        span = self.on_photo.face.span
        return "" if span is None else moment(span)

    @property
    def start(self) -> str:
        """The second at which a player begins to show the face."""
        span = self.on_photo.face.span
        return "" if span is None else f"{span.first:.1f},{span.last + 1:.1f}"


def _label(photo: Photo, one: FaceOnPhoto) -> _Label:
    box = one.face.box
    left, top = 100 * box.left / photo.width, 100 * box.top / photo.height
    width, height = 100 * box.width / photo.width, 100 * box.height / photo.height
    middle = left + width / 2
    side = "start" if middle < 25 else "end" if middle > 75 else "middle"  # so that long names stay on the photo
    x = {"start": left, "end": left + width, "middle": middle}[side]
    y, down = (top + height, "1.2em") if top + height < 90 else (top, "-0.5em")
    return _Label(left, top, width, height, side, x, y, down)
