"""Database URLs: paths come back as they were, and what stands between :// and the last @ is never shown."""

import os
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from recog.errors import CatalogError
from recog.store.connection.translation import translated
from recog.store.connection.url import Secrets, parse_url, shown_url, sqlite_path
from recog.store.engine import open_catalog
from tests.postgres import Databases

ESCAPES = ("@ as %40", "/ as %2F", "# as %23", "% as %25", "? as %3F")
LETTERS = "αβγδεζηθ"
"""Letters of no sentence: where one is shown, a part of a user or password is."""
PARTS = st.text(alphabet=f"{LETTERS}@/#?%:&=[]+ .,;'\"\\", min_size=1, max_size=12)
CLOSED = "127.0.0.1:1"
"""Nothing listens there."""


def said(error: BaseException) -> str:
    """The error as --verbose shows it, with all that led to it."""
    return "".join(traceback.format_exception(error))


def showing(words: str) -> Sequence[str]:
    """Which letters of a secret the words show, as they are or escaped."""
    return [char for char in LETTERS if char in words or "".join(f"%{byte:02X}" for byte in char.encode()) in words]


@given(st.binary(min_size=1, max_size=40).filter(lambda raw: b"\0" not in raw))
def test_the_url_that_is_shown_of_a_file_names_the_same_file(raw: bytes) -> None:
    path = Path("/") / os.fsdecode(raw).lstrip("/")
    for given_as in (path, shown_url(parse_url(path))):
        assert sqlite_path(parse_url(given_as)) == path


@pytest.mark.parametrize("path", ["/d/ä b#1[x]*.db", "/d/it's.db"])
def test_the_url_of_an_ordinary_file_is_readable(path: str) -> None:
    assert shown_url(parse_url(Path(path))) == f"sqlite:///{path}"


@pytest.mark.parametrize("url", ["sqlite:////d/cat.db?timeout=5", "sqlite:///cat.db?", "sqlite:///file:cat?mode=ro"])
def test_options_of_a_sqlite_url_are_refused_and_not_made_into_a_part_of_the_name(url: str) -> None:
    with pytest.raises(CatalogError, match=r"takes no options: .* written %3F"):
        parse_url(url)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://d/cat.db", "sqlite:///a%00"]
)
def test_a_sqlite_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(CatalogError, match="names no file: write sqlite:///PATH"):
        parse_url(url)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgresql://boss:hunter2?x@h:12a/db", ["boss", "hunter2", "12a"]),
        ("postgresql://boss:p@ss/w#rd@h/db", ["boss", "ss", "w#rd", "rd@"]),
        ("postgresql://ann@h/db?password=s3@cret", ["ann", "s3", "cret"]),
        ("postgresql://boss:50%@h/db", ["boss", "50%"]),
    ],
)
def test_a_password_with_a_bare_sign_is_refused_unseen_and_the_escapes_are_told(url: str, parts: list[str]) -> None:
    with pytest.raises(CatalogError) as caught:
        parse_url(url)
    assert all(escape in str(caught.value) for escape in ESCAPES)
    assert [part for part in parts if part in said(caught.value).replace("password", "")] == []


def test_a_url_of_a_server_that_is_no_utf_8_is_refused_unseen() -> None:
    with pytest.raises(CatalogError, match=r"is not UTF-8 text") as caught:
        parse_url("postgresql://boss:\udcff@h/db")
    assert "boss" not in str(caught.value)


@settings(max_examples=400)
@given(
    st.sampled_from(
        ["postgresql", "postgres", "postgresql+psycopg", "mysql+pymysql", "oracle", "sqlite", "", "no url"]
    ),
    PARTS,
    PARTS,
    st.sampled_from(["h", "h:5432", "h:12a", "[::1]:5", "[::1", "", "h:"]),
    st.sampled_from(["/db", "", "/db?password={}", "/db?sslpassword={}&x=1", "?{}"]),
)
def test_no_part_of_a_user_or_password_is_shown_of_a_url(
    scheme: str, user: str, password: str, host: str, end: str
) -> None:
    url = f"{scheme}://{user}:{password}@{host}{end.format(f'{password}@')}"
    try:
        parsed = parse_url(url)
    except CatalogError as error:
        shown = said(error)
    else:
        shown = "" if sqlite_path(parsed) else shown_url(parsed)  # sqlite:///a:b@c is a file like any other
    assert showing(shown) == []


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=LETTERS, min_size=1), st.text(alphabet=f"{LETTERS}@/#?%:", min_size=1))
def test_no_part_of_a_user_or_password_is_shown_where_the_server_cannot_be_reached(user: str, password: str) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed: what it says of a server was not looked at")
    escaped = "".join(f"%{byte:02X}" for byte in password.encode())
    for url in (f"postgresql://{user}:{escaped}@{CLOSED}/db", f"postgresql://{user}@{CLOSED}/db?password={escaped}"):
        with pytest.raises(
            CatalogError, match=r"postgresql\+psycopg://\*\*\*@127.0.0.1:1/db.* cannot be reached"
        ) as caught:
            open_catalog(url)
        assert showing(said(caught.value)) == []


@pytest.mark.parametrize("kind", ["of the driver", "of SQLAlchemy"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('bad "password=hunter2 user=boss"', "is left out"),
        ("no option in postgresql://boss:hunter2@h/db", "is left out"),
        ('role "boss" does not exist', 'role "***" does not exist'),
        ("timeout expired", "timeout expired"),
    ],
)
def test_a_driver_that_repeats_user_or_password_is_not_quoted(kind: str, words: str, told: str) -> None:
    secrets = Secrets.of(parse_url("postgresql://boss:hunter2@h/db"))
    driver = OperationalError("SELECT 1", {}, Exception(words))
    with pytest.raises(CatalogError) as caught, translated("postgresql://***@h/db", None, 1.0, secrets):
        raise driver if kind == "of the driver" else SQLAlchemyError(words)
    assert told in str(caught.value)
    assert [part for part in ("boss", "hunter2") if part in said(caught.value)] == []


@pytest.mark.postgres
def test_a_server_that_knows_no_such_user_does_not_make_us_show_the_name(databases: Databases) -> None:
    url = databases.new()
    theirs = url.replace(f"://{url.partition('://')[2].partition(':')[0]}:", "://stranger:hunter2", 1)
    with pytest.raises(CatalogError, match=r'"\*\*\*" does not exist') as caught:
        open_catalog(theirs)
    databases.drop(url)
    assert [part for part in ("stranger", "hunter2") if part in said(caught.value)] == []
