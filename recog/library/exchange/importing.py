"""Give faces of the library the names that a file of names, or XMP sidecars, say."""

import errno
import os
import stat
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recog.errors import CatalogError, PhotoError
from recog.held_files import refuse_held
from recog.library.exchange.documents import read_names
from recog.library.exchange.exporting import SIDECAR_SUFFIX
from recog.library.exchange.pairing import Pairing, pair
from recog.library.exchange.records import LeftOut, NameConflict, NamesImport, RefusedFace, Unmatched
from recog.library.exchange.regions import NORMAL, Region, lies_on_side, region_of, upright
from recog.library.exchange.xml import MAX_BYTES, NoXmlError
from recog.library.exchange.xmp import Sidecar, read_packet
from recog.library.given import whole
from recog.photos import PHOTO_SUFFIXES, read_source, stored_orientation
from recog.store.catalog import Catalog
from recog.store.names import checked_name, name_key, name_keys
from recog.types import Face, Origin, Person, Photo

_NO_FACE = "no face of the library is there"
_NO_PHOTO = "the photo is not in the library"
_NOBODY = "nobody has this name here"
_IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class _Claim:
    """A name at a place of an upright photo, and the file that says so."""

    region: Region
    source: Path
    hidden: bool = False


@dataclass(slots=True)
class _Outcome:
    """What has become of the claims so far."""

    confirmed: int = 0
    already: int = 0
    passed_over: int = 0
    created: list[str] = field(default_factory=list)
    conflicts: list[NameConflict] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    unreadable: list[LeftOut] = field(default_factory=list)
    rejected: int = 0
    ignored: int = 0
    kept: list[NameConflict] = field(default_factory=list)

    def result(self, *, replace: bool) -> NamesImport:
        return NamesImport(
            confirmed=self.confirmed,
            already=self.already,
            passed_over=self.passed_over,
            created=tuple(self.created),
            conflicts=tuple(self.conflicts),
            replaced=replace,
            unmatched=tuple(self.unmatched),
            unreadable=tuple(self.unreadable),
            rejected=self.rejected,
            ignored=self.ignored,
            kept=tuple(self.kept),
        )


def import_names(catalog: Catalog, path: Path, *, replace: bool) -> NamesImport:
    """Confirm the names of a file that `export_names` wrote.

    A face is the one of the same photo (the digest of its bytes) in whose middle the rectangle lies (see
    `pairing.pair`). A face that a human calls otherwise keeps its name and is reported, unless `replace`; so does one
    that is not this person here, or ignored. Names that recog had given by distance are no human's word and are passed
    over. Only people whose faces are found are made. Then what the file rejects and ignores is rejected and ignored
    here, unless a human named the face so: that stays whatever was asked for. Run again after an interruption: what is
    there already changes nothing. The caller holds the writer's lock.
    """
    outcome = _Outcome()
    claims: dict[str, list[_Claim]] = {}
    names = read_names(path)
    for face in names.faces:
        if face.by is Origin.MATCHED:
            outcome.passed_over += 1
        else:
            claims.setdefault(face.photo, []).append(_Claim(face.region, face.path or path, face.hidden))
    known = catalog.photos_with(claims)
    for digest, theirs in claims.items():
        if digest not in known:
            outcome.unmatched += [Unmatched(claim.region.name, claim.source, _NO_PHOTO) for claim in theirs]
    _name(catalog, [(known[digest], theirs) for digest, theirs in claims.items() if digest in known], outcome, replace)
    _refuse(catalog, [*names.rejected, *names.ignored], path, outcome)
    return outcome.result(replace=replace)


def import_sidecars(catalog: Catalog, paths: Sequence[Path], *, replace: bool) -> NamesImport:
    """Confirm the names of XMP sidecars, or of all below folders; rules as for `import_names`.

    A sidecar belongs to the photo whose digest it bears (recog's own), else to the photo beside it (IMG.jpg.xmp or
    IMG.xmp), else to the photo at its path below the folder that was given (as `export_sidecars` mirrors paths).
    """
    outcome = _Outcome()
    claims: list[tuple[Photo, list[_Claim]]] = []  # one entry a sidecar: copies of a photo say the same names each
    found = list(_sidecars(paths))
    if not found:
        folders = ", ".join(map(str, paths))
        raise CatalogError(f"no {SIDECAR_SUFFIX} sidecar is below {folders}: name the folder that holds them")
    for root, path in found:
        try:
            sidecar = read_packet(_content(path))
        except NoXmlError as error:
            outcome.unreadable.append(LeftOut(path, str(error)))
            continue
        except OSError as error:
            outcome.unreadable.append(LeftOut(path, f"it cannot be read: {error.strerror}"))
            continue
        if sidecar.unusable:
            outcome.unreadable.append(LeftOut(path, f"{sidecar.unusable} of its face rectangles make no sense"))
        photo = _photo_of(catalog, root, path, sidecar) if sidecar.regions else None
        turn = None if photo is None else _orientation(catalog, photo, sidecar)
        if photo is None or turn is None:
            reason = _NO_PHOTO if photo is None else "the photo cannot be read to see how it is turned"
            outcome.unmatched += [Unmatched(region.name, path, reason) for region in sidecar.regions]
            continue
        claims.append((photo, [_Claim(upright(region, turn), path) for region in sidecar.regions]))
    _name(catalog, claims, outcome, replace)
    return outcome.result(replace=replace)


