"""What can be asked of the people of a library: who they are, their photos, what was done; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # verbs that need only the catalog, such as `all`, load no decoder and no FAISS
    from recog.library.context import LibraryContext
    from recog.library.inputs import AnyPath, AnyPhoto
    from recog.library.people.clips import WrittenClips
    from recog.library.people.photos_of import FoundPhotos
    from recog.library.people.results import (
        History,
        PersonDetail,
        SimilarPeople,
        TwinPeople,
    )
    from recog.library.recognition.results import VerifiedPair
    from recog.types import Person


class PeopleQuestions:
    """The questions about the people of a library."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def all(self, *, hidden: bool = False) -> tuple[Person, ...]:
        """Return all people, sorted by name; hidden people only if asked for."""
        return tuple(self._context.catalog.people.all(hidden=hidden))

    def never_shared(self) -> tuple[Person, ...]:
        """Return the people whom no shared picture may show, by name."""
        unshared = self._context.catalog.people.never_shared()
        return tuple(one for one in self._context.catalog.people.all(hidden=True) if one.id in unshared)

    def twins(self, name: str | None = None) -> tuple[TwinPeople, ...]:
        """Return the pairs of people who were called twins, by name; with `name`, those of one person, named first."""
        from recog.library.people.results import TwinPeople

        with self._context.catalog.repeatable_reads():
            pairs = self._context.catalog.people.twin_pairs()
            people = self._context.catalog.people.by_ids({person_id for pair in pairs for person_id in pair})
            told = None if name is None else self._context.catalog.people.by_name(name).id
        if told is not None:
            pairs = {pair if pair[0] == told else (pair[1], pair[0]) for pair in pairs if told in pair}
        found = [TwinPeople(people[one], people[other], True) for one, other in pairs]
        return tuple(sorted(found, key=lambda one: (one.person.name, one.other.name)))

    def person(self, name: str) -> PersonDetail:
        """Return a person with all faces."""
        from recog.library.people.detail import detail

        return detail(self._context.catalog, name)

    def history(self, *, limit: int | None = None, before: int | None = None) -> History:
        """Return the acts on people and faces, the latest first; with `before`, those before that act."""
        from recog.library.people.results import History

        return History(tuple(self._context.catalog.acts.history(limit=limit, before=before)))

    def similar(self, name: str, *, k: int = 12) -> SimilarPeople:
        """Return the k people who look most like a person, by the distance of their confirmed faces."""
        from recog.library.people.similar import similar

        return similar(self._context.catalog, self._context.networks, name, k=k)

    def disclosure(self, name: str) -> bytes:
        """Return a zip archive with everything that is known of a person; see `recog.library.people.disclosure`."""
        from recog.library.people.disclosure import disclosure

        return disclosure(self._context.catalog, name)

    def archive(self, name: str) -> Iterator[bytes]:
        """Return the parts of a zip archive with all photos of a person; see `recog.library.people.archive`."""
        from recog.library.people.archive import archive

        return archive(self._context.catalog, name)

    def write_clips(self, found: FoundPhotos, folder: AnyPath) -> WrittenClips:
        """Write the moments of a search, which `find` and `find_by_query` return, as files into a folder.

        Nothing is encoded anew, so a clip begins with the key frame before its moment.
        """
        from recog.library.inputs import path_of
        from recog.library.people.clips import write_clips

        return write_clips(found, path_of(folder), self._context.decode_limits)

    def find(
        self, names: str | Sequence[str], *, any_of: bool = False, confirmed: bool = False, by_path: bool = False
    ) -> FoundPhotos:
        """Return the photos that show all of the named people, or with `any_of` at least one of them.

        Confirmed and matched faces count; with `confirmed`, only confirmed faces. The newest photos come first, and
        photos without a date other than the file's come last; with `by_path`, photos are sorted by path. The
        UnknownPersonError for an unknown name lists similar names.
        """
        from recog.library.people.photos_of import photos_of

        wanted = [names] if isinstance(names, str) else list(names)
        return self._context.answered(
            lambda source: photos_of(source.catalog, wanted, any_person=any_of, confirmed=confirmed, by_path=by_path)
        )

    def find_by_query(
        self, words: str | Sequence[str], *, any_of: bool = False, confirmed: bool = False, by_path: bool = False
    ) -> FoundPhotos:
        """Return the photos that fit a query, such as "Ann without Bob, 2019": see docs/reference/find.md.

        words: the query in one or several parts, which all have to fit, or with `any_of` at least one; a part that is
        exactly a name is that name. The order, and `confirmed`, are those of `find`.

        Raises:
            QueryError: the query cannot be read.
        """
        from recog.library.people.photos_of import photos_asked

        given = [words] if isinstance(words, str) else list(words)
        return self._context.answered(
            lambda source: photos_asked(source.catalog, given, any_part=any_of, confirmed=confirmed, by_path=by_path)
        )

    def by_number(self, person_id: int) -> Person:
        """Return a person without the faces; an unknown number is an UnknownPersonError."""
        return self._context.catalog.people.by_id(person_id)

    def person_by_number(self, person_id: int) -> PersonDetail:
        """Return a person with all faces; an unknown number is an UnknownPersonError."""
        return self.person(self._context.catalog.people.by_id(person_id).name)

    def verify_person(self, photo: AnyPhoto, person_id: int, *, face: int | None = None) -> VerifiedPair:
        """Decide whether the face of a photo is a person of the library, as `verify` does by name."""
        from recog.library.inputs import photo_of
        from recog.library.recognition import queries
        from recog.verification.features import Method

        name = self._context.catalog.people.by_id(person_id).name
        return queries.verify_person(
            self._context.catalog, self._context.networks, photo_of(photo), name, face=face, method=Method.DISTANCE
        )

    @property
    def matched_at_once(self) -> bool:
        """Whether faces are named at once, after indexing and after each confirmation; otherwise run `match_all`.

        True for a library of at most 20,000 faces, because naming takes about a second there.
        """
        from recog.library.recognition.matching import matches_at_once

        return matches_at_once(self._context.catalog, self._context.networks)

    @property
    def names_due(self) -> bool:
        """Whether `match_all` may name faces that wait for it: those that came, or all because the rule changed."""
        from recog.library.recognition.gallery import PersonGallery

        catalog, networks = self._context.catalog, self._context.networks
        if networks.calibration_if_any is None:
            return False
        gallery = PersonGallery(catalog, networks, None, k=self._context.settings.k)
        return catalog.matches.due(networks.info.sha256, rule=gallery.rule)
