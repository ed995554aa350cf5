"""Facts about an embedder that are known before it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recog.types import NetworkInfo


@dataclass(frozen=True, slots=True)
class EmbedderFacts:
    """Facts about an embedder.

    info describes its embeddings; encoder names the library and the numbers it computes with, such as "openvino int8".
    flip says whether the embedding of a face is averaged with that of its mirror image. record is the record of the
    training run, empty if recog did not train the network.
    """

    info: NetworkInfo
    encoder: str
    flip: bool
    record: Mapping[str, object] = field(default_factory=dict)
