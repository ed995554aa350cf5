"""The values that flow through recog: frozen records, and the protocols between steps.

The array types are those of recog.arrays; importing one from here loads numpy, importing a record does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from recog.decoded import Area as Area
from recog.decoded import DateSource as DateSource
from recog.decoded import DecodedPhoto as DecodedPhoto
from recog.decoded import Reduced as Reduced
from recog.decoded import Span as Span
from recog.network_info import NetworkInfo as NetworkInfo
from recog.network_info import View as View

if TYPE_CHECKING:
    from recog.arrays import Crops as Crops
    from recog.arrays import Distances as Distances
    from recog.arrays import Embeddings as Embeddings
    from recog.arrays import FaceIds as FaceIds
    from recog.arrays import Pixels as Pixels


def __getattr__(name: str) -> object:
    if name not in {"Crops", "Distances", "Embeddings", "FaceIds", "Pixels"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from recog import arrays

    return getattr(arrays, name)


@dataclass(frozen=True, slots=True)
class FileStat:
    """A photo file in the file system: size in bytes, mtime_ns since the epoch. Equal stats mean an unchanged file."""

    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the catalog. Its identity is the digest of its bytes: a moved file is the same photo.

    width and height are those of the upright pixels. taken_at is aware where its offset from UTC is known, else the
    camera's local time; taken_from says where it stands, None if that is unknown. incomplete: the file ends early, and
    part of the picture is lost. duration: the seconds of a video or an animated picture; None for a photo.
    """

    id: int
    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    incomplete: bool = False
    taken_from: DateSource | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Where a face is, in pixels of the upright photo (floats; may reach over the border).

    score is the detector's probability, 0 to 1. landmarks are ((x, y), ...): left eye, right eye, nose, left mouth
    corner, right mouth corner, as the viewer sees them once the face stands upright. For that the photo is turned
    counter-clockwise by `turn` degrees: 0, 90, 180 or 270. It is not 0 in photos that lie on their side, or stand on
    their head, without saying so in their EXIF data.
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float
    landmarks: tuple[tuple[float, float], ...]
    turn: int = 0

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top


class Origin(StrEnum):
    """Who assigned a face to a person."""

    CONFIRMED = "confirmed"
    """The user; no job ever changes it."""
    MATCHED = "matched"
    """recog, by distance; the next run may change it."""


@dataclass(frozen=True, slots=True)
class NewFace:
    """A face as the steps made it, not yet in the catalog.

    embedding is (dim,) float32 of unit length; thumbnail the bytes of a small JPEG without metadata; sharpness the
    variance of the Laplacian of the crop's luma (see recog.quality). drawn: a user drew the box, whose landmarks are
    empty if no face was seen in it. span: of a track in a video, which the box, sharpness and thumbnail show in its
    best frame; None for a face in a photo.
    """

    box: FaceBox
    embedding: Embeddings
    sharpness: float
    thumbnail: bytes
    drawn: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """A face of the catalog; person_id is None while nobody is named. squared_distance: of a match, else None.

    drawn: a user drew it on the photo, and it stays whatever a detector finds. span: None unless a track of a video.
    """

    id: int
    photo_id: int
    box: FaceBox
    sharpness: float
    person_id: int | None
    origin: Origin | None
    squared_distance: float | None
    drawn: bool = False
    span: Span | None = None

    @property
    def scene(self) -> int:
        """The number of what two faces are on if they are rarely one person: of the photo, or of the track alone."""
        return self.photo_id if self.span is None else -self.id


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name. confirmed and matched count the person's faces by origin.

    cover_face_id is the face that stands for the person: chosen_cover_face_id, which the user chose, while that face is
    the person's, else a good confirmed one. born is the day of birth, None if nobody said it.
    """

    id: int
    name: str
    hidden: bool
    cover_face_id: int | None
    confirmed: int
    matched: int
    chosen_cover_face_id: int | None = None
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A face of the gallery near a probe."""

    face_id: int
    squared_distance: float


@dataclass(frozen=True, slots=True)
class Match:
    """The vote for one person: the nearest squared distance, what of it dates added, and votes among k neighbours."""

    person_id: int
    squared_distance: float
    votes: int
    penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether two faces are one person; probability is that they are, 0 to 1.

    By the method "distance", same is squared_distance <= threshold, and the probability is the calibrated one; by a
    classifier of pairs it is probability >= least_probability.
    """

    same: bool
    squared_distance: float
    threshold: float
    probability: float
    method: str = "distance"
    least_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Faces that are probably one person. centroid is (dim,) float32, unit length.

    number is the catalog's, None before the cluster is saved. A cluster keeps its number, which is never reused.
    """

    face_ids: tuple[int, ...]
    centroid: Embeddings
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Scatter:
    """How the embeddings of people scatter: what clusters of several photos prove (see cluster.likelihood).

    between is the share of the variance that is between people, 0 to 1 exclusive; dimensions the number of independent
    ones that strangers' distances show; of n photos of a person n / (1 + (n - 1) correlation) are independent.
    """

    between: float
    dimensions: float
    correlation: float


@dataclass(frozen=True, slots=True)
class ClusterRule:
    """Two lone faces among `faces` faces are one person up to the squared distance threshold; fitted to `data`."""

    threshold: float
    faces: int
    scatter: Scatter
    data: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """Decisions with a known error, for one network.

    threshold is a squared distance: at most that far is the same person, at the false accept rate `far` measured on
    `pairs` pairs of `data`; far is None for a threshold that a user set.
    probability(d) = 1 / (1 + exp(slope * d + intercept)), slope > 0. clusters is how faces are grouped, None where
    nobody fitted it: then by average linkage up to the threshold. tail is how fast false accepts grow rare at smaller
    distances: FAR(d) = far * exp(tail * (d - threshold)) for d <= threshold; None where nobody fitted it.
    """

    network_sha256: str
    threshold: float
    far: float | None
    slope: float
    intercept: float
    data: str
    pairs: int
    clusters: ClusterRule | None = None
    tail: float | None = None


class Detector(Protocol):
    """Pixels to face boxes, best score first."""

    @property
    def sha256(self) -> str:
        """Digest of weights and settings."""

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Find every face in (H, W, 3) uint8 RGB upright pixels."""


class FacePlacer(Protocol):
    """A drawn box to the face in it."""

    def place(self, pixels: Pixels, box: FaceBox) -> FaceBox | None:
        """Return the face that a box drawn on (H, W, 3) uint8 RGB upright pixels means, or None if none is seen there.

        The turn of the box is that of the photo's other faces. The result has landmarks, and a score from 0 to 1.
        """


@runtime_checkable
class ReducingDetector(Detector, Protocol):
    """A detector that searches large photos reduced, and so takes photos that are decoded reduced."""

    @property
    def longest_side(self) -> int:
        """The long side in pixels down to which a photo may be halved, again and again, before it is searched."""

    def detect_reduced(self, pixels: Pixels, factor: int) -> list[FaceBox]:
        """Find every face in a photo that was reduced `factor` times, (h, w, 3) uint8 RGB upright.

        The boxes are in pixels of the full photo, and so is the smallest face of the settings.
        """


class Embedder(Protocol):
    """Crops to unit embeddings."""

    @property
    def info(self) -> NetworkInfo:
        """What the embeddings are."""

    def embed(self, crops: Crops) -> Embeddings:
        """(n, input_size, input_size, 3 + 3 * views) uint8 -> (n, dim) float32 of unit length; n may be 0."""
