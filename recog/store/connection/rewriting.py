"""Write tables of a PostgreSQL server anew, without the rows that were deleted.

VACUUM FULL keeps deleted rows that an open transaction could still see, in every table of the database, whether or not
the transaction looks at it. Only the server's reports tell: the detail of each starts with the number of such rows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection

if TYPE_CHECKING:  # the driver is an extra
    from psycopg import Connection as DriverConnection
    from psycopg.errors import Diagnostic


@dataclass(frozen=True, slots=True)
class Rewritten:
    """tables: how many were written anew; the server skips those of other owners. deleted_rows: how many were kept."""

    tables: int
    deleted_rows: int


def rewrite_tables(connection: Connection, tables: Sequence[str]) -> Rewritten:
    """Write tables anew on a connection outside any transaction, and collect statistics for the query planner."""
    reports: list[int] = []

    def read(report: "Diagnostic") -> None:
        if report.severity_nonlocalized == "INFO" and (number := re.search(r"\d+", report.message_detail or "")):
            reports.append(int(number[0]))

    driver = cast("DriverConnection[Any]", connection.connection.driver_connection)
    driver.add_notice_handler(read)
    try:
        connection.exec_driver_sql(f"VACUUM (FULL, VERBOSE) {', '.join(tables)}")
    finally:
        driver.remove_notice_handler(read)
    connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")
    return Rewritten(len(reports), sum(reports))
