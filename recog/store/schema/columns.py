"""What the tables of the catalog have in common: naming of constraints, and numbers of rows.

Ids are never reused (AUTOINCREMENT, identity): an index or a log that is behind can never name another face.
"""

from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite numbers rows by itself only where the type is spelt INTEGER.
ID: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    """Make a primary key that the database numbers."""
    return Column("id", ID, Identity(always=True), primary_key=True)
