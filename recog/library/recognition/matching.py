"""Name the library's faces by distance: all of them, as humans have spoken, or because faces or the rule changed."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from recog import identify as decide
from recog.library.networks import Networks
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.results import MatchReport
from recog.store.catalog import Catalog
from recog.store.records import Owners
from recog.types import FaceIds, Person

MatchedFace: TypeAlias = tuple[int, int, float]
"""Face, person, squared distance."""
PeopleCounts: TypeAlias = tuple[tuple[Person, int], ...]
"""People, and how many faces each; most first, then by name."""

MATCHED_AT_ONCE = 20_000
"""Faces of a library up to which naming one of them names the others that are near at once: about a second."""


def matches_at_once(catalog: Catalog, networks: Networks, *, limit: int = MATCHED_AT_ONCE) -> bool:
    """Whether a library is small enough that faces are named at once."""
    return catalog.embeddings.mark(networks.info.sha256).count <= limit


def identify_all(catalog: Catalog, networks: Networks, gallery: PersonGallery) -> MatchReport:
    """Name every face of the library that nobody confirmed, by distance; earlier matches are replaced.

    Faces of which the detector is unsure get no name (see recog.quality.doubt_of) and count as unknown.

    What humans said holds: confirmed names stay, ignored faces get none, and a rejected person gives way to the next
    best one. Of two faces of a photo that are taken for one person the nearer one is. The caller holds the writer's
    lock.
    """
    start = time.perf_counter()
    matches, unknown, _ = _decided(catalog, networks, gallery)
    catalog.matches.replace(networks.info.sha256, matches, rule=gallery.rule)
    named = _counted(catalog, (person_id for _, person_id, _ in matches))
    return MatchReport(named, unknown, time.perf_counter() - start)


def match_now(catalog: Catalog, networks: Networks, *, k: int, limit: int = MATCHED_AT_ONCE) -> MatchReport | None:
    """What a human just said, applied to all other faces: `identify_all`, in a library of at most `limit` faces.

    None above, where it would take longer than anybody waits for an answer, and without a calibration: what was said
    is kept all the same. The caller holds the writer's lock.
    """
    if networks.calibration_if_any is None or not matches_at_once(catalog, networks, limit=limit):
        return None
    return identify_all(catalog, networks, PersonGallery(catalog, networks, None, k=k))


def name_new(catalog: Catalog, networks: Networks, *, k: int, limit: int = MATCHED_AT_ONCE) -> PeopleCounts:
    """What `match_now` does, where it is due: who got how many faces that were another's or nobody's.

    It is due where faces came or went since, or where the calibration, the threshold or k is another one than then.
    Nothing is done where nobody has a name, and without a calibration. The caller holds the writer's lock.
    """
    digest = networks.info.sha256
    if networks.calibration_if_any is None:
        return ()
    gallery = PersonGallery(catalog, networks, None, k=k)
    due = catalog.matches.due(digest, rule=gallery.rule) and catalog.people.count() > 0
    if not due or not matches_at_once(catalog, networks, limit=limit):
        return ()
    matches, _, before = _decided(catalog, networks, gallery)
    catalog.matches.replace(digest, matches, rule=gallery.rule)
    face_ids, people = _columns(matches)
    new = before.person_ids[np.searchsorted(before.face_ids, face_ids)] != people
    return _counted(catalog, people[new].tolist())


def _decided(catalog: Catalog, networks: Networks, gallery: PersonGallery) -> tuple[list[MatchedFace], int, Owners]:
    """Who the faces are that nobody confirmed, how many of them are nobody, and whose all faces are until now."""
    ignored = catalog.people.ignored_faces()
    doubted = catalog.faces.doubted()
    rejections = catalog.people.rejections()
    matches: list[MatchedFace] = []
    unknown = 0
    for rows in catalog.embeddings.batches(networks.info.sha256):
        face_ids = rows.face_ids.tolist()
        settled = ignored | catalog.people.confirmed_owners(face_ids).keys()
        refused = {row: rejections[face_id] for row, face_id in enumerate(face_ids) if face_id in rejections}
        for face_id, (accepted, _) in zip(face_ids, gallery.decide(rows.embeddings, refused), strict=True):
            if face_id in settled:
                continue
            if accepted is None or face_id in doubted:
                unknown += 1
            else:
                matches.append((face_id, accepted.person_id, accepted.squared_distance))
    owners = catalog.faces.owners()
    named_once = _without_second_faces(owners, matches, gallery.threshold)
    return named_once, unknown + len(matches) - len(named_once), owners


def _without_second_faces(owners: Owners, matches: Sequence[MatchedFace], threshold: float) -> list[MatchedFace]:
    """The matches but those that give way to another face of their photo, confirmed ones among these."""
    face_ids, people = _columns(matches)
    squared = np.array([match[2] for match in matches])
    photos = owners.photo_ids[np.searchsorted(owners.face_ids, face_ids)]
    said = owners.confirmed & np.isin(owners.photo_ids, photos)
    gives = decide.one_face_per_person(
        np.concatenate([photos, owners.photo_ids[said]]),
        np.concatenate([people, owners.person_ids[said]]),
        np.concatenate([squared, np.full(np.count_nonzero(said), -1.0)]),
        threshold=threshold,
    )[: len(matches)]
    return [match for match, gone in zip(matches, gives.tolist(), strict=True) if not gone]


def _columns(matches: Sequence[MatchedFace]) -> tuple[FaceIds, FaceIds]:
    """The faces, and the person of each, (n,) int64."""
    face_ids, people = (np.array([match[place] for match in matches], np.int64) for place in (0, 1))
    return face_ids, people


def _counted(catalog: Catalog, person_ids: Iterable[int]) -> PeopleCounts:
    counts = Counter(person_ids)
    people = catalog.people.by_ids(counts)
    return tuple(
        sorted(((people[one], count) for one, count in counts.items()), key=lambda row: (-row[1], row[0].name))
    )
