"""Very many rows at once, without SQLAlchemy's own work on each."""

from typing import Any

from sqlalchemy import Connection, Select


def plain_rows(connection: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """Rows of integers and bytes as the driver has them: for very many, of which SQLAlchemy's own cost half the time.

    Other types would come as the database keeps them.
    """
    result = connection.execute(statement)
    rows = list(result.cursor.fetchall())
    result.close()
    return rows
