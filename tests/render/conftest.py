"""A duplicate report with hostile names, made by hand."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from recog.library.grouping.results import ClusterSummary
from recog.library.reports.results import (
    DuplicatePair,
    DuplicateReport,
    DuplicateSide,
    FaceSample,
    MixedPerson,
    PairKind,
    PhotoCopy,
)
from recog.types import Calibration, NetworkInfo

SCRIPT = "<script>alert(1)</script>"
TURNED = "/photos/copy\u202egpj.exe"


def face(face_id: int, folder: str = "/photos") -> FaceSample:
    thumbnail = io.BytesIO()
    Image.new("RGB", (112, 112), (face_id * 40 % 256, 120, 90)).save(thumbnail, "JPEG")
    return FaceSample(face_id, thumbnail.getvalue(), Path(folder) / f"{face_id}.jpg")


@pytest.fixture(scope="session")
def report() -> DuplicateReport:
    ann = DuplicateSide(SCRIPT, None, 12, tuple(face(number) for number in range(1, 8)))
    anna = DuplicateSide('Anna "A" & Co', None, 1, (face(8, '/photos/"><img src=x onerror=alert(2)>'),))
    unnamed = DuplicateSide(None, 3, 2, (FaceSample(9, b"", None),), (9, 10), (9, 10))
    return DuplicateReport(
        library="/home/ann/<library>",
        network=NetworkInfo("facenet-casia", "a" * 64, 128, 160, 1.19, "CASIA-WebFace", "MIT", "PyPI"),
        calibration=Calibration("a" * 64, 1.021, 0.001, 9.0, -9.0, "LFW View 1", 1000),
        photos=12_408,
        faces=31_022,
        people=1,
        clusters=(ClusterSummary(1, 14, tuple(range(1, 15)), SCRIPT, 12), ClusterSummary(3, 2, (9, 10), None, 0)),
        cluster_samples=((face(1), face(2), face(3)), ()),
        pairs=(
            DuplicatePair(PairKind.PEOPLE, ann, anna, 0.5804, 0.31, 0.9741),
            DuplicatePair(PairKind.CLUSTERS, replace(unnamed, cluster=4), unnamed, 0.91, 0.7, 0.61),
            DuplicatePair(PairKind.PERSON_AND_CLUSTER, replace(anna, person="\x1b[31m"), unnamed, 0.99, 0.8, 0.52),
        ),
        pairs_left_out=7,
        mixed=(MixedPerson(ann, replace(ann, faces=3), 1.4, 1.1, 0.03, 1),),
        groups=((SCRIPT, 'Anna "A" & Co', "cluster 3"),),
        duplicate_photos=((Path("/photos/a.jpg"), Path(TURNED)),),
        near_copies=((PhotoCopy(Path(f"/photos/{SCRIPT}.jpg"), 4000, 3000), PhotoCopy(None, 800, 600)),),
        created="2026-11-22 14:30",
    )
