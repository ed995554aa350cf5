"""Search for photo files under a folder."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path

from recog.errors import NoPhotosFoundError, PhotoError
from recog.photos.files import stat_photo
from recog.photos.formats import EXTRAS, JXL, RAW, decoder_is_there
from recog.photos.reasons import unreadable_from
from recog.photos.video.formats import EXTRA as VIDEO_EXTRA
from recog.photos.video.formats import VIDEO_SUFFIXES, videos_are_read
from recog.types import FileStat

PHOTO_SUFFIXES: frozenset[str] = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        *(".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
        *(".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs"),
    }
)
"""Lower case, with the dot. The suffix only selects files; their bytes decide the format when they are read."""

_EXTRA_SUFFIXES = {
    **dict.fromkeys((".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw"), RAW),
    ".jxl": JXL,
}
"""Suffixes of photos whose decoder is an extra -> the format."""

_PICTURE_SUFFIXES = frozenset(
    {
        *(
            ".psd",
            ".psb",
            ".xcf",
            ".kra",
            ".svg",
            ".svgz",
            ".eps",
            ".ai",
            ".exr",
            ".hdr",
            ".tga",
            ".pcx",
            ".ico",
            ".dds",
        ),
        *(".jp2", ".j2k", ".jpf", ".jpx", ".jxr", ".wdp", ".qoi", ".pbm", ".pgm", ".ppm", ".pnm", ".fits"),
        *(
            ".crw",
            ".nrw",
            ".sr2",
            ".srf",
            ".3fr",
            ".fff",
            ".iiq",
            ".erf",
            ".mef",
            ".mos",
            ".mrw",
            ".rwl",
            ".x3f",
            ".kdc",
        ),
    }
)
"""Suffixes of pictures that recog never reads."""

SKIPPED_FOLDERS: frozenset[str] = frozenset(
    {"@eaDir", "#recycle", "@Recycle", "@Recently-Snapshot", "$RECYCLE.BIN", "System Volume Information", "lost+found"}
)
"""Folders in which a NAS or system keeps previews and deleted files; names with a leading dot are skipped as well."""

_SUFFIXES_OF_LOST_LINKS = PHOTO_SUFFIXES | _EXTRA_SUFFIXES.keys() | {""}
"""A broken link with such a suffix may have led to a photo, or to a folder of photos whose disk is not mounted."""

OnError = Callable[[Path, PhotoError], None]
OnPassedOver = Callable[[Path], None]


def photo_suffixes() -> frozenset[str]:
    """Return the suffixes of photos that this installation reads: PHOTO_SUFFIXES and those of installed extras."""
    return PHOTO_SUFFIXES | {suffix for suffix, name in _EXTRA_SUFFIXES.items() if decoder_is_there(name)}


def extra_of(suffix: str) -> str | None:
    """Return the extra that reads files of this suffix ('.cr3' -> 'raw'); None if there is no such extra."""
    if suffix.lower() in VIDEO_SUFFIXES:
        return VIDEO_EXTRA
    name = _EXTRA_SUFFIXES.get(suffix.lower())
    return None if name is None else EXTRAS[name]


def _ignore(_: Path) -> None:
    pass


def find_photos(
    root: Path,
    *,
    exclude: Sequence[str] = (),
    on_error: OnError,
    on_passed_over: OnPassedOver = _ignore,
    videos: bool = False,
) -> Iterator[FileStat]:
    """Yield every photo file under root, in an order that depends on names alone.

    Files are sorted by the bytes of their path's parts. Links to files and folders are followed, inside root and out of
    it, but each real folder is visited only once, under its real name if that is under root. So folders that are
    reached only through links come last, and a loop of links ends. A root that is a file yields itself, whatever its
    name.

    These are skipped: names without one of `photo_suffixes`, hidden names (leading dot), SKIPPED_FOLDERS, pipes,
    sockets and devices, and whatever `exclude` matches. Its patterns are case-sensitive shell patterns (fnmatch; `*`
    also matches `/`). Each is compared with the path relative to root and with the name of the file or folder; an
    excluded folder is not entered.

    on_error is called for a folder that cannot be listed, a broken link and a path that is too long; the walk goes on.
    The content of such a folder is unknown, not gone. on_passed_over is called for files with the suffix of a picture
    format that this installation does not read. With `videos`, videos are files like photos.

    Raises NoPhotosFoundError immediately if root is absent or out of reach; an empty root yields nothing.
    """
    try:
        root.stat()
    except OSError as error:
        raise NoPhotosFoundError(str(unreadable_from(root, error))) from error
    patterns = tuple(re.compile(translate(p.rstrip("/"))) for p in exclude)
    suffixes, passed_over = photo_suffixes(), _PICTURE_SUFFIXES | _EXTRA_SUFFIXES.keys()
    if videos and videos_are_read():
        suffixes |= VIDEO_SUFFIXES
    elif videos:
        passed_over |= VIDEO_SUFFIXES
    walk = _Walk(root, patterns, on_error, on_passed_over, suffixes, passed_over)
    return walk.photos()


@dataclass(slots=True)
class _Walk:
    """One walk through a folder. seen: (device, inode) of visited folders; linked: folders that were found as links."""

    root: Path
    patterns: tuple[re.Pattern[str], ...]
    on_error: OnError
    on_passed_over: OnPassedOver
    suffixes: frozenset[str]
    passed_over: frozenset[str]
    seen: set[tuple[int, int]] = field(default_factory=set)
    linked: list[str] = field(default_factory=list)

    def photos(self) -> Iterator[FileStat]:
        if not self.root.is_dir():
            yield from self._photo(self.root)
            return
        yield from self._tree(str(self.root))
        # The list grows during the loop, because linked folders may hold links themselves.
        for folder in self.linked:
            yield from self._tree(folder)

    def _tree(self, top: str) -> Iterator[FileStat]:
        """Yield all photos below one folder, but not through links to folders. No recursion: depth has no bound."""
        pending = [iter(self._entries(top))]
        while pending:
            for entry in pending[-1]:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(iter(self._entries(entry.path)))
                    break
                yield from self._file_or_link(entry)
            else:
                pending.pop()

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """Return the wanted entries of one folder, sorted; none if it was visited before or cannot be listed."""
        entries: list[os.DirEntry[str]] = []
        try:
            status = os.stat(folder)  # noqa: PTH116 - a Path a folder is dear, and its inode is needed
            if (status.st_dev, status.st_ino) in self.seen:
                return []
            self.seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as found:
                # One by one: if the disk fails half-way, the entries listed before are kept.
                for entry in found:
                    entries.append(entry)  # noqa: PERF402
        except OSError as error:
            self.on_error(Path(folder), unreadable_from(Path(folder), error))
        return sorted(filter(self._wanted, entries), key=lambda entry: os.fsencode(entry.name))

    def _wanted(self, entry: os.DirEntry[str]) -> bool:
        if entry.name.startswith(".") or entry.name in SKIPPED_FOLDERS:
            return False
        relative = os.path.relpath(entry.path, self.root) if self.patterns else ""
        return not any(pattern.match(entry.name) or pattern.match(relative) for pattern in self.patterns)

    def _file_or_link(self, entry: os.DirEntry[str]) -> Iterator[FileStat]:
        suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - a Path an entry is dear
        path = Path(entry.path)
        try:
            if entry.is_symlink() and path.is_dir():
                self.linked.append(entry.path)
            elif suffix in self.suffixes and entry.is_file():
                yield from self._photo(path)
            elif suffix in self.passed_over and entry.is_file():
                self.on_passed_over(path)
            elif suffix in _SUFFIXES_OF_LOST_LINKS and entry.is_symlink():
                path.stat()
        except OSError as error:
            self.on_error(path, unreadable_from(path, error))

    def _photo(self, path: Path) -> Iterator[FileStat]:
        try:
            found = stat_photo(path)
        except PhotoError as error:
            self.on_error(path, error)
        else:
            yield found
