"""Write the names of a library's faces to a file, or to XMP sidecars beside a mirror of its folders."""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from recog.durable import make_directory
from recog.errors import PhotoError, RecogError
from recog.held_files import refuse_held
from recog.library.exchange import documents
from recog.library.exchange.frames import undecided
from recog.library.exchange.packets import write_packet
from recog.library.exchange.places import SIDECAR_SUFFIX
from recog.library.exchange.records import LeftOut, NamedFace, Names, NamesExport, RefusedFace
from recog.library.exchange.regions import lies_on_side, region_of, stored
from recog.library.exchange.xml import MAX_BYTES, NoXmlError
from recog.library.exchange.xmp import read_packet
from recog.library.private_file import write_private
from recog.photos import DecodePool
from recog.store.catalog import Catalog
from recog.types import Origin, Photo


def export_names(catalog: Catalog, path: Path, *, matched: bool) -> NamesExport:
    """Write all confirmed faces, including those of hidden people, to a JSON or CSV file, chosen by its suffix.

    JSON also holds the faces that a human rejected ("not this person") or ignored. With `matched`, the faces that recog
    named by distance are written too; they are marked, and import skips them. The file shows one snapshot of the
    catalog, whatever others write meanwhile.
    """
    if path.suffix.lower() not in documents.SUFFIXES:
        raise RecogError(f"{path.name} does not end in {' or '.join(documents.SUFFIXES)}: choose a name that does")
    as_json = path.suffix.lower() == ".json"
    with catalog.repeatable_reads():
        faces = tuple(face for _, face in _named_faces(catalog, matched=matched))
        names = Names(faces, *_refused_faces(catalog)) if as_json else Names(faces)
    write_private(path, documents.to_json(names) if as_json else documents.to_csv(faces))
    people = {face.region.name for face in faces}
    return NamesExport(path, len(people), len(faces), 1, (), len(names.rejected), len(names.ignored))


def export_sidecars(catalog: Catalog, decoders: DecodePool, directory: Path, *, matched: bool) -> NamesExport:
    """Write an XMP sidecar for every photo file with a named face, in `directory` under the file's whole path.

    The photos' own folders are not written to. A sidecar that another program wrote or changed is left alone. A photo
    that cannot be read, or that changed since it was indexed, is left out, because its faces may have moved. Hidden
    people are left out.
    """
    _refuse_photo_folders(catalog, directory)
    people: set[str] = set()
    faces = files = 0
    left_out: list[LeftOut] = []
    with catalog.repeatable_reads():
        by_photo = _by_photo(_named_faces(catalog, matched=matched))
    for photo, named in by_photo:
        shown = [face for face in named if not face.hidden]
        written = 0
        for path in catalog.files.paths([photo.id], elsewhere=False).get(photo.id, ()) if shown else ():
            reason = VIDEO if photo.duration is not None else _write_sidecar(decoders, directory, path, photo, shown)
            if reason is None:
                written += 1
            else:
                left_out.append(LeftOut(path, reason))
        files += written
        if written:
            faces += len(shown)
            people |= {face.region.name for face in shown}
    return NamesExport(directory, len(people), faces, files, tuple(left_out))


def _named_faces(catalog: Catalog, *, matched: bool) -> Iterator[tuple[Photo, NamedFace]]:
    for person in catalog.people.all(hidden=True):
        faces = [face for face in catalog.faces.of_person(person.id) if matched or face.origin is Origin.CONFIRMED]
        photos = catalog.photos.by_ids({face.photo_id for face in faces})
        paths = catalog.files.paths(photos)
        for face in faces:
            photo = photos[face.photo_id]
            region = region_of(person.name, face.box, photo.width, photo.height)
            path = next(iter(paths.get(photo.id, ())), None)
            by = face.origin or Origin.MATCHED
            yield photo, NamedFace(region, by, photo.sha256, path, person.hidden, face.drawn)


def _refused_faces(catalog: Catalog) -> tuple[tuple[RefusedFace, ...], tuple[RefusedFace, ...]]:
    """Return the rejected faces, one entry per face and person, and the ignored faces, both by face number."""
    names = {person.id: person.name for person in catalog.people.all(hidden=True)}
    rejections, ignored = catalog.people.rejections(), catalog.people.ignored_faces()
    faces = catalog.faces.by_ids(rejections.keys() | ignored)
    photos = catalog.photos.by_ids({face.photo_id for face in faces.values()})
    paths = catalog.files.paths(photos)

    def refused(face_id: int, name: str) -> RefusedFace:
        photo = photos[faces[face_id].photo_id]
        region = region_of(name, faces[face_id].box, photo.width, photo.height)
        return RefusedFace(region, photo.sha256, next(iter(paths.get(photo.id, ())), None))

    return (
        tuple(
            refused(face_id, name)
            for face_id in sorted(rejections)
            for name in sorted(names[person_id] for person_id in rejections[face_id])
        ),
        tuple(refused(face_id, "") for face_id in sorted(ignored)),
    )


def _by_photo(faces: Iterable[tuple[Photo, NamedFace]]) -> list[tuple[Photo, list[NamedFace]]]:
    groups: dict[int, tuple[Photo, list[NamedFace]]] = {}
    for photo, face in faces:
        groups.setdefault(photo.id, (photo, []))[1].append(face)
    return [groups[photo_id] for photo_id in sorted(groups)]


VIDEO = "it is a video, and regions of sidecars have no time"


def _refuse_photo_folders(catalog: Catalog, directory: Path) -> None:
    real = directory.resolve()
    inside = next((root for root in catalog.files.roots() if real.is_relative_to(root.resolve())), None)
    if inside is not None or real == Path(real.anchor):
        raise RecogError(
            f"sidecars are not written among your photos, and {directory} is {'inside' if inside else 'above'} "
            f"{inside or 'them all'}: choose a folder elsewhere"
        )


def _write_sidecar(
    decoders: DecodePool, directory: Path, path: Path, photo: Photo, faces: list[NamedFace]
) -> str | None:
    """Write the sidecar of a photo file; return why it was not written, or None."""
    metadata = decoders.metadata(path)
    if isinstance(metadata, PhotoError):
        return f"the photo cannot be read ({metadata.reason})"
    if metadata.sha256 != photo.sha256:
        return "the photo has changed since it was indexed"
    orientation = undecided(metadata)[0]
    width, height = (photo.height, photo.width) if lies_on_side(orientation) else (photo.width, photo.height)
    packet = write_packet(
        [stored(face.region, orientation) for face in faces],
        width=width,
        height=height,
        sha256=photo.sha256,
        version=version("recog"),
    )
    target = directory / path.relative_to(path.anchor).with_name(path.name + SIDECAR_SUFFIX)
    try:
        if target.is_symlink() or (target.exists() and not _is_own(target)):
            return f"{target} is another program's"
        make_directory(target.parent)
        write_private(target, packet)
    except OSError as error:
        return f"{target} cannot be written: {error.strerror}"
    except RecogError as error:
        return str(error)
    return None


def _is_own(target: Path) -> bool:
    """Return whether recog wrote this sidecar and no other program has changed it since."""
    refuse_held(target)
    with target.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        return read_packet(data).own
    except NoXmlError:
        return False
