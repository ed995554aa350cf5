"""Faces and landmarks in a photo: YuNet finds them, MTCNN's R-Net and O-Net place box and landmarks."""

import hashlib
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np

from recog.boxes import rescaled
from recog.detect.limits import SMALLEST_SCALED, check_limits, full_side, smallest_face
from recog.detect.mtcnn import chosen_runtime
from recog.detect.placement import FINE, ODDS, Faces, Refiners, joined, placed
from recog.detect.proposals import MULTIPLE, Floats, Outputs, decoded
from recog.detect.suppression import covered_pairs, unsuppressed
from recog.detect.windows import shrunk
from recog.photos import refuse_other_than_pixels
from recog.types import FaceBox, Pixels
from recog.weights.device import cores
from recog.weights.loading import LoadOptions, Needs, Runtime
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec

_YUNET, _MTCNN = "yunet", "mtcnn"
_LEAST_PROPOSAL = 0.3
"""R-Net and O-Net look at a proposal if YuNet's score is at least this."""
_LEAST = 0.6
"""A face is returned if its score is at least this."""
_FIRST_SIDE = 640
"""Long side of the copy of a photo that is searched first, in pixels."""
_SMALLEST_SEEN = 14.0
"""Side of the smallest face that YuNet finds about as well as larger ones, in pixels of the copy."""
_SMALL = 32.0
"""A larger copy is searched too if the first shows a face smaller than this, or none at all."""
_COVERED = 0.7
"""Two faces share at most this part of the smaller box."""
_METHOD = "yunet-mtcnn 1"
"""Increase the number with every change in the results, because a library's faces change with it."""


class YunetNetworks(Refiners, Protocol):
    """The three loaded networks."""

    def propose(self, image: Floats) -> Outputs:
        """Run YuNet on (3, h, w) blue, green and red, 0 to 255, h and w multiples of 32."""


class YunetMtcnnDetector:
    """YuNet, with MTCNN's R-Net and O-Net after it; implements recog.types.Detector.

    YuNet (Wu, Peng and Yu, 2023) finds more faces than MTCNN's P-Net and is deceived less, but its landmarks are
    coarse. R-Net and O-Net (arXiv:1604.02878) reject nothing; they move the box and set the landmarks. The score is the
    probability of a face that follows from the scores of YuNet and O-Net together. Outside the photo its border is
    repeated, so a face that meets the border keeps its landmarks in place.

    device is "cpu" or "cuda". runtime is the library that runs the networks; None is OpenVINO on a CPU if it is
    installed, else torch. Both find the same faces and share one digest. Thread-safe; with OpenVINO, each calling
    thread searches a photo of its own.

    min_face is the smallest longer side of a face, in pixels of the given photo. If the long side of a photo exceeds
    max_side, faces below 24 pixels (or min_face, if that is less) of the photo scaled down to max_side are left out,
    which bounds the time: in a photo of 4096 pixels these are faces below 48. A photo is searched in a copy of 640
    pixels; if that shows a small face or none, and small ones are asked for, in a larger copy too. Boxes are always in
    pixels of the given photo, and may leave it.

    Raises:
        WeightsMissingError: no source has the weights.
        WeightsMismatchError: the weights were altered.
        ConfigError: min_face, max_side or device is out of range.
    """

    needs: ClassVar[Needs] = Needs(weights=(spec(_YUNET), spec(_MTCNN)))

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
        yunet, mtcnn = (ensure_weights(name, cache=cache, offline_dir=offline_dir) for name in (_YUNET, _MTCNN))
        self._networks = _loaded(yunet, mtcnn, self.runtime, device)

    @property
    def sha256(self) -> str:
        """Digest of the weights and of all settings that decide the result."""
        text = (
            f"weights {spec(_YUNET).sha256} {spec(_MTCNN).sha256}\nmin_face {self.min_face}\nmax_side {self.max_side}\n"
            f"least {_LEAST_PROPOSAL!r} {_LEAST!r}\nodds {ODDS!r}\n"
            f"sides {_FIRST_SIDE} {_SMALLEST_SEEN!r} {_SMALL!r} {SMALLEST_SCALED} {FINE!r}\n"
            f"covered {_COVERED!r}\n{_METHOD}\n"
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
        long = max(pixels.shape[:2])
        smallest = smallest_face(long * factor, min_face=self.min_face, max_side=self.max_side) / factor
        if long < smallest:
            return []
        faces = self._search(pixels, _FIRST_SIDE)
        wanted = long * _SMALLEST_SEEN / smallest
        if min(long, wanted) > _FIRST_SIDE and _promises_small(faces, _SMALL * long / _FIRST_SIDE):
            faces = joined(faces, self._search(pixels, wanted))
        found = [
            FaceBox(left, top, right, bottom, score, tuple((x, y) for x, y in points))
            for (left, top, right, bottom), score, points in zip(
                *(each.tolist() for each in self._kept(faces, pixels, smallest)), strict=True
            )
        ]
        return found if factor == 1 else [rescaled(box, factor, factor) for box in found]

    def _search(self, pixels: Pixels, side: float) -> Faces:
        """Search a copy of the photo whose long side is at most `side` pixels; places are in pixels of the photo."""
        copy = shrunk(pixels, side)
        height, width = copy.shape[:2]
        image = np.zeros((3, -(-height // MULTIPLE) * MULTIPLE, -(-width // MULTIPLE) * MULTIPLE), np.float32)
        image[:, :height, :width] = copy[..., ::-1].transpose(2, 0, 1)
        proposals = decoded(self._networks.propose(image), image.shape[2], least=_LEAST_PROPOSAL)
        return placed(self._networks, pixels, copy, proposals)

    def _kept(self, faces: Faces, pixels: Pixels, smallest: float) -> tuple[Floats, Floats, Floats]:
        """Return boxes, scores and landmarks of the faces to return, best first, each face once."""
        height, width = pixels.shape[:2]
        sides = faces.boxes[:, 2:] - faces.boxes[:, :2]
        inside = (faces.boxes[:, 2:] > 0).all(axis=1) & (faces.boxes[:, :2] < (width, height)).all(axis=1)
        wanted = np.flatnonzero((faces.scores >= _LEAST) & (sides.max(axis=1, initial=0) >= smallest) & inside)
        order = wanted[np.argsort(-faces.scores[wanted], kind="stable")]
        boxes, scores, landmarks = faces.boxes[order], faces.scores[order], faces.landmarks[order]
        single = unsuppressed(len(boxes), covered_pairs(boxes, overlap=_COVERED))
        return boxes[single], scores[single], landmarks[single]


def _promises_small(faces: Faces, side: float) -> bool:
    """Return whether the first copy shows no face, or what may be one of less than `side` pixels."""
    sides = (faces.boxes[:, 2:] - faces.boxes[:, :2]).min(axis=1, initial=np.inf)
    return not (faces.scores >= _LEAST).any() or bool((sides[faces.scores >= _LEAST_PROPOSAL] < side).any())


def _loaded(yunet: Path, mtcnn: Path, runtime: Runtime, device: str) -> YunetNetworks:
    """Load the networks on the chosen library, without importing the other."""
    if runtime == "openvino":
        from recog.detect.yunet_openvino import OpenVinoYunet

        return OpenVinoYunet(yunet, mtcnn, threads=cores())
    from recog.detect.yunet_torch import TorchYunet

    return TorchYunet(yunet, mtcnn, device=device)
