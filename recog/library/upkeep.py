"""Say how the library is, find what is wrong with it, and mend it."""

import time

from recog.config import Settings
from recog.distance import are_unit
from recog.library.freshness import FreshIndex
from recog.library.gallery import naming_threshold
from recog.library.networks import Networks
from recog.library.results import CheckReport, Finding, LibraryStatus
from recog.store.catalog import Catalog


def status(catalog: Catalog, networks: Networks, index: FreshIndex, settings: Settings) -> LibraryStatus:
    """Counts, places and networks of a library."""
    counts, calibration = catalog.counts(), networks.calibration_if_any
    return LibraryStatus(
        directory=settings.library,
        database=catalog.url,
        photos=counts.photos,
        files=counts.files,
        missing_files=counts.missing_files,
        failed_files=counts.failed_files,
        faces=counts.faces,
        faces_named=counts.faces_named,
        people=counts.people,
        clusters=counts.clusters,
        network=networks.info,
        device=networks.device,
        encoder=networks.encoder,
        threshold=None
        if calibration is None
        else naming_threshold(catalog, calibration, confirmed=catalog.confirmed_count()),
        calibration=calibration,
        index=index.status(),
        roots=tuple(catalog.roots()),
    )


def check(catalog: Catalog, networks: Networks, index: FreshIndex, *, fix: bool) -> CheckReport:
    """Hold the database against itself and the index against the database; `fix` mends what can be mended.

    With `fix` the caller holds the writer's lock.
    """
    start = time.perf_counter()
    findings = [
        Finding(
            "database",
            1,
            sentence,
            fixed=False,
            way_out="put a backup in its place with 'recog restore FILE', or move it away and run 'recog index' again",
        )
        for sentence in catalog.quick_check()
    ]
    if fix:
        catalog.finish_erasures()
    if pending := catalog.pending_erasure:
        findings.append(Finding("erasures", 1, pending.sentence, fixed=False, way_out=pending.way_out))
    if damaged := _damaged(catalog, networks):
        if fix:
            catalog.embed_again(damaged, networks.info.sha256)
        sentence = f"{len(damaged)} embeddings are not of length one: the disk changed what was stored"
        way_out = "run 'recog check --fix', which drops them, then 'recog index', which embeds their photos anew"
        findings.append(Finding("embeddings", len(damaged), sentence, fixed=fix, way_out=way_out))
    for kind, count in catalog.orphans(networks.info.sha256).items():
        if count:
            findings.append(Finding(kind, count, f"{count} {kind}", fixed=fix, way_out="run 'recog check --fix'"))
    if fix:
        catalog.delete_orphans()
    problem = index.file_problem()
    if problem:
        if fix:
            index.rebuild()
        findings.append(Finding("index", 1, problem, fixed=fix, way_out="run 'recog check --fix'"))
    return CheckReport(tuple(findings), catalog.counts().faces, time.perf_counter() - start)


def _damaged(catalog: Catalog, networks: Networks) -> list[int]:
    """Faces whose embedding is not of length one: of flipped bits all that matter are seen but a number's sign."""
    return [
        face_id
        for rows in catalog.embeddings(networks.info.sha256)
        for face_id in rows.face_ids[~are_unit(rows.embeddings)].tolist()
    ]
