"""The verbs on accounts, for the people of a household: add, list, remove, password, token, role, withhold, allow."""

from __future__ import annotations

from typing import Annotated

import typer

from recog.cli.options import NameArgument
from recog.cli.session import Session, verb
from recog.store.account_records import Role

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", show_default=False)]


@verb
def add(
    session: Session,
    account: AccountArgument,
    *,
    role: Annotated[Role, typer.Option(help="viewer looks, editor also names people, owner does all.")] = Role.VIEWER,
    token: Annotated[bool, typer.Option("--token", help="Make a token for a program instead of a password.")] = False,
) -> None:
    """Add an account, so that somebody can log in to `recog serve`.

    Asks for a password. With --token, prints a token that a program sends instead; it is shown once.

    Example:
      recog accounts add Mia --role viewer
    """
    from recog.render.text_accounts import changed

    password = None if token else _password()
    with session.open() as library:
        session.show(library.accounts.add(account, role, password=password), changed)


@verb
def list_accounts(session: Session) -> None:
    """List the accounts, their roles, and whom each is not shown.

    Example:
      recog accounts list
    """
    from recog.render.text_accounts import accounts

    with session.open() as library:
        session.show(library.accounts.all(), accounts)


@verb
def remove(session: Session, account: AccountArgument) -> None:
    """Remove an account; whoever is logged in by it is logged out.

    What its user did stays in the history, under its name.

    Example:
      recog accounts remove Mia
    """
    from recog.render.text_accounts import removed

    with session.open() as library:
        session.show(library.accounts.remove(account), removed)


@verb
def password(session: Session, account: AccountArgument) -> None:
    """Give an account another password; whoever is logged in by it is logged out.

    Example:
      recog accounts password Mia
    """
    from recog.render.text_accounts import changed

    given = _password()
    with session.open() as library:
        session.show(library.accounts.set_password(account, given), changed)


@verb
def token(session: Session, account: AccountArgument) -> None:
    """Give an account a new token for programs, shown once; the one before is no longer valid.

    Example:
      recog accounts token Mia
    """
    from recog.render.text_accounts import changed

    with session.open() as library:
        session.show(library.accounts.renew_token(account), changed)


@verb
def role(session: Session, account: AccountArgument, new_role: Annotated[Role, typer.Argument(metavar="ROLE")]) -> None:
    """Give an account another role: viewer, editor or owner.

    Example:
      recog accounts role Mia editor
    """
    from recog.render.text_accounts import changed

    with session.open() as library:
        session.show(library.accounts.set_role(account, new_role), changed)


@verb
def withhold(session: Session, account: AccountArgument, name: NameArgument) -> None:
    """Show a viewer nothing of a person: no name, no face, no photo that shows the person.

    Example:
      recog accounts withhold Mia "Ada Lovelace"
    """
    from recog.render.text_accounts import changed

    with session.open() as library:
        session.show(library.accounts.withhold(account, name), changed)


@verb
def allow(session: Session, account: AccountArgument, name: NameArgument) -> None:
    """Show an account a person again who was withheld from it.

    Example:
      recog accounts allow Mia "Ada Lovelace"
    """
    from recog.render.text_accounts import changed

    with session.open() as library:
        session.show(library.accounts.allow(account, name), changed)


def _password() -> str:
    """Ask for a password, twice, without showing it."""
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return given
