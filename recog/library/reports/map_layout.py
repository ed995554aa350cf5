"""Where faces lie on a map: t-SNE by openTSNE, for all faces at once, and for new faces among old ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.errors import ConfigError
from recog.types import Embeddings
from recog.weights.device import cores

PERPLEXITY = 30.0
"""t-SNE's effective number of neighbours (van der Maaten and Hinton 2008); less if there are few faces."""
EXACT = 1_000
"""Faces up to which their neighbours are looked for exactly, by one thread: the same map on every machine."""
_ALIKE = 1e-6
"""Greatest difference of any number of embeddings that are one: t-SNE would draw its own noise."""

Places = NDArray[np.float64]


def laid_out(embeddings: Embeddings, *, seed: int) -> Places:
    """Return places (n, 2) of n >= 2 embeddings (n, dim); identical ones lie on one point.

    The map uses Euclidean distances and starts from a PCA (Kobak and Berens 2019).

    Raises:
        ConfigError: openTSNE is not installed.
    """
    with _extra():
        from openTSNE import TSNE  # noqa: PLC0415 - an extra, and slow to load
    if np.ptp(embeddings, axis=0).max() < _ALIKE:
        return np.zeros((len(embeddings), 2))
    made = TSNE(perplexity=_perplexity(len(embeddings)), random_state=seed, **_neighbours(len(embeddings)))
    # A step that is too long for few or equal faces is a warning of openTSNE, whose gradients are clipped.
    return np.array(made.fit(embeddings.astype(np.float32)), np.float64)


def placed_among(old: Embeddings, places: Places, new: Embeddings, *, seed: int) -> Places:
    """Return places (m, 2) of new embeddings (m, dim) on the map of old ones, whose places (n, 2) do not change.

    Each new one starts at the median of its nearest old ones and is then optimised by itself (Poličar et al. 2021).

    Raises:
        ConfigError: openTSNE is not installed.
    """
    with _extra():
        from openTSNE import TSNEEmbedding  # noqa: PLC0415 - an extra, and slow to load
        from openTSNE.affinity import PerplexityBasedNN  # noqa: PLC0415 - an extra, and slow to load
    if np.ptp(old, axis=0).max() < _ALIKE:
        return np.zeros((len(new), 2))
    options = _neighbours(len(old))
    method = options.pop("neighbors")
    affinities = PerplexityBasedNN(
        old.astype(np.float32), perplexity=_perplexity(len(old)), method=method, random_state=seed, **options
    )
    drawn = TSNEEmbedding(places, affinities, random_state=seed, **options)
    nearest = min(_NEAREST, len(old) - 1)
    found = drawn.transform(new.astype(np.float32), perplexity=min(5.0, nearest / 3), k=nearest)
    return np.array(found, np.float64)


_NEAREST = 25
"""Old faces around which a new one starts."""


def _perplexity(faces: int) -> float:
    return min(PERPLEXITY, (faces - 1) / 3)


def _neighbours(faces: int) -> dict[str, Any]:
    small = faces <= EXACT
    return {"neighbors": "exact" if small else "approx", "n_jobs": 1 if small else cores()}


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ConfigError("a map needs openTSNE and matplotlib: install recog[plots]") from error
