"""Faces and landmarks in a photo, by facenet-pytorch's MTCNN networks."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from recog.detect.area import MAX_PIXELS, SummedAreas
from recog.detect.cascade import FACTOR, THRESHOLDS, Networks, find_faces
from recog.errors import ConfigError
from recog.types import FaceBox, Pixels
from recog.weights.device import checked_device
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec

_WEIGHTS = "mtcnn"
_LEAST_FACE = 12
"""P-Net's window: a smaller face would need an enlarged photo."""
_SMALLEST_SCALED = 20
_CASCADE = "cascade 1"
"""Whoever changes what the cascade finds raises the number, for a library's faces change with it."""


class MtcnnDetector:
    """Joint detection and alignment, arXiv:1604.02878; implements recog.types.Detector.

    device is "cpu" or "cuda". min_face is the smallest side of a face that is looked for, in pixels of the given
    photo. A photo whose long side is over max_side is searched scaled down to it, which bounds memory and time; in
    the scaled photo nothing under 20 pixels (or min_face, if that is less) is looked for, whatever min_face asks:
    in a photo of 4096 pixels that is 40 of its own. Boxes are in pixels of the given photo in any case.

    Raises:
        WeightsMissingError, WeightsMismatchError: the networks cannot be had, or are altered.
        ConfigError: min_face, max_side or device is out of range.
    """

    def __init__(
        self,
        *,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        min_face: int = 20,
        max_side: int = 2048,
    ) -> None:
        longest = int(MAX_PIXELS**0.5)
        if min_face < _LEAST_FACE:
            raise ConfigError(f"min_face is at least {_LEAST_FACE} pixels, not {min_face}")
        if not min_face <= max_side <= longest:
            raise ConfigError(f"max_side is between min_face ({min_face}) and {longest} pixels, not {max_side}")
        self.device = checked_device(device).type
        self.min_face = min_face
        self.max_side = max_side
        path = ensure_weights(_WEIGHTS, cache=cache, offline_dir=offline_dir)
        state = load_file(path, device=device)
        self._networks = Networks(
            proposal=_loaded(PNet(pretrained=False), "pnet", state, device),
            refinement=_loaded(RNet(pretrained=False), "rnet", state, device),
            output=_loaded(ONet(pretrained=False), "onet", state, device),
        )

    @property
    def sha256(self) -> str:
        """Digest of the weights and of every setting that decides what is found."""
        text = (
            f"weights {spec(_WEIGHTS).sha256}\nmin_face {self.min_face}\nmax_side {self.max_side}\n"
            f"thresholds {THRESHOLDS!r}\nfactor {FACTOR!r}\n{_CASCADE}\n"
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Every face in (H, W, 3) uint8 RGB upright pixels, best score first."""
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise ValueError(f"pixels are (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}")
        height, width = pixels.shape[:2]
        photo = torch.from_numpy(np.array(pixels)).to(self.device)  # copied: any strides, any flags
        scale = min(1.0, self.max_side / max(height, width))
        if scale < 1:
            photo = _scaled(photo, scale)
        min_face = max(self.min_face * scale, min(self.min_face, _SMALLEST_SCALED))
        with torch.inference_mode():
            found = find_faces(SummedAreas(photo), self._networks, min_face=min_face)
        ratio = np.array([width / photo.shape[1], height / photo.shape[0]])
        boxes = found.boxes.cpu().numpy().reshape(-1, 2, 2) * ratio
        landmarks = found.landmarks.cpu().numpy() * ratio
        return [
            FaceBox(
                left=float(box[0, 0]),
                top=float(box[0, 1]),
                right=float(box[1, 0]),
                bottom=float(box[1, 1]),
                score=float(score),
                landmarks=tuple((float(x), float(y)) for x, y in points),
            )
            for box, score, points in zip(boxes, found.scores.cpu().numpy(), landmarks, strict=True)
        ]


def _loaded(network: nn.Module, name: str, state: dict[str, Tensor], device: str) -> nn.Module:
    """A network with its part of the state, to infer with only."""
    prefix = f"{name}."
    network.load_state_dict({key.removeprefix(prefix): t for key, t in state.items() if key.startswith(prefix)})
    return network.eval().requires_grad_(requires_grad=False).to(device)


def _scaled(photo: Tensor, scale: float) -> Tensor:
    """(H, W, 3) uint8, smaller by scale."""
    size = [max(1, round(side * scale)) for side in photo.shape[:2]]
    batch = photo.permute(2, 0, 1)[None]
    scaled = F.interpolate(batch, size=size, mode="bilinear", antialias=True)
    return scaled[0].permute(1, 2, 0).contiguous()
