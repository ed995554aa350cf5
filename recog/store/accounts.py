"""The accounts of a catalog."""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.sql.dml import Update

from recog.errors import CatalogError, WayOut
from recog.store.account_records import Account, Credentials, Role
from recog.store.connection.database import Database
from recog.store.people.names import checked_name, name_key
from recog.store.people.people import person_in
from recog.store.schema.encoding import now
from recog.store.schema.tables import accounts, people, withheld_people


class Accounts:
    """Who may log in, with which role, and whom each account is not shown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Account]:
        """Return all accounts by name."""
        with self._database.reading() as connection:
            return [one.account for one in _found(connection, select(accounts).order_by(accounts.c.name_key))]

    def any(self) -> bool:
        """Return whether there is an account."""
        with self._database.reading() as connection:
            return connection.scalar(select(accounts.c.id).limit(1)) is not None

    def by_name(self, name: str) -> Account:
        """Return an account by name, ignoring case; CatalogError if there is none."""
        found = self.credentials(name)
        if found is None:
            raise CatalogError(f"there is no account {name!r}", way_out=WayOut.LIST_ACCOUNTS)
        return found.account

    def credentials(self, name: str) -> Credentials | None:
        """Return the account of that name, ignoring case, with what it logs in by; None if there is none."""
        return self._one(select(accounts).where(accounts.c.name_key == name_key(name)))

    def by_id(self, account_id: int) -> Credentials | None:
        """Return an account by number; None if it was removed."""
        return self._one(select(accounts).where(accounts.c.id == account_id))

    def of_token(self, token_sha256: str) -> Credentials | None:
        """Return the account whose token has this digest; None if there is none."""
        return self._one(select(accounts).where(accounts.c.token_sha256 == token_sha256))

    def add(self, name: str, role: Role, *, password: str | None, token_sha256: str | None) -> Account:
        """Make an account; CatalogError if the name is taken. password is encoded."""
        clean = checked_name(name)
        values = {
            "name": clean,
            "name_key": name_key(clean),
            "role": role.value,
            "password": password,
            "token_sha256": token_sha256,
            "stamp": _new_stamp(),
            "made_at": now(),
        }
        with self._database.writing() as connection:
            if connection.scalar(select(accounts.c.id).where(accounts.c.name_key == values["name_key"])) is not None:
                raise CatalogError(f"there is an account {clean!r} already: choose another name, or remove that one")
            connection.execute(insert(accounts), [values])
            (made,) = _found(connection, select(accounts).where(accounts.c.name_key == values["name_key"]))
        return made.account

    def remove(self, account_id: int) -> None:
        """Remove an account; acts of its user stay in the history under its name."""
        with self._database.writing() as connection:
            connection.execute(delete(accounts).where(accounts.c.id == account_id))

    def set_password(self, account_id: int, password: str) -> None:
        """Give an account another password, encoded; sessions that were begun before are over."""
        self._change(update(accounts).where(accounts.c.id == account_id).values(password=password, stamp=_new_stamp()))

    def set_token(self, account_id: int, token_sha256: str) -> None:
        """Give an account another token by its digest; the one before is no longer valid."""
        token = update(accounts).where(accounts.c.id == account_id)
        self._change(token.values(token_sha256=token_sha256, stamp=_new_stamp()))

    def set_role(self, account_id: int, role: Role) -> None:
        """Give an account another role; CatalogError for an account that is not shown somebody, unless a viewer's."""
        with self._database.writing() as connection:
            (found,) = _found(connection, select(accounts).where(accounts.c.id == account_id))
            if role is not Role.VIEWER and found.account.withheld:
                raise CatalogError(
                    f"{found.account.name} is not shown {' and '.join(found.account.withheld)}, and only a viewer can "
                    "be kept from seeing people: allow them first"
                )
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(role=role.value))

    def withhold(self, account_id: int, person_id: int) -> None:
        """Show a viewer nothing of a person any more; CatalogError for another role."""
        with self._database.writing() as connection:
            (found,) = _found(connection, select(accounts).where(accounts.c.id == account_id))
            person_in(connection, person_id)
            if found.account.role is not Role.VIEWER:
                raise CatalogError(
                    f"{found.account.name} is an {found.account.role.value}, and only a viewer can be kept from seeing "
                    "people: make the account a viewer first"
                )
            row = {"account_id": account_id, "person_id": person_id}
            there = select(withheld_people).filter_by(**row)
            if connection.execute(there).first() is None:
                connection.execute(insert(withheld_people), [row])

    def allow(self, account_id: int, person_id: int) -> None:
        """Show an account a person again."""
        with self._database.writing() as connection:
            connection.execute(delete(withheld_people).filter_by(account_id=account_id, person_id=person_id))

    def _one(self, wanted: Select[Any]) -> Credentials | None:
        with self._database.reading() as connection:
            found = list(_found(connection, wanted))
        return found[0] if found else None

    def _change(self, change: Update) -> None:
        with self._database.writing() as connection:
            connection.execute(change)


def _found(connection: Connection, wanted: Select[Any]) -> Iterable[Credentials]:
    rows = connection.execute(wanted).all()
    named = (
        select(withheld_people.c.account_id, people.c.name)
        .join(people, people.c.id == withheld_people.c.person_id)
        .where(withheld_people.c.account_id.in_([row.id for row in rows]))
        .order_by(people.c.name_key)
    )
    withheld: dict[int, list[str]] = {}
    for account_id, name in connection.execute(named):
        withheld.setdefault(account_id, []).append(name)
    for row in rows:
        account = Account(
            id=row.id,
            name=row.name,
            role=Role(row.role),
            has_password=row.password is not None,
            has_token=row.token_sha256 is not None,
            withheld=tuple(withheld.get(row.id, ())),
            made_at=row.made_at,
        )
        yield Credentials(account, row.password, row.stamp)


def _new_stamp() -> str:
    return secrets.token_hex(16)
