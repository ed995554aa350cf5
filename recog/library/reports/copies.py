"""Photos that are there twice: the same bytes in several files, or one picture saved again; and which to keep.

recog deletes nothing. It ranks the files of each group, and writes a list of those that are not kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from recog.library.grouping.identity import all_embeddings, owned
from recog.library.networks import Networks
from recog.library.reports.near_copies import alike, near_copies
from recog.library.reports.results import CopiedFile, CopiedPhotos, CopyGroup
from recog.store.catalog import Catalog
from recog.types import Embeddings, Face, FaceIds, Photo


@dataclass(frozen=True, slots=True)
class NearCopies:
    """Groups of photo ids that look like one picture; their photos, and the faces on these, by id."""

    groups: list[tuple[int, ...]]
    photos: Mapping[int, Photo]
    faces: Mapping[int, Face]


def find_near_copies(catalog: Catalog, face_ids: FaceIds, embeddings: Embeddings, photo_ids: FaceIds) -> NearCopies:
    """Find near copies among the photos of faces (n,), embeddings (n, dim), photo_ids (n,).

    Faces of which the detector is unsure, and tracks of videos, are left out. Boxes are read only of photos with
    similar faces.
    """
    trusted = np.flatnonzero(~np.isin(face_ids, list(catalog.faces.doubted() | catalog.faces.tracks())))
    left, right = (trusted[side] for side in alike(embeddings[trusted], photo_ids[trusted]))
    rows = np.flatnonzero(np.isin(photo_ids, photo_ids[np.concatenate([left, right])]))
    theirs = face_ids[rows].tolist()
    found = catalog.faces.by_ids(theirs)
    photos = catalog.photos.by_ids({face.photo_id for face in found.values()})
    pairs = np.searchsorted(rows, left), np.searchsorted(rows, right)
    groups = near_copies(pairs, embeddings[rows], [found[face_id] for face_id in theirs], photos)
    return NearCopies(groups, photos, found)


def copies(catalog: Catalog, networks: Networks) -> CopiedPhotos:
    """Return groups of files that show one picture, the best file first, from one snapshot of the catalog.

    A picture with more pixels is better, then the larger file, then the one with sharper faces: of two copies with as
    many pixels, the one that was compressed more looks sharper, because of its blocks. Files with the same bytes are in
    the order of their paths.
    """
    with catalog.repeatable_reads():
        face_ids, embeddings = all_embeddings(catalog, networks)
        photo_ids, _, _ = owned(catalog.faces.owners(), face_ids)
        near = find_near_copies(catalog, face_ids, embeddings, photo_ids)
        grouped = {photo_id for group in near.groups for photo_id in group}
        alone = [(photo.id,) for photo in _several_files(catalog) if photo.id not in grouped]
        photos = {**near.photos, **catalog.photos.by_ids(photo_id for (photo_id,) in alone)}
        groups = sorted([*near.groups, *alone])
        files = catalog.files.present(photo_id for group in groups for photo_id in group)
    sharp = _sharpness(near.faces.values())
    found = [
        CopyGroup(
            len(group) == 1,
            ranked(
                CopiedFile(one, stat.path, photos[one].width, photos[one].height, stat.size, sharp.get(one))
                for one in group
                for stat in files.get(one, ())
            ),
        )
        for group in groups
    ]
    return CopiedPhotos(tuple(group for group in found if len(group.files) > 1))


def _several_files(catalog: Catalog) -> Iterable[Photo]:
    firsts = [group[0] for group in catalog.files.copies()]
    return catalog.photos.at(firsts).values()


def _sharpness(faces: Iterable[Face]) -> dict[int, float]:
    """Return the mean sharpness of the faces of each photo."""
    found: dict[int, list[float]] = {}
    for face in faces:
        found.setdefault(face.photo_id, []).append(face.sharpness)
    return {photo_id: sum(values) / len(values) for photo_id, values in found.items()}


def ranked(files: Iterable[CopiedFile]) -> tuple[CopiedFile, ...]:
    """Return files of one picture, the best first; see `copies`."""
    return tuple(
        sorted(files, key=lambda one: (-one.width * one.height, -one.bytes, -(one.sharpness or 0.0), one.path))
    )
