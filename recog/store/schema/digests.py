"""Detectors and networks by digest: each is stored once, and rows name it by number."""

from sqlalchemy import Connection, insert, select

from recog.store.schema.tables import detectors, networks
from recog.types import NetworkInfo

# Shapes fit even before a network has stored its first embedding; all shipped networks have this dimension.
SHIPPED_DIM = 128


def intern_detector(connection: Connection, sha256: str) -> int:
    """The number of a detector, made on first sight."""
    known: int | None = connection.scalar(select(detectors.c.id).where(detectors.c.sha256 == sha256))
    if known is not None:
        return known
    return int(connection.execute(insert(detectors).values(sha256=sha256).returning(detectors.c.id)).scalar_one())


def intern_network(connection: Connection, network: NetworkInfo) -> int:
    """The number of a network, made on first sight."""
    known, _ = network_row(connection, network.sha256)
    if known is not None:
        return known
    row = {
        "sha256": network.sha256,
        "name": network.name,
        "dim": network.dim,
        "input_size": network.input_size,
        "crop_scale": network.crop_scale,
        "trained_on": network.trained_on,
        "licence": network.licence,
        "source": network.source,
    }
    return int(connection.execute(insert(networks).values(row).returning(networks.c.id)).scalar_one())


def network_row(connection: Connection, sha256: str) -> tuple[int | None, int]:
    """The number and the dimension of a network; None and SHIPPED_DIM where it has stored nothing yet."""
    row = connection.execute(select(networks.c.id, networks.c.dim).where(networks.c.sha256 == sha256)).first()
    return (None, SHIPPED_DIM) if row is None else (row.id, row.dim)
