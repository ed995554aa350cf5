"""Export of names into XMP sidecars beside the photos. An existing sidecar keeps all that recog did not write."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from recog import durable
from recog.errors import PhotoError, RecogError
from recog.library.exchange.exporting import VIDEO
from recog.library.exchange.merging import Name, merged
from recog.library.exchange.packets import write_packet
from recog.library.exchange.places import RAW_SUFFIXES, SIDECAR_SUFFIX, content, is_sidecar, one_shot, photo_names
from recog.library.exchange.records import LeftOut, NamesExport, ReplacedName
from recog.library.exchange.regions import Region, region_of
from recog.library.exchange.xml import NoXmlError
from recog.library.exchange.xmp import read_packet
from recog.photos import DecodePool
from recog.store.catalog import Catalog
from recog.types import Origin, Photo

_OURS = b"urn:recog:sidecar:1"
_LINK = "it is a link or no file"


def export_beside(catalog: Catalog, decoders: DecodePool, *, matched: bool) -> NamesExport:
    """Write the names of every photo's faces into the sidecar beside each of its files; hidden people stay out.

    Names are merged into an existing sidecar (IMG.jpg.xmp, or IMG.xmp if it can only belong to this photo), see
    `merging.merged`; if there is none, IMG.jpg.xmp is created. Names that recog wrote earlier are removed if they no
    longer hold. A sidecar that cannot be read or merged is left as it is and listed, and so is a photo that cannot be
    read or changed since it was indexed. The photos themselves are never written to.
    """
    names: dict[int, dict[int, Name]] = {}  # by photo and face
    people: dict[str, set[int]] = {}
    with catalog.repeatable_reads():
        for person in catalog.people.all():
            for face in catalog.faces.of_person(person.id):
                if matched or face.origin is Origin.CONFIRMED:
                    name = Name(person.name, face.origin is Origin.CONFIRMED)
                    names.setdefault(face.photo_id, {})[face.id] = name
                    people.setdefault(person.name, set()).add(face.photo_id)
        files = {file for root in catalog.files.roots() for file in catalog.files.below(root)}
        files |= {
            (path, photo_id)
            for photo_id, paths in catalog.files.paths(names, elsewhere=False).items()
            for path in paths
        }
        photos = catalog.photos.by_ids({photo_id for _, photo_id in files})
        faces_of = catalog.faces.of_photos(names)
    outcome = _Outcome(decoders)
    for path, photo_id in sorted(files):
        photo = photos[photo_id]
        faces = faces_of.get(photo_id, [])
        rows = {row: names[photo_id][face.id] for row, face in enumerate(faces) if face.id in names[photo_id]}
        outcome.write(path, photo, [region_of("", face.box, photo.width, photo.height) for face in faces], rows)
    written = outcome.photos
    return NamesExport(
        None,
        sum(1 for theirs in people.values() if theirs & written),
        sum(len(names[photo_id]) for photo_id in written),
        outcome.files,
        tuple(outcome.left_out),
        replaced=tuple(outcome.replaced),
    )


class _Outcome:
    """What was written so far. files: number of sidecars that hold names. photos: ids of the photos with one."""

    def __init__(self, decoders: DecodePool) -> None:
        self.files = 0
        self.photos: set[int] = set()
        self.left_out: list[LeftOut] = []
        self.replaced: list[ReplacedName] = []
        self._decoders = decoders
        self._folder = _Folder(Path())

    def write(self, path: Path, photo: Photo, faces: Sequence[Region], names: dict[int, Name]) -> None:
        """Write a photo's names into the sidecar beside one of its files; without names, remove those of recog."""
        if not path.is_file():
            if names:
                self.left_out.append(LeftOut(path, "the photo cannot be read (missing)"))
            return
        sidecar = None
        try:
            if self._folder.path != path.parent:
                self._folder = _listed(path.parent)
            sidecar = self._folder.sidecar_of(path)
            before = None if sidecar is None else _content(sidecar)
            if not names and (before is None or _OURS not in before):
                return
            self._write(path, photo, faces, names, sidecar=sidecar, before=before)
        except OSError as error:
            self.left_out.append(LeftOut(path, f"{_shown(sidecar)}cannot be written: {error.strerror}"))
        except RecogError as error:
            self.left_out.append(LeftOut(path, f"{_shown(sidecar)}is left as it is: {error}"))

    def _write(
        self,
        path: Path,
        photo: Photo,
        faces: Sequence[Region],
        names: dict[int, Name],
        *,
        sidecar: Path | None,
        before: bytes | None,
    ) -> None:
        if photo.duration is not None:
            self.left_out.append(LeftOut(path, VIDEO))
            return
        metadata = self._decoders.metadata(path)
        if isinstance(metadata, PhotoError):
            self.left_out.append(LeftOut(path, f"the photo cannot be read ({metadata.reason})"))
            return
        if metadata.sha256 != photo.sha256:
            self.left_out.append(LeftOut(path, "the photo has changed since it was indexed"))
            return
        target = sidecar or path.with_name(path.name + SIDECAR_SUFFIX)
        empty = write_packet([], width=1, height=1, sha256=photo.sha256, version=version("recog"))
        result = merged(empty if before is None else before, photo, metadata, faces, names)
        if before is None:
            durable.put(target, result.data, mode=path.stat().st_mode & 0o666, replace=False)
        elif result.data != before:
            replace(target, before, result.data)
        self.replaced += [ReplacedName(target, was, now) for was, now in result.replaced]
        if names:
            self.files += 1
            self.photos.add(photo.id)


