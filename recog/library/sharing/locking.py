"""Encrypt pictures so that a browser opens them with a password and nothing else: AES-256-GCM, key by PBKDF2.

WebCrypto, which every browser has, knows neither scrypt nor Argon2, so the key is made by PBKDF2-HMAC-SHA-256 with many
rounds. See docs/decisions/sharing.md.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recog.errors import ConfigError, SharingError

if TYPE_CHECKING:  # loads only where pictures are encrypted
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROUNDS = 1_000_000
"""Rounds of PBKDF2; OWASP's advice is 600,000."""
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
LEAST_PASSWORD = 12
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters that nobody mistakes for another: 5 bits each."""
_GROUPS, _GROUP = 5, 4


def made_password() -> str:
    """Return a password of 100 random bits, in groups of letters."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def checked_password(password: str) -> str:
    """Return the password; SharingError if it is short, because whoever has the page may try for years."""
    if len(password) < LEAST_PASSWORD:
        raise SharingError(
            f"the password has {len(password)} characters: take at least {LEAST_PASSWORD}, or let recog make one"
        )
    return password


@dataclass(slots=True)
class Lock:
    """A key for one page. Each part is bound to its place, so that none can be left out or moved unnoticed."""

    salt: bytes
    cipher: "AESGCM" = field(repr=False)
    parts: int = 0

    def locked(self, content: bytes) -> bytes:
        """Return the nonce and the ciphertext of the next part."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        place = self.parts.to_bytes(4, "big")
        self.parts += 1
        return nonce + self.cipher.encrypt(nonce, content, place)


def lock_of(password: str) -> Lock:
    """Return a new lock; ConfigError if `cryptography` is not installed, SharingError if the password is short."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise ConfigError("a page with a password needs cryptography: install recog[share]") from error
    salt = secrets.token_bytes(SALT_BYTES)
    key = hashlib.pbkdf2_hmac(
        "sha256", checked_password(unicodedata.normalize("NFC", password)).encode(), salt, ROUNDS, KEY_BYTES
    )
    return Lock(salt, AESGCM(key))
