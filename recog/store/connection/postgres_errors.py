"""CatalogErrors for what PostgreSQL reports, by SQLSTATE: each state has its own sentence and way out.

The states are listed in appendix A of PostgreSQL's manual. If a server refuses a
connection, the driver gets no state; the message, if in English, then says whether the server is full.
"""

from collections.abc import Callable
from typing import NamedTuple

from recog.errors import (
    CatalogError,
    CatalogForbiddenError,
    CatalogUnusableError,
    LibraryBusyError,
    LibraryDiskError,
    ReadOnlyError,
    WayOut,
)

_UNDONE = "this step was undone"


class Told(NamedTuple):
    """An error and its sentence; `{where}`, `{said}` and `{seconds}` are filled in."""

    kind: Callable[[str], CatalogError]
    sentence: str
    way_out: WayOut | None = None


_STOPPED = Told(
    CatalogUnusableError,
    f"the server of {{where}} was stopped, or an administrator ended this connection ({{said}}): {_UNDONE}; wait until "
    "the server runs, then run the same again",
)
_FULL_OF_CLIENTS = Told(
    CatalogUnusableError,
    "the server of {where} has no connection left ({said}): close other programs that use it, or raise its "
    "max_connections or the limit of the user or the database, then run the same again",
)
_UNREACHABLE = Told(
    CatalogUnusableError,
    "the database {where} cannot be reached ({said}): check that the server runs and that host, port, user, password "
    "and database name are right",
)
_COLLISION = Told(
    LibraryBusyError,
    f"another program changed the same rows of the database {{where}} at the same time ({{said}}): {_UNDONE}; run the "
    "same again",
)
_FAILING_DISK = Told(
    LibraryDiskError,
    f"the disk of the server of {{where}} fails ({{said}}): {_UNDONE}; check that disk and the server's log, then run "
    "the same again",
)
_DAMAGED = Told(
    CatalogUnusableError,
    "the database {where} is damaged ({said}): look into the server's log, and restore the database from a dump",
)
_FOREIGN_TABLES = Told(
    CatalogUnusableError,
    "the tables of the database {where} are not those that recog made ({said}): restore the database from a dump, or "
    "name another database",
)
_NOT_LET_IN = Told(
    CatalogForbiddenError,
    "the server of {where} does not let this user in ({said}): check user and password, and the server's pg_hba.conf",
)
_IDLE = Told(
    CatalogUnusableError,
    f"the server of {{where}} ended a transaction or connection that took too long ({{said}}): {_UNDONE}; raise the "
    "timeout that it names for this user, then run the same again",
)

_OF_STATE = {
    "55P03": Told(  # lock_not_available: recog itself sets lock_timeout
        LibraryBusyError,
        "another program has held the write lock of the database {where} for more than {seconds:g} s: wait for it or "
        "stop it, then run the same again",
    ),
    "40P01": Told(  # deadlock_detected
        LibraryBusyError,
        f"another program and recog waited for each other in the database {{where}}: {_UNDONE}; run the same again",
    ),
    "40001": _COLLISION,  # serialization_failure
    "23505": _COLLISION,  # unique_violation
    "57014": Told(  # query_canceled, of unknown cause: the server may speak any language
        CatalogUnusableError,
        f"the server of {{where}} cancelled a statement ({{said}}): {_UNDONE}; if its statement_timeout is too short "
        "for this user, raise it, then run the same again",
    ),
    "57P01": _STOPPED,  # admin_shutdown
    "57P02": _STOPPED,  # crash_shutdown
    "57P03": Told(  # cannot_connect_now
        CatalogUnusableError,
        "the server of {where} is starting or stopping ({said}): wait a moment, then run the same again",
    ),
    "57P04": Told(  # database_dropped
        CatalogUnusableError, "the database {where} was dropped: restore it from a dump, or name another database"
    ),
    "57P05": _IDLE,  # idle_session_timeout
    "25P03": _IDLE,  # idle_in_transaction_session_timeout
    "25P04": _IDLE,  # transaction_timeout
    "25006": Told(  # read_only_sql_transaction
        ReadOnlyError,
        "the database {where} may only be read ({said}): write to the primary server, or set "
        "default_transaction_read_only to off for this user",
    ),
    "42501": Told(  # insufficient_privilege
        CatalogForbiddenError,
        f"the user of the database {{where}} lacks a right ({{said}}): {_UNDONE}",
        WayOut.GRANT,
    ),
    "53100": Told(  # disk_full
        LibraryDiskError,
        f"the server of {{where}} is out of space: {_UNDONE}; make room there, then run the same again",
    ),
    "53200": Told(  # out_of_memory
        CatalogUnusableError,
        f"the server of {{where}} is out of memory ({{said}}): {_UNDONE}; stop other programs there or give it more "
        "memory, then run the same again",
    ),
    "53300": _FULL_OF_CLIENTS,  # too_many_connections
    "53400": Told(  # configuration_limit_exceeded
        CatalogUnusableError,
        f"a statement needs more than the server of {{where}} allows ({{said}}): {_UNDONE}; raise the limit that it "
        "names, then run the same again",
    ),
    "58030": _FAILING_DISK,  # io_error
    "58P01": _FAILING_DISK,  # undefined_file
    "XX001": _DAMAGED,  # data_corrupted
    "XX002": Told(  # index_corrupted
        CatalogUnusableError, "an index of the database {where} is damaged ({said}): run REINDEX DATABASE on the server"
    ),
    "42P01": _FOREIGN_TABLES,  # undefined_table
    "42703": _FOREIGN_TABLES,  # undefined_column
}
_OF_CLASS = {
    "08": _UNREACHABLE,  # connection exceptions
    "28": _NOT_LET_IN,  # invalid authorization
    "3D": _UNREACHABLE,  # invalid catalog name
    "40": _COLLISION,  # transaction rollback
}
_REFUSED = Told(CatalogError, "the database {where} refused: {said}")
_STATEMENT_TIMEOUT = Told(
    CatalogUnusableError,
    f"a statement took longer than the statement_timeout of the server of {{where}}: {_UNDONE}; raise it for this user "
    "(ALTER ROLE name SET statement_timeout = 0), then run the same again",
)
_CANCELLED = Told(
    CatalogUnusableError,
    f"somebody cancelled a statement on the server of {{where}}: {_UNDONE}; run the same again when they are done",
)
_CAUSES = (("statement timeout", _STATEMENT_TIMEOUT), ("user request", _CANCELLED))
_NO_MORE_CLIENTS = ("too many clients", "too many connections", "remaining connection slots")


def postgres_error(state: str | None, said: str, where: str, busy_seconds: float) -> CatalogError:
    """Make the error for an SQLSTATE (None: no connection was made) and the first line that the server said."""
    told = _told(state, said)
    error = told.kind(told.sentence.format(where=where, said=said, seconds=busy_seconds))
    error.way_out = told.way_out
    return error


def _told(state: str | None, said: str) -> Told:
    if state is None:
        return _FULL_OF_CLIENTS if any(words in said for words in _NO_MORE_CLIENTS) else _UNREACHABLE
    if state == "57014":
        return next((told for words, told in _CAUSES if words in said), _OF_STATE[state])
    return _OF_STATE.get(state) or _OF_CLASS.get(state[:2], _REFUSED)
