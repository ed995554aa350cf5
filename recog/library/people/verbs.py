"""The verbs of a library on people and their faces: name, correct, undo, erase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from recog.library.people.questions import PeopleQuestions

if TYPE_CHECKING:  # verbs that need only the catalog, such as `all`, load no decoder and no FAISS
    from datetime import date

    from recog.library.indexing.retention import ExpiredFaces
    from recog.library.inputs import AnyPath
    from recog.library.people.proof import ErasureReport
    from recog.library.people.results import (
        Confirmation,
        DistinctPeople,
        Enrolment,
        Forgotten,
        IgnoredFaces,
        MarkedFace,
        ResetPhotos,
        SplitPerson,
    )
    from recog.library.recognition.results import MatchReport
    from recog.photos import DecodePool
    from recog.store.catalog import Catalog
    from recog.store.records import PastAct
    from recog.types import Person


class People(PeopleQuestions):
    """The people of a library: name faces, change or undo decisions, and erase."""

    def enrol(
        self, name: str, photos: AnyPath | Sequence[AnyPath], *, face: int | None = None, near: bool = False
    ) -> Enrolment:
        """Confirm that photos show a person, and name the faces near theirs (see `matched_at_once`).

        `face` counts from the left, from 1, if a photo shows several faces. A new name that is close to an existing one
        (Weiss, Weiß) is a NearNameError; with `near`, it creates a new person.
        """
        from recog.library.inputs import paths_of
        from recog.library.people import enrolment

        portraits = enrolment.read_portraits(self._context.networks, paths_of(photos), face=face)
        with self._context.writing(create=True) as catalog:
            return enrolment.enrol(
                catalog, self._context.networks, name, portraits, k=self._context.settings.k, near=near
            )

    def confirm(
        self,
        name: str,
        face_ids: Sequence[int] = (),
        *,
        cluster: int | None = None,
        new: bool = False,
        near: bool = False,
    ) -> Confirmation:
        """Confirm that faces of the library, or the unnamed faces of a remembered cluster, are a person.

        An unknown name is an UnknownPersonError; with `new`, it creates a person. A new name that is close to an
        existing one is a NearNameError unless `near`. A face that was rejected or ignored no longer is. Faces of a
        cluster that were rejected for this person are left out.
        """
        from recog.library.people import enrolment

        with self._context.writing() as catalog:
            done = enrolment.confirm(
                catalog, self._context.networks, name, face_ids, cluster=cluster, new=new, near=near
            )
            self._match(catalog)
            return replace(done, person=catalog.people.by_id(done.person.id))

    def mark(
        self,
        photo: AnyPath | int,
        box: tuple[float, float, float, float],
        name: str,
        *,
        near: bool = False,
        decoders: DecodePool | None = None,
    ) -> MarkedFace:
        """Name a face that no detector found, by a box that a user draws on the photo.

        photo is a file of the library, or the number of a photo. box is left, top, width and height in pixels of the
        upright photo. O-Net places the box and finds the landmarks; if it sees no face, the box stays as it is, and no
        other face gets its name from this one. The face stays whatever later runs of `index` find, and moves with an
        edited photo. If the library knows a face there, that face is confirmed. A new name that is close to an existing
        one is a NearNameError; with `near`, it creates a new person. decoders: processes to decode the photo in.
        """
        from recog.library.inputs import path_of
        from recog.library.people.marking import mark
        from recog.photos import DecodePool
        from recog.types import FaceBox

        left, top, width, height = box
        drawn = FaceBox(left, top, left + width, top + height, 0.0, ())
        where = photo if isinstance(photo, int) else path_of(photo)
        if decoders is not None:
            return mark(self._context, decoders, where, drawn, name, near=near)
        with DecodePool(self._context.decode_limits) as pool:
            return mark(self._context, pool, where, drawn, name, near=near)

    def reject(self, name: str, face_ids: Sequence[int]) -> Person:
        """Record that faces are not this person, so that they never get the name by distance again."""
        with self._context.writing() as catalog:
            person = catalog.people.by_name(name)
            catalog.acts.reject(face_ids, person.id)
            self._match(catalog)
            return catalog.people.by_id(person.id)

    def distinct(self, name: str, other: str) -> DistinctPeople:
        """Record that two people are distinct, so that no report calls them duplicates again."""
        from recog.library.people.results import DistinctPeople

        with self._context.writing() as catalog:
            people_named = catalog.people.by_name(name), catalog.people.by_name(other)
            catalog.acts.set_distinct(people_named[0].id, people_named[1].id)
            return DistinctPeople(*people_named)

    def ignore(
        self, face_ids: Sequence[int], *, ignored: bool = True, nameless: bool = False, others: bool = False
    ) -> IgnoredFaces:
        """Ignore faces, so that they are not named, grouped or reported; with `ignored` false, stop ignoring them.

        With `nameless`, faces that have a name by now are left out: whoever saw them without one may be late. With
        `others`, everybody else without a name on the photos of these faces is ignored, and not the faces.
        """
        from recog.library.people.results import IgnoredFaces

        with self._context.writing() as catalog:
            if others:
                face_ids = catalog.faces.nameless_beside(face_ids)
            elif nameless:
                known = catalog.faces.by_ids(face_ids)
                face_ids = [one for one in face_ids if one not in known or known[one].person_id is None]
            (catalog.acts.ignore if ignored else catalog.acts.unignore)(face_ids)
            self._match(catalog)
            return IgnoredFaces(tuple(dict.fromkeys(face_ids)), ignored, len(catalog.people.ignored_faces()))

    def split(self, name: str, *, threshold: float | None = None) -> SplitPerson:
        """Split a name that several people share: the main cluster of its faces keeps it."""
        from recog.library.people import splitting

        with self._context.writing() as catalog:
            done = splitting.split(catalog, self._context.networks, name, threshold=threshold)
            self._match(catalog)
            return done

    def undo(self, act: int | None = None) -> PastAct:
        """Undo an act on people or faces by its number in the history, or the latest one that is not undone yet.

        An act that a later one builds on is a CatalogError, which names that one.
        """
        with self._context.writing() as catalog:
            undone = catalog.acts.undo(act)
            self._match(catalog)
            return undone

    def set_cover(self, name: str, face_id: int | None) -> Person:
        """Choose the face that stands for a person, one of the person's; None lets recog choose again."""
        with self._context.writing() as catalog:
            return catalog.acts.set_cover(catalog.people.by_name(name).id, face_id)

    def set_born(self, name: str, born: date | None) -> Person:
        """Say on which day a person was born; None if that is not known. A day to come is a CatalogError.

        Names by distance follow at once, if photos have dates: see recog.ageing.
        """
        from recog.library.people.births import checked_birth

        with self._context.writing() as catalog:
            person = catalog.acts.set_born(catalog.people.by_name(name).id, checked_birth(born))
            if not (self._context.networks.over_time and catalog.faces.any_dated()):
                return person
            self._match(catalog)
            return catalog.people.by_id(person.id)

    def set_shareable(self, name: str, *, shareable: bool) -> Person:
        """Say whether pictures that `sharing` makes may show a person."""
        with self._context.writing() as catalog:
            return catalog.acts.set_shareable(catalog.people.by_name(name).id, shareable=shareable)

    def rename(self, old: str, new: str, *, near: bool = False) -> Person:
        """Rename a person; a name close to that of somebody else is a NearNameError unless `near`."""
        from recog.library.people.near_names import refuse_near

        with self._context.writing() as catalog:
            person = catalog.people.by_name(old)
            if not near and not catalog.people.is_known(new):
                refuse_near(catalog, new, but=person.id)
            return catalog.acts.rename(person.id, new)

    def merge(self, source: str, target: str) -> Person:
        """Merge two names of one person: all faces of source become target's (see `matched_at_once`)."""
        with self._context.writing() as catalog:
            person = catalog.acts.merge(catalog.people.by_name(source).id, catalog.people.by_name(target).id)
            self._match(catalog)
            return catalog.people.by_id(person.id)

    def hide(self, name: str, *, hidden: bool = True) -> Person:
        """Leave a person out of lists and reports, but still identify them; with `hidden` false, show them again."""
        with self._context.writing() as catalog:
            return catalog.acts.set_hidden(catalog.people.by_name(name).id, hidden=hidden)

    def forget(self, name: str) -> Forgotten:
        """Erase a person: name, faces, embeddings, thumbnails, style jobs, and their traces in the index.

        Albums that tell of the person go, with their links and lists. The thumbnails of photos that show the person go
        too. The photos stay, and so do pictures styled from them; the
        result lists these pictures.
        """
        from recog.index.files import discard
        from recog.library.albums.keeping import delete_outputs
        from recog.library.people.results import Forgotten
        from recog.store.albums import named_in

        with self._context.writing() as catalog:
            person = catalog.people.by_name(name)
            # First, so that no file holds the person's vectors or face if recog is killed afterwards.
            discard(self._context.settings.library / "index")
            for album in named_in(catalog.albums.all(), person.id, person.name):
                delete_outputs(catalog, album)
            shown = catalog.photos.of_people([person.id])
            self._context.thumbnails.drop(one.photo.sha256 for one in shown)
            erased = catalog.erasure.forget(person.id)
            self._context.vector_index.publish()
            styled = tuple(path for path in erased.styled if path.exists())
            return Forgotten(erased.name, len(erased.face_ids), erased.complete, styled)

    def forget_and_prove(self, name: str) -> ErasureReport:
        """Erase a person as `forget` does, then look for what was known of them in every file of the library."""
        from recog.library.people.proof import report, traces_of

        catalog = self._context.catalog
        traces, on_server = traces_of(catalog, name), catalog.on_server
        erased = self.forget(name)
        self._context.close()  # closing a file that SQLite has open, as searching does, would drop its locks
        return report(self._context.settings.library, erased, traces, on_server=on_server)

    def expire(self, days: int, *, dry_run: bool = False) -> ExpiredFaces:
        """Delete the embeddings of faces that were known for so many days and that nobody named."""
        from recog.library.indexing.retention import expire

        if dry_run:
            return expire(self._context, self._context.catalog, days, dry_run=True)
        with self._context.writing() as catalog:
            catalog.retention.note()
            return expire(self._context, catalog, days)

    def reset(self, photos: AnyPath | Sequence[AnyPath]) -> ResetPhotos:
        """Let the next run of `index` find the forgotten faces of these photos again.

        Forgotten faces are recorded by the photo's content, so any copy of the photo will do. Names do not come back.
        """
        from recog.library.inputs import paths_of
        from recog.library.people.results import ResetPhotos
        from recog.photos import photo_digest

        paths = tuple(paths_of(photos))
        digests = [photo_digest(path) for path in paths]
        with self._context.writing() as catalog:
            return ResetPhotos(paths, catalog.erasure.reset(digests))

    def match_all(self) -> MatchReport:
        """Name the library's unconfirmed faces by distance; earlier names by distance are replaced."""
        from recog.library.recognition.matching import identify_all

        with self._context.writing() as catalog:
            return identify_all(catalog, self._context.networks, self._context.gallery)

    def _match(self, catalog: Catalog) -> None:
        """Update the names by distance after a decision."""
        from recog.library.recognition.matching import match_now

        match_now(catalog, self._context.networks, k=self._context.settings.k)
