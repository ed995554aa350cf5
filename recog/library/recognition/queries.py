"""Answer questions about faces: who is this, are these one person, where is this face."""

from collections.abc import Mapping, Sequence

import numpy as np

from recog import identify as decide
from recog.boxes import SAME_FACE_IOU
from recog.errors import NoFaceFoundError, UnknownNumberError, WayOut
from recog.library.inputs import GivenPhoto
from recog.library.networks import Networks
from recog.library.probes import Probe, day_of, face_quality, pick_face, read_probe
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.neighbours import found_faces
from recog.library.recognition.results import (
    FaceReasons,
    FaceSearch,
    Identification,
    IdentifiedPhoto,
    SearchResult,
    VerifiedPair,
)
from recog.library.recognition.vector_index import VectorIndex
from recog.library.recognition.verify import decided, refuse_doubted
from recog.quality import doubt_of, may_found, may_join
from recog.store.catalog import Catalog
from recog.store.photos.spans import Place, match_places
from recog.store.records import Among
from recog.types import Face, Match, Origin
from recog.verification.features import Method


def identify(catalog: Catalog, networks: Networks, gallery: PersonGallery, photo: GivenPhoto) -> IdentifiedPhoto:
    """Name every face of a photo, or call it unknown (open set).

    A photo of the library is a probe like any other, but what a human said of its faces holds. If two faces of the
    photo match one person, the nearer one gets the name (see recog.identify.one_face_per_person); tracks of a video may
    be one person. A face of which the
    detector is unsure is unknown, unless a human confirmed it.
    """
    probe = read_probe(photo, networks)
    stored = _stored_faces(catalog, probe)
    rejections, ignored = (catalog.people.rejections(), catalog.people.ignored_faces()) if stored else ({}, set())
    ids = {row: face.id for row, face in stored.items()}
    refused = {row: rejections[face_id] for row, face_id in ids.items() if face_id in rejections}
    doubts = {row: doubt for row, box in enumerate(probe.faces.boxes) if (doubt := doubt_of(box)) is not None}
    confirmed = {row: face.person_id for row, face in stored.items() if face.origin is Origin.CONFIRMED}
    told = catalog.people.by_ids(person_id for row in doubts if (person_id := confirmed.get(row)) is not None)
    calibration = networks.calibration
    faces = []
    said = gallery.named(probe.embeddings, refused, days=[day_of(probe.photo)] * len(probe.embeddings))
    people, threshold = said.people, said.threshold
    accepted = {
        row: one
        for row, (one, _) in enumerate(said.decisions)
        if one and row not in doubts and ids.get(row) not in ignored
    }
    second = _second_faces(accepted, threshold) if not probe.faces.spans else set()
    for row, (box, (_, near)) in enumerate(zip(probe.faces.boxes, said.decisions, strict=True)):
        named = accepted.get(row) if row not in second else None
        nearest = near if row not in doubts else None
        faces.append(
            Identification(
                number=row + 1,
                box=box,
                person=people[named.person_id] if named else told.get(confirmed.get(row) or 0),
                nearest=nearest,
                nearest_person=people[nearest.person_id] if nearest else None,
                probability=decide.probability(nearest.squared_distance, calibration) if nearest else 0.0,
                threshold=decide.SECOND_IN_A_PHOTO * threshold if row in second else threshold,
                face_id=ids.get(row),
                ignored=ids.get(row) in ignored,
                doubt=doubts.get(row),
                span=probe.faces.span(row),
            )
        )
    return IdentifiedPhoto(probe.path, tuple(faces))


def _second_faces(accepted: Mapping[int, Match], threshold: float) -> set[int]:
    """Return the rows of one photo's faces that match a person whom a nearer face of the photo has."""
    rows = np.array(list(accepted), np.int64)
    people = np.array([one.person_id for one in accepted.values()], np.int64)
    squared = np.array([one.squared_distance for one in accepted.values()])
    return set(rows[decide.one_face_per_person(np.zeros_like(rows), people, squared, threshold=threshold)].tolist())


