"""A folder of links to an album's photos. recog deletes there only what it made, and never the last link of a photo."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from recog import durable
from recog.errors import AlbumError
from recog.library.albums.file_names import FreeNames
from recog.store.records import FiledPhoto

MANIFEST = ".recog-album.json"
"""Names the album of a folder, and the links that recog made there with the digests of their photos."""


def check_folder(folder: Path, roots: Sequence[Path]) -> None:
    """Raise AlbumError if a new album must not use a folder: links in an indexed one would be indexed as copies."""
    real = folder.resolve()
    inside = next((root for root in roots if real.is_relative_to(root.resolve())), None)
    if inside is not None:
        raise AlbumError(f"{folder} lies in {inside}, which is indexed: name a folder outside")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlbumError(f"{folder} is not an empty folder: name an empty or a new one")


def keep_folder(folder: Path, owner: str, photos: Sequence[FiledPhoto], *, hard: bool) -> None:
    """Let a folder hold one link to each photo, and nothing else that recog made there.

    owner: the album, as the manifest names it. A link keeps its name as long as its photo is in the album.

    Raises:
        AlbumError: the folder is not the album's. OSError: the system refused.
    """
    durable.make_output_directory(folder)
    made = _made(folder, owner)
    wanted = {one.photo.sha256: one.paths[0] for one in photos}
    kept = {
        name: sha256
        for name, sha256 in made.items()
        if sha256 in wanted and _leads(folder / name, wanted[sha256], hard=hard)
    }
    names = FreeNames({*kept, *(entry.name for entry in folder.iterdir() if entry.name not in made)})
    linked = set(kept.values())
    new = {names.of(path.name): sha256 for sha256, path in wanted.items() if sha256 not in linked}
    _write(folder, owner, {**made, **new})  # first: a link that a killed run made is known to the next one
    for name in made.keys() - kept.keys():
        _unlink(folder / name)
    for name, sha256 in new.items():
        _link(folder / name, wanted[sha256], hard=hard)
    _write(folder, owner, {**kept, **new})


def clear_folder(folder: Path, owner: str) -> None:
    """Delete the links that recog made in a folder, and the folder if nothing else is in it."""
    if not (folder / MANIFEST).is_file():
        return
    for name in _made(folder, owner):
        _unlink(folder / name)
    (folder / MANIFEST).unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def _made(folder: Path, owner: str) -> dict[str, str]:
    """Return the links of a folder: name -> digest of the photo; empty for a folder without anything."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        theirs, links = document["album"], dict(document["links"])
    except FileNotFoundError:
        if any(folder.iterdir()):
            raise AlbumError(f"{folder} holds files that are not the album's: empty it") from None
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise AlbumError(
            f"{folder / MANIFEST} cannot be read: empty the folder, and the links are made anew"
        ) from error
    if theirs != owner:
        raise AlbumError(f"{folder} belongs to another album: remove one of the two")
    return {str(name): str(sha256) for name, sha256 in links.items() if Path(str(name)).name == name}


def _write(folder: Path, owner: str, links: Mapping[str, str]) -> None:
    document = {"album": owner, "links": dict(sorted(links.items()))}
    durable.put(folder / MANIFEST, json.dumps(document, indent=1).encode())


def _leads(link: Path, photo: Path, *, hard: bool) -> bool:
    try:
        if hard:
            return not link.is_symlink() and link.samefile(photo)
        return link.is_symlink() and link.readlink() == photo
    except OSError:
        return False


def _link(link: Path, photo: Path, *, hard: bool) -> None:
    if os.path.lexists(link):
        return  # made by a run that was killed, or by somebody else, whose file stays
    if not hard:
        link.symlink_to(photo)
        return
    try:
        link.hardlink_to(photo.resolve())
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        raise AlbumError(
            f"{photo} is on another disk, so it has no hard link in {link.parent}: ask for symbolic links"
        ) from error


def _unlink(link: Path) -> None:
    """Delete a link; a file that is the last link of its content stays."""
    if link.is_symlink() or (link.is_file() and link.stat().st_nlink > 1):
        link.unlink()
