"""Where a library is, as people say it, not as programs do."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

FILE = "sqlite:///"


def library_place(url: str) -> str:
    """Write the folder of a library whose catalog is a file, or the server and database that keep it.

    url is that of the catalog, without user and password; what is no such URL stays as it is.
    """
    if url.startswith(FILE):
        return str(Path(unquote(url.removeprefix(FILE), errors="surrogateescape")).parent)
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgresql"):
        return url
    host = parts.hostname or "this machine"
    return f"database {unquote(parts.path.lstrip('/'))} on {host}"
