"""What the verbs on accounts return."""

from dataclasses import dataclass

from recog.store.account_records import Account


@dataclass(frozen=True, slots=True)
class AccountList:
    """All accounts, by name."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account as it is now, and its new token if it got one: it is shown once and stored nowhere."""

    account: Account
    token: str | None = None


@dataclass(frozen=True, slots=True)
class RemovedAccount:
    """The account that was removed, as it was."""

    removed: Account
