"""Map of the faces of a library, or of one person: similar faces lie together on a plane."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from recog.errors import ConfigError, NoFaceFoundError
from recog.library.grouping.identity import all_embeddings
from recog.library.networks import Networks
from recog.library.reports.results import FaceMap, MappedFace
from recog.store.catalog import Catalog
from recog.types import Embeddings

LEAST_FACES = 5
"""Fewest faces of a map, because all arrangements of fewer faces look alike."""
MOST_FACES = 5_000
"""Most faces on a map; more are sampled evenly, and the map says so. t-SNE takes about a minute on two cores."""
PERPLEXITY = 30.0
"""t-SNE's effective number of neighbours (van der Maaten and Hinton 2008); less if there are few faces."""

Points = NDArray[np.float32]


def face_map(catalog: Catalog, networks: Networks, *, name: str | None, seed: int) -> FaceMap:
    """Return a t-SNE map of the embeddings (scikit-learn), deterministic for a seed.

    The map uses squared Euclidean distances and starts from a PCA. Faces that are near on the map are alike; large
    distances and the size of gaps mean little. Ignored faces are left out; the map of a whole library also leaves out
    hidden people.

    Raises:
        NoFaceFoundError: there are fewer than LEAST_FACES faces.
    """
    face_ids, embeddings = all_embeddings(catalog, networks)
    person = catalog.people.by_name(name) if name is not None else None
    names = {one.id: one.name for one in catalog.people.all(hidden=person is not None)}
    hidden = {one.id for one in catalog.people.all(hidden=True)} - names.keys()
    faces, ignored = catalog.faces.by_ids(face_ids.tolist()), catalog.people.ignored_faces()
    rows = [
        row
        for row, face_id in enumerate(face_ids.tolist())
        if face_id in faces
        and face_id not in ignored
        and (faces[face_id].person_id == person.id if person is not None else faces[face_id].person_id not in hidden)
    ]
    if len(rows) < LEAST_FACES:
        whose = f"{person.name} has" if person is not None else "the library has"
        raise NoFaceFoundError(f"a map takes at least {LEAST_FACES} faces, and {whose} {len(rows)}: index more photos")
    shown = sampled(rows)
    points = layout(embeddings[shown], seed=seed)
    ids = face_ids[shown].tolist()
    thumbnails = catalog.faces.thumbnails(ids)
    return FaceMap(
        person=person.name if person is not None else None,
        network=networks.info,
        faces=tuple(
            MappedFace(
                face_id, float(x), float(y), _name(names, faces[face_id].person_id), thumbnails.get(face_id, b"")
            )
            for face_id, (x, y) in zip(ids, points.tolist(), strict=True)
        ),
        all_faces=len(rows),
        seed=seed,
    )


def sampled(rows: list[int]) -> list[int]:
    """Return all rows, or MOST_FACES of them at even intervals."""
    if len(rows) <= MOST_FACES:
        return rows
    return [rows[place] for place in np.linspace(0, len(rows) - 1, MOST_FACES).astype(int).tolist()]


def layout(embeddings: Embeddings, *, seed: int) -> Points:
    """(n, dim) -> (n, 2) float32, each axis from 0 to 1; identical embeddings lie on one point."""
    with _extra():
        from sklearn.manifold import TSNE  # noqa: PLC0415 - an extra, and slow to load
    if np.ptp(embeddings, axis=0).max() < 1e-6:
        return np.full((len(embeddings), 2), 0.5, np.float32)
    perplexity = min(PERPLEXITY, (len(embeddings) - 1) / 3)
    # Exact below a few hundred points, because the approximation saves nothing there.
    method = "exact" if len(embeddings) < 300 else "barnes_hut"
    sne = TSNE(perplexity=perplexity, init=_start(embeddings), random_state=seed, method=method, n_jobs=1)
    points = np.asarray(sne.fit_transform(embeddings.astype(np.float32)), np.float32)
    span = float(np.ptp(points, axis=0).max())
    centred: Points = (points - (points.max(axis=0) + points.min(axis=0)) / 2) / max(span, 1e-9) + 0.5
    return centred


def _start(embeddings: Embeddings) -> Points:
    """Return the first two principal components, scaled down (Kobak and Berens 2019), with a fixed sign."""
    centred = embeddings.astype(np.float64) - embeddings.mean(axis=0)
    _, _, axes = np.linalg.svd(centred.T @ centred)
    plane = axes[:2].T * np.sign(axes[:2][np.arange(2), np.abs(axes[:2]).argmax(axis=1)])
    points = centred @ plane
    start: Points = (points / max(float(points[:, 0].std()), 1e-12) * 1e-4).astype(np.float32)
    return start


def _name(names: dict[int, str], person_id: int | None) -> str | None:
    return None if person_id is None else names.get(person_id)


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ConfigError("a map needs scikit-learn and matplotlib: install recog[plots]") from error
