"""Acts on networks of the user's own, as text."""

from recog.library.maintenance.results import OwnNetwork, RemovedNetwork
from recog.printable import printable
from recog.weights.spec import CommercialUse

_USE = {
    CommercialUse.FORBIDDEN: "forbidden by the licence of the weights",
    CommercialUse.DATA_FOR_RESEARCH: "the licence of the weights allows it; their training data is for research",
    CommercialUse.UNKNOWN: "not recorded: read the licence",
}


def commercial_use(value: str) -> str:
    """Write whether weights may be used commercially."""
    return _USE[CommercialUse(value)]


def added(network: OwnNetwork) -> str:
    """Write what was added, and what to do next."""
    act, place = "Replaced" if network.replaced else "Added", printable(network.description)
    first = f"{act} the network {network.name}: {network.dim} numbers a face ({place})."
    return "\n".join([first, *_forbidden(network), *_next(network)])


def with_head(network: OwnNetwork) -> str:
    """Write whether the network has a head now, and what to do next."""
    if network.head is None:
        first = f"The network {network.name} has no head now: {network.dim} numbers a face, as its file gives them."
    else:
        first = f"The network {network.name} has the head {network.head} now: {network.dim} numbers a face."
    return "\n".join([first, *_next(network)])


def removed(network: RemovedNetwork) -> str:
    """Write what was deleted, and what it means for libraries."""
    files = "".join(f"\n  {printable(path)}" for path in network.files)
    return (
        f"Removed the network {network.name}:{files}\n"
        "Libraries keep photos and names; with another network, 'recog index' embeds their faces anew."
    )


def _forbidden(network: OwnNetwork) -> list[str]:
    if network.commercial_use != CommercialUse.FORBIDDEN:
        return []
    return [f"Its licence ({printable(network.licence)}) forbids commercial use."]


def _next(network: OwnNetwork) -> list[str]:
    lines = [] if network.in_use else [f"To use it: set RECOG_NETWORK={network.name}, or network in config.toml"]
    if network.in_use:
        lines.append("Your settings use it: 'recog index' embeds every face anew, and names stay.")
    if not network.calibrated:
        lines.append("Then measure its threshold, without which it names nobody: recog calibrate PEOPLE")
    return lines
