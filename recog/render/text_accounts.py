"""Accounts as text."""

from recog.library.accounts.results import AccountChange, AccountList, RemovedAccount
from recog.printable import printable
from recog.render.table import table
from recog.store.account_records import Account


def accounts(result: AccountList) -> str:
    """Write accounts, one a line, by name."""
    if not result.accounts:
        return "There is no account: 'recog accounts add NAME' adds one."
    rows = [(printable(one.name), one.role.value, _keys(one), _withheld(one)) for one in result.accounts]
    return table(("account", "role", "logs in by", "is not shown"), rows)


def changed(result: AccountChange) -> str:
    """Write an account as it is now, and its token if it got one."""
    account = result.account
    hidden = f"; is not shown {_withheld(account)}" if account.withheld else ""
    line = f"{printable(account.name)}: {account.role.value}, logs in by {_keys(account)}{hidden}"
    return line if result.token is None else f"{line}\n  token (shown once): {result.token}"


def removed(result: RemovedAccount) -> str:
    """Write whose account was removed."""
    return f"Removed the account {printable(result.removed.name)}."


def _keys(account: Account) -> str:
    return " and ".join(["password"] * account.has_password + ["token"] * account.has_token)


def _withheld(account: Account) -> str:
    return ", ".join(map(printable, account.withheld))
