"""Sidecars below folders, and the photos that they belong to."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from recog.held_files import refuse_held
from recog.library.exchange.records import NO_PHOTO
from recog.library.exchange.xml import MAX_BYTES
from recog.library.exchange.xmp import Sidecar
from recog.library.inputs import whole
from recog.photos import PHOTO_SUFFIXES
from recog.store.catalog import Catalog
from recog.types import Photo

SIDECAR_SUFFIX = ".xmp"
"""Appended to the photo's whole name, as digiKam and darktable do: IMG.jpg and IMG.png do not share a sidecar."""
RAW_SUFFIXES = frozenset(
    {
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw"),
        *(".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    }
)
"""Suffixes of raw files. Beside these, Adobe's programs put IMG.xmp, and cameras an IMG.jpg of the same shot."""

_SUFFIXES = PHOTO_SUFFIXES | RAW_SUFFIXES | {".jxl"}


def sidecars_below(paths: Iterable[Path]) -> Iterator[tuple[Path | None, Path]]:
    """Yield every sidecar, sorted, with the folder it was found below (None if it was given by itself); no links."""
    for path in paths:
        if not path.is_dir():
            if is_sidecar(path):
                yield None, path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from ((path, Path(folder, name)) for name in sorted(names) if is_sidecar(Path(name)))


def is_sidecar(path: Path) -> bool:
    """Return whether a file is a sidecar by its name."""
    return path.suffix.lower() == SIDECAR_SUFFIX


def content(path: Path) -> bytes:
    """Return a sidecar's bytes, at most one more than the parser accepts. A pipe or device is an OSError at once."""
    refuse_held(path)
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a descriptor
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        return file.read(MAX_BYTES + 1)


class Places:
    """Finder of the photos that sidecars belong to. Use one per import, because folders are listed only once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._listed: tuple[Path | None, dict[str, list[str]]] = (None, {})

    def photos_of(self, root: Path | None, path: Path, sidecar: Sidecar) -> tuple[list[Photo], str]:
        """Return the photos that a sidecar belongs to; if there are none, also why, in a few words.

        The first rule that finds a photo wins:
        1. the photo with the digest in the sidecar (recog's own sidecars have one);
        2. the photo beside it: IMG.jpg for IMG.jpg.xmp, the only photo called IMG for IMG.xmp;
        3. the photo at its path below `root`, which mirrors whole paths.

        Suffixes match in any case. IMG.xmp beside a raw file and one other photo, which a camera takes together,
        belongs to both. If other photos share a name, none is chosen unless the sidecar says which
        (photoshop:SidecarForExtension).
        """
        if sidecar.sha256 is not None:
            known = self._catalog.photos.by_digests([sidecar.sha256])
            if known:
                return list(known.values()), ""
        places = [whole(path)]
        if root is not None and sidecar.sha256 is None:
            places.append(Path(path.absolute().anchor) / path.relative_to(root))
        for place in places:
            named = place.with_suffix("")
            for names in (self._called(named), self._stemmed(named, sidecar.suffix)):
                photos = self._catalog.photos.at(named.with_name(name) for name in names)
                contents = {photo.id: photo for photo in photos.values()}
                if not contents:
                    continue
                if len(contents) + len(names) - len(photos) == 1 or one_shot(names):
                    return list(contents.values()), ""
                return [], f"it may be of {' or '.join(names)}: call it {names[0]}{SIDECAR_SUFFIX}, or likewise"
        return [], NO_PHOTO

    def _called(self, named: Path) -> list[str]:
        """Return the names of photos called so, with the suffix in any case; the exact name alone if there is one."""
        if named.suffix.lower() not in _SUFFIXES:
            return []
        alike = [name for name in self._stemmed(named.with_suffix("")) if name.lower().endswith(named.suffix.lower())]
        return [named.name] if named.name in alike else alike

    def _stemmed(self, named: Path, suffix: str = "") -> list[str]:
        """Return the photos of this stem: those in the folder or, if there are none, those in the catalog."""
        names = self._beside(named.parent).get(named.name, [])
        if not names:
            variants = [named.name + case(one) for one in _SUFFIXES for case in (str.lower, str.upper)]
            names = [path.name for path in self._catalog.photos.at(map(named.with_name, variants))]
        wanted = [name for name in names if name.lower().endswith(suffix)] if suffix else []
        return sorted(wanted or names)

    def _beside(self, folder: Path) -> dict[str, list[str]]:
        """Return the names of the photos in a folder, by their stems."""
        if self._listed[0] != folder:
            names = photo_names(folder)
            self._listed = (folder, names)
        return self._listed[1]


def photo_names(folder: Path) -> dict[str, list[str]]:
    """Return the names of the photos and raw files in a folder, by their stems; none if it cannot be listed."""
    stems: dict[str, list[str]] = {}
    with suppress(OSError):
        for path in folder.iterdir():
            if path.suffix.lower() in _SUFFIXES:
                stems.setdefault(path.stem, []).append(path.name)
    return stems


def one_shot(names: Sequence[str]) -> bool:
    """Return whether the names are a raw file and one other photo."""
    raw = [name for name in names if Path(name).suffix.lower() in RAW_SUFFIXES]
    return len(names) == 2 and len(raw) == 1
