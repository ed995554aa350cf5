"""Classification by the nearest faces on a folder of people, beside the vote that names the faces of a library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.assess.evaluations import FolderFaces, folder_faces
from recog.datasets.embedded import Pipeline
from recog.datasets.people_folder import PeopleFolder, embedded_people
from recog.evaluate.identification import sizes_by_photos
from recog.evaluate.knn import MAJORITIES, UNKNOWN, Asked, KnnScores, Near, Rule, knn
from recog.identify import identification_threshold, identify
from recog.types import Calibration, Neighbour, NetworkInfo

VOTE = "recog's vote"


@dataclass(frozen=True, slots=True)
class KnnRun:
    """Scores for each number of photos a person, in the largest gallery that the folder can fill."""

    network: NetworkInfo
    folder: FolderFaces
    scores: tuple[KnnScores, ...]


def voted(near: Near, threshold: float) -> NDArray[np.int64]:
    """Name each probe as recog.identify.identify does, (p,) people or UNKNOWN; a recog.evaluate.knn.Rule."""
    named = np.full(len(near.people), UNKNOWN, dtype=np.int64)
    for probe, (people, squared) in enumerate(zip(near.people.tolist(), near.squared.tolist(), strict=True)):
        faces = [Neighbour(face_id, distance) for face_id, distance in enumerate(squared)]
        accepted, _ = identify(faces, dict(enumerate(people)), threshold=threshold)
        if accepted is not None:
            named[probe] = accepted.person_id
    return named


RULES: Mapping[str, Rule] = {**MAJORITIES, VOTE: voted}


def run_knn(
    folder: PeopleFolder, pipeline: Pipeline, calibration: Calibration, *, ks: Sequence[int], photos: Sequence[int]
) -> KnnRun:
    """Classify the faces of a folder by each rule with each k; the threshold is that of a library of this size.

    Numbers of photos that too few people have are left out.

    Raises:
        EvaluationError: too few people have even the first number of photos.
        TrainingError: fewer than two people have photos.
    """
    named = folder.photos()
    faces = embedded_people(named, pipeline, tight=folder.tight)
    scores: list[KnnScores] = []
    for number, sizes in sizes_by_photos(faces.labels, photos=photos).items():
        size = sizes[-1]
        threshold = identification_threshold(calibration, people=size, faces=size * number)
        asked = Asked(RULES, ks, threshold)
        scores.append(knn(faces.embeddings, faces.labels, asked, gallery=size, photos=number))
    return KnnRun(pipeline.embedder.info, folder_faces(named, faces), tuple(scores))
