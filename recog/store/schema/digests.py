"""Detectors and networks by digest: each is stored once, and other rows refer to its number."""

from sqlalchemy import Connection, insert, select

from recog.store.schema.tables import detectors, networks
from recog.types import NetworkInfo

# The dimension of all shipped networks: results have it before a network stored its first embedding.
SHIPPED_DIM = 128


def intern_detector(connection: Connection, sha256: str) -> int:
    """Return the number of a detector, which is stored if new."""
    known: int | None = connection.scalar(select(detectors.c.id).where(detectors.c.sha256 == sha256))
    if known is not None:
        return known
    return int(connection.execute(insert(detectors).values(sha256=sha256).returning(detectors.c.id)).scalar_one())


def intern_network(connection: Connection, network: NetworkInfo) -> int:
    """Return the number of a network, which is stored if new."""
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
    """Return number and dimension of a network; None and SHIPPED_DIM if it has stored nothing yet."""
    row = connection.execute(select(networks.c.id, networks.c.dim).where(networks.c.sha256 == sha256)).first()
    return (None, SHIPPED_DIM) if row is None else (row.id, row.dim)
