"""The known networks, the state of their weights in the cache, and download."""

from collections.abc import Sequence

from recog.config import Settings
from recog.detect.registry import DETECTORS
from recog.embed.description import described, descriptions
from recog.embed.registry import embedder_class
from recog.errors import ConfigError
from recog.library.maintenance.results import WeightsStatus
from recog.weights import pull as cache
from recog.weights.registry import SPECS
from recog.weights.spec import WeightsSpec


def needed(settings: Settings) -> tuple[WeightsSpec, ...]:
    """Return the weights that indexing needs: the detector's and the embedder's."""
    embedder = embedder_class(settings.network, own_networks=settings.own_networks)
    return *DETECTORS.named(settings.detector).needs.weights, *embedder.needs.weights


def models(settings: Settings) -> tuple[WeightsStatus, ...]:
    """Return every network that recog knows, with the state of its weights in the cache, verified by digest.

    These are recog's own networks, those described in the user's directory of networks, and those of the settings.
    """
    return tuple(_status(settings, one) for one in _known(settings).values())


def pull(
    settings: Settings, names: Sequence[str] = (), *, progress: cache.Progress | None = None
) -> tuple[WeightsStatus, ...]:
    """Pull the weights of the named networks, by default of those that indexing needs; replace a damaged file.

    Raises:
        ConfigError: there are no such weights.
        WeightsError: no source has the weights, or what it has is something else.
    """
    wanted = [_named(settings, name) for name in names] if names else list(needed(settings))
    for one in wanted:
        cache.pull(one, cache=settings.cache, offline_dir=settings.weights, progress=progress)
    return tuple(_status(settings, one) for one in wanted)


def verify_models(settings: Settings) -> tuple[WeightsStatus, ...]:
    """Return the networks whose weights are in the cache; each file is read and compared with its digest."""
    return tuple(status for status in models(settings) if status.path is not None)


def _known(settings: Settings) -> dict[str, WeightsSpec]:
    own = (described(name, directory=settings.own_networks) for name in descriptions(settings.own_networks))
    mine = {one.name: one.weights for one in own if one is not None}
    return {**SPECS, **mine, **{one.name: one for one in needed(settings)}}


def _named(settings: Settings, name: str) -> WeightsSpec:
    known = _known(settings)
    if name not in known:
        raise ConfigError(f"there are no weights called {name!r}: choose one of {', '.join(known)}")
    return known[name]


def _status(settings: Settings, one: WeightsSpec) -> WeightsStatus:
    cached = cache.weights_state(one, cache=settings.cache)
    return WeightsStatus(
        name=one.name,
        role=one.role.value,
        state=cached.state.value,
        path=cached.path if cached.sha256 is not None else None,
        sha256=one.sha256 or cached.sha256 or "",
        trained_on=one.trained_on,
        licence=one.licence,
        sources=tuple(str(source) for source in one.sources),
        default=one in needed(settings),
        commercial_use=one.commercial_use.value,
    )
