"""A trained head: its tensors, and the record of the run that made it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

import recog.weights
from recog.distance import unit_rows
from recog.embed.local_centring import LocalCentring
from recog.embed.network import network_named
from recog.errors import WayOut, WeightsMismatchError, WeightsMissingError
from recog.types import Embeddings

SHIPPED_HEADS = Path(recog.weights.__file__).parent / "heads"
_BEFORE, _TUNED = "trunk_before_sha256", "tuned_trunk"


@dataclass(frozen=True, slots=True)
class Head:
    """A linear head, embedding = unit(weight @ features + bias), and perhaps a local centring of these embeddings.

    weight is (dim, width) float32, with width the number of features of its network; bias is (dim,) float32; sha256 is
    the digest of the safetensors file. crop_scale and flip are those of its training and scoring. trunk and
    trunk_sha256 identify the network below it. record is the whole run record.
    """

    name: str
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    local_centring: LocalCentring | None
    sha256: str
    crop_scale: float
    flip: bool
    trunk: str
    trunk_sha256: str
    record: Mapping[str, object]

    @property
    def tuned(self) -> bool:
        """Whether blocks of the trunk were trained with it; they are in a file beside it (see recog.embed.tuning)."""
        return _BEFORE in self.record

    @property
    def tuned_trunk(self) -> str:
        """The name of the trained trunk's weights; a record without it is of a network of one trunk."""
        return str(self.record.get(_TUNED, network_named(self.trunk).parts[0].weights))

    @property
    def pretrained_sha256(self) -> str:
        """The digest of the trunk before that training."""
        return str(self.record[_BEFORE]) if self.tuned else self.trunk_sha256

    def embed(self, features: NDArray[np.float32]) -> Embeddings:
        """Embed features, (n, width) float32 -> (n, dim) float32 of unit length."""
        linear = self.embed_linearly(features)
        return linear if self.local_centring is None else self.local_centring(linear)

    def embed_linearly(self, features: NDArray[np.float32]) -> Embeddings:
        """Embed features without the local centring, (n, width) float32 -> (n, dim) float32 of unit length."""
        return unit_rows(features @ self.weight.T + self.bias)


def load_head(name: str, *, directory: Path = SHIPPED_HEADS, features: int | None = None) -> Head:
    """Load the head NAME.safetensors with its run record NAME.json.

    features is the number of features below it; None asks recog's network that the record names.

    Raises:
        WeightsMissingError: one of the two files is missing.
        WeightsMismatchError: the record describes other tensors, or a file is damaged.
        ConfigError: the record names a network that recog does not have.
    """
    data = _read(directory / f"{name}.safetensors")
    record_path = directory / f"{name}.json"
    digest = hashlib.sha256(data).hexdigest()
    try:
        record = json.loads(_read(record_path))
        expected = str(record["sha256"])
        if digest != expected:
            raise WeightsMismatchError(
                f"{directory / name}.safetensors is not the head of its run record: sha256 {digest} instead of "
                f"{expected}; install recog again, or train the head again"
            )
        tensors = load(data)
        return Head(
            name=name,
            weight=_shaped(tensors["weight"], features or network_named(str(record["trunk"])).features),
            bias=_shaped(tensors["bias"], len(tensors["weight"])),
            local_centring=_local_centring(tensors),
            sha256=digest,
            crop_scale=float(record["crop_scale"]),
            flip=bool(record["flip"]),
            trunk=str(record["trunk"]),
            trunk_sha256=str(record["trunk_sha256"]),
            record=record,
        )
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise WeightsMismatchError(
            f"the head {directory / name} is damaged ({type(error).__name__}: {error}); install recog again, or train "
            "the head again"
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsMissingError(
            f"the head file {path} cannot be read ({error.strerror})", way_out=WayOut.NAME_HEADS
        ) from error


def _local_centring(tensors: Mapping[str, NDArray[np.float32]]) -> LocalCentring | None:
    """Return the local centring of a head's tensors, None if it has none."""
    if "centres" not in tensors:
        return None
    strength, sharpness = _shaped(tensors["local_centring"], 2).tolist()
    return LocalCentring(_shaped(tensors["centres"], len(tensors["weight"])), strength, sharpness)


def _shaped(array: NDArray[np.float32], last: int) -> NDArray[np.float32]:
    if array.dtype != np.float32 or array.shape[-1] != last or not np.isfinite(array).all():
        raise ValueError(f"a tensor is {array.shape} {array.dtype} instead of finite (..., {last}) float32")
    return array
