"""Status of a library, and checks that find problems and mend them."""

import time
from collections.abc import Iterator, Mapping, Sequence

from recog.config import Settings
from recog.distance import are_unit
from recog.library.maintenance.results import (
    ANOTHER_NETWORK,
    CheckReport,
    Finding,
    LibraryStatus,
    Remedy,
    RemedyKind,
    remedy_of,
)
from recog.library.networks import Networks
from recog.library.recognition.gallery import naming_threshold
from recog.library.recognition.vector_index import VectorIndex
from recog.store.catalog import Catalog

FACES_TOLD = 10
"""Most numbers of damaged faces in a sentence."""


def status(catalog: Catalog, networks: Networks, index: VectorIndex, settings: Settings) -> LibraryStatus:
    """Return the counts, places and networks of a library."""
    counts, calibration = catalog.upkeep.counts(), networks.calibration_if_any
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
        else naming_threshold(catalog, calibration, confirmed=catalog.people.confirmed_count()),
        calibration=calibration,
        index=index.status(),
        roots=tuple(catalog.files.roots(elsewhere=True)),
        incomplete_photos=counts.incomplete_photos,
        of_another_network=catalog.embeddings.are_of_others(networks.info.sha256),
    )


def check(catalog: Catalog, networks: Networks, index: VectorIndex, *, fix: bool) -> CheckReport:
    """Check the database for consistency, and the index against the database; `fix` mends what can be mended.

    With `fix` the caller holds the writer's lock.
    """
    start = time.perf_counter()
    findings = [
        Finding("database", 1, sentence, fixed=False, remedy=Remedy(RemedyKind.RESTORE))
        for sentence in catalog.upkeep.quick_check()
    ]
    if fix:
        catalog.old_pages.overwrite()
    if pending := catalog.old_pages.pending:
        findings.append(Finding("erasures", 1, pending.sentence, fixed=False, remedy=remedy_of(pending)))
    misshapen = catalog.embeddings.misshapen()
    findings += _damaged(catalog, networks, misshapen, fixed=fix)
    findings += _orphans(catalog, networks, fixed=fix)
    if fix:
        catalog.photos.delete_orphans()
        catalog.upkeep.look_again(networks.info.sha256)
    faces = catalog.upkeep.counts().faces
    if catalog.embeddings.are_of_others(networks.info.sha256):
        remedy = Remedy(RemedyKind.EMBED_ANEW)
        findings.append(Finding("network", faces, ANOTHER_NETWORK, fixed=False, remedy=remedy))
    elif (fix or networks.info.sha256 not in misshapen) and (problem := index.disagreement()):
        if fix:
            index.rebuild()
        findings.append(Finding("index", 1, str(problem), fixed=fix, remedy=Remedy(RemedyKind.FIX), error=problem))
    return CheckReport(tuple(findings), faces, time.perf_counter() - start)


def _orphans(catalog: Catalog, networks: Networks, *, fixed: bool) -> Iterator[Finding]:
    """Yield findings about photos without a file, and faces without a thumbnail or embedding."""
    orphans = catalog.upkeep.orphans(networks.info.sha256)
    if count := orphans["photos_without_file"]:
        sentence = f"no file shows {count} photos of the catalog"
        yield Finding("photos_without_file", count, sentence, fixed=fixed, remedy=Remedy(RemedyKind.FIX))
    for kind, lost in (("faces_without_thumbnail", "thumbnail"), ("faces_without_embedding", "embedding")):
        if count := orphans[kind]:
            sentence = f"{count} faces have lost their {lost}"
            yield Finding(kind, count, sentence, fixed=fixed, remedy=Remedy(RemedyKind.FIX_THEN_INDEX))


def _damaged(
    catalog: Catalog, networks: Networks, misshapen: Mapping[str, list[int]], *, fixed: bool
) -> Iterator[Finding]:
    """Find embeddings that the disk changed: all flipped bits that matter are noticed, except those of signs."""
    digest = networks.info.sha256
    changed = [
        face_id
        for rows in catalog.embeddings.batches(digest, whole=True)
        for face_id in rows.face_ids[~are_unit(rows.embeddings)].tolist()
    ]
    kinds = [(sha256, found, "have another length than their network's") for sha256, found in misshapen.items()]
    for sha256, found, what in [*kinds, (digest, sorted(changed), "are not of length one")]:
        if not found:
            continue
        if fixed:
            catalog.embeddings.drop(found, sha256)
        sentence = f"{len(found)} embeddings {what}, {_of_faces(found)}: the disk changed what was stored"
        yield Finding("embeddings", len(found), sentence, fixed=fixed, remedy=Remedy(RemedyKind.FIX_THEN_INDEX))


def _of_faces(face_ids: Sequence[int]) -> str:
    """Return a phrase that names the first few faces by number."""
    told = ", ".join(map(str, face_ids[:FACES_TOLD]))
    rest = len(face_ids) - FACES_TOLD
    return f"of face {told}" if len(face_ids) == 1 else f"of faces {told}" + (f" and {rest} more" if rest > 0 else "")
