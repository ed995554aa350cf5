"""Who is on a photo, and who of them is covered."""

from collections.abc import Sequence
from dataclasses import dataclass

from recog.errors import NoFaceFoundError, SharingError, WayOut
from recog.library.context import LibraryContext
from recog.library.recognition import queries
from recog.library.sharing.results import Kind, Wish
from recog.store.catalog import Catalog
from recog.types import DecodedPhoto, Face, FaceBox, Origin, Person


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face on a photo. person: whose it is by all that is known, None if that is not sure. confirmed: by a user."""

    box: FaceBox
    person: Person | None
    confirmed: bool
    ignored: bool


class Selection:
    """Whom a wish keeps visible in a library."""

    def __init__(self, catalog: Catalog, wish: Wish) -> None:
        """Raises UnknownPersonError for a name that nobody has, SharingError for somebody who is never shared."""
        kept = [catalog.people.by_name(name) for name in wish.keep]
        self._wish = wish
        self._kept = {person.id for person in kept}
        self._unshared = catalog.people.never_shared()
        for person in kept:
            if person.id in self._unshared:
                raise SharingError(f"{person.name} is marked as never to be shared", way_out=WayOut.ALLOW_SHARING)

    def split(self, faces: Sequence[SeenFace]) -> tuple[list[SeenFace], list[SeenFace]]:
        """Return the faces that stay visible, and those that are covered.

        Raises:
            SharingError: somebody would stay visible who is never shared.
        """
        visible = [face for face in faces if self._stays(face)]
        for face in visible:
            if face.person is not None and face.person.id in self._unshared:
                raise SharingError(
                    f"it shows {face.person.name}, who is marked as never to be shared: name whom to keep, so that "
                    "everybody else is covered"
                )
        return visible, [face for face in faces if face not in visible]

    def _stays(self, face: SeenFace) -> bool:
        person = face.person if face.confirmed or not self._wish.confirmed else None
        if self._wish.keep:
            return person is not None and person.id in self._kept
        kinds = {
            Kind.ALL: True,
            Kind.UNKNOWN: person is None,
            Kind.IGNORED: face.ignored,
            Kind.HIDDEN: person is not None and person.hidden,
        }
        return not any(kinds[kind] for kind in self._wish.hide)


def faces_of(context: LibraryContext, photo: DecodedPhoto) -> list[SeenFace]:
    """Return every face of a photo: those that are found now, and those that the library has of it.

    A name that recog gave counts only if it is the same now as in the library, because a stranger who is taken for
    somebody would be shown.
    """
    catalog = context.catalog
    known = catalog.photos.by_digests([photo.sha256]).get(photo.sha256)
    stored = {} if known is None else {face.id: face for face in catalog.faces.of_photo(known.id)}
    people = catalog.people.by_ids(face.person_id for face in stored.values() if face.person_id is not None)
    ignored = catalog.people.ignored_faces() if stored else set()
    try:
        found = queries.identify(catalog, context.networks, context.gallery, photo).faces
    except NoFaceFoundError:
        found = ()
    seen = []
    for one in found:
        face = stored.pop(one.face_id, None) if one.face_id is not None else None
        person = one.person if face is None else _agreed(face, people, one.person)
        seen.append(SeenFace(one.box, person, _is_confirmed(face), one.ignored))
    rest = [SeenFace(face.box, _agreed(face, people, None), _is_confirmed(face), face.id in ignored)
            for face in stored.values()]  # fmt: skip
    return seen + rest


def _agreed(face: Face, people: dict[int, Person], named: Person | None) -> Person | None:
    person = None if face.person_id is None else people.get(face.person_id)
    if face.origin is Origin.CONFIRMED or (person is not None and named is not None and person.id == named.id):
        return person
    return None


def _is_confirmed(face: Face | None) -> bool:
    return face is not None and face.origin is Origin.CONFIRMED
