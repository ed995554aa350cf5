"""The options with which a network is loaded, and its needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from recog.weights.pull import Progress
from recog.weights.spec import WeightsSpec

Runtime: TypeAlias = Literal["torch", "openvino"]


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be there before a network loads: weights, and importable packages that recog does not install."""

    weights: tuple[WeightsSpec, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """The settings that decide how a network is loaded.

    cache is the directory of pulled weights, offline_dir a directory of weights files that the user put there. device
    is "cpu" or "cuda", runtime the library that runs networks on it. min_face is the side in pixels of the smallest
    face that a detector searches for. heads is the directory of trained heads. flip, unless it is None, overrides
    whether the network averages with the mirror image. progress is called while weights are pulled.
    """

    cache: Path
    offline_dir: Path | None = None
    device: str = "cpu"
    runtime: Runtime = "torch"
    min_face: int = 24
    heads: Path | None = None
    flip: bool | None = None
    progress: Progress | None = None
