"""Results of explaining networks and faces."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recog.explain.occlusion import Map
from recog.library.indexing.results import FailedPhoto
from recog.types import FaceBox, Pixels, Verification


@dataclass(frozen=True, slots=True)
class ShownPatch:
    """A patch that excites a unit: its photo, the unit's answer, and the receptive field in the network's input.

    box is left, top, right, bottom in pixels of the input, right and bottom open; picture is a PNG or JPEG.
    """

    photo: Path
    value: float
    box: tuple[int, int, int, int]
    picture: bytes


@dataclass(frozen=True, slots=True)
class UnitLooks:
    """Further pictures of a unit, PNG or JPEG; gradient and maximised are empty for a network without gradients.

    strongest is the input whose patch is strongest; occlusion shows on it where covering it takes most of the unit's
    answer away; gradient which pixels excite the unit (guided gradient). maximised is made to excite the unit.
    """

    strongest: bytes
    occlusion: bytes
    gradient: bytes
    maximised: bytes


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit with the patches that excite it most, best first, one a photo."""

    number: int
    patches: tuple[ShownPatch, ...]
    looks: UnitLooks | None = None


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """A layer: its size, and the units that were looked at.

    field is width and height of the largest receptive field of its positions; places is columns and rows of its map.
    """

    name: str
    all_units: int
    field: tuple[int, int]
    places: tuple[int, int]
    units: tuple[ShownUnit, ...]


@dataclass(frozen=True, slots=True)
class LayersReport:
    """What the layers of a network look for, over the photos of a folder.

    photos were found; shown of them went into the network. side is that of its input. filters are the first
    convolution's kernels as PNGs. differentiable: whether the network has gradients here.
    """

    network: str
    folder: Path
    of_faces: bool
    side: int
    photos: int
    shown: int
    failed: tuple[FailedPhoto, ...]
    layers: tuple[ShownLayer, ...]
    filters: tuple[bytes, ...]
    differentiable: bool
    seconds: float
    created: str


@dataclass(frozen=True, slots=True)
class ExplainedFace:
    """A face, and how much each part of it decides.

    picture is the face's surroundings, (h, w, 3) uint8, and box its place there. weights, (h, w) float32, is 0 or more:
    how far the embedding moves, as a squared distance, when a square about a pixel is covered; in a pair, how far the
    two faces move apart, negative where covering brings them together. gradient, (h, w) float32, 0 or more, is the size
    of the gradient of the squared distance, None for a network without gradients. parts is the share of the weight on
    each part of the face, of 1. inside is the share inside the detector's box, and box_share the box's share of the
    picture.
    """

    photo: Path
    number: int
    picture: Pixels
    box: FaceBox
    weights: Map
    gradient: Map | None
    parts: Mapping[str, float]
    inside: float
    box_share: float


@dataclass(frozen=True, slots=True)
class ExplainedPair:
    """Why two faces are one person, or not: see ExplainedFace."""

    left: ExplainedFace
    right: ExplainedFace
    verification: Verification