def why(catalog: Catalog, networks: Networks, gallery: PersonGallery, face_id: int) -> FaceReasons:
    """Return why a face of the library has its name, or none; the nearest person may be of a later snapshot."""
    with catalog.repeatable_reads():
        face = catalog.faces.by_ids([face_id]).get(face_id)
        if face is None:
            raise UnknownNumberError(f"no face has the number {face_id}", way_out=WayOut.FIND_FACES)
        refused = catalog.people.rejections().get(face_id, set())
        people = catalog.people.by_ids(refused if face.person_id is None else {face.person_id, *refused})
        paths = catalog.files.paths([face.photo_id]).get(face.photo_id, ())
        others = catalog.faces.of_photo(face.photo_id)
        ignored = face_id in catalog.people.ignored_faces()
        _, embedding = catalog.embeddings.of_faces([face_id], networks.info.sha256)
        taken = catalog.faces.days([face_id]).get(face_id)
    quality = face_quality(face.box, face.sharpness)
    doubt = doubt_of(face.box)
    asked = embedding if face.origin is not Origin.CONFIRMED and doubt is None else embedding[:0]
    said = gallery.named(asked, {0: refused} if len(asked) else {}, days=[taken] * len(asked))
    nearest = said.decisions[0][1] if said.decisions else None
    second = nearest is not None and _is_second(others, face, nearest, said.threshold)
    return FaceReasons(
        face=face,
        paths=tuple(paths),
        person=people[face.person_id] if face.person_id is not None else None,
        ignored=ignored,
        rejected=tuple(sorted(people[one].name for one in refused)),
        nearest=nearest,
        nearest_person=said.people[nearest.person_id] if nearest else None,
        probability=decide.probability(nearest.squared_distance, networks.calibration) if nearest else 0.0,
        threshold=decide.SECOND_IN_A_PHOTO * said.threshold if second else said.threshold,
        second=second,
        embedded=len(embedding) == 1,
        shortfalls=may_found(quality).shortfalls,
        left_out=may_join(quality).shortfalls,
        doubt=doubt,
    )


def _is_second(faces: Sequence[Face], face: Face, nearest: Match, threshold: float) -> bool:
    """Return whether another face of the photo is that person, and this one too far away to be the same person."""
    others = (one for one in faces if one.id != face.id and one.person_id == nearest.person_id)
    return decide.SECOND_IN_A_PHOTO * threshold < nearest.squared_distance <= threshold and any(
        one.origin is Origin.CONFIRMED or (one.squared_distance or 0.0) <= nearest.squared_distance for one in others
    )


def _stored_faces(catalog: Catalog, probe: Probe) -> dict[int, Face]:
    """Return the faces of the library that a probe shows, by row; empty if the photo is not in the library."""
    known = catalog.photos.by_digests([probe.photo.sha256]).get(probe.photo.sha256)
    if known is None:
        return {}
    stored = catalog.faces.of_photo(known.id)
    seen = [Place(box, probe.faces.span(row)) for row, box in enumerate(probe.faces.boxes)]
    pairs = match_places(seen, [Place(face.box, face.span) for face in stored], SAME_FACE_IOU)
    return {row: stored[place] for row, place in pairs}


def verify_photos(
    networks: Networks,
    left: GivenPhoto,
    right: GivenPhoto,
    *,
    face: int | None,
    other_face: int | None,
    method: Method,
) -> VerifiedPair:
    """Are the faces of two photos one person? Needs no library. DoubtedFaceError if the detector is unsure of one."""
    a, b = read_probe(left, networks), read_probe(right, networks)
    row, other = pick_face(a, face), pick_face(b, other_face, second=True)
    for probe, place in ((a, row), (b, other)):
        refuse_doubted(probe.faces.boxes[place], f"the face in {probe.path}")
    decision = decided(networks, method, a.embeddings[row], b.embeddings[other : other + 1])
    return VerifiedPair(a.path, b.path, a.faces.boxes[row], b.faces.boxes[other], decision)


def verify_person(
    catalog: Catalog, networks: Networks, photo: GivenPhoto, name: str, *, face: int | None, method: Method
) -> VerifiedPair:
    """Is the face of a photo a person of the library? Decided by the confirmed face that speaks for it most."""
    person = catalog.people.by_name(name)
    probe = read_probe(photo, networks)
    row = pick_face(probe, face)
    refuse_doubted(probe.faces.boxes[row], f"the face in {probe.path}")
    gallery = catalog.embeddings.gallery(networks.info.sha256)
    own = gallery.embeddings[gallery.person_ids == person.id]
    if len(own) == 0:
        kind = "confirmed face of which the detector is sure" if person.confirmed else "confirmed face"
        raise NoFaceFoundError(f"{person.name} has no {kind}", way_out=WayOut.ENROL)
    decision = decided(networks, method, probe.embeddings[row], own)
    return VerifiedPair(probe.path, person.name, probe.faces.boxes[row], None, decision)


def search(
    catalog: Catalog, networks: Networks, index: VectorIndex, photo: GivenPhoto, *, k: int, among: Among | None
) -> SearchResult:
    """Return the k nearest faces of the library for every face of a photo, without those dropped meanwhile."""
    probe: Probe = read_probe(photo, networks)
    neighbours = index.search(probe.embeddings, k, among=among)
    results = (
        FaceSearch(number, box, found_faces(catalog, networks.calibration, row, of=box), doubt_of(box))
        for number, (box, row) in enumerate(zip(probe.faces.boxes, neighbours, strict=True), start=1)
    )
    return SearchResult(probe.path, tuple(results))
