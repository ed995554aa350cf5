"""Accounts: roles, passwords, tokens, and whose acts the history tells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.errors import CatalogError, RecogError, UnknownPersonError
from recog.library.accounts.passwords import is_password
from recog.store.account_records import Role
from recog.store.people.author import acting_as
from tests.opened_twice import bytes_of
from tests.painted import RED, PaintedLibrary, paint, painted_library

PASSWORD = "correct horse battery"  # noqa: S105 - of no account but a test's
SHORT = "short"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[PaintedLibrary]:
    paint(tmp_path / "photos" / "1.png", RED)
    with painted_library(tmp_path / "library") as library:
        library.index(tmp_path / "photos")
        library.people.confirm("Ada", [1], new=True)
        yield library


def test_an_account_logs_in_by_its_password_alone(library: PaintedLibrary, tmp_path: Path) -> None:
    assert not library.accounts.any()
    made = library.accounts.add("  Mia ", Role.VIEWER, password=PASSWORD)
    assert (made.account.name, made.account.role, made.token) == ("Mia", Role.VIEWER, None)
    assert library.accounts.any()
    found = library.accounts.logged_in("MIA", PASSWORD)
    assert found is not None
    assert library.accounts.as_stamped(found.account.id, found.stamp) == made.account
    for name, password in (("Mia", PASSWORD[:-1]), ("Mia", f"{PASSWORD}x"), ("Mia", ""), ("Tom", PASSWORD)):
        assert library.accounts.logged_in(name, password) is None
    assert PASSWORD.encode() not in bytes_of(tmp_path / "library" / "catalog.sqlite3")


def test_another_password_or_token_ends_what_was_begun_before(library: PaintedLibrary) -> None:
    library.accounts.add("Mia", Role.EDITOR, password=PASSWORD)
    found = library.accounts.logged_in("Mia", PASSWORD)
    assert found is not None
    library.accounts.set_role("Mia", Role.VIEWER)
    assert library.accounts.as_stamped(found.account.id, found.stamp) is not None, "a role is looked at anew each time"
    library.accounts.set_password("Mia", f"{PASSWORD} staple")
    assert library.accounts.as_stamped(found.account.id, found.stamp) is None
    again = library.accounts.logged_in("Mia", f"{PASSWORD} staple")
    assert again is not None
    token = library.accounts.renew_token("Mia").token
    assert token is not None
    assert library.accounts.as_stamped(again.account.id, again.stamp) is None
    assert library.accounts.of_token(token) == library.accounts.all().accounts[0]
    library.accounts.remove("Mia")
    assert library.accounts.of_token(token) is None
    assert library.accounts.all().accounts == ()


def test_a_token_is_stored_by_its_digest_and_replaced_by_the_next(library: PaintedLibrary, tmp_path: Path) -> None:
    token = library.accounts.add("cron", Role.EDITOR).token
    assert token is not None
    assert library.accounts.logged_in("cron", "") is None, "it has no password"
    assert token.encode() not in bytes_of(tmp_path / "library" / "catalog.sqlite3")
    after = library.accounts.renew_token("cron").token
    assert after is not None
    assert library.accounts.of_token(token) is None
    assert library.accounts.of_token(after) is not None


def test_what_cannot_be_is_refused_with_the_way_out(library: PaintedLibrary) -> None:
    library.accounts.add("Mia", Role.EDITOR, password=PASSWORD)
    for refused, sentence in (
        (lambda: library.accounts.add("mia", Role.VIEWER), "there is an account 'mia' already"),
        (lambda: library.accounts.add("Tom", Role.VIEWER, password=SHORT), "10 to 1000 characters, this one has 5"),
        (lambda: library.accounts.set_password("Mia", "x" * 1001), "10 to 1000 characters, this one has 1001"),
        (lambda: library.accounts.remove("Tom"), "there is no account 'Tom'"),
        (lambda: library.accounts.withhold("Mia", "Ada"), "Mia is an editor, and only a viewer"),
        (lambda: library.accounts.allow("Mia", "Ada"), "Ada is not withheld from Mia"),
    ):
        with pytest.raises(RecogError, match=sentence):
            refused()
    with pytest.raises(UnknownPersonError):
        library.accounts.withhold("Mia", "Nobody")
    library.accounts.set_role("Mia", Role.VIEWER)
    library.accounts.withhold("Mia", "Ada")
    with pytest.raises(CatalogError, match="Mia is not shown Ada, and only a viewer"):
        library.accounts.set_role("Mia", Role.OWNER)


def test_the_history_tells_who_did_and_undid_what(library: PaintedLibrary) -> None:
    with acting_as("Mia"):
        library.people.hide("Ada")
    assert [act.account for act in library.people.history().acts] == ["Mia", None]
    with acting_as("Tom"):
        assert library.people.undo().undone_by == "Tom"
    assert library.people.history().acts[0].account == "Mia"


def test_no_password_is_right_for_an_account_without_one() -> None:
    assert not is_password(None, "")
    assert not is_password("no argon2", "no argon2")
