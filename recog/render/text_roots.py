"""Roots and the machines that have them, as text."""

from recog.library.indexing.roots import RootList
from recog.printable import printable
from recog.render.table import table
from recog.store.records import KnownRoot, MountPoint


def roots(listed: RootList) -> str:
    """Write a line a root: number, files, where it is on this machine, and where on others."""
    if not listed.roots:
        return "No folder was indexed yet."
    rows = [(str(root.id), f"{root.files:,}", _here(root), _others(root, listed.host)) for root in listed.roots]
    if any(others for *_, others in rows):
        return table(("root", "files", "on this machine", "on other machines"), rows, right=(0, 1))
    return table(("root", "files", "folder"), [row[:3] for row in rows], right=(0, 1))


def _here(root: KnownRoot) -> str:
    return "not on this machine" if root.path is None else printable(root.path)


def _others(root: KnownRoot, host: str) -> str:
    return ", ".join(_place(mount) for mount in root.mounts if mount.host != host)


def _place(mount: MountPoint) -> str:
    return f"{printable(mount.host) or 'a machine without a name'}: {printable(mount.path)}"
