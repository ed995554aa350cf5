"""Name the library's faces by distance: on request, after what humans said, or because faces or the rule changed."""

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
from recog.store.embedding_records import EmbeddingRows, Owners
from recog.types import FaceIds, Person

MatchedFace: TypeAlias = tuple[int, int, float]
"""Face, person, squared distance."""
PeopleCounts: TypeAlias = tuple[tuple[Person, int], ...]
"""People, and how many faces each; most first, then by name."""

MATCHED_AT_ONCE = 20_000
"""Faces of a library up to which naming one face names the others near it at once, which takes about a second."""


def matches_at_once(catalog: Catalog, networks: Networks, *, limit: int = MATCHED_AT_ONCE) -> bool:
    """Return whether a library is small enough that faces are named at once."""
    return catalog.embeddings.mark(networks.info.sha256).count <= limit


def identify_all(catalog: Catalog, networks: Networks, gallery: PersonGallery) -> MatchReport:
    """Match every unconfirmed face of the library to a person by distance, and replace the earlier matches.

    Faces of which the detector is unsure get no name (see recog.quality.doubt_of) and count as unknown. What humans
    said holds: confirmed names stay, ignored faces get none, and instead of a rejected person the next best one is
    taken. If two faces of a photo match one person, only the nearer one gets the name. The caller took a turn at
    writing.
    """
    start = time.perf_counter()
    seen = catalog.matches.seen(networks.info.sha256)
    matches, unknown, _ = _decided(catalog, networks, gallery)
    catalog.matches.replace(networks.info.sha256, matches, rule=gallery.rule, seen=seen)
    named = _counted(catalog, (person_id for _, person_id, _ in matches))
    return MatchReport(named, unknown, time.perf_counter() - start)


def match_now(catalog: Catalog, networks: Networks, *, k: int, limit: int = MATCHED_AT_ONCE) -> MatchReport | None:
    """Apply what a human just said to all other faces: `identify_all`, in a library of at most `limit` faces.

    Returns None in a larger library, because it would take longer than anybody waits for an answer, and without a
    calibration; what was said is kept in either case. The caller took a turn at writing.
    """
    if networks.calibration_if_any is None or not matches_at_once(catalog, networks, limit=limit):
        return None
    return identify_all(catalog, networks, PersonGallery(catalog, networks, None, k=k))


def name_new(catalog: Catalog, networks: Networks, *, k: int, limit: int = MATCHED_AT_ONCE) -> PeopleCounts:
    """Match all faces if that is due, and return who got how many faces that were another's or nobody's.

    It is due if faces came or went since the last time, or if the calibration, the threshold or k changed. Of more than
    `limit` faces only new ones, and those beside them in a photo, are matched, if `identify_all` has matched the others
    once. Nothing is done if nobody has a name, or without a calibration. The caller took a turn at writing.
    """
    digest = networks.info.sha256
    if networks.calibration_if_any is None:
        return ()
    gallery = PersonGallery(catalog, networks, None, k=k)
    due = catalog.matches.due(digest, rule=gallery.rule) and catalog.people.count() > 0
    if not due:
        return ()
    if not matches_at_once(catalog, networks, limit=limit):
        return _counted(catalog, _name_later(catalog, networks, gallery))
    seen = catalog.matches.seen(digest)
    matches, _, before = _decided(catalog, networks, gallery)
    catalog.matches.replace(digest, matches, rule=gallery.rule, seen=seen)
    return _counted(catalog, _newly_named(matches, before))


def _name_later(catalog: Catalog, networks: Networks, gallery: PersonGallery) -> list[int]:
    """Match the faces that came since the last time, batch by batch; return the person of each that has a new one.

    The faces that were there keep their names: new faces change no decision about them, except in their own photos.
    """
    digest = networks.info.sha256
    last = catalog.matches.last(digest)
    if last is None:
        return []
    until, removal = catalog.matches.seen(digest)
    named: list[int] = []
    for rows in catalog.embeddings.batches(digest, after=last[0], until=until):
        owners = catalog.faces.owners_beside(rows.face_ids)
        face_ids, embeddings = catalog.embeddings.of_faces(owners.face_ids, digest)
        matches, _ = _decisions(catalog, gallery, [EmbeddingRows(rows.last_id, face_ids, embeddings)])
        matches = _without_second_faces(owners, matches, gallery.threshold)
        catalog.matches.extend(digest, face_ids.tolist(), matches, seen=(rows.last_id, last[1]))
        named += _newly_named(matches, owners)
    catalog.matches.extend(digest, [], [], seen=(until, removal))
    return named


