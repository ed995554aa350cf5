"""What a real PostgreSQL server refuses, and why, in one sentence each with its way out."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest

from recog.errors import (
    CatalogError,
    CatalogForbiddenError,
    CatalogUnusableError,
    LibraryBusyError,
    LibraryDiskError,
    ReadOnlyError,
)
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.engine import open_catalog
from tests.postgres import Databases

pytestmark = pytest.mark.postgres
SLOW = "SELECT pg_sleep(300)"
NOT_THE_LOCK = "held the write lock"


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(parse_url(url), busy_seconds=1)) as database:
        yield database


def execute(database: Database, *statements: str) -> None:
    """One transaction."""
    with database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def raise_on_server(database: Database, state: str, said: str) -> None:
    execute(database, f"DO $$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = '{state}'; END $$")


def refused(database: Database, *statements: str) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        execute(database, *statements)
    assert "\n" not in str(caught.value)
    return caught.value


@contextmanager
def on_slow_statement(url: str, function: str) -> Iterator[None]:
    """Call pg_FUNCTION_backend for the process that runs SLOW, as soon as there is one."""

    def act() -> None:
        with psycopg.connect(url, autocommit=True) as other:
            call = f"SELECT pg_{function}_backend(pid) FROM pg_stat_activity WHERE query = %s AND state = 'active'"  # noqa: S608
            while other.execute(call.encode(), [SLOW]).fetchone() is None:
                other.execute("SELECT pg_sleep(0.01)")

    thread = threading.Thread(target=act)
    thread.start()
    yield
    thread.join()


def test_the_statement_timeout_is_not_a_lock_of_another_program(database: Database) -> None:
    error = refused(database, "SET LOCAL statement_timeout = 20", SLOW)
    assert "longer than the statement_timeout of the server" in str(error)
    assert "ALTER ROLE name SET statement_timeout = 0" in str(error)
    assert not isinstance(error, LibraryBusyError)


def test_a_server_that_speaks_another_language_is_quoted(database: Database) -> None:
    words = "storniere Anfrage wegen Zeitüberschreitung der Anfrage"
    with pytest.raises(CatalogError, match=rf"cancelled a statement \({words}\): .* statement_timeout"):
        raise_on_server(database, "57014", words)


def test_a_statement_that_somebody_cancels_says_so(database: Database, url: str) -> None:
    with on_slow_statement(url, "cancel"):
        error = refused(database, SLOW)
    assert "somebody cancelled a statement" in str(error)
    assert NOT_THE_LOCK not in str(error)


def test_a_connection_that_an_administrator_ends_says_so(database: Database, url: str) -> None:
    with on_slow_statement(url, "terminate"):
        error = refused(database, SLOW)
    assert "an administrator ended this connection" in str(error)


def test_a_lock_of_another_program_is_one(database: Database, url: str) -> None:
    with psycopg.connect(url) as other:
        other.execute("CREATE TABLE held ()")
        other.commit()
        other.execute("LOCK TABLE held")
        error = refused(database, "LOCK TABLE held")
    assert isinstance(error, LibraryBusyError)
    assert "another program has held the write lock" in str(error)


def until_one_waits(url: str) -> None:
    """Wait until somebody waits for a lock of the database."""
    waits = "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE NOT granted AND datname = %s"
    with psycopg.connect(url, autocommit=True) as third:
        while third.execute(waits, [third.info.dbname]).fetchone() is None:
            third.execute("SELECT pg_sleep(0.01)")


def test_two_that_wait_for_each_other_are_told_so(database: Database, url: str) -> None:
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as beside:
        other.execute("SET deadlock_timeout = '300s'")  # recog's own connection finds the deadlock
        other.execute("CREATE TABLE one ()")
        other.execute("CREATE TABLE two ()")
        other.commit()
        other.execute("LOCK TABLE one")
        with pytest.raises(LibraryBusyError) as caught, database.writing() as connection:  # noqa: PT012 - one collision
            connection.exec_driver_sql("SET LOCAL deadlock_timeout = 100")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("LOCK TABLE two")
            waiting = beside.submit(other.execute, "LOCK TABLE two")
            until_one_waits(url)  # or the server would look for a deadlock too soon
            connection.exec_driver_sql("LOCK TABLE one")
        waiting.result()
    assert "waited for each other" in str(caught.value)


def test_a_database_that_may_only_be_read_says_so(url: str) -> None:
    open_catalog(url).close()
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    with closing(Database(parse_url(url), busy_seconds=1)) as database:
        error = refused(database, "DELETE FROM files")
    assert isinstance(error, ReadOnlyError)
    assert "default_transaction_read_only to off" in str(error)


def test_a_user_without_a_right_is_told_which(database: Database, url: str) -> None:
    open_catalog(url).close()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE ROLE nobody_much")
        try:
            error = refused(database, "SET LOCAL ROLE nobody_much", "DELETE FROM files")
        finally:
            other.execute("DROP ROLE nobody_much")
    assert "lacks a right (permission denied for table files)" in str(error)


def test_a_server_without_a_free_connection_says_so(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE ROLE guest LOGIN")
        other.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0".encode())
        try:
            with closing(Database(parse_url(url).set(username="guest"), busy_seconds=1)) as database:
                error = refused(database, "SELECT 1")
        finally:
            other.execute("DROP ROLE guest")
    assert "has no connection left" in str(error)
    assert "max_connections" in str(error)


def test_tables_that_another_program_dropped_are_told_so(database: Database) -> None:
    assert "not those that recog made" in str(refused(database, "DELETE FROM files"))


@pytest.mark.parametrize(
    ("state", "kind", "sentence"),
    [
        ("40001", LibraryBusyError, "changed the same rows .* run the same again"),
        ("40002", LibraryBusyError, "changed the same rows .* run the same again"),
        ("53100", LibraryDiskError, "out of space: this step was undone; make room there"),
        ("53200", CatalogUnusableError, "out of memory .* give it more memory"),
        ("53300", CatalogUnusableError, "no connection left .* max_connections"),
        ("53400", CatalogUnusableError, "more than the server .* allows .* raise the limit"),
        ("57P03", CatalogUnusableError, "starting or stopping .* wait a moment"),
        ("57P04", CatalogUnusableError, "was dropped: restore it"),
        ("57P05", CatalogUnusableError, "took too long .* raise the timeout"),
        ("25P03", CatalogUnusableError, "took too long .* raise the timeout"),
        ("25P04", CatalogUnusableError, "took too long .* raise the timeout"),
        ("28P01", CatalogForbiddenError, "does not let this user in .* check user and password"),
        ("3D000", CatalogUnusableError, "cannot be reached .* database name are right"),
        ("08006", CatalogUnusableError, "cannot be reached .* check that the server runs"),
        ("58030", LibraryDiskError, "the disk of the server .* fails .* check that disk"),
        ("XX001", CatalogUnusableError, "is damaged .* restore the database from a dump"),
        ("XX002", CatalogUnusableError, "an index .* is damaged .* REINDEX"),
        ("22012", CatalogError, "refused: words of the server"),
    ],
)
def test_each_state_has_its_sentence_and_its_way_out(
    state: str, kind: type[CatalogError], sentence: str, database: Database
) -> None:
    with pytest.raises(CatalogError, match=sentence) as caught:
        raise_on_server(database, state, "words of the server")
    assert type(caught.value) is kind
    assert NOT_THE_LOCK not in str(caught.value)
    assert "\n" not in str(caught.value)
