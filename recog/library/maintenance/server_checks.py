"""Checks of a catalog's PostgreSQL server: extension, search index, dead rows, rights and replicas."""

from collections.abc import Iterator

from recog.config import Settings
from recog.errors import RecogError
from recog.library.maintenance.results import Observation, Remedy, RemedyKind
from recog.store.catalog import Catalog
from recog.store.maintenance.server_state import DeadRows
from recog.store.replica import open_replica
from recog.store.schema.pgvector import LEAST_VERSION, version_numbers
from recog.types import NetworkInfo

MUCH_DEAD = 0.2
"""Share of a table's rows from which dead ones are told: PostgreSQL's own autovacuum begins there."""
FEWEST_DEAD = 10_000
"""Number of dead rows below which they are never told."""
SLOW_SECONDS = 60.0
"""Seconds behind its primary server from which a replica needs a hand."""
LINKS = 314
"""Bytes of a face in an HNSW index beside its half-precision vector: 570 in all for 128 dimensions."""
SWOLLEN = 2.0
"""How many times its expected size an index has before building it anew is worth its time."""


def server_checks(catalog: Catalog, settings: Settings, network: NetworkInfo) -> Iterator[Observation]:
    """Yield what is observed of the server that keeps a catalog."""
    yield Observation("server", ok=True, sentence=f"PostgreSQL {catalog.server.version()}")
    yield _rights(catalog)
    yield extension_of(*catalog.server.extension())
    yield from _index_size(catalog, network)
    yield dead_rows_of(catalog.server.dead_rows())
    yield from _replicas(catalog)
    if settings.database_read is not None:
        yield _replica(catalog, settings.database_read)


def extension_of(version: str | None, available: str | None) -> Observation:
    """Return the observation for the versions of pgvector in the database and on the server; None if there is none."""
    least = ".".join(map(str, LEAST_VERSION))
    if version is None:
        advice = "let an administrator of the server run CREATE EXTENSION vector in the database"
        sentence = "pgvector is gone from the database, so nothing can be searched"
        return Observation("extension", False, sentence, Remedy(RemedyKind.ADVICE, advice))
    advice = "run ALTER EXTENSION vector UPDATE in the database, then recog index-rebuild"
    if version_numbers(version) < LEAST_VERSION:
        sentence = f"pgvector {version} is too old, recog needs {least}"
        return Observation("extension", False, sentence, Remedy(RemedyKind.ADVICE, f"install it, then {advice}"))
    if available is not None and version_numbers(available) > version_numbers(version):
        sentence = f"pgvector {version}; the server has {available}"
        return Observation("extension", True, sentence, Remedy(RemedyKind.ADVICE, advice))
    return Observation("extension", ok=True, sentence=f"pgvector {version}")


def dead_rows_of(tables: list[DeadRows]) -> Observation:
    """Return the observation for tables, the one with most dead rows first."""
    much = [one for one in tables if one.dead >= FEWEST_DEAD and one.dead > MUCH_DEAD * one.rows]
    if not much:
        return Observation("dead rows", ok=True, sentence=f"{sum(one.dead for one in tables):,}, which is usual")
    worst = much[0]
    sentence = f"{worst.dead:,} beside {worst.rows:,} rows of {worst.table}, and {len(much) - 1} more such tables"
    advice = "VACUUM ANALYZE in the database reuses their room; if it comes back, look at the server's autovacuum"
    return Observation("dead rows", True, sentence, Remedy(RemedyKind.ADVICE, advice))


def _rights(catalog: Catalog) -> Observation:
    if catalog.hnsw.may_build():
        sentence = "this user owns the tables"
    elif catalog.server.may_forget():
        sentence = "this user may read and write, and does not own the tables"
    elif catalog.server.may_index():
        sentence = "this user may index, and neither name nor forget people"
    else:
        sentence = "this user may only read"
    return Observation("rights", ok=True, sentence=sentence)


def _index_size(catalog: Catalog, network: NetworkInfo) -> Iterator[Observation]:
    size = catalog.hnsw.size(network.sha256)
    if not size:
        return
    count = catalog.nearest.count(network.sha256)
    expected = count * (2 * network.dim + LINKS)
    sentence = f"{size / 1e6:,.1f} MB for {count:,} faces, expected {expected / 1e6:,.1f} MB"
    if size > SWOLLEN * expected + FEWEST_DEAD * network.dim:
        advice = "recog index-rebuild builds it anew, without the room of deleted faces"
        yield Observation("index size", True, sentence, Remedy(RemedyKind.ADVICE, advice))
    else:
        yield Observation("index size", ok=True, sentence=sentence)


def _replicas(catalog: Catalog) -> Iterator[Observation]:
    for one in catalog.server.replicas():
        lag = "no lag is told" if one.seconds is None else f"{one.seconds:.1f} s behind"
        yield _behind("replica", f"{one.name or 'unnamed'}: {one.state}, {lag}", one.seconds or 0.0)


def _replica(catalog: Catalog, url: str) -> Observation:
    """Open the replica that the settings name."""
    position = catalog.server.position()
    try:
        with open_replica(url, of=catalog) as replica:
            seconds = replica.server.seconds_behind(position)
    except RecogError as error:
        return Observation("database_read", False, str(error), None, error)
    if seconds is None:
        sentence = "the setting database_read names a server that is no replica: it answers, and takes no load off"
        return Observation("database_read", True, sentence)
    return _behind("database_read", f"the replica answers, {seconds:.1f} s behind", seconds)


def _behind(subject: str, sentence: str, seconds: float) -> Observation:
    if seconds <= SLOW_SECONDS:
        return Observation(subject, ok=True, sentence=sentence)
    advice = "look at the replica's log, and at the network between the servers"
    return Observation(subject, False, sentence, Remedy(RemedyKind.ADVICE, advice))
