"""Which networks there are, whether their weights are here, and how they come."""

from collections.abc import Sequence

from recog.config import Settings
from recog.embed.network import network_named
from recog.library.maintenance.results import WeightsStatus
from recog.weights import pull as cache
from recog.weights.registry import SPECS, WeightsSpec, spec

DETECTOR = "mtcnn"


def needed(settings: Settings) -> tuple[str, ...]:
    """Names of the weights that indexing needs."""
    return DETECTOR, *(part.weights for part in network_named(settings.network).parts)


def models(settings: Settings) -> tuple[WeightsStatus, ...]:
    """Every network that recog knows, with the state of its weights in the cache, verified by digest."""
    return tuple(_status(settings, one) for one in SPECS.values())


def pull(
    settings: Settings, names: Sequence[str] = (), *, progress: cache.Progress | None = None
) -> tuple[WeightsStatus, ...]:
    """Bring the weights of the named networks, by default of those that indexing needs; a damaged file is replaced."""
    wanted = [spec(name) for name in names or needed(settings)]
    for one in wanted:
        cache.pull(one, cache=settings.cache, offline_dir=settings.weights, progress=progress)
    return tuple(_status(settings, one) for one in wanted)


def verify_models(settings: Settings) -> tuple[WeightsStatus, ...]:
    """The networks whose weights are in the cache, each file read whole and held against its digest."""
    return tuple(status for status in models(settings) if status.path is not None)


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
        default=one.name in needed(settings),
    )
