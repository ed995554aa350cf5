"""Answer questions about faces: who is this, are these one person, where is this face."""

import time
from collections import Counter
from pathlib import Path

from recog import identify as decide
from recog.boxes import match_boxes
from recog.errors import CatalogError, NoFaceFoundError
from recog.library.act_results import FaceReasons
from recog.library.freshness import FreshIndex
from recog.library.gallery import PersonGallery
from recog.library.networks import Networks
from recog.library.probes import Probe, face_quality, pick_face, read_probe
from recog.library.results import (
    FaceSearch,
    FoundFace,
    Identification,
    IdentifiedPhoto,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.library.verifying import decided
from recog.quality import may_found, may_join
from recog.store.catalog import Catalog
from recog.store.rows import SAME_FACE_IOU
from recog.types import Origin
from recog.verification.features import Method

PULLED_IN = 20_000
"""Faces of a library up to which naming one of them names the others that are near at once: about a second."""


def identify(catalog: Catalog, networks: Networks, gallery: PersonGallery, photo: Path) -> IdentifiedPhoto:
    """Name every face of a photo, or call it unknown (open set).

    A photo of the library is asked about like any other, but what a human said of its faces holds.
    """
    probe = read_probe(photo, networks)
    stored = _stored_faces(catalog, probe)
    rejections, ignored = (catalog.rejections(), catalog.ignored()) if stored else ({}, set())
    refused = {row: rejections[face_id] for row, face_id in stored.items() if face_id in rejections}
    calibration = networks.calibration
    faces = []
    decisions, people = gallery.named(probe.embeddings, refused)
    threshold = gallery.threshold
    for number, (box, (accepted, nearest)) in enumerate(zip(probe.faces.boxes, decisions, strict=True), start=1):
        if stored.get(number - 1) in ignored:
            accepted = None  # noqa: PLW2901 - nobody cares whose face this is
        faces.append(
            Identification(
                number=number,
                box=box,
                person=people[accepted.person_id] if accepted else None,
                nearest=nearest,
                nearest_person=people[nearest.person_id] if nearest else None,
                probability=decide.probability(nearest.squared_distance, calibration) if nearest else 0.0,
                threshold=threshold,
            )
        )
    return IdentifiedPhoto(photo, tuple(faces))


def identify_all(catalog: Catalog, networks: Networks, gallery: PersonGallery) -> MatchReport:
    """Name every face of the library that nobody confirmed, by distance; earlier matches are replaced.

    What humans said holds: confirmed names stay, ignored faces get none, and a rejected person gives way to the next
    best one. The caller holds the writer's lock.
    """
    start = time.perf_counter()
    network = networks.info.sha256
    ignored = catalog.ignored()
    rejections = catalog.rejections()
    matches: list[tuple[int, int, float]] = []
    unknown = 0
    for rows in catalog.embeddings(network):
        face_ids = rows.face_ids.tolist()
        settled = ignored | catalog.confirmed_people(face_ids).keys()
        refused = {row: rejections[face_id] for row, face_id in enumerate(face_ids) if face_id in rejections}
        for face_id, (accepted, _) in zip(face_ids, gallery.decide(rows.embeddings, refused), strict=True):
            if face_id in settled:
                continue
            if accepted is None:
                unknown += 1
            else:
                matches.append((face_id, accepted.person_id, accepted.squared_distance))
    catalog.set_matches(network, matches)
    counts = Counter(person_id for _, person_id, _ in matches)
    people = {person.id: person for person in catalog.people(hidden=True)}
    named = sorted(((people[one], count) for one, count in counts.items()), key=lambda row: (-row[1], row[0].name))
    return MatchReport(tuple(named), unknown, time.perf_counter() - start)


def pull_in(catalog: Catalog, networks: Networks, *, k: int, limit: int = PULLED_IN) -> MatchReport | None:
    """What a human just said, applied to all other faces: `identify_all`, in a library of at most `limit` faces.

    None above: it would take longer than anybody waits for an answer. The caller holds the writer's lock.
    """
    if catalog.embedding_mark(networks.info.sha256).count > limit:
        return None
    return identify_all(catalog, networks, PersonGallery(catalog, networks, None, k=k))


def why(catalog: Catalog, networks: Networks, gallery: PersonGallery, face_id: int) -> FaceReasons:
    """Why a face of the library has its name, or none."""
    face = catalog.faces([face_id]).get(face_id)
    if face is None:
        raise CatalogError(f"no face has the number {face_id}: 'recog search' and every --json document name them")
    people = {person.id: person for person in catalog.people(hidden=True)}
    rejected = catalog.rejections().get(face_id, set())
    _, embedding = catalog.embeddings_of([face_id], networks.info.sha256)
    quality = face_quality(face.box, face.sharpness)
    nearest = (
        gallery.decide(embedding, {0: rejected})[0][1]
        if len(embedding) and face.origin is not Origin.CONFIRMED
        else None
    )
    return FaceReasons(
        face=face,
        paths=tuple(catalog.paths([face.photo_id]).get(face.photo_id, ())),
        person=people[face.person_id] if face.person_id is not None else None,
        ignored=face_id in catalog.ignored(),
        rejected=tuple(sorted(people[one].name for one in rejected)),
        nearest=nearest,
        nearest_person=people[nearest.person_id] if nearest else None,
        probability=decide.probability(nearest.squared_distance, networks.calibration) if nearest else 0.0,
        threshold=gallery.threshold,
        embedded=len(embedding) == 1,
        shortfalls=may_found(quality).shortfalls,
        left_out=may_join(quality).shortfalls,
    )


def _stored_faces(catalog: Catalog, probe: Probe) -> dict[int, int]:
    """Faces of the library that a probe shows, by row; empty where the photo is not in the library."""
    known = catalog.photos_with([probe.photo.sha256]).get(probe.photo.sha256)
    if known is None:
        return {}
    stored = catalog.faces_of_photo(known.id)
    pairs = match_boxes(probe.faces.boxes, [face.box for face in stored], SAME_FACE_IOU)
    return {row: stored[place].id for row, place in pairs}


def verify_photos(
    networks: Networks, left: Path, right: Path, *, face: int | None, other_face: int | None, method: Method
) -> VerifiedPair:
    """Are the faces of two photos one person? Needs no library."""
    a, b = read_probe(left, networks), read_probe(right, networks)
    row, other = pick_face(a, face), pick_face(b, other_face, option="--other-face")
    decision = decided(networks, method, a.embeddings[row], b.embeddings[other : other + 1])
    return VerifiedPair(left, right, a.faces.boxes[row], b.faces.boxes[other], decision)


def verify_person(
    catalog: Catalog, networks: Networks, photo: Path, name: str, *, face: int | None, method: Method
) -> VerifiedPair:
    """Is the face of a photo a person of the library? Decided by the confirmed face that speaks for it most."""
    person = catalog.person(name)
    probe = read_probe(photo, networks)
    row = pick_face(probe, face)
    gallery = catalog.gallery(networks.info.sha256)
    own = gallery.embeddings[gallery.person_ids == person.id]
    if len(own) == 0:
        raise NoFaceFoundError(f"{person.name} has no confirmed face: run 'recog enrol' with a photo of the person")
    decision = decided(networks, method, probe.embeddings[row], own)
    return VerifiedPair(photo, person.name, probe.faces.boxes[row], None, decision)


def search(catalog: Catalog, networks: Networks, index: FreshIndex, photo: Path, *, k: int) -> SearchResult:
    """The k nearest faces of the library for every face of a photo."""
    probe: Probe = read_probe(photo, networks)
    neighbours = index.current().search(probe.embeddings, k)
    faces = catalog.faces({one.face_id for row in neighbours for one in row})
    paths = catalog.paths({face.photo_id for face in faces.values()})
    people = catalog.people_by_id(face.person_id for face in faces.values() if face.person_id is not None)
    results = []
    for number, (box, row) in enumerate(zip(probe.faces.boxes, neighbours, strict=True), start=1):
        found = tuple(
            FoundFace(
                face=(face := faces[one.face_id]),
                squared_distance=one.squared_distance,
                probability=decide.probability(one.squared_distance, networks.calibration),
                paths=tuple(paths.get(face.photo_id, ())),
                person=people[face.person_id] if face.person_id is not None else None,
            )
            for one in row
        )
        results.append(FaceSearch(number, box, found))
    return SearchResult(photo, tuple(results))
