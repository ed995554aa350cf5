"""A network as a learner: it embeds crops augmented at every step, or cached outputs of its frozen stages."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recog.train.augment import Augmentation, altered, jittered
from recog.train.features import FaceFeatures
from recog.train.located import LocatedFaces
from recog.train.network import TunableNetwork
from recog.train.sampler import Rows
from recog.types import Crops, Embeddings, FaceBox

_BATCH = 32


class StemOutputs:
    """Outputs of a network's frozen stages for faces and their mirror images, in float16, computed on first use.

    A crop takes 115 KB for "blocks", so 3,000 faces and their mirror images take 700 MB of memory.
    """

    def __init__(self, faces: LocatedFaces, network: TunableNetwork, *, crop_scale: float) -> None:
        self._faces, self._network, self._scale = faces, network, crop_scale
        self._kept: dict[tuple[int, bool], Tensor] = {}

    def of(self, rows: Iterable[int], mirrored: Iterable[bool]) -> Tensor:
        """Return the outputs of these faces, mirrored or not, (b, ...) float16."""
        wanted = [(int(row), bool(side)) for row, side in zip(rows, mirrored, strict=True)]
        missing = sorted({row for row, side in wanted if (row, side) not in self._kept})
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            crops = np.stack([self._faces.crop(row, scale=self._scale) for row in batch])
            for side, seen in ((False, crops), (True, crops[:, :, ::-1])):
                made = self._network.stem(np.ascontiguousarray(seen)).half().cpu()
                self._kept.update({(row, side): made[place].clone() for place, row in enumerate(batch)})
        return torch.stack([self._kept[each] for each in wanted])


class NetworkLearner:
    """A network on labelled faces, whose embeddings are held near those of the unchanged crops at the start.

    With jitter, JPEG or grey, every step cuts its crops from the photos and runs the whole trunk. With flips alone, the
    outputs of the frozen stages are cached and only the trained stages run, which is several times faster.
    """

    def __init__(
        self, network: TunableNetwork, faces: LocatedFaces, *, crop_scale: float, augmentation: Augmentation, seed: int
    ) -> None:
        self.tensors = network.tensors
        self._network, self._faces, self._scale = network, faces, crop_scale
        self._augmentation, self._seed = augmentation, seed
        self._stems = StemOutputs(faces, network, crop_scale=crop_scale)
        self._held = torch.from_numpy(self.embed_all())

    def embed(self, rows: Rows, step: int) -> tuple[Tensor, Tensor]:
        """Return the embeddings of these faces as augmented in this step, and the embeddings to hold them near."""
        held = self._held[torch.from_numpy(rows)].to(self._network.device)
        return self._network.embeddings(self._seen(rows, step)), held

    def embed_all(self) -> Embeddings:
        """Return the embeddings of every face, not augmented."""
        rows = np.arange(len(self._faces.rows))
        parts = [self._unchanged(rows[start : start + _BATCH]) for start in range(0, len(rows), _BATCH)]
        return np.concatenate(parts)

    def crops(self, rows: Rows, step: int) -> Crops:
        """Return the augmented crops, (b, 160, 160, 3) uint8: the same for the same seed, step and row."""
        return np.stack([self._crop(int(row), step) for row in rows])

    def _seen(self, rows: Rows, step: int) -> Tensor:
        flips = self._augmentation.flip
        if self._augmentation == Augmentation(flip=flips, jitter=0.0, jpeg=0.0, grey=0.0):
            return self._stems.of(rows, np.random.default_rng((self._seed, step, 1)).random(len(rows)) < flips)
        return self._network.stem(self.crops(rows, step))

    def _crop(self, row: int, step: int) -> Crops:
        random = np.random.default_rng((self._seed, step, 2, row))

        def moved(box: FaceBox) -> FaceBox:
            return jittered(box, random, jitter=self._augmentation.jitter)

        return altered(self._faces.crop(row, scale=self._scale, moved=moved), random, self._augmentation)

    def _unchanged(self, rows: Rows) -> Embeddings:
        with torch.inference_mode():
            embeddings: Embeddings = self._network.embeddings(self._stems.of(rows, [False] * len(rows))).cpu().numpy()
        return embeddings


def tuned_features(network: TunableNetwork, stems: StemOutputs, faces: LocatedFaces) -> FaceFeatures:
    """Compute the features of every face and of its mirror image with the network as it is now."""

    def of(*, mirrored: bool) -> NDArray[np.float32]:
        rows = np.arange(len(faces.rows))
        parts = []
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            with torch.inference_mode():
                parts.append(network.features(stems.of(batch, [mirrored] * len(batch))).cpu().numpy())
        return np.concatenate(parts)

    return FaceFeatures(of(mirrored=False), of(mirrored=True), faces.labels, faces.rows, faces.found)