def _shown(sidecar: Path | None) -> str:
    return f"{sidecar} " if sidecar else "its sidecar "


@dataclass(frozen=True, slots=True)
class _Folder:
    """The sidecars of a folder by their names without the suffix, and its photos by their stems."""

    path: Path
    sidecars: dict[str, Path] = field(default_factory=dict)
    photos: dict[str, list[str]] = field(default_factory=dict)

    def sidecar_of(self, path: Path) -> Path | None:
        """Return the sidecar of a photo in this folder; None if no sidecar surely belongs to this photo."""
        whole, stem = self.sidecars.get(path.name), self.sidecars.get(path.stem)
        if whole is not None or stem is None:
            return whole
        try:
            suffix = read_packet(_content(stem)).suffix
        except NoXmlError:
            suffix = ""
        if suffix:
            return stem if suffix == path.suffix.lower() else None
        names = self.photos.get(path.stem, [])
        raw = path.suffix.lower() in RAW_SUFFIXES
        return stem if len(names) == 1 or (raw and one_shot(names)) else None


def _listed(folder: Path) -> _Folder:
    """List the sidecars and photos of a folder, after removing unfinished files of a killed export."""
    with suppress(OSError):  # leftovers do no harm
        for one in durable.abandoned(folder):
            one.unlink(missing_ok=True)
    # .xmp goes before .XMP.
    there = sorted((one for one in folder.iterdir() if is_sidecar(one)), key=lambda one: one.suffix == SIDECAR_SUFFIX)
    return _Folder(folder, {one.with_suffix("").name: one for one in there}, photo_names(folder))


def _content(sidecar: Path) -> bytes:
    if sidecar.is_symlink() or not sidecar.is_file():
        raise NoXmlError(_LINK)
    return content(sidecar)


def replace(target: Path, before: bytes, data: bytes) -> None:
    """Replace a file's bytes; mode, owner and extended attributes stay, and no other program's change is lost.

    before: the bytes that the new ones were made from.

    Raises:
        RecogError: the file has other bytes by now. OSError: the system refused.
    """
    status = target.stat()
    with durable.arriving(target, mode=0o600) as (temporary, descriptor):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, status.st_mode & 0o7777)
        with suppress(OSError):  # a file system without extended attributes has none to lose
            for name in os.listxattr(target):
                os.setxattr(temporary, name, os.getxattr(target, name))
        if content(target) != before:
            raise RecogError("another program has just changed it; export again")
