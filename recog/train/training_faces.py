"""The faces of a head's training run: features to learn from, and the validation on people held out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos
from recog.datasets.split import check_split, held_out_people
from recog.errors import TrainingError
from recog.train.features import INPUT_SIZE, FaceFeatures, FeatureNetwork, face_features
from recog.train.head import LinearHead
from recog.train.pca import principal_start
from recog.train.plans import HeadPlan
from recog.train.validation import PairList, Validation
from recog.types import Detector, View


@dataclass(frozen=True, slots=True)
class TrainingFaces:
    """The faces to learn from, the validation, and the number of faces that were left out on request."""

    train: FaceFeatures
    validation: Validation
    left_out: int = 0

    def with_mirrored(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the features of the training faces and of their mirror images, (2 n, width), and labels (2 n,)."""
        features = np.concatenate([self.train.features, self.train.mirrored])
        return features, np.concatenate([self.train.labels, self.train.labels])


def training_faces(
    people: LabelledPhotos,
    pairs: PairList,
    detector: Detector,
    trunk: FeatureNetwork,
    plan: HeadPlan,
    *,
    views: Sequence[View] = (),
    size: int = INPUT_SIZE,
    left_out: frozenset[Path] = frozenset(),
    cache: Path,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
) -> TrainingFaces:
    """Compute the features of all photos and hold people out at random under the seed of the run.

    views are those that the network wants of a face beside the crop along the box, size the side of that crop. No photo
    of the pairs is dropped. The photos of left_out are not learnt from, but have no influence on who is held out, and
    stay among the photos of the people held out: embeddings chose them, so a score without them would flatter.

    Raises:
        TrainingError: a photo of the pairs cannot be read, or too few people are left on either side.
    """
    paired = face_features(
        pairs.photos, detector, trunk, crop_scale=plan.crop_scale, undetected=Undetected.CENTRE, views=views, size=size,
        cache=cache, progress=on_photo,
    )  # fmt: skip
    if len(paired.photos) != len(pairs.photos.paths):
        raise TrainingError(
            f"{len(pairs.photos.paths) - len(paired.photos)} photos of the pairs cannot be read: {paired.counts()}"
        )
    found = face_features(
        people, detector, trunk, crop_scale=plan.crop_scale, views=views, size=size,
        undetected=Undetected.PAD if plan.tight else Undetected.LEAVE_OUT, cache=cache, progress=on_photo,
    )  # fmt: skip
    known = np.unique(found.labels)
    held_out = held_out_people(known, share=plan.held_out, seed=plan.settings.seed)
    learnt = found.of_people(np.setdiff1d(known, held_out))
    wanted = np.array([people.paths[photo] not in left_out for photo in learnt.photos], dtype=np.bool_)
    train, kept_back = learnt.only(wanted), found.of_people(held_out)
    check_split(train.labels, kept_back.labels)
    return TrainingFaces(
        train=train,
        validation=Validation(pairs, paired, held_out=kept_back, flip=plan.flip),
        left_out=int(np.count_nonzero(~wanted)),
    )


def pca_start(faces: TrainingFaces, bottleneck: LinearHead, *, dim: int) -> LinearHead:
    """Return the start of a run: PCA of the bottleneck's outputs over the training faces and their mirror images."""
    return principal_start(faces.with_mirrored()[0], bottleneck, dim=dim)
