"""Tight crops and whole photos of one folder are each searched in their own way."""

from pathlib import Path

import numpy as np

from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Found, Undetected
from recog.datasets.people_folder import PeopleFolder, embedded_people
from tests.painted import BLUE, GREEN, RED, CellDetector, ColourEmbedder, paint


def test_faces_keep_the_order_of_their_photos_whichever_search_found_them(tmp_path: Path) -> None:
    for number, (name, colour) in enumerate(
        [("a_red", RED), ("b_green", GREEN), ("a_blue", BLUE), ("c_dark", (90, 90, 200))]
    ):
        paint(tmp_path / name / "0.png", colour, noise=number)
        paint(tmp_path / name / "1.png", None if name == "c_dark" else colour, noise=10 + number)
    (tmp_path / "b_green" / "2.png").write_text("no photo")
    photos = PeopleFolder(tmp_path).photos()
    networks = CellDetector(), ColourEmbedder()
    seen: list[tuple[int, int]] = []
    pipeline = Pipeline(*networks, tmp_path / "cache", lambda done, total: seen.append((done, total)))
    mixed = embedded_people(photos, pipeline, tight=["c_*"])
    plain = embedded_faces(photos, Pipeline(*networks), undetected=Undetected.LEAVE_OUT)
    assert [photos.paths[row].name for row in plain.photos] == ["0.png", "1.png"] * 3 + ["0.png"]
    assert plain.labels.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert mixed.labels.tolist() == [*plain.labels.tolist(), 3]
    assert mixed.photos.tolist() == [*plain.photos.tolist(), 8]
    colours = np.argmax(mixed.embeddings, axis=1).tolist()
    assert colours[:7] == [2, 2, 0, 0, 1, 1, 2]
    assert mixed.found[8] in {Found.IN_PADDING, Found.ASSUMED}
    assert (mixed.found[6], plain.found[8]) == (Found.UNREADABLE, Found.LEFT_OUT)
    assert {path.parent.name for path in mixed.lost} == {"b_green"}
    assert seen[-1] == (9, 9)
    assert len(list((tmp_path / "cache").iterdir())) == 2
