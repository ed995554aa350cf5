"""Accounts as plain values."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account may do: a viewer looks, an editor also names people, an owner does everything."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do all that the other one may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Account:
    """An account: whom it is not shown, by name, and by what it logs in (made_at: ISO 8601, UTC)."""

    id: int
    name: str
    role: Role
    has_password: bool
    has_token: bool
    withheld: tuple[str, ...]
    made_at: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account with its encoded password; the stamp changes whenever a password or a token does."""

    account: Account
    password: str | None
    stamp: str
