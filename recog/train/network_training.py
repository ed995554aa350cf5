"""A network as a learner: it embeds crops augmented at every step, or cached outputs of its frozen stages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recog.train.augment import Augmentation, altered, jittered
from recog.train.features import FaceFeatures
from recog.train.located import LocatedFaces
from recog.train.network import Seen, TunableNetwork
from recog.train.sampler import Rows
from recog.types import Crops, Embeddings, FaceBox, View

_BATCH = 32


@dataclass(frozen=True, slots=True)
class Cropping:
    """How faces are cut out of their photos: the scale of the box, and the views that the network wants beside it."""

    scale: float
    views: Sequence[View] = ()

    def cut(self, faces: LocatedFaces, row: int, moved: Callable[[FaceBox], FaceBox] = lambda box: box) -> Crops:
        """Cut one face at moved(box), (160, 160, 3 + 3 * views) uint8."""
        return faces.crop(row, scale=self.scale, views=self.views, moved=moved)


class StemOutputs:
    """What a network's trained stages see of faces and of their mirror images, computed on first use and kept.

    Outputs of frozen stages are kept in float16. A crop takes 115 KB for FaceNet's last three stages, so 3,000 faces
    and their mirror images take 700 MB of memory.
    """

    def __init__(self, faces: LocatedFaces, network: TunableNetwork, cropping: Cropping) -> None:
        self._faces, self._network, self._cropping = faces, network, cropping
        self._kept: dict[tuple[int, bool], Seen] = {}

    def of(self, rows: Iterable[int], mirrored: Iterable[bool]) -> Seen:
        """Return what is seen of these b faces, mirrored or not."""
        wanted = [(int(row), bool(side)) for row, side in zip(rows, mirrored, strict=True)]
        missing = sorted({row for row, side in wanted if (row, side) not in self._kept})
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            crops = np.stack([self._cropping.cut(self._faces, row) for row in batch])
            for side, given in ((False, crops), (True, crops[:, :, ::-1])):
                made = _halved(self._network.stem(np.ascontiguousarray(given)))
                self._kept.update(
                    {(row, side): Seen(made.map[at].clone(), made.beside[at].clone()) for at, row in enumerate(batch)}
                )
        return _stacked([self._kept[each] for each in wanted])


class NetworkLearner:
    """A network on labelled faces, whose embeddings are held near those of the unchanged crops at the start.

    With jitter, JPEG or grey, every step cuts its crops from the photos and runs the whole trunk. With flips alone, the
    outputs of the frozen stages are cached and only the trained stages run, which is several times faster.
    """

    def __init__(
        self, network: TunableNetwork, faces: LocatedFaces, cropping: Cropping, *, augmentation: Augmentation, seed: int
    ) -> None:
        self.tensors = network.tensors
        self._network, self._faces, self._cropping = network, faces, cropping
        self._augmentation, self._seed = augmentation, seed
        self._stems = StemOutputs(faces, network, cropping)
        self._held = torch.from_numpy(self.embed_all())
        self._step, self._of_step = 0, dict[int, Seen]()

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
        """Return the augmented crops, (b, 160, 160, 3 * views) uint8: the same for the same seed, step and row."""
        return np.stack([self._crop(int(row), step) for row in rows])

    def _seen(self, rows: Rows, step: int) -> Seen:
        flips = self._augmentation.flip
        if self._augmentation == Augmentation(flip=flips, jitter=0.0, jpeg=0.0, grey=0.0):
            mirrored = np.random.default_rng((self._seed, step, 1)).random(len(self._faces.rows)) < flips
            return self._stems.of(rows, mirrored[rows])
        return self._augmented(rows, step)

    def _augmented(self, rows: Rows, step: int) -> Seen:
        """Cut and alter the crops of a step once, even if the step embeds them twice (see recog.train.chunks)."""
        if step != self._step:
            self._step, self._of_step = step, {}
        missing = [int(row) for row in rows if int(row) not in self._of_step]
        if missing:
            made = _halved(self._network.stem(self.crops(np.array(missing, dtype=np.int64), step)))
            self._of_step.update({row: Seen(made.map[at], made.beside[at]) for at, row in enumerate(missing)})
        return _stacked([self._of_step[int(row)] for row in rows])

    def _crop(self, row: int, step: int) -> Crops:
        random = np.random.default_rng((self._seed, step, 2, row))

        def moved(box: FaceBox) -> FaceBox:
            return jittered(box, random, jitter=self._augmentation.jitter)

        return altered(self._cropping.cut(self._faces, row, moved), random, self._augmentation)

    def _unchanged(self, rows: Rows) -> Embeddings:
        with torch.inference_mode():
            embeddings: Embeddings = self._network.embeddings(self._stems.of(rows, [False] * len(rows))).cpu().numpy()
        return embeddings


def _halved(seen: Seen) -> Seen:
    """Return what is seen on the processor, maps in float16; crops stay in uint8."""
    kept = seen.map.half() if seen.map.is_floating_point() else seen.map
    return Seen(kept.cpu(), seen.beside.cpu())


def _stacked(faces: Sequence[Seen]) -> Seen:
    return Seen(torch.stack([face.map for face in faces]), torch.stack([face.beside for face in faces]))


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
