"""What explaining needs of a network, whichever library runs it: layers, units, and how strongly they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.errors import ConfigError
from recog.explain.extents import Field
from recog.types import Crops

Units: TypeAlias = NDArray[np.int64]
"""Numbers of units of one layer, from 0."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: its number of units, and the receptive fields of the positions of their maps."""

    name: str
    units: int
    field: Field


@dataclass(frozen=True, slots=True)
class Peaks:
    """The strongest answers of u units to n inputs: values (n, u) float32, places (n, u) int64, counted row by row."""

    values: NDArray[np.float32]
    places: NDArray[np.int64]


class LayeredNetwork(Protocol):
    """A network whose layers can be looked at. Its input is (n, side, side, 3) uint8 RGB."""

    name: str
    sha256: str
    """Digest of the weights."""
    side: int
    layers: tuple[Layer, ...]
    """From shallow to deep."""
    filters: NDArray[np.float32]
    """The kernels of the first convolution by RGB, (units, 3, rows, columns)."""

    def peaks(self, inputs: Crops, chosen: Mapping[str, Units]) -> dict[str, Peaks]:
        """Return the strongest answer of the chosen units of layers to each of n >= 1 inputs."""


def chosen_units(network: LayeredNetwork, layers: Sequence[str], units: Sequence[int], first: int) -> dict[str, Units]:
    """Return the units to look at, by layer: these, or the first ones of each layer; no layers are all layers.

    Raises:
        ConfigError: there is no such layer, or a layer has no such unit.
    """
    known = {layer.name: layer for layer in network.layers}
    if unknown := [name for name in layers if name not in known]:
        raise ConfigError(
            f"{network.name} has no layer {' or '.join(map(repr, unknown))}: choose among {', '.join(known)}"
        )
    found = {}
    for layer in (known[name] for name in dict.fromkeys(layers or known)):
        if outside := [unit for unit in units if not 0 <= unit < layer.units]:
            raise ConfigError(
                f"the layer {layer.name} of {network.name} has no unit {outside[0]}: its units are 0 to "
                f"{layer.units - 1}"
            )
        wanted = list(dict.fromkeys(units)) or range(min(first, layer.units))
        found[layer.name] = np.array(wanted, np.int64)
    return found
