"""The verb that serves the library to browsers and programs: serve."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.exit_codes import WRONG_USAGE
from recog.cli.failures import fail, warn
from recog.cli.session import Session, verb
from recog.printable import printable

if TYPE_CHECKING:
    from recog.web.serve import Certificate

TOKEN = "RECOG_SERVE_TOKEN"  # noqa: S105 - the name of the environment variable

CertificateOption = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="Encrypt with this certificate.", show_default=False)
]
KeyOption = Annotated[
    Path | None, typer.Option("--tls-key", metavar="FILE", help="Use this private key.", show_default=False)
]
UrlOption = Annotated[
    str | None,
    typer.Option("--public-url", metavar="URL", help="Answer a proxy that has this address.", show_default=False),
]


@verb
def serve(
    session: Session,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen on this port; 0 picks a free one.")] = 8765,
    host: Annotated[str, typer.Option(metavar="HOST", help="Listen on this address.")] = "127.0.0.1",
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Allow other machines: those that log in, or send the token.")
    ] = False,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    public_url: UrlOption = None,
) -> None:
    """Show the library in a browser, and answer programs over HTTP.

    Without a library, the first page asks for the folders of your photos, and makes one.

    Prints an address that works once. The browser that opens it stays logged in until the command ends; end it with
    Ctrl-C. Programs send the token that you set in RECOG_SERVE_TOKEN; /api/openapi.json describes the requests.

    Only this machine may connect. Others in your network may with --host, --allow-network, --tls-cert, --tls-key and an
    account each ('recog accounts add'), or through a proxy on this machine that you name with --public-url. Without
    TLS, --host and --allow-network need a token, and what others ask goes unencrypted.

    Example:
      recog serve --port 8000
    """
    token = os.environ.pop(TOKEN, "") or None  # child processes need not know it
    with _packages():
        from recog.web.app import create_app
        from recog.web.pages import installed_pages
        from recog.web.serve import listen
        from recog.web.serve import serve as answer
    from recog.web.access import Access
    from recog.web.library import ServedLibrary
    from recog.web.place import Place, public_address

    certificate = _checked(tls_cert, tls_key)
    public = "" if public_url is None else public_address(public_url)
    served = installed_pages()
    settings = session.settings()
    with ServedLibrary(session.opener(settings, session.weights_progress)) as opened:
        opened.open_catalog()
        if not Place(host, port).is_loopback:
            by_login = certificate is not None and opened.library.accounts.any()
            _refuse_open_door(host, allowed=allow_network, kept=bool(token) or by_login)
        listening, place = listen(host, port, secure=certificate is not None, public=public)
        with listening:
            access = Access(
                token, entered=lambda: warn(f"a browser entered; for another one: {place.url}#{access.code}")
            )
            entry = f"{place.url}#{access.code}"
            session.show_document(
                {"url": place.url, "open": entry},
                f"recog serves {printable(settings.library)}; open {entry} (works once)",
            )
            app = create_app(opened, access=access, place=place, pages=served)
            answer(app, listening, tell=warn, ending=opened.runs.end, certificate=certificate)


@contextmanager
def _packages() -> Iterator[None]:
    """Fail if the block imports a package that is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in {"argon2", "fastapi", "starlette", "uvicorn", "watchfiles"}:
            raise
        fail("recog serve needs more packages: pip install 'recog[web]'")


def _checked(chain: Path | None, key: Path | None) -> Certificate | None:
    """Return the certificate that the options name; None if they name none."""
    from recog.web.serve import Certificate

    if (chain is None) != (key is None):
        fail("a certificate needs its key: give --tls-cert and --tls-key together, or neither", WRONG_USAGE)
    if chain is None or key is None:
        return None
    certificate = Certificate(chain, key)
    certificate.check()
    return certificate


def _refuse_open_door(host: str, *, allowed: bool, kept: bool) -> None:
    """Fail if other machines could connect without being asked who they are."""
    if not (allowed and kept):
        fail(
            f"--host {host} lets other machines see your faces: give --allow-network, and either set a token in "
            f"{TOKEN} or add accounts ('recog accounts add') and give --tls-cert and --tls-key; or leave --host out"
        )
