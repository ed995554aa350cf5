"""Passwords and tokens of accounts: how they are stored, and compared with what somebody sends."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from recog.errors import RecogError

LEAST_CHARACTERS = 10
"""The least length of a password."""
MOST_CHARACTERS = 1000
_HASHER = PasswordHasher()
"""Argon2id with the parameters that argon2-cffi recommends (RFC 9106, low memory: 64 MiB, 3 passes)."""


def encoded(password: str) -> str:
    """Return a password as it is stored; RecogError if it is too short or too long."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise RecogError(
            f"a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters, this one has {len(password)}: choose "
            "another, for example four words"
        )
    return _HASHER.hash(password)


def is_password(stored: str | None, given: str) -> bool:
    """Compare a password with a stored one; without a stored one, take as long and return False."""
    try:
        _HASHER.verify(stored or _nobodys(), given[: MOST_CHARACTERS + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def new_token() -> str:
    """Return a token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Return what is stored of a token, in hexadecimal: a random token needs no slow function."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
