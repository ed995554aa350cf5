"""Style a batch of photos: every photo in every style. Each picture is made once, even if the run is interrupted.

A finished picture goes through three steps: its digest is noted in its job, the whole file appears under its name, and
the job is marked as done. After a kill before the second step, the next run finds no file and makes the picture again.
After a kill before the third step, it finds a file with the noted digest and keeps it. A file of that name with other
bytes is not recog's: the job fails, and the file stays.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from recog.durable import discard_unfinished, make_output_directory, sync_directory
from recog.errors import PhotoError, StyleError
from recog.library.any_turn import find_faces
from recog.library.networks import Networks
from recog.library.styling.results import StylingProgress, StylingReport
from recog.library.styling.sources import Contents
from recog.photos import DecodeLimits, DecodePool, KnownContent, photo_digest
from recog.store.catalog import Catalog
from recog.store.styling import CostPoint, JobState, NewStyleJob, StyleJob, StyleShare
from recog.style.batch import PlannedPicture, StyleSource, plan_pictures
from recog.style.failures import costs_one_picture
from recog.style.files import SUFFIXES, check_target, encoded_picture, publish
from recog.style.film import FILM, Film, film_path
from recog.style.layers import StyleNetwork
from recog.style.pictures import check_style
from recog.style.settings import Faces, StyleSettings
from recog.style.transfer import stylize
from recog.types import DecodedPhoto, FaceBox, Pixels

CURVE_POINTS = 100
"""Points kept of a loss curve: as many as a small plot can show."""

Tell = Callable[[StylingProgress], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """The collaborators and settings of a run.

    styles: pixels of each style, by the digest of its bytes. film: steps between two frames of a film; 0 is no film.
    """

    catalog: Catalog
    decoders: DecodePool
    networks: Networks
    network: StyleNetwork
    settings: StyleSettings
    styles: Mapping[str, Pixels]
    film: int
    tell: Tell | None


def style_batch(
    catalog: Catalog,
    networks: Networks,
    contents: Contents,
    styles: Sequence[StyleSource],
    *,
    settings: StyleSettings,
    blend: Sequence[float] | None,
    folder: Path,
    suffix: str,
    film: int,
    limits: DecodeLimits,
    tell: Tell | None,
) -> StylingReport:
    """Make every picture that does not exist yet; the caller holds the lock of batches.

    With film, every picture made gets a film beside it, with a frame every so many steps.

    If a photo cannot be decoded, its costs become NaN or the memory does not suffice, only the pictures of that photo
    fail; the batch goes on.

    Raises:
        StyleError: a style picture has no structure, the weights are not a valid blend, or a finished picture cannot be
            written (later pictures would fail as well).
        ConfigError: the network has no such layer. PhotoError: a style cannot be decoded. WeightsError: no network.
    """
    start = time.perf_counter()
    network = networks.style_network(settings.network)
    network.until({settings.content_layer, *settings.lambdas})
    with DecodePool(limits) as decoders:
        pixels = {source.sha256: _style_pixels(decoders, source) for source in styles}
        planned = plan_pictures(
            contents.sources,
            styles,
            [settings],
            network_sha256=network.sha256,
            folder=folder,
            blend=blend,
            suffix=suffix,
        )
        _make_folder(folder)
        jobs = catalog.styles.plan([_job(one, network) for one in planned])
        batch = Batch(catalog, decoders, networks, network, settings, pixels, film, tell)
        made, kept, failed, interrupted = _make_pictures(batch, jobs)
    return StylingReport(
        folder=folder,
        made=made,
        kept=kept,
        failed=failed,
        unreadable=contents.unreadable,
        seconds=time.perf_counter() - start,
        interrupted=interrupted,
    )


Jobs: TypeAlias = tuple[StyleJob, ...]


def _make_pictures(batch: Batch, jobs: Sequence[StyleJob]) -> tuple[Jobs, Jobs, Jobs, bool]:
    """Make the missing pictures. Return jobs done, kept from an earlier run and failed, and whether Ctrl-C ended it."""
    made: list[StyleJob] = []
    kept: list[StyleJob] = []
    failed: list[StyleJob] = []
    interrupted = False
    try:
        for number, job in enumerate(jobs, 1):
            if _is_there(batch.catalog, job):
                became = kept
            else:
                became = made if make_picture(batch, job, number, len(jobs)) else failed
            became.append(batch.catalog.styles.job(job.id))
    except KeyboardInterrupt:
        interrupted = True
    return tuple(made), tuple(kept), tuple(failed), interrupted


def make_picture(batch: Batch, job: StyleJob, number: int, pictures: int) -> bool:
    """Make one picture and publish it; return False if it failed, and record why in its job."""
    catalog, output = batch.catalog, job.what.output_path
    _must_be_there(catalog.styles.begin(job.id), job)
    try:
        discard_unfinished(output)
        check_target(output)
        if batch.film:
            check_target(film_path(output), FILM)
        styled = _styled(batch, job, _content(batch, job), number, pictures)
    except BaseException as error:
        why = costs_one_picture(error)
        if why is None:
            catalog.styles.replan(job.id)
            raise
        _must_be_there(catalog.styles.fail(job.id, why), job)
        return False
    data = encoded_picture(styled.pixels, SUFFIXES[output.suffix.lower()])
    noted = catalog.styles.note(
        job.id,
        output_sha256=hashlib.sha256(data).hexdigest(),
        costs=thinned(styled.curve, CURVE_POINTS),
        seconds=styled.seconds,
        message=styled.message,
    )
    _must_be_there(noted, job)
    try:
        publish(data, output)
    except StyleError as error:
        catalog.styles.fail(job.id, str(error))
        raise
    _must_be_there(catalog.styles.finish(job.id), job)
    if styled.film is not None:
        publish(styled.film.encoded(), film_path(output), FILM)
    return True


@dataclass(frozen=True, slots=True)
class _Styled:
    """A finished picture with its loss curve, and its film if one was asked for."""

    pixels: Pixels
    film: Film | None
    curve: tuple[CostPoint, ...]
    seconds: float
    message: str


def _styled(batch: Batch, job: StyleJob, photo: DecodedPhoto, number: int, pictures: int) -> _Styled:
    """Run the style transfer to its end."""
    curve: list[CostPoint] = []
    messages: list[str] = []
    film = Film() if batch.film else None
    steps = stylize(
        photo.pixels,
        [batch.styles[style.sha256] for style in job.what.styles],
        replace(batch.settings, preview_every=batch.film),
        batch.network,
        shares=[style.share for style in job.what.styles],
        faces=_faces(batch, photo),
    )
    for step in steps:
        costs = step.costs
        curve.append(CostPoint(step.step, step.scale, costs.total, costs.content, costs.style, costs.variation))
        if step.message:
            messages.append(step.message)
        if batch.tell is not None:
            batch.tell(
                StylingProgress(
                    picture=number,
                    pictures=pictures,
                    step=step.step,
                    steps=step.steps,
                    cost=costs.total,
                    photo=job.what.photo_path,
                    styles=tuple(style.path for style in job.what.styles),
                    message=step.message,
                )
            )
        if film is not None and step.pixels is not None:
            film.add(step.pixels)
        if step.finished and step.pixels is not None:
            return _Styled(step.pixels, film, tuple(curve), step.seconds, "; ".join(messages))
    raise StyleError(f"no picture came of {job.what.photo_path}: this is a fault of recog, please report it")


def thinned(curve: Sequence[CostPoint], most: int) -> list[CostPoint]:
    """Return at most `most` points of a curve, evenly spaced, including the first and the last."""
    if len(curve) <= most:
        return list(curve)
    return [curve[round(place * (len(curve) - 1) / (most - 1))] for place in range(most)]


def _content(batch: Batch, job: StyleJob) -> DecodedPhoto:
    photo = _decoded(batch.decoders, job.what.photo_path)
    if photo.sha256 != job.what.photo_sha256:
        raise StyleError(f"{job.what.photo_path} changed since the batch was planned: run it again")
    return photo


def _faces(batch: Batch, photo: DecodedPhoto) -> Sequence[FaceBox]:
    """Return the face boxes if the settings need them: from the catalog, or detected now for an unknown photo."""
    if batch.settings.faces is Faces.STYLE:
        return ()
    known = batch.catalog.photos.by_digests([photo.sha256]).get(photo.sha256)
    if known is not None:
        return [face.box for face in batch.catalog.faces.of_photo(known.id)]
    return find_faces(batch.networks.detector, photo.pixels, min_face=batch.networks.min_face)


def _is_there(catalog: Catalog, job: StyleJob) -> bool:
    """Return whether an earlier run made the picture, even if it was killed or ran out of space before it said so."""
    output = job.what.output_path
    if job.state is JobState.DONE:
        return output.exists()
    # If the disk was full when the folder was synced, the job failed although the whole picture is in its place.
    if job.state is JobState.PLANNED or job.output_sha256 is None or not output.is_file():
        return False
    if photo_digest(output) != job.output_sha256:
        return False
    discard_unfinished(output)
    sync_directory(output.parent)
    return catalog.styles.finish(job.id)


def _must_be_there(there: bool, job: StyleJob) -> None:
    if not there:
        raise StyleError(
            f"the job of {job.what.output_path} was cleared, or its photo's person forgotten, while it ran: run again"
        )


def _decoded(decoders: DecodePool, path: Path) -> DecodedPhoto:
    opened = decoders.open(path)
    if isinstance(opened, PhotoError):
        raise opened
    if isinstance(opened, KnownContent):
        raise TypeError("no content was named as known")
    return opened


def _style_pixels(decoders: DecodePool, source: StyleSource) -> Pixels:
    pixels = _decoded(decoders, source.path).pixels
    check_style(pixels)
    return pixels


def _make_folder(folder: Path) -> None:
    try:
        make_output_directory(folder)
    except OSError as error:
        raise StyleError(f"the folder {folder} cannot be made ({error.strerror}): choose another one") from error


def _job(planned: PlannedPicture, network: StyleNetwork) -> NewStyleJob:
    return NewStyleJob(
        digest=planned.digest,
        photo_sha256=planned.content.sha256,
        photo_path=planned.content.path,
        styles=tuple(StyleShare(one.source.sha256, one.source.path, one.share) for one in planned.styles),
        settings_digest=planned.settings.digest,
        settings=planned.settings.as_dict(),
        network=network.name,
        network_sha256=network.sha256,
        output_path=planned.output,
    )
