"""Alembic's entry: run the migrations in the transaction that recog.store.schema.migrations opened."""

from alembic import context

from recog.store.schema.tables import metadata

connection = context.config.attributes["connection"]
# SQLite's DDL is transactional once BEGIN is explicit (recog.store.connection.database); Alembic assumes it is not.
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
