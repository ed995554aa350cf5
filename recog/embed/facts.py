"""What is known of an embedder before it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recog.types import NetworkInfo


@dataclass(frozen=True, slots=True)
class EmbedderFacts:
    """info is what the embeddings are; encoder what runs the network, and in which numbers: "openvino int8".

    flip says whether the embedding of a face is averaged with that of its mirror image. record is the record of the
    training run, empty if the network came ready made.
    """

    info: NetworkInfo
    encoder: str
    flip: bool
    record: Mapping[str, object] = field(default_factory=dict)
