"""The verb that serves the library to browsers and programs: serve."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from recog.cli.failures import fail, warn
from recog.cli.session import Session, verb
from recog.printable import printable

TOKEN = "RECOG_SERVE_TOKEN"  # noqa: S105 - the name of the variable


@verb
def serve(
    session: Session,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen on this port; 0 picks a free one.")] = 8765,
    host: Annotated[str, typer.Option(metavar="HOST", help="Listen at this address of the machine.")] = "127.0.0.1",
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help=f"Let other machines ask, with the token in {TOKEN}.")
    ] = False,
) -> None:
    """Show the library in the browser, and answer programs over HTTP.

    Prints an address to open, which works once; the browser that opened it gets in until the command ends, by Ctrl-C.
    Programs send the token that you put into RECOG_SERVE_TOKEN; /api/openapi.json tells what they can ask. This machine
    alone is let in. Others are with --host, --allow-network and a token; what they ask goes unencrypted, so that an ssh
    tunnel is better.

    Example:
      recog serve --port 8000
    """
    token = os.environ.pop(TOKEN, "") or None  # popped: processes that are started need not know it
    try:
        from recog.web.app import create_app
        from recog.web.serve import listen
        from recog.web.serve import serve as answer
    except ModuleNotFoundError as error:
        if error.name not in {"fastapi", "starlette", "uvicorn"}:
            raise
        fail("recog serve needs more packages: pip install 'recog[web]'")
    from recog.web.access import Access
    from recog.web.libraries import Libraries
    from recog.web.place import Place

    if not Place(host, port).is_loopback and not (allow_network and token):
        fail(
            f"--host {host} lets other machines ask for your faces: say --allow-network and put a token into {TOKEN}, "
            "or leave --host out"
        )
    settings = session.settings()
    with Libraries(lambda: session.opener(settings, session.weights_progress)) as libraries:
        libraries.open_catalog()
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
            answer(create_app(libraries, access=access, place=place), listening, tell=warn)