def _sidecars(paths: Iterable[Path]) -> Iterator[tuple[Path | None, Path]]:
    """Every sidecar with the folder it was found below, None for one that was named itself; sorted, no links."""
    for path in paths:
        if not path.is_dir():
            yield None, path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from ((path, Path(folder, name)) for name in sorted(names) if name.lower().endswith(SIDECAR_SUFFIX))


def _content(path: Path) -> bytes:
    """A sidecar's bytes, at most one more than are parsed; OSError for a pipe or device, which is not waited for."""
    refuse_held(path)
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a descriptor
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        return file.read(MAX_BYTES + 1)


def _photo_of(catalog: Catalog, root: Path | None, path: Path, sidecar: Sidecar) -> Photo | None:
    """The photo that a sidecar speaks of; None where there is none, or several."""
    if sidecar.sha256 is not None:
        return catalog.photos_with([sidecar.sha256]).get(sidecar.sha256)
    places = [whole(path)]
    if root is not None:
        places.append(Path(path.absolute().anchor) / path.relative_to(root))
    for place in places:
        named = place.with_suffix("")  # IMG.jpg.xmp, or IMG.xmp
        suffixes = sorted(PHOTO_SUFFIXES | {suffix.upper() for suffix in PHOTO_SUFFIXES})
        beside = [named] if named.suffix else []
        for candidates in (beside, [named.with_name(named.name + suffix) for suffix in suffixes]):
            found = {photo.id: photo for photo in catalog.photos_at(candidates).values()}
            if len(found) == 1:
                return found.popitem()[1]
    return None


def _orientation(catalog: Catalog, photo: Photo, sidecar: Sidecar) -> int | None:
    """How the picture that the regions were made on is turned; None where no file of the photo can be read.

    As the photo is stored, unless the sidecar gives the upright picture's size: some programs turn their regions too.
    """
    for path in catalog.paths([photo.id]).get(photo.id, ()):
        try:
            source = read_source(path)
        except PhotoError:
            continue
        if source.sha256 != photo.sha256:
            continue
        orientation = stored_orientation(source)
        if lies_on_side(orientation) and sidecar.width is not None and sidecar.height is not None:
            shape, upright_shape = sidecar.width > sidecar.height, photo.width > photo.height
            if shape == upright_shape and photo.width != photo.height:
                return NORMAL
        return orientation
    return None


def _name(catalog: Catalog, claims: Sequence[tuple[Photo, list[_Claim]]], outcome: _Outcome, replace: bool) -> None:
    """Match the claims of each file with the faces of its photo, and confirm what nothing speaks against."""
    faces_of = catalog.faces_of_photos(photo.id for photo, _ in claims)
    naming = _Naming(catalog, faces_of.values(), outcome, replace=replace)
    for photo, theirs in claims:
        faces = faces_of[photo.id]
        pairing = _pair([claim.region for claim in theirs], photo, faces)
        for row, claim in enumerate(theirs):
            if row in pairing.faces:
                naming.say(claim, faces[pairing.faces[row]].id)
            elif row not in pairing.taken:
                outcome.unmatched.append(Unmatched(claim.region.name, claim.source, _NO_FACE))
            elif not _same_name(other := theirs[pairing.taken[row]].region.name, claim.region.name):
                outcome.unmatched.append(
                    Unmatched(claim.region.name, claim.source, f"the face there is called {other}")
                )
    naming.confirm(catalog)


