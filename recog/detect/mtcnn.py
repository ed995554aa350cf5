"""Faces and landmarks in a photo, by facenet-pytorch's MTCNN networks."""

import hashlib
from importlib.util import find_spec
from math import ceil, floor, log
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np

from recog.detect.cascade import FACTOR, THRESHOLDS, UNSURE, WINDOW, Stages, find_faces, scales
from recog.detect.rounding import LEVELS
from recog.errors import ConfigError
from recog.photos import refuse_other_than_pixels
from recog.types import FaceBox, Pixels
from recog.weights.device import cores
from recog.weights.loading import LoadOptions, Needs, Runtime
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec

_WEIGHTS = "mtcnn"
_MOST_PIXELS = 8_000_000
"""Searched at once: the summed-area table of so many pixels is 64 MB, and recog.detect.area's fits 32 bits."""
_SMALLEST_SCALED = 24
"""Of faces in a photo over max_side, in pixels of the photo scaled down to that."""
_LADDER = 20
"""One of the sides that P-Net's windows have in a photo up to max_side: the others are FACTOR apart from it."""
_LARGEST_WINDOW = 1.7
"""The smallest window that P-Net is shown has at most so many times the side of the smallest face asked for.

For it finds faces that fill little more than half of a window. In 160 photos of WIDER FACE windows from 20, 28.2, 39.8
and 56.1 pixels on found 439, 440, 438 and 420 of 516 faces of 24 pixels or more; 49, 42, 32 and 23 boxes were wrong,
and a photo took 85, 53, 38 and 28 ms. Of 205 faces of 47 pixels or more in 32 photos enlarged to 12 megapixels windows
from 39, 55 and 78 pixels on found 158, 158 and 157, in 210, 143 and 100 ms.
"""
_FULL_SIDE = 1.5
"""A photo is made smaller, by a whole number, where its long side is over so many times max_side."""
_CASCADE = "cascade 5"
"""Whoever changes what the cascade finds raises the number, for a library's faces change with it."""


class CascadeNetworks(Protocol):
    """The three networks, loaded."""

    def over(self, pixels: Pixels, *, factor: int) -> Stages:
        """The stages over a photo, made `factor` times smaller."""


class MtcnnDetector:
    """Joint detection and alignment, arXiv:1604.02878; implements recog.types.Detector.

    device is "cpu" or "cuda". runtime is the library that runs the networks: None is OpenVINO on a processor where it
    is installed, else torch; both find the same boxes within a pixel (tests/detect holds them to that) and share one
    digest. Safe in threads; on OpenVINO as many photos are searched at once as threads call.

    min_face is the smallest side of a face that is looked for, in pixels of the given photo. It decides where the
    pyramid begins, not where its levels are: a larger one leaves out small faces, and boxes of large ones stay. In a
    photo whose long side is over max_side nothing under 24 pixels (or min_face, if that is less) of the photo scaled
    down to max_side is looked for, which bounds the time: in a photo of 4096 pixels that is 48 of its own. A photo
    of more than 1.5 max_side is searched in means of 2 x 2, 3 x 3 ... of its pixels, which bounds the memory, and
    what is doubtful in it is looked at twice. Boxes are in pixels of the given photo in any case.

    Raises:
        WeightsMissingError, WeightsMismatchError: the networks cannot be had, or are altered.
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
        if min_face < WINDOW:
            raise ConfigError(f"min_face is at least {WINDOW} pixels, not {min_face}")
        longest = int(_MOST_PIXELS**0.5)
        if not min_face <= max_side <= longest:
            raise ConfigError(f"max_side is between min_face ({min_face}) and {longest} pixels, not {max_side}")
        self.runtime = _chosen(runtime, device)
        self.device = device
        self.min_face = min_face
        self.max_side = max_side
        path = ensure_weights(_WEIGHTS, cache=cache, offline_dir=offline_dir)
        self._networks = _loaded(path, self.runtime, device)

    @property
    def sha256(self) -> str:
        """Digest of the weights and of every setting that decides what is found."""
        text = (
            f"weights {spec(_WEIGHTS).sha256}\nmin_face {self.min_face}\nmax_side {self.max_side}\n"
            f"thresholds {THRESHOLDS!r}\nunsure {UNSURE!r}\nfactor {FACTOR!r}\n"
            f"window {_LARGEST_WINDOW!r}\nlevels {sorted(LEVELS.items())!r}\n{_CASCADE}\n"
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Every face in (H, W, 3) uint8 RGB upright pixels, best score first."""
        refuse_other_than_pixels(pixels)
        height, width = pixels.shape[:2]
        window = self._smallest_window(max(height, width))
        if not scales(height, width, smallest=window):
            return []
        factor = self._factor(height, width)
        photo = self._networks.over(pixels, factor=factor)
        found = find_faces(photo, smallest=window / factor, twice=factor > 1)
        boxes, landmarks = found.boxes.astype(np.float64) * factor, found.landmarks.astype(np.float64) * factor
        return [
            FaceBox(left, top, right, bottom, score, tuple((x, y) for x, y in points))
            for (left, top, right, bottom), score, points in zip(
                boxes.tolist(), found.scores.tolist(), landmarks.tolist(), strict=True
            )
        ]

    def _smallest_window(self, side: int) -> float:
        """Where the pyramid of a photo whose long side has so many pixels begins, in its pixels."""
        scale = max(1.0, side / self.max_side)
        smallest_face = max(self.min_face, min(self.min_face, _SMALLEST_SCALED) * scale)
        lowest = min(self.min_face, _LADDER) * scale
        levels = floor(log(smallest_face * _LARGEST_WINDOW / lowest) / log(1 / FACTOR))
        return float(lowest / FACTOR**levels)

    def _factor(self, height: int, width: int) -> int:
        """How many times smaller the photo is made."""
        factor = max(1, ceil(max(height, width) / (_FULL_SIDE * self.max_side)))
        while (height // factor) * (width // factor) > _MOST_PIXELS:
            factor += 1
        return factor


def _chosen(runtime: Runtime | None, device: str) -> Runtime:
    if runtime == "openvino" and device != "cpu":
        raise ConfigError(f"the runtime 'openvino' runs on the processor, not on {device!r}: use 'torch'")
    if runtime is not None:
        return runtime
    return "openvino" if device == "cpu" and find_spec("openvino") is not None else "torch"


def _loaded(weights: Path, runtime: Runtime, device: str) -> CascadeNetworks:
    """The networks on the chosen library; the other one is not imported."""
    if runtime == "openvino":
        from recog.detect.openvino_stages import OpenVinoNetworks

        return OpenVinoNetworks(weights, threads=cores())
    from recog.detect.torch_stages import TorchNetworks

    return TorchNetworks(weights, device=device)
