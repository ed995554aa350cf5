"""The verbs of a library on people and their faces: what humans say of them, and take back."""

from collections.abc import Sequence
from dataclasses import replace

from recog.index.files import discard
from recog.library.context import LibraryState
from recog.library.inputs import AnyPath, paths_of
from recog.library.people import enrolment
from recog.library.people.results import (
    Confirmation,
    DistinctPeople,
    Enrolment,
    Forgotten,
    History,
    IgnoredFaces,
    PersonDetail,
    SplitPerson,
)
from recog.library.recognition import queries
from recog.library.recognition.results import FaceReasons
from recog.store.records import PastAct
from recog.types import Person


class PeopleVerbs(LibraryState):
    """What PhotoLibrary can do with people."""

    def enrol(
        self, name: str, photos: AnyPath | Sequence[AnyPath], *, face: int | None = None, near: bool = False
    ) -> Enrolment:
        """Confirm that photos show a person, and name the faces near theirs (see `pulls_in`).

        `face` counts from the left, from 1, where a photo shows several. Where nobody has the name, but somebody has
        nearly that name (Weiss, Weiß), this is a NearNameError, or somebody new with `near`.
        """
        portraits = enrolment.read_portraits(self.networks, paths_of(photos), face=face)
        with self._writing(create=True) as catalog:
            return enrolment.enrol(catalog, self.networks, name, portraits, k=self.settings.k, near=near)

    def people(self, *, hidden: bool = False) -> tuple[Person, ...]:
        """Everybody with a name, by name; hidden people only where asked for."""
        return tuple(self.catalog.people(hidden=hidden))

    def person(self, name: str) -> PersonDetail:
        """A person with all faces."""
        return enrolment.detail(self.catalog, name)

    def confirm(
        self,
        name: str,
        face_ids: Sequence[int] = (),
        *,
        cluster: int | None = None,
        new: bool = False,
        near: bool = False,
    ) -> Confirmation:
        """Confirm that faces of the library, or the unnamed ones of a remembered cluster, are a person.

        Nobody of that name is an UnknownPersonError, or a new person with `new`; where somebody has nearly that name,
        only with `near`, else this is a NearNameError. A face that was rejected or ignored
        is so no more; of a cluster, faces that were said not to be the person are left out.
        """
        with self._saying() as catalog:
            done = enrolment.confirm(catalog, self.networks, name, face_ids, cluster=cluster, new=new, near=near)
        return replace(done, person=self.catalog.person_by_id(done.person.id))

    def reject(self, name: str, face_ids: Sequence[int]) -> Person:
        """Say that faces are not this person: no job gives them the name again."""
        with self._saying() as catalog:
            person = catalog.person(name)
            catalog.reject(face_ids, person.id)
        return self.catalog.person_by_id(person.id)

    def distinct(self, name: str, other: str) -> DistinctPeople:
        """Say that two people are not one: no report calls them so again."""
        with self._writing() as catalog:
            people_named = catalog.person(name), catalog.person(other)
            catalog.set_distinct(people_named[0].id, people_named[1].id)
            return DistinctPeople(*people_named)

    def ignore(self, face_ids: Sequence[int], *, ignored: bool = True) -> IgnoredFaces:
        """Care for faces no more: they are named, grouped and reported by no job. Or, not `ignored`, again."""
        with self._saying() as catalog:
            (catalog.ignore if ignored else catalog.unignore)(face_ids)
            return IgnoredFaces(tuple(dict.fromkeys(face_ids)), ignored, len(catalog.ignored()))

    def split(self, name: str, *, threshold: float | None = None) -> SplitPerson:
        """Take apart a name that several people bear: the main cluster of its faces keeps it."""
        with self._saying() as catalog:
            return enrolment.split(catalog, self.networks, name, threshold=threshold)

    def undo(self) -> PastAct:
        """Take back the latest act on people or faces that stands; again, the one before."""
        with self._saying() as catalog:
            return catalog.undo()

    def history(self, *, limit: int | None = None) -> History:
        """What was done to people and faces, the latest act first."""
        return History(tuple(self.catalog.history(limit=limit)))

    def why(self, face_id: int) -> FaceReasons:
        """Why a face of the library has its name, or none."""
        return queries.why(self.catalog, self.networks, self.gallery, face_id)

    def rename(self, old: str, new: str, *, near: bool = False) -> Person:
        """Give a person another name; NearNameError where somebody else has nearly that name, unless `near`."""
        with self._writing() as catalog:
            person = catalog.person(old)
            if not near and not catalog.is_known(new):
                enrolment.refuse_near(catalog, new, but=person.id)
            return catalog.rename(person.id, new)

    def merge(self, source: str, target: str) -> Person:
        """Two names, one person: all faces of source become target's (see `pulls_in`)."""
        with self._saying() as catalog:
            person = catalog.merge(catalog.person(source).id, catalog.person(target).id)
        return self.catalog.person_by_id(person.id)

    def hide(self, name: str, *, hidden: bool = True) -> Person:
        """Leave a person out of lists and reports (still identified), or bring the person back."""
        with self._writing() as catalog:
            return catalog.set_hidden(catalog.person(name).id, hidden=hidden)

    def forget(self, name: str) -> Forgotten:
        """Erase a person: name, faces, embeddings, thumbnails, style jobs, and their traces in the index.

        Photos, and pictures styled from them, stay; the answer names the latter.
        """
        with self._writing() as catalog:
            person = catalog.person(name)
            discard(self.settings.library / "index")  # first: killed from here on, no file holds the person's vectors
            erased = catalog.forget(person.id)
            self.fresh_index.publish()
            styled = tuple(path for path in erased.styled if path.exists())
            return Forgotten(erased.name, len(erased.face_ids), erased.complete, styled)
