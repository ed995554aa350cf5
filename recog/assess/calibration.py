"""From folders of people to a calibration of the network in use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recog.assess.cluster_rule import ClusterFit, fit_cluster_rule
from recog.datasets.embedded import embedded_faces
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
from recog.types import ClusterRule, Detector, Embedder


@dataclass(frozen=True, slots=True)
class PeopleSet:
    """A set of people inside a folder: those whose folder matches pattern.

    tight says that the photos are crops whose faces meet the border; data describes the set and names nobody.
    """

    pattern: str
    data: str
    tight: bool = False


def read_set(text: str, *, tight: bool = False) -> PeopleSet:
    """'GLOB=NAME', or 'GLOB' alone; EvaluationError where the glob leaves the folder."""
    pattern, _, name = text.partition("=")
    if not pattern or "/" in pattern:
        raise EvaluationError(f"a set is GLOB=NAME with a pattern for names of folders, not {text!r}")
    return PeopleSet(pattern, name or f"folders {pattern}", tight)


@dataclass(frozen=True, slots=True)
class FolderCalibration:
    """A calibration, its errors on a set that had no part in it, among strangers and by group, and what all sets lost.

    found counts each set's photos by how their face was found, lost has those without one, with the reason.
    """

    run: CalibrationRun
    check: SetErrors | None
    groups: tuple[GroupErrors, ...]
    found: tuple[Mapping[str, int], ...]
    lost: Mapping[Path, str]
    clusters: ClusterFit | None = None
    strangers: tuple[StrangersErrors, ...] = ()


def calibrate_on_folder(
    folder: Path,
    sets: Sequence[PeopleSet],
    detector: Detector,
    embedder: Embedder,
    *,
    far: float,
    check: Path | None = None,
    strangers: Sequence[PeopleSet] = (),
    kept: ClusterRule | None = None,
    grouping: Grouping | None = None,
    head_record: Mapping[str, object],
    cache: Path,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
) -> FolderCalibration:
    """Calibrate on the sets of `folder`, which has a folder per person; see evaluate.calibrate for what is fitted.

    When faces are grouped is fitted too where `strangers` are named, sets of which one photo a person is taken; else
    the calibration takes the rule `kept`. With a grouping the folder has its layout, and the errors on the sets' faces
    are told by group too. A set that the head was trained on, told by the digest of its photos in head_record, counts
    with the people held out from that training alone.

    Raises:
        TrainingError: a set has fewer than two people with photos.
        EvaluationError: far is no false accept rate, a set is too small for it, or somebody is in two sets.
    """
    check_rate(far)
    measured, found = [], []
    groups: list[str] = []
    lost: dict[Path, str] = {}
    places = [(folder, each, people_pattern(each.pattern, grouping)) for each in sets]
    if check is not None:
        places.append((check, PeopleSet("*", "the check"), "*"))
    listed = [labelled_photos(place, pattern=pattern) for place, _, pattern in places]
    singles = [
        labelled_photos(folder, pattern=people_pattern(each.pattern, grouping)).first_of_each() for each in strangers
    ]
    _check_apart([*listed[: len(sets)], *singles])
    for (_, each, _), photos in zip(places, listed, strict=True):
        faces = embedded_faces(
            photos, detector, embedder, undetected=Undetected.PAD if each.tight else Undetected.LEAVE_OUT, cache=cache,
            progress=on_photo,
        )  # fmt: skip
        held_out = _held_out(photos, faces.labels, head_record)
        chosen = np.isin(faces.labels, held_out)
        people = len(np.unique(faces.labels[chosen]))
        left_out = "" if chosen.all() else " not trained on"
        data = f"{each.data}, {people} people{left_out}"
        measured.append(LabelledFaces(faces.embeddings[chosen], faces.labels[chosen], data))
        found.append(faces.counts())
        lost.update(faces.lost)
        if grouping is not None and len(measured) <= len(sets):
            groups += [group_of(photos.paths[row], grouping) for row in faces.photos[chosen]]
    fitted = measured[: len(sets)]
    run = calibrate(fitted, far=far, network_sha256=embedder.info.sha256)
    fit = None
    by_strangers: tuple[StrangersErrors, ...] = ()
    if strangers:
        once = [
            embedded_faces(
                photos, detector, embedder, undetected=Undetected.PAD if each.tight else Undetected.LEAVE_OUT,
                cache=cache, progress=on_photo,
            )
            for each, photos in zip(strangers, singles, strict=True)
        ]  # fmt: skip
        among = [
            LabelledFaces(faces.embeddings, faces.labels, f"{each.data}, {len(faces.labels)} people")
            for each, faces in zip(strangers, once, strict=True)
        ]
        fit = fit_cluster_rule(fitted, among)
        by_strangers = tuple(errors_among_strangers(each, run.calibration.threshold) for each in among)
    calibration = replace(run.calibration, clusters=kept if fit is None else fit.rule)
    run = replace(run, calibration=calibration)
    checked = None if check is None else errors_on(measured[-1], run.calibration)
    by_group = group_errors(pooled(fitted), groups, threshold=run.calibration.threshold) if groups else ()
    return FolderCalibration(run, checked, by_group, tuple(found), lost, fit, by_strangers)


def _check_apart(sets: Sequence[LabelledPhotos]) -> None:
    """EvaluationError where somebody is in two sets: whoever is would count as two people."""
    seen: set[Path] = set()
    for photos in sets:
        folders = {path.parent for path in photos.paths}
        if both := folders & seen:
            raise EvaluationError(
                f"{len(both)} people are in two of the sets, the first of them in {min(both)}: choose patterns that "
                "share nobody"
            )
        seen |= folders


def _held_out(photos: LabelledPhotos, labels: Labels, record: Mapping[str, object]) -> Labels:
    """Labels of the people that the head has not seen: all of them, unless it was trained on these very photos."""
    known = np.unique(labels)
    match record:
        case {
            "data": {"sha256": str(trained)},
            "arguments": {"held_out": float(share), "settings": {"seed": int(seed)}},
        }:
            return held_out_people(known, share=share, seed=seed) if trained == photos.digest() else known
    raise EvaluationError("the head's run record does not say whom it was trained on: train the head again")
