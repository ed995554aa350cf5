"""The calibration of the network in use, from folders of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recog.assess.cluster_rule import ClusterFit, fit_cluster_rule
from recog.datasets.embedded import EmbeddedFaces, Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.groups import Grouping, group_of, people_pattern
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import held_out_people
from recog.errors import EvaluationError
from recog.evaluate.calibrate import (
    CalibrationRun,
    SetErrors,
    StrangersErrors,
    calibrate,
    check_rate,
    errors_among_strangers,
    errors_on,
)
from recog.evaluate.groups import GroupErrors, group_errors
from recog.evaluate.labelled_faces import LabelledFaces, Labels, pooled
from recog.types import ClusterRule


@dataclass(frozen=True, slots=True)
class PeopleSet:
    """A set of people of a folder: those whose folder matches pattern.

    data describes the set and names nobody. tight says that the photos are crops whose faces meet the border.
    """

    pattern: str
    data: str
    tight: bool = False


def read_set(text: str, *, tight: bool = False) -> PeopleSet:
    """Parse 'GLOB=NAME', or 'GLOB' alone; EvaluationError if the glob leaves the folder."""
    pattern, _, name = text.partition("=")
    if not pattern or "/" in pattern:
        raise EvaluationError(f"a set is GLOB=NAME with a pattern for names of folders, not {text!r}")
    return PeopleSet(pattern, name or f"folders {pattern}", tight)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationOptions:
    """What to calibrate on, and for which false accept rate.

    sets are fitted at the rate far. check is a folder to measure the result on. strangers are sets of which one photo
    per person is taken; with them the cluster rule is fitted too. grouping says how folders name groups, whose errors
    are then measured apart.
    """

    sets: tuple[PeopleSet, ...] = (PeopleSet("*", "a folder of people"),)
    far: float = 1e-3
    check: Path | None = None
    strangers: tuple[PeopleSet, ...] = ()
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True)
class FolderCalibration:
    """A calibration, and its errors on the check, by group and among strangers, where these were asked for.

    found counts each set's photos by how their face was found. lost maps the photos without a face to the reason.
    """

    run: CalibrationRun
    check: SetErrors | None
    groups: tuple[GroupErrors, ...]
    found: tuple[Mapping[str, int], ...]
    lost: Mapping[Path, str]
    clusters: ClusterFit | None = None
    strangers: tuple[StrangersErrors, ...] = ()


@dataclass(frozen=True, slots=True)
class _SetFaces:
    """The faces of a set that the head has not seen, the group of each, if asked for, and the outcome of all photos."""

    faces: LabelledFaces
    groups: tuple[str, ...]
    embedded: EmbeddedFaces


def calibrate_on_folder(
    folder: Path,
    options: CalibrationOptions,
    pipeline: Pipeline,
    *,
    head_record: Mapping[str, object],
    kept: ClusterRule | None = None,
) -> FolderCalibration:
    """Calibrate on the sets of `folder`, which has a folder per person; evaluate.calibrate says what is fitted.

    Without strangers the calibration takes over the cluster rule `kept`. If the head was trained on a set, according to
    the digest of its photos in head_record, only the people held out from that training count.

    Raises:
        TrainingError: a set has fewer than two people with photos.
        EvaluationError: far is no false accept rate, a set is too small for it, or somebody is in two sets.
    """
    check_rate(options.far)
    listed = [_listed(folder, each, options.grouping) for each in options.sets]
    singles = [_listed(folder, each, options.grouping).first_of_each() for each in options.strangers]
    checked = None if options.check is None else labelled_photos(options.check)
    _check_disjoint([*listed, *singles])
    fitted = [
        _set_faces(photos, each, pipeline, head_record, options.grouping)
        for each, photos in zip(options.sets, listed, strict=True)
    ]
    check = None if checked is None else _set_faces(checked, PeopleSet("*", "the check"), pipeline, head_record, None)
    faces = [each.faces for each in fitted]
    run = calibrate(faces, far=options.far, network_sha256=pipeline.embedder.info.sha256)
    threshold = run.calibration.threshold
    once = [_embedded(photos, each, pipeline) for each, photos in zip(options.strangers, singles, strict=True)]
    among = [
        LabelledFaces(found.embeddings, found.labels, f"{each.data}, {len(found.labels)} people")
        for each, found in zip(options.strangers, once, strict=True)
    ]
    fit = fit_cluster_rule(faces, among) if among else None
    run = replace(run, calibration=replace(run.calibration, clusters=kept if fit is None else fit.rule))
    groups = [group for each in fitted for group in each.groups]
    measured = fitted if check is None else [*fitted, check]
    return FolderCalibration(
        run,
        check=None if check is None else errors_on(check.faces, run.calibration),
        groups=group_errors(pooled(faces), groups, threshold=threshold) if groups else (),
        found=tuple(each.embedded.counts() for each in measured),
        lost={photo: reason for each in measured for photo, reason in each.embedded.lost.items()},
        clusters=fit,
        strangers=tuple(errors_among_strangers(each, threshold) for each in among),
    )


def _listed(folder: Path, people: PeopleSet, grouping: Grouping | None) -> LabelledPhotos:
    return labelled_photos(folder, pattern=people_pattern(people.pattern, grouping))


def _embedded(photos: LabelledPhotos, people: PeopleSet, pipeline: Pipeline) -> EmbeddedFaces:
    return embedded_faces(photos, pipeline, undetected=Undetected.PAD if people.tight else Undetected.LEAVE_OUT)


def _set_faces(
    photos: LabelledPhotos,
    people: PeopleSet,
    pipeline: Pipeline,
    head_record: Mapping[str, object],
    grouping: Grouping | None,
) -> _SetFaces:
    found = _embedded(photos, people, pipeline)
    chosen = np.isin(found.labels, unseen_people(photos, found.labels, head_record))
    count = len(np.unique(found.labels[chosen]))
    data = f"{people.data}, {count} people{'' if chosen.all() else ' not trained on'}"
    groups = () if grouping is None else tuple(group_of(photos.paths[row], grouping) for row in found.photos[chosen])
    return _SetFaces(LabelledFaces(found.embeddings[chosen], found.labels[chosen], data), groups, found)


def _check_disjoint(sets: Sequence[LabelledPhotos]) -> None:
    """Raise EvaluationError if somebody is in two sets and would count as two people."""
    seen: set[Path] = set()
    for photos in sets:
        folders = {path.parent for path in photos.paths}
        if both := folders & seen:
            raise EvaluationError(
                f"{len(both)} people are in two of the sets, the first of them in {min(both)}: choose patterns that "
                "share nobody"
            )
        seen |= folders


def unseen_people(photos: LabelledPhotos, labels: Labels, record: Mapping[str, object]) -> Labels:
    """Return the labels of the people that the head has not seen: all, unless it was trained on these very photos.

    The record is empty if recog did not train the network.
    """
    known = np.unique(labels)
    if not record:
        return known
    match record:
        case {
            "data": {"sha256": str(trained)},
            "arguments": {"held_out": float(share), "settings": {"seed": int(seed)}},
        }:
            return held_out_people(known, share=share, seed=seed) if trained == photos.digest() else known
    raise EvaluationError("the head's run record does not say whom it was trained on: train the head again")
