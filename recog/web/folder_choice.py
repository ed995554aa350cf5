"""Which folders a page may have indexed: known ones, and others of this machine that are fit for it."""

from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from recog.errors import CatalogError, NoLibraryError
from recog.library.photo_library import PhotoLibrary
from recog.printable import printable

SYSTEM = tuple(
    map(
        Path,
        (
            "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys", "/usr",
            "/var/cache", "/var/lib", "/var/log", "/var/spool",
            "/Library", "/System", "/private/etc", "/private/var/db",
        ),
    )
)  # fmt: skip
"""Folders of the system, in which nobody keeps photos. Some systems keep the homes of users in /var/home."""


async def _from_here(request: Request) -> bool:
    """Say whether the client's address is one of this machine: the loopback, or the one that the server listens at.

    Behind a proxy every client has the proxy's address, so nobody is known to ask from here.
    """
    client, server = request.scope.get("client"), request.scope.get("server")
    if not client or request.app.state.place.public:
        return False
    try:
        here = ip_address(client[0])
    except ValueError:
        return False
    return here.is_loopback or bool(server and client[0] == server[0])


FromHere = Annotated[bool, Depends(_from_here)]
"""What a route takes to know whether a program on this machine asks."""


def known_folders(library: PhotoLibrary) -> tuple[Path, ...]:
    """Return the folders that were indexed and that this machine has; none without a library."""
    try:
        return tuple(root.path for root in library.roots.all().roots if root.path is not None)
    except NoLibraryError:
        return ()


def chosen(library: PhotoLibrary, given: Sequence[str], *, from_here: bool) -> tuple[Path, ...]:
    """Return the folders to index; none given are all known ones.

    Raises:
        CatalogError: no folder is known, or a new one is not there, not fit, or named from another machine.
    """
    known = known_folders(library)
    if not given and not known:
        raise CatalogError("no folder was indexed yet: name the folder of your photos")
    if not given:
        return known
    as_known = {name: folder for folder in known for name in (printable(str(folder)), str(folder))}
    return tuple(
        as_known.get(name) or fit_folder(name, keep_out=library.context.settings.library, from_here=from_here)
        for name in dict.fromkeys(given)
    )


def fit_folder(name: str, *, keep_out: Path, from_here: bool) -> Path:
    """Return a new folder without symbolic links; CatalogError if pages may not have it indexed.

    Refused are hidden folders, those of the system and all above them, and keep_out, the library's own.
    """
    if not from_here:
        raise CatalogError("a new folder can be named only on the machine that runs 'recog serve': index it there once")
    try:
        folder = Path(name).expanduser()
        if not folder.is_absolute():
            raise CatalogError(f"{name} does not begin with / or ~: write the whole path of the folder")
        folder = folder.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise _absent(name) from None
    if not folder.is_dir():
        raise _absent(name)
    refuse_unfit(folder, keep_out=keep_out)
    return folder


def refuse_unfit(folder: Path, *, keep_out: Path) -> None:
    """Raise CatalogError for a folder, without symbolic links, that `fit_folder` refuses."""
    if any(part.startswith(".") for part in folder.parts):
        raise CatalogError(f"{folder} is hidden: choose a folder of photos, or index this one with 'recog index'")
    if any(folder.is_relative_to(system) or system.is_relative_to(folder) for system in SYSTEM):
        raise CatalogError(f"{folder} belongs to the system: choose a folder of photos, or index it with 'recog index'")
    if folder.is_relative_to(keep_out.resolve()):
        raise CatalogError(f"{folder} is the library's own: choose a folder of photos")


def _absent(name: str) -> CatalogError:
    return CatalogError(f"there is no folder {name}: look how it is spelt, and whether its disk is mounted")
