"""Accounts of the people of a household, whom each is not shown, and the account of each act in the history.

Why: several people use one served library, each with rights of their own, and the history tells who did what.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("password", sa.String),
        sa.Column("token_sha256", sa.String),
        sa.Column("stamp", sa.String, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name_key", name="uq_accounts_name_key"),
        sa.UniqueConstraint("token_sha256", name="uq_accounts_token_sha256"),
        sa.CheckConstraint("role IN ('viewer', 'editor', 'owner')", name="ck_accounts_role"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "withheld_people",
        sa.Column("account_id", ID, autoincrement=False),
        sa.Column("person_id", ID, autoincrement=False),
        sa.PrimaryKeyConstraint("account_id", "person_id", name="pk_withheld_people"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_withheld_people_account_id", ondelete="CASCADE"
        ),
    )
    for column in ("account", "undone_by"):
        op.add_column("events", sa.Column(column, sa.String))


def downgrade() -> None:
    for column in ("undone_by", "account"):
        op.drop_column("events", column)
    for table in ("withheld_people", "accounts"):
        op.drop_table(table)
