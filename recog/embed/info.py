"""What the embeddings of a network are, told by its head's record alone: no weights are read, no torch is loaded."""

import hashlib
from pathlib import Path

from recog.embed.head import SHIPPED_HEADS, Head, load_head
from recog.errors import WeightsMismatchError
from recog.types import NetworkInfo
from recog.weights.registry import spec

INPUT_SIZE = 160
_HEAD_SUFFIX = "-triplet128"
_CROPPING = "crop 1"
"""The way recog.crop cuts crops; whoever changes that raises the number, for embeddings change with it."""


def head_of(network: str, *, heads: Path = SHIPPED_HEADS) -> Head:
    """The shipped head of a trunk; WeightsMismatchError where it was trained on another trunk of that name."""
    head, trunk = load_head(f"{network}{_HEAD_SUFFIX}", directory=heads), spec(network)
    if trunk.sha256 not in {None, head.trunk_sha256}:
        raise WeightsMismatchError(
            f"the head {head.name} was trained on the trunk {head.trunk} of sha256 {head.trunk_sha256}, not on "
            f"{trunk.name} of {trunk.sha256}: train a head for it with 'recog train head'"
        )
    return head


def network_info(network: str, *, heads: Path = SHIPPED_HEADS) -> NetworkInfo:
    """What FaceEmbedder(network=network).info says, at the cost of reading the head; raises as head_of does."""
    return info_of(head_of(network, heads=heads))


def info_of(head: Head) -> NetworkInfo:
    """The network that a head and its trunk make."""
    trunk = spec(head.trunk)
    return NetworkInfo(
        name=head.name,
        sha256=network_digest(
            trunk_sha256=head.trunk_sha256, head_sha256=head.sha256, crop_scale=head.crop_scale, flip=head.flip
        ),
        dim=len(head.weight),
        input_size=INPUT_SIZE,
        crop_scale=head.crop_scale,
        trained_on=f"trunk: {trunk.trained_on}; head: {head.record.get('trained_on', 'see its run record')}",
        licence=trunk.licence,
        source="; ".join(str(source) for source in trunk.sources),
    )


def network_digest(*, trunk_sha256: str, head_sha256: str, crop_scale: float, flip: bool) -> str:
    """The digest that embeddings carry: of both weights files and of the preprocessing."""
    text = (
        f"trunk {trunk_sha256}\nhead {head_sha256}\ninput {INPUT_SIZE}\ncrop_scale {crop_scale!r}\n"
        f"flip {str(flip).lower()}\n{_CROPPING}\n"
    )
    return hashlib.sha256(text.encode()).hexdigest()
