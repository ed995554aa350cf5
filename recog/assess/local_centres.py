"""Fit the local centring of a head to faces of many kinds, and write the head with it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from recog.assess.calibration import PeopleSet, unseen_people
from recog.cluster.kmeans import k_means
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.distance import unit_rows
from recog.durable import make_output_directory, put
from recog.embed.head import Head
from recog.errors import TrainingError
from recog.train.below import load_below
from recog.train.features import FaceFeatures, face_features
from recog.train.options import RunOptions, Runtime
from recog.train.plans import HeadPlan
from recog.train.record import code_state, write_record
from recog.types import Embeddings


@dataclass(frozen=True, slots=True, kw_only=True)
class CentresPlan:
    """How to fit a local centring (see recog.embed.local_centring); the defaults: docs/decisions/lookalikes.md.

    count is the number of centres, which spherical k-means places under `seed`.

    Raises:
        TrainingError: a value is out of its range.
    """

    count: int = 128
    strength: float = 0.45
    sharpness: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count < 2 or not 0 < self.strength <= 1 or not 0 < self.sharpness <= 100:
            raise TrainingError(
                f"there must be at least 2 centres, not {self.count}; the strength {self.strength:g} must lie between "
                f"0 and 1, and the sharpness {self.sharpness:g} between 0 and 100"
            )


@dataclass(frozen=True, slots=True)
class CentresData:
    """The faces to fit to: sets of the people of a folder that has a folder per person."""

    folder: Path
    sets: Sequence[PeopleSet]


@dataclass(frozen=True, slots=True)
class CentredHead:
    """The head with a local centring; path is its safetensors file. faces counts the faces of each set."""

    path: Path
    record: Mapping[str, object]
    faces: tuple[int, ...]


def centre_head(data: CentresData, head: Head, plan: CentresPlan, runtime: Runtime, run: RunOptions) -> CentredHead:
    """Fit the centres to the faces of `data`, and write the head with them as NAME.safetensors and NAME.json.

    Labels do not count. Of a set that the head was trained on, the people held out from that training are left out, so
    that a calibration on them stays honest. A local centring that the head has already is replaced.

    Raises:
        TrainingError: a set has fewer than two people with photos, no face, or fewer different faces than centres.
        WeightsError: the networks cannot be had.
    """
    below = load_below(HeadPlan(name=head.name, dim=len(head.weight)), runtime)
    features = partial(
        face_features, detector=runtime.load_detector(), trunk=below.trunk, crop_scale=head.crop_scale,
        views=below.views, size=below.input_size, cache=runtime.cache / "features" / runtime.encoder,
        progress=run.on_photo,
    )  # fmt: skip
    found = [_embedded(data.folder, people, head, features) for people in data.sets]
    rows = np.concatenate([each.rows for each in found])
    cells = k_means(rows, plan.count, seed=plan.seed)
    if cells.k < plan.count:
        raise TrainingError(f"{plan.count} centres need more different faces than {len(rows)}: add photos")
    blob = save(
        {
            "weight": np.ascontiguousarray(head.weight),
            "bias": np.ascontiguousarray(head.bias),
            "centres": np.ascontiguousarray(cells.centroids),
            "local_centring": np.array([plan.strength, plan.sharpness], np.float32),
        }
    )
    counted = " and ".join(f"{each.data}, {each.people} people" for each in found)
    record = {
        **head.record,
        "sha256": hashlib.sha256(blob).hexdigest(),
        "local_centring": {
            "count": plan.count,
            "strength": plan.strength,
            "sharpness": plan.sharpness,
            "seed": plan.seed,
            "centres_of": counted,
            "sets": [
                {"data": each.data, "sha256": each.sha256, "people": each.people, "faces": len(each.rows)}
                for each in found
            ],
            "code": dict(code_state()),
        },
    }
    make_output_directory(run.output)
    path = run.output / f"{head.name}.safetensors"
    put(path, blob, mode=0o644)
    write_record(path.with_suffix(".json"), record)
    return CentredHead(path, record, tuple(len(each.rows) for each in found))


@dataclass(frozen=True, slots=True)
class _Found:
    """The faces of a set without a local centring, rows (n, dim), of `people` people; sha256 identifies the photos."""

    data: str
    sha256: str
    people: int
    rows: Embeddings


def _embedded(folder: Path, people: PeopleSet, head: Head, features: Callable[..., FaceFeatures]) -> _Found:
    photos = labelled_photos(folder, pattern=people.pattern)
    faces = features(photos, undetected=Undetected.PAD if people.tight else Undetected.LEAVE_OUT)
    known = np.unique(faces.labels)
    unseen = unseen_people(photos, faces.labels, head.record)
    if len(unseen) < len(known):
        faces = faces.of_people(np.setdiff1d(known, unseen))
    rows = head.embed_linearly(faces.features)
    if head.flip:
        rows = unit_rows(rows + head.embed_linearly(faces.mirrored))
    return _Found(people.data, photos.digest(), len(np.unique(faces.labels)), rows)
