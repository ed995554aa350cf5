"""Map of the faces of a library, or of one person: similar faces lie together on a plane.

The places of the whole library's map are kept in the catalog: faces that came since are placed on it, and it is laid
out anew only if most of its faces are new, or on request. See docs/decisions/face-map.md.
"""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.errors import LibraryBusyError, NoFaceFoundError, ReadOnlyError
from recog.library.context import LibraryContext
from recog.library.grouping.identity import all_embeddings
from recog.library.reports.map_layout import Places, laid_out, placed_among
from recog.library.reports.map_results import FaceMap, MappedFace, MappedPerson, MapPlaces
from recog.store.catalog import Catalog
from recog.types import Embeddings, FaceIds, NetworkInfo, Person

LEAST_FACES = 5
"""Fewest faces of a map, because all arrangements of fewer faces look alike."""
PICTURED = 5_000
"""Most faces of a map that bring their thumbnails, at even intervals: a file of more would be too large to open."""
SIDE = 65_535
"""Largest coordinate of MapPlaces."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """Faces that a map may show: their rows (n,) among all, their people (n,) with -1 for nobody, and the names."""

    rows: NDArray[np.int64]
    person_ids: NDArray[np.int64]
    names: dict[int, str]


def face_map(context: LibraryContext, *, name: str | None, seed: int, anew: bool) -> FaceMap:
    """Return a map of the embeddings of the library's faces, or of one person's, which is not kept.

    Faces that are near on the map are alike; large distances and the size of gaps mean little. Ignored faces are left
    out; the map of a whole library also leaves out hidden people. anew: forget the places of earlier maps.

    Raises:
        NoFaceFoundError: there are fewer than LEAST_FACES faces.
        UnknownPersonError: nobody has that name.
    """
    catalog, network = context.catalog, context.networks.info
    person = catalog.people.by_name(name) if name is not None else None
    face_ids, embeddings = all_embeddings(catalog, context.networks)
    shown = _shown(catalog, face_ids, person)
    if len(shown.rows) < LEAST_FACES:
        whose = f"{person.name} has" if person is not None else "the library has"
        raise NoFaceFoundError(
            f"a map takes at least {LEAST_FACES} faces, and {whose} {len(shown.rows)}: index more photos"
        )
    if person is not None:
        places, added, kept = laid_out(embeddings[shown.rows], seed=seed), len(shown.rows), False
    else:
        whole, is_new = _library_places(catalog, network, face_ids, embeddings, seed=seed, anew=anew)
        places, added = whole[shown.rows], int(is_new.sum())
        kept = not added or _keep(context, face_ids[is_new], whole[is_new], anew=bool(is_new.all()))
    ids = face_ids[shown.rows].tolist()
    thumbnails = catalog.faces.thumbnails(pictured(ids))
    return FaceMap(
        person=None if person is None else person.name,
        network=network,
        faces=tuple(
            MappedFace(face_id, x, y, shown.names.get(person_id), thumbnails.get(face_id, b""))
            for face_id, person_id, (x, y) in zip(ids, shown.person_ids.tolist(), squared(places).tolist(), strict=True)
        ),
        added=added,
        kept=kept,
        seed=seed,
    )


def map_places(context: LibraryContext) -> MapPlaces:
    """Return the kept map of the library, without faces that are ignored, hidden or gone; nothing is computed."""
    catalog, network = context.catalog, context.networks.info.sha256
    face_ids, places = catalog.map_places.all(network)
    shown = _shown(catalog, face_ids, None)
    if len(shown.rows):
        places = squared(places[shown.rows])
    numbers = np.rint(places * SIDE).astype("<u2")
    return MapPlaces(
        face_ids=_packed(face_ids[shown.rows], "<f8"),
        x=_packed(numbers[:, 0], "<u2"),
        y=_packed(numbers[:, 1], "<u2"),
        person_ids=_packed(shown.person_ids, "<f8"),
        people=tuple(MappedPerson(one, shown.names[one]) for one in _by_faces(shown.person_ids)),
        faces=len(shown.rows),
        missing=max(0, catalog.embeddings.mark(network).count - len(face_ids)),
    )


def _by_faces(person_ids: NDArray[np.int64]) -> list[int]:
    """Return the people, those with most faces first."""
    found, counts = np.unique(person_ids[person_ids >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    people: list[int] = found[order].tolist()
    return people


def _packed(values: NDArray[Any], kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, kind).tobytes()).decode("ascii")


def pictured(ids: list[int]) -> list[int]:
    """Return all faces, or PICTURED of them at even intervals."""
    if len(ids) <= PICTURED:
        return ids
    return [ids[place] for place in np.linspace(0, len(ids) - 1, PICTURED).astype(int).tolist()]


def squared(places: Places) -> Places:
    """Return places (n, 2) moved and scaled into the square from 0 to 1, both axes alike."""
    span = float(np.ptp(places, axis=0).max())
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    found: Places = (places - middle) / max(span, 1e-9) + 0.5
    return found


def _library_places(
    catalog: Catalog, network: NetworkInfo, face_ids: FaceIds, embeddings: Embeddings, *, seed: int, anew: bool
) -> tuple[Places, NDArray[np.bool_]]:
    """Return the places (n, 2) of all faces, and which of them (n,) are new."""
    known, places = catalog.map_places.all(network.sha256)
    is_new = np.full(len(face_ids), True) if anew else ~np.isin(face_ids, known)
    if is_new.sum() * 2 > len(face_ids) or len(face_ids) - is_new.sum() < LEAST_FACES:
        return laid_out(embeddings, seed=seed), np.full(len(face_ids), True)
    found = np.empty((len(face_ids), 2))
    found[~is_new] = places[np.searchsorted(known, face_ids[~is_new])]
    if is_new.any():
        found[is_new] = placed_among(embeddings[~is_new], found[~is_new], embeddings[is_new], seed=seed)
    return found, is_new


def _keep(context: LibraryContext, face_ids: FaceIds, places: Places, *, anew: bool) -> bool:
    """Keep places; return False if another process writes or the catalog may only be read: the map is shown anyway."""
    try:
        with context.writing() as catalog:
            catalog.map_places.keep(face_ids, places, context.networks.info.sha256, anew=anew)
    except (LibraryBusyError, ReadOnlyError):
        return False
    return True


def _shown(catalog: Catalog, face_ids: FaceIds, person: Person | None) -> _Shown:
    owners = catalog.faces.owners()
    everybody = catalog.people.all(hidden=True)
    names = {one.id: one.name for one in everybody if person is not None or not one.hidden}
    wanted = np.isin(owners.person_ids, [person.id] if person is not None else [-1, *names])
    wanted &= ~np.isin(owners.face_ids, list(catalog.people.ignored_faces()))
    rows = np.flatnonzero(np.isin(face_ids, owners.face_ids[wanted]))
    person_ids = owners.person_ids[np.searchsorted(owners.face_ids, face_ids[rows])]
    return _Shown(rows, person_ids, names)
