"""The verb that serves the library to browsers and programs: serve."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from recog.cli.failures import fail, warn
from recog.cli.session import Session, verb
from recog.printable import printable

TOKEN = "RECOG_SERVE_TOKEN"  # noqa: S105 - the name of the environment variable


@verb
def serve(
    session: Session,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen on this port; 0 picks a free one.")] = 8765,
    host: Annotated[str, typer.Option(metavar="HOST", help="Listen on this address.")] = "127.0.0.1",
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help=f"Allow other machines that send the token in {TOKEN}.")
    ] = False,
) -> None:
    """Show the library in a browser, and answer programs over HTTP.

    Without a library, the first page asks for the folders of your photos, and makes one.

    Prints an address that works once. The browser that opens it stays logged in until the command ends; end it with
    Ctrl-C. Programs send the token that you set in RECOG_SERVE_TOKEN; /api/openapi.json describes the requests. Only
    this machine may connect. --host, --allow-network and a token together allow others, but unencrypted: an ssh tunnel
    is safer.

    Example:
      recog serve --port 8000
    """
    token = os.environ.pop(TOKEN, "") or None  # child processes need not know it
    try:
        from recog.web.app import create_app
        from recog.web.pages import installed_pages
        from recog.web.serve import listen
        from recog.web.serve import serve as answer
    except ModuleNotFoundError as error:
        if error.name not in {"fastapi", "starlette", "uvicorn"}:
            raise
        fail("recog serve needs more packages: pip install 'recog[web]'")
    from recog.web.access import Access
    from recog.web.library import ServedLibrary
    from recog.web.place import Place

    if not Place(host, port).is_loopback and not (allow_network and token):
        fail(
            f"--host {host} lets other machines see your faces: give --allow-network and set a token in {TOKEN}, "
            "or leave --host out"
        )
    served = installed_pages()
    settings = session.settings()
    with ServedLibrary(session.opener(settings, session.weights_progress)) as opened:
        opened.open_catalog()
        listening, place = listen(host, port)
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
            answer(app, listening, tell=warn, ending=opened.runs.end)
