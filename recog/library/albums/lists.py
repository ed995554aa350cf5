"""An album's photos as a playlist (M3U), as JSON, and as an Atom feed (RFC 4287)."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from recog import durable
from recog.errors import AlbumError
from recog.library.albums.members import own_date
from recog.printable import printable
from recog.store.albums import AlbumForm
from recog.store.records import FiledPhoto

LATEST = 100
"""Entries of a feed."""
_HEAD_BYTES = 4096
SUFFIXES = {".m3u": AlbumForm.LIST, ".m3u8": AlbumForm.LIST, ".json": AlbumForm.JSON}


def check_file(path: Path) -> None:
    """Raise AlbumError if a new album must not write a file, because there is one or no folder for it."""
    if os.path.lexists(path):
        raise AlbumError(f"{path} exists already, and recog never overwrites: name another file")
    if not path.parent.is_dir():
        raise AlbumError(f"the folder {path.parent} is not there: make it, or name another file")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a file lists. owner: the album, by which its own file is known."""

    owner: str
    name: str
    query: str
    photos: Sequence[FiledPhoto]


def keep_file(path: Path, form: AlbumForm, listing: Listing) -> None:
    """Write the file of an album if it would change.

    Raises:
        AlbumError: a file is there that is not the album's. OSError: the system refused.
    """
    content = _content(form, listing)
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        durable.put(path, content, replace=False)
        return
    if listing.owner.encode() not in before[:_HEAD_BYTES]:
        raise AlbumError(f"{path} is not the album's any more: move it away, or remove the album")
    if before != content:
        durable.put(path, content)


def delete_file(path: Path, owner: str) -> None:
    """Delete the file of an album, unless it is another one by now."""
    try:
        if owner.encode() in path.read_bytes()[:_HEAD_BYTES]:
            path.unlink()
    except FileNotFoundError:
        return


def _content(form: AlbumForm, listing: Listing) -> bytes:
    match form:
        case AlbumForm.JSON:
            return _json(listing)
        case AlbumForm.FEED:
            return _feed(listing)
        case _:
            head = f"#EXTM3U\n#RECOG-ALBUM:{listing.owner}\n#PLAYLIST:{printable(listing.name)}\n".encode()
            paths = (one.paths[0] for one in listing.photos)
            return head + b"".join(os.fsencode(path) + b"\n" for path in paths if _in_a_line(path))


def _in_a_line(path: Path) -> bool:
    """Return whether a path can stand in a playlist, which ends paths by the end of the line."""
    return not {"\n", "\r"} & set(str(path))


def _json(listing: Listing) -> bytes:
    rows = [
        {
            "path": str(one.paths[0]),
            "sha256": one.photo.sha256,
            "taken_at": None if (taken := own_date(one.photo)) is None else taken.isoformat(),
        }
        for one in listing.photos
    ]
    document = {"id": listing.owner, "album": listing.name, "query": listing.query, "photos": rows}
    return f"{json.dumps(document, indent=1)}\n".encode()


def _feed(listing: Listing) -> bytes:
    photos = listing.photos[:LATEST]
    newest = _moment(own_date(photos[0].photo) if photos else None)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(listing.owner)}</id>\n<title>{_text(listing.name)}</title>\n"
        f"<subtitle>{_text(listing.query)}</subtitle>\n<updated>{newest}</updated>\n"
        f"<author><name>recog</name></author>\n{''.join(map(_entry, photos))}</feed>\n"
    ).encode()


def _entry(one: FiledPhoto) -> str:
    path = one.paths[0]
    return (
        f"<entry><id>urn:sha256:{one.photo.sha256}</id><title>{_text(path.name)}</title>"
        f"<updated>{_moment(own_date(one.photo))}</updated>"
        f'<link rel="enclosure" href="{escape(path.as_uri())}"/></entry>\n'
    )


def _text(words: str) -> str:
    return escape(printable(words))


def _moment(taken: datetime | None) -> str:
    """Return a time as Atom wants it; photos tell no time zone, so UTC stands for theirs. 1970 for none."""
    return (taken or datetime(1970, 1, 1, tzinfo=UTC)).replace(tzinfo=UTC).isoformat(timespec="seconds")
