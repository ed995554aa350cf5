"""One person's faces: those that recog named, with yes and no, and those that a user confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse

from recog.identify import probability
from recog.library.people.results import PersonDetail, TwinPeople
from recog.store.account_records import Role
from recog.types import Calibration, Face, Origin
from recog.web.api import Start
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

DOUBTFUL_SHOWN = 200
"""Of the faces named by distance, the farthest; answering them brings up the others."""
CONFIRMED_SHOWN = 500
"""Confirmed faces on one page."""
SURE = 0.99
"""Least probability with which a face that recog named is called sure."""
router = page_router()
PAGE = Page(router)


@router.get("/people/{person_id:int}/faces")
@needs(Role.VIEWER)
def faces(opened: Opened, framing: Framed, person_id: Number, start: Start = 0) -> HTMLResponse:
    """One person's faces."""
    detail = opened.library.people.person_by_number(person_id)
    calibration = opened.library.context.networks.calibration_if_any
    twins = opened.library.people.twins(detail.person.name)
    return HTMLResponse(faces_page(detail, framing.frame(), calibration=calibration, start=start, twins=twins))


def faces_page(
    detail: PersonDetail,
    around: Frame,
    *,
    calibration: Calibration | None = None,
    start: int = 0,
    twins: Sequence[TwinPeople] = (),
) -> str:
    """Show doubtful faces first, with yes and no; then the confirmed ones from `start` on.

    Without a calibration no probability is known, and no face that recog named is called sure.
    """
    confirmed = [face for face, _ in detail.faces if face.origin is Origin.CONFIRMED]
    matched = [face for face, _ in detail.faces if face.origin is not Origin.CONFIRMED]
    matched.sort(key=lambda face: (-(face.squared_distance or 0.0), face.id))
    values = {
        "person": detail.person,
        "twins": twins,
        "doubtful": [_doubtful(face, calibration) for face in matched[:DOUBTFUL_SHOWN]],
        "nearer": len(matched) - DOUBTFUL_SHOWN,
        "all_confirmed": len(confirmed),
        "confirmed": confirmed[start : start + CONFIRMED_SHOWN],
        "earlier": max(0, start - CONFIRMED_SHOWN) if start > 0 else None,
        "further": start + CONFIRMED_SHOWN if start + CONFIRMED_SHOWN < len(confirmed) else None,
    }
    return show("person_faces.html", around, values)


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A face that recog named; probability is that it is the person, None if it is not known."""

    face: Face
    probability: float | None

    @property
    def sure(self) -> bool:
        """Whether recog is as good as certain."""
        return self.probability is not None and self.probability >= SURE


def _doubtful(face: Face, calibration: Calibration | None) -> _Doubtful:
    if calibration is None or face.squared_distance is None:
        return _Doubtful(face, None)
    return _Doubtful(face, probability(face.squared_distance, calibration))
