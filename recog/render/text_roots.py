"""Roots and the machines that have them, as text."""

from recog.library.indexing.roots import ForgottenRoot, RootList
from recog.printable import printable
from recog.render.figures import count
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


def forgotten(found: ForgottenRoot) -> str:
    """Write which root goes, or went, and what goes with it."""
    places = ", ".join(map(_place, found.root.mounts))
    root = f"root {found.root.id} ({places})"
    files = count(found.root.files, "file")
    what = f"{count(found.photos, 'photo')} with {count(found.faces, 'face')}"
    if names := ", ".join(f"{printable(name)} {number:,}" for name, number in found.confirmed):
        what += f", of which confirmed: {names}"
    if found.dropped:
        return f"Forgot {root} with {files}{f', and {what}' if found.photos else ''}."
    if not found.photos:
        return f"The library knows {files} in {root}; other files show the same photos, which stay."
    return f"The library knows {files} in {root}. No other file shows {what}."


def _here(root: KnownRoot) -> str:
    return "not on this machine" if root.path is None else printable(root.path)


def _others(root: KnownRoot, host: str) -> str:
    return ", ".join(_place(mount) for mount in root.mounts if mount.host != host)


def _place(mount: MountPoint) -> str:
    return f"{printable(mount.host) or 'a machine without a name'}: {printable(mount.path)}"
