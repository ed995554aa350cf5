"""Answer questions about faces: who is this, are these one person, where is this face."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from recog import identify as decide
from recog.errors import NoFaceFoundError
from recog.index.faiss_index import FaceIndex
from recog.library.freshness import FreshIndex
from recog.library.networks import Networks
from recog.library.probes import Probe, pick_face, read_probe
from recog.library.results import (
    FaceSearch,
    FoundFace,
    Identification,
    IdentifiedPhoto,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.store.catalog import Catalog
from recog.types import Embeddings, Match, Neighbour


class PersonGallery:
    """The confirmed faces of all people, searchable: what a probe is identified against."""

    def __init__(self, catalog: Catalog, networks: Networks, *, k: int) -> None:
        gallery = catalog.gallery(networks.info.sha256)
        self._person_of = dict(zip(gallery.face_ids.tolist(), gallery.person_ids.tolist(), strict=True))
        self._index = FaceIndex.build(
            [(gallery.face_ids, gallery.embeddings)],
            network_sha256=networks.info.sha256,
            dim=networks.info.dim,
            device=networks.device,
        )
        self._k = k
        self._threshold = networks.calibration.threshold

    def decide(self, probes: Embeddings) -> list[tuple[Match | None, Match | None]]:
        """(p, dim) -> for each probe the accepted match or None, and the nearest person or None."""
        neighbours: list[Sequence[Neighbour]] = self._index.search(probes, self._k)
        return [decide.identify(row, self._person_of, threshold=self._threshold) for row in neighbours]


def identify(catalog: Catalog, networks: Networks, photo: Path, *, k: int) -> IdentifiedPhoto:
    """Name every face of a photo, or call it unknown (open set)."""
    probe = read_probe(photo, networks)
    people = {person.id: person for person in catalog.people(hidden=True)}
    calibration = networks.calibration
    faces = []
    decisions = PersonGallery(catalog, networks, k=k).decide(probe.embeddings)
    for number, (box, (accepted, nearest)) in enumerate(zip(probe.faces.boxes, decisions, strict=True), start=1):
        faces.append(
            Identification(
                number=number,
                box=box,
                person=people[accepted.person_id] if accepted else None,
                nearest=nearest,
                nearest_person=people[nearest.person_id] if nearest else None,
                probability=decide.probability(nearest.squared_distance, calibration) if nearest else 0.0,
                threshold=calibration.threshold,
            )
        )
    return IdentifiedPhoto(photo, tuple(faces))


def identify_all(catalog: Catalog, networks: Networks, *, k: int) -> MatchReport:
    """Name every face of the library that nobody confirmed, by distance; earlier matches are replaced.

    Confirmed names are facts and stay. The caller holds the writer's lock.
    """
    start = time.perf_counter()
    network = networks.info.sha256
    gallery = PersonGallery(catalog, networks, k=k)
    confirmed = set(catalog.gallery(network).face_ids.tolist())
    matches: list[tuple[int, int, float]] = []
    unknown = 0
    for rows in catalog.embeddings(network):
        for face_id, (accepted, _) in zip(rows.face_ids.tolist(), gallery.decide(rows.embeddings), strict=True):
            if face_id in confirmed:
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


def verify_photos(
    networks: Networks, left: Path, right: Path, *, face: int | None, other_face: int | None
) -> VerifiedPair:
    """Are the faces of two photos one person? Needs no library."""
    a, b = read_probe(left, networks), read_probe(right, networks)
    row, other = pick_face(a, face), pick_face(b, other_face, option="--other-face")
    decision = decide.verify(a.embeddings[row], b.embeddings[other], networks.calibration)
    return VerifiedPair(left, right, a.faces.boxes[row], b.faces.boxes[other], decision)


def verify_person(catalog: Catalog, networks: Networks, photo: Path, name: str, *, face: int | None) -> VerifiedPair:
    """Is the face of a photo a person of the library? Decided by the person's nearest confirmed face."""
    person = catalog.person(name)
    probe = read_probe(photo, networks)
    row = pick_face(probe, face)
    gallery = catalog.gallery(networks.info.sha256)
    own = gallery.embeddings[gallery.person_ids == person.id]
    if len(own) == 0:
        raise NoFaceFoundError(f"{person.name} has no confirmed face: run 'recog enrol' with a photo of the person")
    nearest = own[(own @ probe.embeddings[row]).argmax()]
    decision = decide.verify(probe.embeddings[row], nearest, networks.calibration)
    return VerifiedPair(photo, person.name, probe.faces.boxes[row], None, decision)


def search(catalog: Catalog, networks: Networks, index: FreshIndex, photo: Path, *, k: int) -> SearchResult:
    """The k nearest faces of the library for every face of a photo."""
    probe: Probe = read_probe(photo, networks)
    neighbours = index.current().search(probe.embeddings, k)
    faces = catalog.faces({one.face_id for row in neighbours for one in row})
    paths = catalog.paths({face.photo_id for face in faces.values()})
    people = {person.id: person for person in catalog.people(hidden=True)}
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
