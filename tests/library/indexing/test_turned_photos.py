"""Real portraits that are turned: the right person is found, and strangers stay unknown."""

from pathlib import Path

import numpy as np
import pytest

from recog.config import read_settings
from recog.distance import squared_distances
from recog.library.face_reader import FaceReader, ReadFace
from recog.photos import read_photo

PEOPLE = 16


def largest(faces: tuple[ReadFace, ...]) -> ReadFace | None:
    """Return the largest face of a portrait, if it may have a name."""
    sure = [face for face in faces if face.doubt is None]
    return max(sure, key=lambda face: min(face.box.width, face.box.height), default=None)


@pytest.mark.networks
@pytest.mark.data
def test_turned_portraits_are_named_like_upright_ones_and_make_no_two_people_one(data: Path) -> None:
    """These are each person's fourth and fifth photos, on which no constant was tuned. See bench_turned."""
    reader = FaceReader(read_settings())
    people = [sorted(folder.iterdir()) for folder in sorted((data / "identities").glob("celeba_*"))]
    portraits = [paths[3:5] for paths in people if len(paths) >= 5][-PEOPLE:]
    enrolled = [largest(reader.read(paths[0])) for paths in portraits]
    found: dict[int, list[int]] = {}
    strangers = pairs = 0
    for degrees in (0, 90, 180, 270):
        asked = [largest(reader.read(np.rot90(read_photo(paths[1]).pixels, degrees // 90))) for paths in portraits]
        found[degrees] = [
            row
            for row, (known, face) in enumerate(zip(enrolled, asked, strict=True))
            if known is not None and face is not None and reader.compare(known.embedding, face.embedding).same
        ]
        sure = [face for face in asked if face is not None]
        assert len(sure) >= PEOPLE - 2
        assert {face.box.turn for face in sure} == {(360 - degrees) % 360}
        embeddings = np.stack([face.embedding for face in sure])
        upper = np.triu_indices(len(sure), 1)
        strangers += int(np.sum(squared_distances(embeddings, embeddings)[upper] <= reader.calibration.threshold))
        pairs += len(upper[0])
    assert len(found[0]) >= PEOPLE // 2
    for degrees in (90, 180, 270):
        assert len(set(found[0]) - set(found[degrees])) <= 1
    assert pairs > 300
    assert strangers <= 0.002 * pairs


@pytest.mark.networks
@pytest.mark.data
def test_upright_photos_of_groups_are_not_taken_for_turned_ones(data: Path) -> None:
    reader = FaceReader(read_settings())
    photos = sorted((data / "wider_dev" / "images").rglob("*.jpg"))[::16]
    assert len(photos) >= 8
    turns = [face.box.turn for path in photos for face in reader.read(path)]
    assert len(turns) > 10
    assert set(turns) == {0}
