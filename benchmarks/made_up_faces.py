"""Synthetic embeddings that are as hard to search as real ones, and a catalog that holds them.

A face is its person's direction plus a deviation, normalised to unit length. Both have the spectrum of real embeddings:
variance falls exponentially with a scale of 27 dimensions, so that the effective dimension (participation ratio) is 54,
as measured on lfw_view1 and CelebA faces with the shipped network. With 128 equal dimensions instead, lists are far
easier to choose, which flatters recall. The deviation's length is log-normal, so that some photos are poor. People have
1 to 30 faces. Resulting quantiles of squared distances (1, 10, 50, 90, 99 %), beside those of real faces:

    same person        0.27 0.43 0.72 1.10 1.47    (lfw_view1 0.18 0.33 0.56 0.90 1.33; Pins 0.35 0.54 0.87 1.28 1.65)
    different people   1.38 1.65 2.00 2.35 2.62    (lfw_view1 1.23 1.56 1.93 2.25 2.50; Pins 1.18 1.51 1.90 2.23 2.47)

Probes are new photos of people in the library.
"""

import sqlite3
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.distance import unit_rows
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import Embeddings, FaceBox, FileStat, NetworkInfo, NewFace

DIM = 128
SCALE = 27.0
DEVIATION = 0.73
DEVIATION_SPREAD = 0.35
MOST_FACES = 30
INFO = NetworkInfo("made-up", "0" * 64, DIM, 160, 1.2, "nothing", "none", "numpy")
_BATCH = 50_000


class MadeUpFaces:
    """`count` faces of people with 1 to 30 faces each; face i belongs to person owners[i]."""

    def __init__(self, count: int, *, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        axes = np.exp(-np.arange(DIM) / SCALE / 2).astype(np.float32)
        self._axes = axes / np.linalg.norm(axes)
        people = 2 * count // (MOST_FACES + 1) + 1
        sizes = self._random.integers(1, MOST_FACES + 1, people)
        self.owners: NDArray[np.int64] = np.resize(np.repeat(np.arange(people), sizes), count)
        self._people = unit_rows(self._random.standard_normal((people, DIM), dtype=np.float32) * self._axes)
        self.embeddings = np.empty((count, DIM), np.float32)
        for start in range(0, count, _BATCH):
            part = self.owners[start : start + _BATCH]
            self.embeddings[start : start + len(part)] = self._photos(part)

    def probes(self, count: int) -> Embeddings:
        """Return embeddings of new photos of these people, each drawn in proportion to their number of faces."""
        return self._photos(self._random.choice(self.owners, count))

    def _photos(self, owners: NDArray[np.int64]) -> Embeddings:
        deviation = self._random.standard_normal((len(owners), DIM), dtype=np.float32) * self._axes
        lengths = DEVIATION * np.exp(DEVIATION_SPREAD * self._random.standard_normal((len(owners), 1)))
        return unit_rows(self._people[owners] + deviation * lengths.astype(np.float32))

    def catalog(self, path: Path) -> Catalog:
        """Write a new SQLite catalog that holds these faces, all confirmed; face i has the id i + 1."""
        box = FaceBox(10, 10, 90, 110, 0.99, ((30.0, 50.0), (70.0, 50.0), (50.0, 70.0), (35.0, 90.0), (65.0, 90.0)))
        photo = ScannedPhoto(
            FileStat(path.parent / "made-up.jpg", 1, 1),
            "0" * 64,
            100,
            120,
            None,
            [NewFace(box, self.embeddings[0], 9, b"")],
        )
        with open_catalog(f"sqlite:///{path}") as catalog:
            catalog.photos.save([photo], detector="0" * 64, network=INFO)
        with sqlite3.connect(path) as raw:
            raw.execute("PRAGMA synchronous=OFF")
            columns = [row[1] for row in raw.execute("PRAGMA table_info(faces)")]
            face = dict(zip(columns, raw.execute("SELECT * FROM faces").fetchone(), strict=True))
            marks = ", ".join("?" * len(columns))
            rows = range(1, len(self.owners))
            raw.executemany(
                f"INSERT INTO faces VALUES ({marks})",  # noqa: S608 - question marks alone
                (tuple({**face, "id": row + 1}.values()) for row in rows),
            )
            raw.executemany(
                "INSERT INTO embeddings (face_id, network_id, vector) VALUES (?, 1, ?)",
                ((row + 1, self.embeddings[row].tobytes()) for row in rows),
            )
            everybody = range(int(self.owners.max()) + 1)
            raw.executemany(
                "INSERT INTO people (id, name, name_key, hidden) VALUES (?, ?, ?, 0)",
                ((one + 1, f"person {one}", f"person {one}") for one in everybody),
            )
            raw.executemany(
                "INSERT INTO assignments (face_id, person_id, origin) VALUES (?, ?, 'confirmed')",
                ((row + 1, int(owner) + 1) for row, owner in enumerate(self.owners)),
            )
        raw.close()
        return open_catalog(f"sqlite:///{path}", create=False)
