"""The verbs about what the library keeps of people: people disclose, people expire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.options import NameArgument
from recog.cli.session import Session, verb
from recog.printable import printable


@verb
def disclose(
    session: Session,
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", show_default=False)],
) -> None:
    """Write everything that the library knows of NAME into one zip archive.

    Holds the name, each face with its place, photo, embeddings and thumbnail, what was said of the person, and the
    history: what somebody may ask for by article 15 of the GDPR. `recog people download` copies the photos themselves.
    Only you can read FILE; an earlier one is replaced.

    Example:
      recog people disclose "Ada Lovelace" ada.zip
    """
    from recog.library.private_file import write_private

    with session.open() as library:
        content = library.people.disclosure(name)
    write_private(file, content)
    session.show_document(
        {"file": file, "bytes": len(content)}, f"Wrote {printable(file)}: {len(content) / 1e6:,.1f} MB"
    )


@verb
def expire(
    session: Session,
    days: Annotated[
        int, typer.Option("--days", min=1, metavar="N", help="How long faces are kept.", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the faces.")] = False,
) -> None:
    """Delete the embeddings of faces that nobody named for N days.

    Nobody can be recognised by such a face any more, and it is in no group. Its place and thumbnail stay, and naming it
    by hand is still possible. The setting `unknown_days` does the same at the end of every `recog index`. The history
    says when it was done; it cannot be undone.

    Example:
      recog people expire --days 365 --dry-run
      recog people expire --days 365
    """
    from recog.render import text_privacy

    with session.open() as library:
        session.show(library.people.expire(days, dry_run=dry_run), text_privacy.expired)
