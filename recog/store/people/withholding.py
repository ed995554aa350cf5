"""Keep up who is withheld from accounts when people are merged or forgotten."""

from sqlalchemy import Connection, delete, insert, select

from recog.store.schema.tables import withheld_people


def withhold_merged(connection: Connection, source_id: int, target_id: int) -> None:
    """Withhold the person whom another one is merged into from every account that was not shown the other one."""
    theirs = select(withheld_people.c.account_id).where(withheld_people.c.person_id == source_id)
    known = select(withheld_people.c.account_id).where(withheld_people.c.person_id == target_id)
    for account_id in connection.scalars(theirs.except_(known)).all():
        connection.execute(insert(withheld_people), [{"account_id": account_id, "person_id": target_id}])


def drop_withheld(connection: Connection, person_id: int) -> None:
    """Forget that a person was withheld, because the person is forgotten."""
    connection.execute(delete(withheld_people).where(withheld_people.c.person_id == person_id))
