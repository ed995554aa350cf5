"""The token, the code that works once, and the cookie."""

import pytest

from recog.errors import ConfigError
from recog.web.access import LEAST_CHARACTERS, Access
from tests.web.client import TOKEN


def test_secrets_are_long_and_never_the_same() -> None:
    made = [secret for _ in range(50) for access in [Access()] for secret in (access.code, access.enter(access.code))]
    assert len(set(made)) == 100
    assert all(secret is not None and len(secret) >= 43 for secret in made), "256 bits"


def test_a_code_works_once_and_there_is_a_new_one_then() -> None:
    entered: list[str] = []
    access = Access(entered=lambda: entered.append(access.code))
    code = access.code
    session = access.enter(code)
    assert session is not None
    assert access.admits_session(session)
    assert access.enter(code) is None
    assert entered == [access.code] != [code]
    assert access.enter(access.code) == session
    assert len(entered) == 2


@pytest.mark.parametrize("wrong", ["", " ", "\x00", "é", "\udc80", "recog"])
def test_no_other_word_is_a_secret(wrong: str) -> None:
    access = Access(TOKEN)
    assert access.enter(wrong) is None
    assert access.enter(access.code + wrong) is None if wrong else True
    assert not access.admits_session(wrong)
    assert not access.admits_token(wrong)
    assert not access.admits_token(f"Bearer {wrong}")
    assert not access.admits_token(f"Bearer {TOKEN}{wrong}") or wrong.isspace() or not wrong


def test_without_a_token_no_program_is_admitted() -> None:
    assert not Access().admits_token("Bearer ")
    assert not Access().admits_token("Bearer None")
    assert not Access().admits_token("")
    assert Access(TOKEN).admits_token(f"bearer  {TOKEN}")


@pytest.mark.parametrize(
    "weak", ["", "secret", "0" * (LEAST_CHARACTERS - 1), "0" * 40 + "\n", "é" * 40, "a" * 40 + "\t"]
)
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(weak: str) -> None:
    with pytest.raises(ConfigError, match="22 or more printable ASCII characters"):
        Access(weak)
