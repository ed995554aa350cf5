"""Import of names from XMP, in sidecars and in the photos themselves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recog.errors import CatalogError, PhotoError
from recog.library.exchange.drawing import Drawer
from recog.library.exchange.frames import turns, undecided
from recog.library.exchange.importing import Claim, Claims, Outcome, say_names
from recog.library.exchange.places import SIDECAR_SUFFIX, Places, content, is_sidecar, sidecars_below
from recog.library.exchange.records import NO_PHOTO, LeftOut, NamesImport, Unmatched
from recog.library.exchange.regions import Region, upright
from recog.library.exchange.xml import NoXmlError
from recog.library.exchange.xmp import Sidecar, read_packet
from recog.photos import DecodePool, PhotoMetadata, find_photos
from recog.store.catalog import Catalog
from recog.types import Photo

_UNREADABLE = "the photo cannot be read to see how it is turned"


@dataclass(frozen=True, slots=True)
class _Found:
    """A file with names. root: the folder that a sidecar was found below. metadata: set if the file is a photo."""

    path: Path
    said: Sidecar
    root: Path | None = None
    metadata: PhotoMetadata | None = None


@dataclass(slots=True)
class FoundNames:
    """The files below the paths of an import: those with names, and those that could not be read."""

    paths: tuple[Path, ...]
    sidecars: int = 0
    found: list[_Found] = field(default_factory=list)
    unreadable: list[LeftOut] = field(default_factory=list)


def find_names(paths: Sequence[Path], decoders: DecodePool) -> FoundNames:
    """Read the names in all sidecars and photos at the given paths or below them."""
    names = FoundNames(tuple(paths))
    for root, path in sidecars_below(paths):
        names.sidecars += 1
        try:
            data = content(path)
        except OSError as error:
            names.unreadable.append(LeftOut(path, f"it cannot be read: {error.strerror}"))
        else:
            _take(names, path, [data], root=root)
    for path in _photos(paths, names):
        metadata = decoders.metadata(path)
        if isinstance(metadata, PhotoError):
            names.unreadable.append(LeftOut(path, metadata.reason))
        elif metadata.packets:
            _take(names, path, metadata.packets, metadata=metadata)
    return names


def _photos(paths: Iterable[Path], names: FoundNames) -> Iterator[Path]:
    def left_out(path: Path, error: PhotoError) -> None:
        names.unreadable.append(LeftOut(path, error.reason))

    for path in paths:
        if not is_sidecar(path) or path.is_dir():
            yield from (photo.path for photo in find_photos(path, on_error=left_out))


def _take(
    names: FoundNames,
    path: Path,
    packets: Sequence[bytes],
    *,
    root: Path | None = None,
    metadata: PhotoMetadata | None = None,
) -> None:
    """Add the names in the packets of a file; if only the extension cannot be read, the main packet still counts."""
    try:
        said = read_packet(*packets)
    except NoXmlError as error:
        names.unreadable.append(LeftOut(path, str(error)))
        if len(packets) > 1:
            _take(names, path, packets[:1], root=root, metadata=metadata)
        return
    if said.unusable:
        names.unreadable.append(LeftOut(path, f"{said.unusable} of its face rectangles make no sense"))
    if said.regions:
        names.found.append(_Found(path, said, root, metadata))


def import_sidecars(
    catalog: Catalog, names: FoundNames, decoders: DecodePool, drawer: Drawer, *, replace: bool, near: bool
) -> NamesImport:
    """Confirm the names that `find_names` found, by the rules of `import_names`.

    A rectangle where no face was found becomes a face that a human drew. `Places.photos_of` decides which photo a
    sidecar belongs to. A sidecar takes precedence over the metadata inside its photo. The caller holds the writer's
    lock.
    """
    if not names.sidecars and not names.found and not names.unreadable:
        below = ", ".join(map(str, names.paths))
        raise CatalogError(
            f"no {SIDECAR_SUFFIX} sidecar, and no photo with names in it, is below {below}: "
            "name the folder that holds them"
        )
    outcome = Outcome()
    outcome.unreadable += names.unreadable
    places = Places(catalog)
    claims: list[Claims] = []  # one entry per file, because every copy of a photo has the same names
    for one in names.found:
        if one.metadata is None:
            photos, reason = places.photos_of(one.root, one.path, one.said)
        else:
            photos, reason = list(catalog.photos.by_digests([one.metadata.sha256]).values()), NO_PHOTO
        if not photos:
            outcome.unmatched += _all_without(one, reason)
        for photo in photos:
            metadata = one.metadata or metadata_of(catalog, photo, decoders)
            if metadata is None:
                outcome.unmatched += _all_without(one, _UNREADABLE)
            else:
                claims += _claims(one, photo, metadata, outcome)
    say_names(catalog, claims, outcome, drawer, replace=replace, near=near)
    return outcome.result(replace=replace)


def metadata_of(catalog: Catalog, photo: Photo, decoders: DecodePool) -> PhotoMetadata | None:
    """Return the metadata of the first file of a photo that can be read and is unchanged, or None."""
    for path in catalog.files.paths([photo.id]).get(photo.id, ()):
        metadata = decoders.metadata(path)
        if isinstance(metadata, PhotoMetadata) and metadata.sha256 == photo.sha256:
            return metadata
    return None


def _claims(one: _Found, photo: Photo, metadata: PhotoMetadata, outcome: Outcome) -> list[Claims]:
    options = turns(one.said, photo, metadata)
    claims = []
    if options:
        claims.append(_turned(one, photo, one.said.regions, options))
    else:
        size = f"{one.said.width} x {one.said.height}"
        reason = f"its rectangle was drawn on a picture of {size}, the photo has {photo.width} x {photo.height}"
        outcome.unmatched += [Unmatched(region.name, one.path, reason) for region in one.said.regions]
    if one.said.more:
        claims.append(_turned(one, photo, one.said.more, undecided(metadata)))
    return claims


def _turned(one: _Found, photo: Photo, regions: Sequence[Region], options: Sequence[int]) -> Claims:
    return Claims(
        photo,
        tuple([Claim(upright(region, turn), one.path, draws=True) for region in regions] for turn in options),
    )


def _all_without(one: _Found, reason: str) -> list[Unmatched]:
    return [Unmatched(region.name, one.path, reason) for region in (*one.said.regions, *one.said.more)]
