"""Find, crop, embed and compare faces without a library."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from recog import identify as decide
from recog.config import Settings, read_settings
from recog.distance import are_unit
from recog.library.inputs import AnyPhoto, photo_of
from recog.library.networks import Networks
from recog.library.probes import read_faces
from recog.quality import doubt_of, sharpness
from recog.types import Calibration, Embeddings, FaceBox, NetworkInfo, Pixels, Verification
from recog.weights.pull import Progress


@dataclass(frozen=True, slots=True, eq=False)
class ReadFace:
    """One face of a photo; number counts from the left, from 1.

    box is in float pixels of the upright photo, with a score from 0 to 1 and five landmarks (x, y). crop (160, 160, 3)
    uint8 RGB is the tight cut around the box, stretched to a square, that the network sees. embedding (128,) float32
    has unit length. So for the shipped networks; see FaceReader.info. sharpness is of the crop, see recog.quality.
    """

    number: int
    box: FaceBox
    crop: Pixels = field(repr=False)
    embedding: Embeddings = field(repr=False)
    sharpness: float

    @property
    def doubt(self) -> str | None:
        """Why the embedding does not tell whose the face is, because the detector is unsure of it; else None."""
        return doubt_of(self.box)


class FaceReader:
    """Finds, crops and embeds faces, and compares them; keeps nothing, and makes no folder but the networks' cache.

    Networks load, and their weights are downloaded, when first needed. Threads may share a reader.
    """

    def __init__(
        self, settings: Settings, *, weights_progress: Progress | None = None, networks: Networks | None = None
    ) -> None:
        """networks: other ones than those that the settings name."""
        self.networks = networks or Networks(settings, progress=weights_progress)

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """Return a reader with the networks of the settings, by default those of environment and settings file."""
        return cls(settings if settings is not None else read_settings())

    @property
    def info(self) -> NetworkInfo:
        """The network of the embeddings; only embeddings of one sha256 are comparable."""
        return self.networks.info

    @property
    def calibration(self) -> Calibration:
        """The squared distance up to which two faces are one person, and how sure that is.

        It is that of the library in the settings, if one was made for it, else the network's own.
        """
        return self.networks.calibration

    def read(self, photo: AnyPhoto, *, boxes: Sequence[FaceBox] | None = None) -> tuple[ReadFace, ...]:
        """Return the faces of a photo from left to right, none if none is found.

        The photo is a path, the bytes of a photo file, or pixels: (H, W, 3) uint8, RGB (OpenCV's are BGR), upright.
        boxes, if given, are taken for its faces, in their order; the network was trained and
        calibrated on its own detector's, which lie tightly around the face from the eyebrows to the chin.

        Raises PhotoError for what is no readable photo; ValueError for pixels of another shape, or a box outside.
        """
        probe = read_faces(photo_of(photo), self.networks, boxes)
        crops = np.ascontiguousarray(probe.faces.crops[..., :3])
        rows = zip(probe.faces.boxes, crops, probe.embeddings, sharpness(crops).tolist(), strict=True)
        return tuple(ReadFace(number, *row) for number, row in enumerate(rows, start=1))

    def compare(self, left: Embeddings, right: Embeddings) -> Verification:
        """Are two faces one person? By their embeddings, (dim,) float32 of unit length; else a ValueError."""
        dim = self.networks.info.dim
        for embedding in (left, right):
            if embedding.shape != (dim,) or not are_unit(embedding[np.newaxis])[0]:
                raise ValueError(f"an embedding is ({dim},) of unit length, not {embedding.shape}")
        return decide.verify(left, right, self.networks.calibration)
