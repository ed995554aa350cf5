"""Import of names: decide which claims of a file hold for the library's faces, and confirm them."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recog.errors import CatalogError
from recog.library.exchange.documents import read_names
from recog.library.exchange.drawing import Drawer
from recog.library.exchange.pairing import Pairing, pair
from recog.library.exchange.records import NO_PHOTO, LeftOut, NameConflict, NamesImport, RefusedFace, Unmatched
from recog.library.exchange.regions import Region, region_of
from recog.store.catalog import Catalog
from recog.store.people.names import checked_name, name_key, name_keys, near_key
from recog.types import Face, Origin, Person, Photo

_NO_FACE = "no face of the library is there"
_NOBODY = "nobody has this name here"
_IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Claim:
    """A name at a place of an upright photo, and the file that claims it.

    draws: if no face was found there, the place is a face that a human drew.
    """

    region: Region
    source: Path
    hidden: bool = False
    draws: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one file about one photo.

    If the file does not tell the orientation of the picture on which its rectangles were drawn, there are several
    options. The option that finds most faces is used; of equal ones, the first.
    """

    photo: Photo
    options: tuple[list[Claim], ...]


@dataclass(slots=True)
class Outcome:
    """What has become of the claims so far, as counts and lists."""

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
    drawn: int = 0

    def result(self, *, replace: bool) -> NamesImport:
        """Return the report of the import."""
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
            drawn=self.drawn,
        )


def import_names(catalog: Catalog, path: Path, drawer: Drawer, *, replace: bool, near: bool) -> NamesImport:
    """Confirm the names of a file that `export_names` wrote.

    A claim belongs to the face of the same photo (by the digest of its bytes) in whose middle its rectangle lies, see
    `pairing.pair`. A face keeps its state, and is reported as a conflict, if a human named it otherwise, rejected the
    name for it or ignored it here; `replace` overrides this. Names that recog gave by distance are skipped, because no
    human confirmed them. A new person is created only if one of their faces is found, and a name close to an existing
    one only with `near`. A face that was drawn in the other library is drawn here if none is there. Then the faces that
    the file rejects and ignores are rejected and ignored here; a name that a human gave here always stays. The import
    can be run again after an interruption: names that are there already change nothing. The caller holds the writer's
    lock.
    """
    outcome = Outcome()
    claims: dict[str, list[Claim]] = {}
    names = read_names(path)
    for face in names.faces:
        if face.by is Origin.MATCHED:
            outcome.passed_over += 1
        else:
            claims.setdefault(face.photo, []).append(Claim(face.region, face.path or path, face.hidden, face.drawn))
    known = catalog.photos.by_digests(claims)
    for digest, theirs in claims.items():
        if digest not in known:
            outcome.unmatched += [Unmatched(claim.region.name, claim.source, NO_PHOTO) for claim in theirs]
    found = [Claims(known[digest], (theirs,)) for digest, theirs in claims.items() if digest in known]
    say_names(catalog, found, outcome, drawer, replace=replace, near=near)
    _refuse(catalog, [*names.rejected, *names.ignored], path, outcome)
    return outcome.result(replace=replace)


def say_names(
    catalog: Catalog, claims: Sequence[Claims], outcome: Outcome, drawer: Drawer, *, replace: bool, near: bool
) -> None:
    """Match the claims of each file with the faces of its photo, and confirm those without a conflict.

    A claim that draws becomes a face of its own if none is there, unless nothing tells how the photo was turned. If two
    files of one import disagree about a face, the earlier one holds and the later one is reported.
    """
    faces_of = catalog.faces.of_photos(one.photo.id for one in claims)
    naming = _Naming(catalog, faces_of.values(), outcome, replace=replace, near=near)
    for one in claims:
        faces = faces_of[one.photo.id]
        pairings = [_pair([claim.region for claim in option], one.photo, faces) for option in one.options]
        best = max(range(len(pairings)), key=lambda row: (len(pairings[row].faces), -row))
        pairing, theirs = pairings[best], one.options[best]
        missed = [row for row in range(len(theirs)) if row not in pairing.faces and row not in pairing.taken]
        sure = len(one.options) == 1 or len(pairing.faces) > 0
        draw = [row for row in missed if theirs[row].draws and sure]
        drawn = drawer.draw(one.photo, {row: theirs[row].region for row in draw}, faces) if draw else {}
        faces += drawn.values()
        for row, claim in enumerate(theirs):
            if row in pairing.faces:
                naming.say(claim, faces[pairing.faces[row]].id)
            elif row in drawn:
                naming.say(claim, drawn[row].id)
            elif row not in pairing.taken:
                outcome.unmatched.append(Unmatched(claim.region.name, claim.source, _NO_FACE))
            elif not _same_name(other := theirs[pairing.taken[row]].region.name, claim.region.name):
                outcome.unmatched.append(
                    Unmatched(claim.region.name, claim.source, f"the face there is called {other}")
                )
    naming.confirm(catalog, drawer)


