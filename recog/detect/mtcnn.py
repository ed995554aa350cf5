"""Faces and landmarks in a photo, by facenet-pytorch's MTCNN networks."""

import hashlib
from importlib.util import find_spec
from math import ceil, floor, log
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np

from recog.detect.cascade import FACTOR, THRESHOLDS, UNSURE, Stages, find_faces, scales
from recog.detect.limits import MOST_PIXELS, check_limits, full_side, smallest_face
from recog.detect.rounding import LEVELS
from recog.errors import ConfigError
from recog.photos import refuse_other_than_pixels
from recog.types import FaceBox, Pixels
from recog.weights.device import cores
from recog.weights.loading import LoadOptions, Needs, Runtime
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec

_WEIGHTS = "mtcnn"
_LADDER = 20
"""One of the sides of P-Net's windows in a photo of at most max_side; neighbouring sides have the ratio FACTOR."""
_LARGEST_WINDOW = 1.7
"""The smallest window that P-Net sees has at most this many times the side of the smallest face that is asked for.

P-Net finds faces that fill little more than half of a window, so a smaller window costs time and finds no more
(docs/decisions/detector-thresholds.md).
"""
_CASCADE = "cascade 5"
"""Increase the number with every change in the results of the cascade, because a library's faces change with it."""


class CascadeNetworks(Protocol):
    """The three loaded networks."""

    def over(self, pixels: Pixels, *, factor: int) -> Stages:
        """Return the stages for a photo that is reduced `factor` times."""


class MtcnnDetector:
    """Joint detection and alignment, arXiv:1604.02878; implements recog.types.Detector.

    device is "cpu" or "cuda". runtime is the library that runs the networks; None is OpenVINO on a CPU if it is
    installed, else torch. Both find the same boxes within a pixel (tests/detect checks that) and share one digest.
    Thread-safe; with OpenVINO, each calling thread searches a photo of its own.

    min_face is the smallest side of a face that is searched, in pixels of the given photo. It decides where the pyramid
    begins, not where its levels are, so a larger value drops small faces and leaves the boxes of large ones. If the
    long side of a photo exceeds max_side, faces below 24 pixels (or min_face, if that is less) of the photo scaled down
    to max_side are not searched, which bounds the time: in a photo of 4096 pixels these are faces below 48. A photo of
    more than 1.5 max_side is searched in means of 2 x 2, 3 x 3 ... pixels, which bounds the memory, and R-Net checks
    its doubtful windows twice. Boxes are always in pixels of the given photo.

    Raises:
        WeightsMissingError: no source has the weights.
        WeightsMismatchError: the weights were altered.
        ConfigError: min_face, max_side or device is out of range.
    """

    needs: ClassVar[Needs] = Needs(weights=(spec(_WEIGHTS),))

    @classmethod
    def load(cls, options: LoadOptions) -> Self:
        """Make the detector of the settings; a recog.detect.registry.DetectorClass."""
        return cls(
            cache=options.cache,
            offline_dir=options.offline_dir,
            device=options.device,
            runtime=options.runtime,
            min_face=options.min_face,
        )

    def __init__(
        self,
        *,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        runtime: Runtime | None = None,
        min_face: int = 24,
        max_side: int = 2048,
    ) -> None:
        check_limits(min_face=min_face, max_side=max_side)
        self.runtime = chosen_runtime(runtime, device)
        self.device = device
        self.min_face = min_face
        self.max_side = max_side
        path = ensure_weights(_WEIGHTS, cache=cache, offline_dir=offline_dir)
        self._networks = _loaded(path, self.runtime, device)

    @property
    def sha256(self) -> str:
        """Digest of the weights and of all settings that decide the result."""
        text = (
            f"weights {spec(_WEIGHTS).sha256}\nmin_face {self.min_face}\nmax_side {self.max_side}\n"
            f"thresholds {THRESHOLDS!r}\nunsure {UNSURE!r}\nfactor {FACTOR!r}\n"
            f"window {_LARGEST_WINDOW!r}\nlevels {sorted(LEVELS.items())!r}\n{_CASCADE}\n"
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Find every face in (H, W, 3) uint8 RGB upright pixels, best score first."""
        return self.detect_reduced(pixels, 1)

    @property
    def longest_side(self) -> int:
        """The long side down to which a photo may be halved before it is searched; see ReducingDetector."""
        return int(full_side(self.max_side))

    def detect_reduced(self, pixels: Pixels, factor: int) -> list[FaceBox]:
        """Find every face in a photo that was reduced `factor` times; boxes in pixels of the full photo."""
        refuse_other_than_pixels(pixels)
        height, width = (side * factor for side in pixels.shape[:2])
        window = self._smallest_window(max(height, width))
        if not scales(height, width, smallest=window):
            return []
        further = ceil(self._factor(height, width) / factor)
        photo = self._networks.over(pixels, factor=further)
        factor *= further
        found = find_faces(photo, smallest=window / factor, twice=factor > 1)
        boxes, landmarks = found.boxes.astype(np.float64) * factor, found.landmarks.astype(np.float64) * factor
        return [
            FaceBox(left, top, right, bottom, score, tuple((x, y) for x, y in points))
            for (left, top, right, bottom), score, points in zip(
                boxes.tolist(), found.scores.tolist(), landmarks.tolist(), strict=True
            )
        ]

    def _smallest_window(self, side: int) -> float:
        """Return the side of the pyramid's smallest window in a photo with this long side, in pixels of the photo."""
        scale = max(1.0, side / self.max_side)
        smallest = smallest_face(side, min_face=self.min_face, max_side=self.max_side)
        lowest = min(self.min_face, _LADDER) * scale
        levels = floor(log(smallest * _LARGEST_WINDOW / lowest) / log(1 / FACTOR))
        return float(lowest / FACTOR**levels)

    def _factor(self, height: int, width: int) -> int:
        """Return the whole factor by which the photo is reduced."""
        factor = max(1, ceil(max(height, width) / full_side(self.max_side)))
        while (height // factor) * (width // factor) > MOST_PIXELS:
            factor += 1
        return factor


def chosen_runtime(runtime: Runtime | None, device: str) -> Runtime:
    """Return the library that runs a detector's networks; None is OpenVINO on a CPU if it is installed, else torch.

    Raises:
        ConfigError: OpenVINO is asked for on a GPU.
    """
    if runtime == "openvino" and device != "cpu":
        raise ConfigError(f"the runtime 'openvino' runs on the processor, not on {device!r}: use 'torch'")
    if runtime is not None:
        return runtime
    return "openvino" if device == "cpu" and find_spec("openvino") is not None else "torch"


def _loaded(weights: Path, runtime: Runtime, device: str) -> CascadeNetworks:
    """Load the networks on the chosen library, without importing the other."""
    if runtime == "openvino":
        from recog.detect.openvino_stages import OpenVinoNetworks

        return OpenVinoNetworks(weights, threads=cores())
    from recog.detect.torch_stages import TorchNetworks

    return TorchNetworks(weights, device=device)
