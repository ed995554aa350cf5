"""The known networks, the state of their weights, and download."""

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
    """Return every network that recog knows, with the state of its weights, verified by digest.

    These are recog's own networks, those described in the user's directory of networks, and those of the settings. A
    description that is not valid is left out (see `invalid_descriptions`).
    """
    own, invalid = _own(settings)
    try:
        used = needed(settings)
    except ConfigError:
        if settings.network not in invalid:
            raise
        used = DETECTORS.named(settings.detector).needs.weights
    known = {**SPECS, **own, **{one.name: one for one in used}}
    return tuple(_status(settings, one, used) for one in known.values())


def invalid_descriptions(settings: Settings) -> tuple[ConfigError, ...]:
    """Return what is wrong with the descriptions in the user's directory of networks, one error each."""
    return tuple(_own(settings)[1].values())


def pull(
    settings: Settings, names: Sequence[str] = (), *, progress: cache.Progress | None = None
) -> tuple[WeightsStatus, ...]:
    """Pull the weights of the named networks, by default of those that indexing needs; replace a damaged file.

    Raises:
        ConfigError: there are no such weights.
        WeightsError: no source has the weights, or what it has is something else.
    """
    used = needed(settings)
    wanted = [_named(settings, name) for name in names] if names else list(used)
    for one in wanted:
        cache.pull(one, cache=settings.cache, offline_dir=settings.weights, progress=progress)
    return tuple(_status(settings, one, used) for one in wanted)


def verify_models(settings: Settings) -> tuple[WeightsStatus, ...]:
    """Return the networks whose weights are here; each file is read and compared with its digest."""
    return tuple(status for status in models(settings) if status.path is not None)


def _own(settings: Settings) -> tuple[dict[str, WeightsSpec], dict[str, ConfigError]]:
    """Return the weights of the user's own networks, and the errors of descriptions that are not valid, by name."""
    specs, invalid = {}, {}
    for name in descriptions(settings.own_networks):
        try:
            description = described(name, directory=settings.own_networks)
        except ConfigError as error:
            invalid[name] = error
        else:
            if description is not None:
                specs[name] = description.weights
    return specs, invalid


def _named(settings: Settings, name: str) -> WeightsSpec:
    own, invalid = _own(settings)
    known = {**SPECS, **own, **{one.name: one for one in needed(settings)}}
    if name in known:
        return known[name]
    if name in invalid:
        raise invalid[name]
    raise ConfigError(f"there are no weights called {name!r}: choose one of {', '.join(known)}")


def _status(settings: Settings, one: WeightsSpec, used: Sequence[WeightsSpec]) -> WeightsStatus:
    found = cache.found_weights(one, cache=settings.cache)
    return WeightsStatus(
        name=one.name,
        role=one.role.value,
        state=found.state.value,
        path=found.path if found.sha256 is not None else None,
        sha256=one.sha256 or found.sha256 or "",
        trained_on=one.trained_on,
        licence=one.licence,
        sources=tuple(str(source) for source in one.sources),
        default=one in used,
        commercial_use=one.commercial_use.value,
    )
