"""Checks of everything that recog depends on, from SQLite to the free space, with advice on what to mend."""

import platform
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from recog.config import Settings
from recog.errors import EvaluationError, NoLibraryError, RecogError
from recog.index.files import strays
from recog.library.maintenance.results import (
    ANOTHER_NETWORK,
    DoctorReport,
    Observation,
    Remedy,
    RemedyKind,
    remedy_of,
)
from recog.library.maintenance.server_checks import server_checks
from recog.library.maintenance.weights import needed
from recog.library.networks import Networks
from recog.library.outdated import drop_outdated
from recog.library.recognition.index_choice import index_of
from recog.printable import printable
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.maintenance.pending import PendingErasure
from recog.store.writer_lock import lock_owner
from recog.weights.pull import WeightsState, found_weights

SQLITE_WITHOUT_RESET_BUG = (3, 51, 3)
"""First SQLite in which two connections that write and checkpoint at once cannot damage a database in WAL mode."""
LEAST_FREE_BYTES = 1 << 30
_LIBRARIES = (
    "torch", "openvino", "faiss-cpu", "faiss-gpu", "pillow", "pillow-heif", "simplejpeg", "rawpy", "pillow-jxl-plugin",
    "numpy", "sqlalchemy",
)  # fmt: skip


def examine(settings: Settings, networks: Networks) -> DoctorReport:
    """Return all observations in a fixed order. A part that cannot be examined is an observation that is not ok.

    Nothing is downloaded. The library is opened as every command opens it, which finishes work that a kill interrupted.
    """
    parts: list[tuple[str, Callable[[], Iterator[Observation]]]] = [
        ("versions", _versions),
        ("device", lambda: _device(networks)),
        ("weights", lambda: _weights(settings)),
        ("network", lambda: _network(networks)),
        ("permissions", lambda: _permissions(settings.library)),
        ("free space", lambda: _free_space(settings.library)),
        ("writer", lambda: _writer(settings.library)),
        ("library", lambda: _library(settings, networks)),
        ("stray files", lambda: _stray_files(settings.library)),
    ]
    return DoctorReport(tuple(seen for subject, look in parts for seen in _guarded(subject, look)))


def _guarded(subject: str, look: Callable[[], Iterator[Observation]]) -> Iterator[Observation]:
    try:
        yield from look()
    except RecogError as error:
        yield Observation(subject, ok=False, sentence=str(error), error=error)
    except OSError as error:
        where = printable(error.filename) if isinstance(error.filename, str) else "a file"
        yield _ill(subject, f"{where} cannot be looked at ({error.strerror})", _advice("check who may read it"))


def _versions() -> Iterator[Observation]:
    yield _fine("recog", f"{version('recog')} on Python {platform.python_version()}, {platform.platform(terse=True)}")
    installed = [f"{name} {found}" for name in _LIBRARIES if (found := _version(name)) is not None]
    yield _fine("libraries", ", ".join(installed))
    yield sqlite_of(sqlite3.sqlite_version_info)


def sqlite_of(version: tuple[int, ...]) -> Observation:
    """Return the observation for a version of SQLite."""
    called, fixed = (".".join(map(str, one)) for one in (version, SQLITE_WITHOUT_RESET_BUG))
    if version >= SQLITE_WITHOUT_RESET_BUG:
        return _fine("sqlite", called)
    return Observation(
        "sqlite",
        ok=True,
        sentence=f"{called}; below {fixed}, two programs that write and checkpoint at the same moment may damage a "
        "database; recog lets one of its own write at a time",
        remedy=_advice(f"let no other program write to the catalog, or use a Python with SQLite {fixed} or later"),
    )


def _device(networks: Networks) -> Iterator[Observation]:
    yield _fine("device", networks.device)


def _weights(settings: Settings) -> Iterator[Observation]:
    for spec in needed(settings):
        found = found_weights(spec, cache=settings.cache)
        match found.state:
            case WeightsState.PRESENT:
                yield _fine("weights", f"{spec.name} is here and has the digest {(found.sha256 or '')[:12]}")
            case WeightsState.ABSENT:
                pull = Remedy(RemedyKind.PULL_WEIGHTS, spec.name)
                yield Observation("weights", True, f"{spec.name} is not here yet: brought at first need", pull)
            case WeightsState.DAMAGED:
                sentence = f"{spec.name} at {printable(found.path)} is damaged: its digest is another"
                yield _ill("weights", sentence, Remedy(RemedyKind.PULL_WEIGHTS, spec.name))


def _network(networks: Networks) -> Iterator[Observation]:
    info = networks.info
    called = f"{info.name} of digest {info.sha256[:12]}"
    try:
        threshold = networks.calibration.threshold
    except EvaluationError as error:
        sentence = f"{called} has no threshold, so nothing can be decided with it: {printable(str(error))}"
        told = EvaluationError(sentence, way_out=error.way_out)
        yield Observation("network", False, sentence, Remedy(RemedyKind.CALIBRATE), told)
    else:
        yield _fine("network", f"{called} with the threshold {threshold:.3f}")


