"""Facts about the embeddings of a network, from its head's record: no weights are read, no torch is loaded."""

import hashlib
from pathlib import Path

from recog.embed.crops import INPUT_SIZE
from recog.embed.head import SHIPPED_HEADS, Head, load_head
from recog.embed.network import network_named
from recog.errors import WayOut, WeightsMismatchError
from recog.types import NetworkInfo

CROPPING = "crop 1"
"""The version of recog.crop's cropping. Increase it with every change, because embeddings change with it."""


def head_of(name: str, *, heads: Path = SHIPPED_HEADS) -> Head:
    """Load the head of a network; WeightsMismatchError if it was trained on another trunk of that name."""
    wanted = network_named(name)
    head = load_head(wanted.head, directory=heads)
    if wanted.sha256 not in {None, head.pretrained_sha256}:
        raise WeightsMismatchError(
            f"the head {head.name} was trained on the trunk {head.trunk} of sha256 {head.pretrained_sha256}, not on "
            f"{wanted.name} of {wanted.sha256}",
            way_out=WayOut.TRAIN_HEAD,
        )
    return head


def info_of(head: Head) -> NetworkInfo:
    """Describe the network that a head and its trunks make, as FaceEmbedder.info does, from the record alone."""
    network = network_named(head.trunk)
    specs = [part.spec for part in network.parts]
    trunks = "; ".join(f"trunk: {one.trained_on}" for one in specs)
    own = "head and blocks of the trunk" if head.tuned else "head"
    return NetworkInfo(
        name=head.name,
        sha256=network_digest(
            trunk_sha256=head.trunk_sha256, head_sha256=head.sha256, crop_scale=head.crop_scale, flip=head.flip
        ),
        dim=len(head.weight),
        input_size=INPUT_SIZE,
        crop_scale=head.crop_scale,
        views=network.views,
        trained_on=f"{trunks}; {own}: {learnt_from(head)}",
        licence="; ".join(one.licence for one in specs),
        source="; ".join(str(source) for one in specs for source in one.sources),
    )


def learnt_from(head: Head) -> str:
    """Return what the run record says of the faces that a head and its local centring were fitted to."""
    learnt = str(head.record.get("trained_on", "see its run record"))
    match head.record:
        case {"local_centring": {"centres_of": str(faces)}}:
            return f"{learnt}; its local centres: {faces}"
    return learnt


def network_digest(*, trunk_sha256: str, head_sha256: str, crop_scale: float, flip: bool) -> str:
    """Return the digest that embeddings carry, which covers all weights files and the preprocessing.

    trunk_sha256 is that of recog.embed.network, which covers every trunk and what it sees of a crop.
    """
    text = (
        f"trunk {trunk_sha256}\nhead {head_sha256}\ninput {INPUT_SIZE}\ncrop_scale {crop_scale!r}\n"
        f"flip {str(flip).lower()}\n{CROPPING}\n"
    )
    return hashlib.sha256(text.encode()).hexdigest()
