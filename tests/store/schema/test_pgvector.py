"""A server without pgvector, with an old one, or a user who may not create it: one sentence, and nothing changed."""

from collections.abc import Iterator

import pytest

from recog.errors import CatalogUnusableError
from recog.store.engine import open_catalog
from tests.databases import database_at
from tests.postgres import Databases

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    made = databases.new()
    yield made
    databases.drop(made)


def shadow(url: str, view: str, rows: str) -> None:
    """Let this database's sessions see other rows in a view of the system catalog."""
    name = url.partition("?")[0].rpartition("/")[2]
    with database_at(url) as database, database.writing() as connection:
        connection.exec_driver_sql("CREATE SCHEMA before_the_system")
        connection.exec_driver_sql(f"CREATE VIEW before_the_system.{view} AS {rows}")
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET search_path = before_the_system, pg_catalog, public")


def tables(url: str) -> list[str]:
    with database_at(url) as database, database.reading() as connection:
        found = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(found.scalars())


def refused(url: str) -> str:
    with pytest.raises(CatalogUnusableError) as caught:
        open_catalog(url)
    assert tables(url) == []
    return str(caught.value)


def test_a_server_without_the_extension_is_told_to_install_it(url: str) -> None:
    shadow(url, "pg_available_extensions", "SELECT 'plpgsql' AS name, '1.0' AS default_version")
    assert "has no pgvector, which recog searches with: install it there" in refused(url)


def test_a_server_with_an_old_extension_is_told_which_it_needs(url: str) -> None:
    shadow(url, "pg_available_extensions", "SELECT 'vector' AS name, '0.7.4' AS default_version")
    assert "has pgvector 0.7.4, and recog needs 0.8 or later: install that there" in refused(url)


def test_a_database_with_an_old_extension_is_told_to_update_it(url: str) -> None:
    shadow(url, "pg_extension", "SELECT 'vector' AS extname, '0.5.1' AS extversion")
    assert "run ALTER EXTENSION vector UPDATE in the database" in refused(url)


def test_a_user_without_the_right_needs_an_administrator_once(url: str) -> None:
    with database_at(url) as database, database.writing() as connection:
        connection.exec_driver_sql(
            "DO $$ BEGIN CREATE ROLE tenant LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO tenant")
    tenant = url.replace("postgres:@", "tenant:@")
    assert tenant != url
    assert "let an administrator of the server run CREATE EXTENSION vector in this database" in refused(tenant)
    with database_at(url) as database, database.writing() as connection:
        connection.exec_driver_sql("CREATE EXTENSION vector")
    with open_catalog(tenant) as catalog:
        assert catalog.server.extension()[0] is not None
        assert catalog.hnsw.may_build()