class _Naming:
    """The name of each face: first what humans said in the catalog, then what the claims add."""

    def __init__(
        self, catalog: Catalog, faces: Iterable[Sequence[Face]], outcome: Outcome, *, replace: bool, near: bool
    ) -> None:
        self._known: dict[str, Person] = {name_key(person.name): person for person in catalog.people.all(hidden=True)}
        self._rejections, self._ignored = catalog.people.rejections(), catalog.people.ignored_faces()
        self._shown = {key: person.name for key, person in self._known.items()}
        key_of = {person.id: key for key, person in self._known.items()}
        self._said = {
            face.id: key_of[face.person_id]
            for theirs in faces
            for face in theirs
            if face.origin is Origin.CONFIRMED and face.person_id is not None
        }
        self._given: dict[int, Claim] = {}
        self._confirm: dict[str, set[int]] = {}
        self._hidden: set[str] = set()
        self._outcome = outcome
        self._replace = replace
        self._near_keys = {} if near else {near_key(person.name): person.name for person in self._known.values()}

    def say(self, claim: Claim, face_id: int) -> None:
        """Apply a claim that found a face."""
        name = claim.region.name
        key = _key_among(self._shown, name)
        if key is None and (refused := _unfit(claim) or self._near(claim)) is not None:
            self._outcome.unmatched.append(refused)
            return
        key, before = key or name_key(checked_name(name)), self._said.get(face_id)
        earlier = self._given.get(face_id)
        if before == key:
            self._outcome.already += earlier is None
            self._given.setdefault(face_id, claim)
            return
        if earlier is not None:
            reason = f"the face there is called {earlier.region.name} by {earlier.source}"
            self._outcome.unmatched.append(Unmatched(name, claim.source, reason))
            return
        said = self._shown[before] if before is not None else self._refusal(key, face_id)
        if said is not None:
            self._outcome.conflicts.append(NameConflict(name, said, face_id, claim.source))
            if not self._replace:
                return
        if key not in self._shown:
            self._shown[key] = checked_name(name)
        if claim.hidden:
            self._hidden.add(key)
        self._said[face_id] = key
        self._given[face_id] = claim
        self._confirm.setdefault(key, set()).add(face_id)

    def _near(self, claim: Claim) -> Unmatched | None:
        """Return why no new person of this name is created, or None. Names that the files tell apart are distinct."""
        name = claim.region.name
        meant = self._near_keys.get(near_key(checked_name(name)))
        if meant is None:
            return None
        return Unmatched(name, claim.source, f"{_NOBODY}; did you mean {meant!r}?", alike=meant)

    def _refusal(self, key: str, face_id: int) -> str | None:
        """Return what a human said here against this name for an unnamed face, or None."""
        person = self._known.get(key)
        if person is not None and person.id in self._rejections.get(face_id, ()):
            return f"not {person.name}"
        return _IGNORED if face_id in self._ignored else None

    def confirm(self, catalog: Catalog, drawer: Drawer) -> None:
        """Confirm the faces, one act per person. What the act made, also drawn faces, goes again if it is undone."""
        for key, face_ids in self._confirm.items():
            drawn = drawer.drawn_among(face_ids)
            name, known = self._shown[key], face_ids - drawn.keys()
            if drawn:
                network = drawer.network
                person, made, _ = catalog.acts.mark(name, list(drawn.values()), network, face_ids=known)
            else:
                person, made = catalog.acts.enrol(name, known)
            self._outcome.drawn += len(drawn)
            if made:
                self._outcome.created.append(person.name)
                if key in self._hidden:
                    catalog.acts.set_hidden(person.id, hidden=True)
            self._outcome.confirmed += len(face_ids)


def _refuse(catalog: Catalog, refused: Sequence[RefusedFace], path: Path, outcome: Outcome) -> None:
    """Reject and ignore faces, one act per person, except those that a human named so here.

    Run it after the names of the file were confirmed.
    """
    photos = catalog.photos.by_digests({one.photo for one in refused})
    faces_of = catalog.faces.of_photos(photo.id for photo in photos.values())
    people = {name_key(person.name): person for person in catalog.people.all(hidden=True)}
    rejections, ignored = catalog.people.rejections(), catalog.people.ignored_faces()
    reject: dict[int, set[int]] = {}
    ignore: set[int] = set()
    for one in refused:
        photo, name = photos.get(one.photo), one.region.name
        said, source = f"not {name}" if name else _IGNORED, one.path or path
        person = people.get(_key_among(people, name) or "") if name else None
        face = None if photo is None else _face_at(one.region, photo, faces_of[photo.id])
        if face is None or (name and person is None):
            reason = NO_PHOTO if photo is None else _NO_FACE if face is None else _NOBODY
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
        catalog.acts.reject(sorted(face_ids), person_id)
        outcome.rejected += len(face_ids)
    if ignore:
        catalog.acts.ignore(sorted(ignore))
        outcome.ignored += len(ignore)


def _pair(regions: Sequence[Region], photo: Photo, faces: Sequence[Face]) -> Pairing:
    return pair(regions, [region_of("", face.box, photo.width, photo.height) for face in faces])


def _face_at(region: Region, photo: Photo, faces: Sequence[Face]) -> Face | None:
    row = _pair([region], photo, faces).faces.get(0)
    return None if row is None else faces[row]


def _same_name(name: str, other: str) -> bool:
    return not set(name_keys(name)).isdisjoint(name_keys(other))


def _key_among(known: Container[str], name: str) -> str | None:
    """Return the key of a name if it is among the known keys, else None."""
    return next((key for key in name_keys(name) if key in known), None)


def _unfit(claim: Claim) -> Unmatched | None:
    """Return why this is not a valid name, or None."""
    try:
        checked_name(claim.region.name)
    except CatalogError as error:
        return Unmatched(claim.region.name, claim.source, str(error))
    return None
