"""The face that stands for a person in lists as long as the user chose none."""

from sqlalchemy import Connection, select, update

from recog.store.schema.tables import assignments, faces, people
from recog.types import Origin


def give_cover(connection: Connection, person_id: int) -> None:
    """Give a person without a cover the best confirmed face, if there is one.

    Sure faces come before unsure ones, then the one with most pixels that are sharp, then the oldest.
    """
    from recog.quality import SURE_SCORE  # noqa: PLC0415 - loads numpy, which listing people must not

    bare = (people.c.id == person_id) & people.c.cover_face_id.is_(None)
    if connection.scalar(select(people.c.id).where(bare)) is None:
        return
    pixels = (faces.c.right - faces.c.left) * (faces.c.bottom - faces.c.top)
    best = (
        select(faces.c.id)
        .join(assignments, assignments.c.face_id == faces.c.id)
        .where(assignments.c.person_id == person_id, assignments.c.origin == Origin.CONFIRMED.value)
        .order_by(faces.c.score < SURE_SCORE, (pixels * faces.c.sharpness).desc(), faces.c.id)
        .limit(1)
    )
    connection.execute(update(people).where(people.c.id == person_id).values(cover_face_id=connection.scalar(best)))