def _decided(catalog: Catalog, networks: Networks, gallery: PersonGallery) -> tuple[list[MatchedFace], int, Owners]:
    """Match every unconfirmed face to a person.

    Returns the matches, the number of faces left unknown, and the current owner of every face.
    """
    matches, unknown = _decisions(catalog, gallery, catalog.embeddings.batches(networks.info.sha256))
    owners = catalog.faces.owners()
    named_once = _without_second_faces(owners, matches, gallery.threshold)
    return named_once, unknown + len(matches) - len(named_once), owners


def _decisions(
    catalog: Catalog, gallery: PersonGallery, batches: Iterable[EmbeddingRows]
) -> tuple[list[MatchedFace], int]:
    """Match unconfirmed faces to people, each by itself; return the matches, and the number of faces left unknown."""
    over_time = gallery.over_time
    ignored = catalog.people.ignored_faces()
    doubted = catalog.faces.doubted()
    rejections = catalog.people.rejections()
    matches: list[MatchedFace] = []
    unknown = 0
    for rows in batches:
        face_ids = rows.face_ids.tolist()
        settled = ignored | catalog.people.confirmed_owners(face_ids).keys()
        refused = {row: rejections[face_id] for row, face_id in enumerate(face_ids) if face_id in rejections}
        dated = catalog.faces.days(face_ids) if over_time else {}
        decisions = gallery.decide(rows.embeddings, refused, days=[dated.get(face_id) for face_id in face_ids])
        for face_id, (accepted, _) in zip(face_ids, decisions, strict=True):
            if face_id in settled:
                continue
            if accepted is None or face_id in doubted:
                unknown += 1
            else:
                matches.append((face_id, accepted.person_id, accepted.squared_distance))
    return matches, unknown


def _newly_named(matches: Sequence[MatchedFace], before: Owners) -> list[int]:
    """Return the person of each matched face that was another's or nobody's."""
    face_ids, people = _columns(matches)
    named: list[int] = people[before.person_ids[np.searchsorted(before.face_ids, face_ids)] != people].tolist()
    return named


def _without_second_faces(owners: Owners, matches: Sequence[MatchedFace], threshold: float) -> list[MatchedFace]:
    """Leave out the matches whose person is a nearer, or a confirmed, face of the same photo already."""
    face_ids, people = _columns(matches)
    squared = np.array([match[2] for match in matches])
    scenes = owners.scenes[np.searchsorted(owners.face_ids, face_ids)]
    said = owners.confirmed & np.isin(owners.scenes, scenes)
    gives = decide.one_face_per_person(
        np.concatenate([scenes, owners.scenes[said]]),
        np.concatenate([people, owners.person_ids[said]]),
        np.concatenate([squared, np.full(np.count_nonzero(said), -1.0)]),
        threshold=threshold,
    )[: len(matches)]
    return [match for match, gone in zip(matches, gives.tolist(), strict=True) if not gone]


def _columns(matches: Sequence[MatchedFace]) -> tuple[FaceIds, FaceIds]:
    """Return the faces and the person of each, (n,) int64."""
    face_ids, people = (np.array([match[place] for match in matches], np.int64) for place in (0, 1))
    return face_ids, people


def _counted(catalog: Catalog, person_ids: Iterable[int]) -> PeopleCounts:
    counts = Counter(person_ids)
    people = catalog.people.by_ids(counts)
    return tuple(
        sorted(((people[one], count) for one, count in counts.items()), key=lambda row: (-row[1], row[0].name))
    )