def _permissions(library: Path) -> Iterator[Observation]:
    if not library.exists():
        sentence = f"there is no library at {printable(library)} yet"
        yield Observation("permissions", True, sentence, Remedy(RemedyKind.INDEX))
        return
    paths = [library, *(path for path in sorted(library.rglob("*")) if not path.is_symlink())]
    open_ones = [path for path in paths if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if open_ones:
        sentence = (
            f"others may reach {len(open_ones)} of {len(paths)} files and folders, {printable(open_ones[0])} first"
        )
        yield _ill("permissions", sentence, Remedy(RemedyKind.MAKE_PRIVATE, str(library)))
    else:
        yield _fine("permissions", f"{printable(library)} and its {len(paths) - 1} files are for their owner alone")


def _free_space(library: Path) -> Iterator[Observation]:
    place = next(path for path in (library, *library.parents) if path.exists())
    free = shutil.disk_usage(place).free
    held = sum(path.lstat().st_size for path in library.rglob("*")) if library.exists() else 0
    # Forgetting a person rewrites the database, and a new index is written beside the old one.
    wanted = max(LEAST_FREE_BYTES, 2 * held)
    sentence = f"{free / 1e9:.1f} GB free at {printable(place)}, the library holds {held / 1e9:.2f} GB"
    if free < wanted:
        yield _ill("free space", sentence, _advice(f"free {(wanted - free) / 1e9:.1f} GB more"))
    else:
        yield _fine("free space", sentence)


def _writer(library: Path) -> Iterator[Observation]:
    owner = lock_owner(library)
    if owner is None:
        yield _fine("writer", "nobody is writing to the library")
    else:
        sentence = f"recog with pid {owner} is writing to the library"
        yield Observation("writer", True, sentence, _advice("wait for it or stop it"))


def _library(settings: Settings, networks: Networks) -> Iterator[Observation]:
    try:
        catalog = open_catalog(settings.catalog_at, create=False, host=settings.host)
    except NoLibraryError:
        return
    with catalog:
        problems = catalog.upkeep.quick_check()
        for problem in problems:
            yield _ill("database", problem, Remedy(RemedyKind.RESTORE))
        if problems:
            return
        misshapen = catalog.embeddings.misshapen()
        for found in misshapen.values():
            sentence = f"{len(found)} embeddings have another length than their network's"
            yield _ill("embeddings", sentence, Remedy(RemedyKind.FIX_THEN_INDEX))
        counts = catalog.upkeep.counts()
        drawn = f" ({counts.drawn:,} of them drawn by hand)" if counts.drawn else ""
        yield _fine(
            "database", f"sound, with {counts.photos:,} photos, {counts.faces:,} faces{drawn}, {counts.people:,} people"
        )
        if catalog.read_only:
            sentence = "may only be read here: questions are answered, and changes refused"
            yield Observation("database", True, sentence, _advice("to change it, open it where it may be written"))
        yield _erasures(catalog.old_pages.pending or drop_outdated(catalog, settings.library))
        if catalog.on_server:
            yield from server_checks(catalog, settings, networks.info)
        if catalog.embeddings.are_of_others(networks.info.sha256):
            yield _ill("index", ANOTHER_NETWORK, Remedy(RemedyKind.EMBED_ANEW))
        elif networks.info.sha256 not in misshapen:
            yield _index(catalog, settings, networks)


def _erasures(pending: PendingErasure | None) -> Observation:
    if pending is None:
        return _fine("erasures", "none is pending")
    return _ill("erasures", pending.sentence, remedy_of(pending))


def _index(catalog: Catalog, settings: Settings, networks: Networks) -> Observation:
    index = index_of(catalog, networks.info, settings=settings, device="cpu")
    if problem := index.disagreement():
        return Observation("index", False, str(problem), Remedy(RemedyKind.FIX), problem)
    if not catalog.on_server:
        return _fine("index", "holds exactly the catalog's faces")
    recall = f"recall {index.recall.at_1:.3f} of the nearest face, {index.recall.at_10:.3f} of the 10 nearest"
    return _fine("index", f"{index.kind} on the {index.device}, valid, {index.count:,} faces, {recall}")


def _stray_files(library: Path) -> Iterator[Observation]:
    if lock_owner(library) is not None:
        yield _fine("stray files", "not looked for while somebody is writing")
        return
    found = strays(library / "index")
    if found:
        sentence = f"{len(found)} unfinished files of a run that was killed, {printable(found[0])} first"
        yield _ill("stray files", sentence, Remedy(RemedyKind.REBUILD_INDEX))
    else:
        yield _fine("stray files", "none")


def _fine(subject: str, sentence: str) -> Observation:
    return Observation(subject, ok=True, sentence=sentence)


def _ill(subject: str, sentence: str, remedy: Remedy) -> Observation:
    return Observation(subject, ok=False, sentence=sentence, remedy=remedy)


def _advice(text: str) -> Remedy:
    return Remedy(RemedyKind.ADVICE, text)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