class _Naming:
    """Who each face is: what the catalog's humans said, then what the claims add."""

    def __init__(self, catalog: Catalog, faces: Iterable[Sequence[Face]], outcome: _Outcome, *, replace: bool) -> None:
        self._known: dict[str, Person] = {name_key(person.name): person for person in catalog.people(hidden=True)}
        self._rejections, self._ignored = catalog.rejections(), catalog.ignored()
        self._shown = {key: person.name for key, person in self._known.items()}
        key_of = {person.id: key for key, person in self._known.items()}
        self._said = {
            face.id: key_of[face.person_id]
            for theirs in faces
            for face in theirs
            if face.origin is Origin.CONFIRMED and face.person_id is not None
        }
        self._confirm: dict[str, set[int]] = {}
        self._hidden: set[str] = set()
        self._outcome = outcome
        self._replace = replace

    def say(self, claim: _Claim, face_id: int) -> None:
        """Take a claim that found a face."""
        name = claim.region.name
        key = _key_among(self._shown, name)
        if key is None and (reason := _unfit(name)) is not None:
            self._outcome.unmatched.append(Unmatched(name, claim.source, reason))
            return
        key, before = key or name_key(checked_name(name)), self._said.get(face_id)
        if before == key:
            self._outcome.already += 1
            return
        said = self._shown[before] if before is not None else self._refusal(key, face_id)
        if said is not None:
            self._outcome.conflicts.append(NameConflict(name, said, face_id, claim.source))
            if not self._replace:
                return
            if before is not None:
                self._confirm.get(before, set()).discard(face_id)
        if key not in self._shown:
            self._shown[key] = checked_name(name)
        if claim.hidden:
            self._hidden.add(key)
        self._said[face_id] = key
        self._confirm.setdefault(key, set()).add(face_id)

    def _refusal(self, key: str, face_id: int) -> str | None:
        """What a human says here against the name, of a face without one."""
        person = self._known.get(key)
        if person is not None and person.id in self._rejections.get(face_id, ()):
            return f"not {person.name}"
        return _IGNORED if face_id in self._ignored else None

    def confirm(self, catalog: Catalog) -> None:
        """Write it down, one act a person; a person who is new is made, and goes again where that is undone."""
        for key, face_ids in self._confirm.items():
            if not face_ids:
                continue
            person, made = catalog.enrol(self._shown[key], face_ids)
            if made:
                self._outcome.created.append(person.name)
                if key in self._hidden:
                    catalog.set_hidden(person.id, hidden=True)
            self._outcome.confirmed += len(face_ids)


def _refuse(catalog: Catalog, refused: Sequence[RefusedFace], path: Path, outcome: _Outcome) -> None:
    """Reject and ignore, one act a person, what no human named so here; the names of the file are there already."""
    photos = catalog.photos_with({one.photo for one in refused})
    faces_of = catalog.faces_of_photos(photo.id for photo in photos.values())
    people = {name_key(person.name): person for person in catalog.people(hidden=True)}
    rejections, ignored = catalog.rejections(), catalog.ignored()
    reject: dict[int, set[int]] = {}
    ignore: set[int] = set()
    for one in refused:
        photo, name = photos.get(one.photo), one.region.name
        said, source = f"not {name}" if name else _IGNORED, one.path or path
        person = people.get(_key_among(people, name) or "") if name else None
        face = None if photo is None else _face_at(one.region, photo, faces_of[photo.id])
        if face is None or (name and person is None):
            reason = _NO_PHOTO if photo is None else _NO_FACE if face is None else _NOBODY
            outcome.unmatched.append(Unmatched(said, source, reason))
            continue
        named = face.person_id if face.origin is Origin.CONFIRMED else None
        if named is not None and (person is None or named == person.id):
            here = next(known.name for known in people.values() if known.id == named)
            outcome.kept.append(NameConflict(said, here, face.id, source))
        elif face.id in ignored if person is None else person.id in rejections.get(face.id, ()):
            outcome.already += 1
        elif person is None:
            ignore.add(face.id)
        else:
            reject.setdefault(person.id, set()).add(face.id)
    for person_id, face_ids in sorted(reject.items()):
        catalog.reject(sorted(face_ids), person_id)
        outcome.rejected += len(face_ids)
    if ignore:
        catalog.ignore(sorted(ignore))
        outcome.ignored += len(ignore)


def _pair(regions: Sequence[Region], photo: Photo, faces: Sequence[Face]) -> Pairing:
    return pair(regions, [region_of("", face.box, photo.width, photo.height) for face in faces])


def _face_at(region: Region, photo: Photo, faces: Sequence[Face]) -> Face | None:
    row = _pair([region], photo, faces).faces.get(0)
    return None if row is None else faces[row]


def _same_name(name: str, other: str) -> bool:
    return not set(name_keys(name)).isdisjoint(name_keys(other))


def _key_among(known: Container[str], name: str) -> str | None:
    """The key of a name among those of the known ones, or None."""
    return next((key for key in name_keys(name) if key in known), None)


def _unfit(name: str) -> str | None:
    """Why nobody can bear this name, or None."""
    try:
        checked_name(name)
    except CatalogError as error:
        return str(error)
    return None
