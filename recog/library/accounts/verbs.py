"""The verbs of a library on accounts: add, change, remove, and let somebody log in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from recog.errors import CatalogError, NoLibraryError
from recog.library.accounts.results import AccountChange, AccountList, RemovedAccount

if TYPE_CHECKING:  # listing accounts loads no argon2
    from recog.library.context import LibraryContext
    from recog.store.account_records import Account, Credentials, Role


class Accounts:
    """The accounts of the people who use one served library."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def all(self) -> AccountList:
        """Return all accounts by name."""
        return AccountList(tuple(self._context.catalog.accounts.all()))

    def any(self) -> bool:
        """Return whether there is an account; False without a library."""
        with suppress(NoLibraryError):
            return self._context.catalog.accounts.any()
        return False

    def add(self, name: str, role: Role, *, password: str | None = None) -> AccountChange:
        """Make an account that logs in by password, or by a new token if none is given."""
        from recog.library.accounts.passwords import encoded, new_token, token_digest

        token = new_token() if password is None else None
        stored = None if password is None else encoded(password)
        with self._context.writing() as catalog:
            digest = None if token is None else token_digest(token)
            return AccountChange(catalog.accounts.add(name, role, password=stored, token_sha256=digest), token)

    def remove(self, name: str) -> RemovedAccount:
        """Remove an account; its sessions are over, and what its user did stays in the history."""
        with self._context.writing() as catalog:
            account = catalog.accounts.by_name(name)
            catalog.accounts.remove(account.id)
        return RemovedAccount(account)

    def set_password(self, name: str, password: str) -> AccountChange:
        """Give an account another password; its sessions are over."""
        from recog.library.accounts.passwords import encoded

        stored = encoded(password)
        with self._context.writing() as catalog:
            catalog.accounts.set_password(catalog.accounts.by_name(name).id, stored)
            return AccountChange(catalog.accounts.by_name(name))

    def renew_token(self, name: str) -> AccountChange:
        """Give an account a new token; the one before is no longer valid."""
        from recog.library.accounts.passwords import new_token, token_digest

        token = new_token()
        with self._context.writing() as catalog:
            catalog.accounts.set_token(catalog.accounts.by_name(name).id, token_digest(token))
            return AccountChange(catalog.accounts.by_name(name), token)

    def set_role(self, name: str, role: Role) -> AccountChange:
        """Give an account another role."""
        with self._context.writing() as catalog:
            catalog.accounts.set_role(catalog.accounts.by_name(name).id, role)
            return AccountChange(catalog.accounts.by_name(name))

    def withhold(self, name: str, person: str) -> AccountChange:
        """Show a viewer nothing of a person: no name, face, photo or count."""
        with self._context.writing() as catalog:
            catalog.accounts.withhold(catalog.accounts.by_name(name).id, catalog.people.by_name(person).id)
            return AccountChange(catalog.accounts.by_name(name))

    def allow(self, name: str, person: str) -> AccountChange:
        """Show an account a person again; CatalogError if the person was not withheld."""
        with self._context.writing() as catalog:
            account, shown = catalog.accounts.by_name(name), catalog.people.by_name(person)
            if shown.name not in account.withheld:
                raise CatalogError(f"{shown.name} is not withheld from {account.name}: nothing is to be changed")
            catalog.accounts.allow(account.id, shown.id)
            return AccountChange(catalog.accounts.by_name(name))

    def logged_in(self, name: str, password: str) -> Credentials | None:
        """Return the account of that name if the password is right; a name without an account takes as long."""
        from recog.library.accounts.passwords import is_password

        found = self._context.catalog.accounts.credentials(name)
        right = is_password(None if found is None else found.password, password)
        return found if right else None

    def of_token(self, token: str) -> Account | None:
        """Return the account that has a token; None if none has."""
        from recog.library.accounts.passwords import token_digest

        with suppress(NoLibraryError):
            found = self._context.catalog.accounts.of_token(token_digest(token))
            return None if found is None else found.account
        return None

    def as_stamped(self, account_id: int, stamp: str) -> Account | None:
        """Return an account unless it was removed, or got another password or token since it had this stamp."""
        found = self._context.catalog.accounts.by_id(account_id)
        return None if found is None or found.stamp != stamp else found.account
