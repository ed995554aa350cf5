"""What a protocol or a training run measured, as text."""

from collections.abc import Mapping
from pathlib import Path

from recog.evaluate.lfw import LfwScores
from recog.identify import probability
from recog.printable import printable
from recog.render.figures import count, distance, percent
from recog.render.table import facts, table
from recog.train.calibration import FolderCalibration
from recog.train.evaluations import ClustersRun, DetectionRun, FolderFaces, IdentificationRun


def lfw_scores(network: str, scores: LfwScores, found: Mapping[str, int]) -> str:
    """The ten-fold scores with their errors."""
    low, high = scores.interval
    rows = [
        ("network", network),
        ("pairs", f"{scores.pairs:,} in {count(scores.folds, 'fold')}"),
        ("accuracy", f"{_percent(scores.accuracy)} +- {_percent(scores.standard_error)} (one standard error)"),
        ("", f"{_percent(low)} to {_percent(high)} (95 % bootstrap)"),
        ("threshold", distance(scores.threshold)),
        ("AUC", f"{scores.auc:.4f}"),
        ("EER", _percent(scores.eer)),
        *((f"VAL at FAR {at.far:g}", f"{_percent(at.val)} +- {_percent(at.std)}") for at in scores.val),
        ("photos", ", ".join(f"{number:,} {how}" for how, number in found.items())),
    ]
    return facts(rows)


def trained_head(path: Path, step: int, start: LfwScores, scores: LfwScores) -> str:
    """Where the head is and what it scores beside the start it came from."""
    rows = [
        ("head", printable(str(path))),
        ("best step", f"{step:,}" if step else "0: the start itself; training found nothing better"),
        ("accuracy", f"{_percent(scores.accuracy)} (start {_percent(start.accuracy)})"),
        ("AUC", f"{scores.auc:.4f} (start {start.auc:.4f})"),
    ]
    return facts(rows)


def calibration_text(path: Path, made: FolderCalibration) -> str:
    """The threshold, the map to a probability at some distances, and the errors on every set."""
    run, calibration = made.run, made.run.calibration
    shown = ", ".join(f"{at:g}: {percent(probability(at, calibration))}" for at in (0.6, 0.8, 1.0, 1.2, 1.4, 1.6))
    rows = [
        ("calibration", printable(str(path))),
        ("threshold", distance(calibration.threshold)),
        ("false accepts", f"{_percent(run.sets[run.strictest].far)} on {printable(calibration.data)}"),
        ("probability of one person", shown),
        *(("without a face", f"{printable(str(photo))}: {why}") for photo, why in made.lost.items()),
    ]
    errors = [
        (
            printable(each.data),
            f"{each.same:,}",
            f"{each.different:,}",
            distance(each.threshold),
            f"{_percent(each.far)} ({_percent(each.far_interval[0])} to {_percent(each.far_interval[1])})",
            _percent(each.val),
            f"{each.misplaced:,}",
        )
        for each in (*run.sets, *([] if made.check is None else [made.check]))
    ]
    header = ("set", "same", "different", "own threshold", "FAR (95 % over people)", "VAL", "misplaced")
    return f"{facts(rows)}\n\n{table(header, errors, right=(1, 2, 3, 4, 5, 6))}"


def identification_text(run: IdentificationRun) -> str:
    """A line for every gallery size and number of photos a person."""
    rows = [
        (
            f"{each.gallery:,}",
            str(each.photos),
            f"{each.probes:,.0f}",
            f"{each.strangers:,.0f}",
            _with_interval(each.rank_1, each.rank_1_interval),
            next((_percent(share) for rank, share in each.cmc if rank == 5), "-"),
            *(_with_interval(at.dir, at.interval) for at in each.dir),
        )
        for each in run.scores
    ]
    rates = [f"DIR at FPIR {at.fpir:g}" for at in run.scores[0].dir]
    header = ("people", "photos each", "probes", "strangers", "rank 1", "rank 5", *rates)
    body = table(header, rows, right=tuple(range(len(header))))
    return f"{_folder(run.network.name, run.folder)}\n\n{body}"


def clusters_text(run: ClustersRun) -> str:
    """Precision, recall and F, pairwise and B-cubed."""
    scores = run.scores
    rows = [
        (
            name,
            _with_interval(each.precision, each.precision_interval),
            _with_interval(each.recall, each.recall_interval),
            _percent(each.f),
        )
        for name, each in (("pairwise", scores.pairwise), ("B-cubed", scores.b_cubed))
    ]
    made = f"{count(scores.faces, 'face')} in {count(scores.clusters, 'cluster')}, {scores.alone:,} alone"
    head = f"{_folder(run.network.name, run.folder)}\nthreshold  {distance(run.threshold)}\nclusters   {made}"
    return f"{head}\n\n{table(('', 'precision', 'recall', 'F'), rows, right=(1, 2, 3))}"


def detection_text(run: DetectionRun) -> str:
    """Recall and precision, a line for every class of size."""
    rows = [
        (
            f"{each.least:g} and more" if each.below is None else f"{each.least:g} to {each.below:g}",
            f"{each.faces:,}",
            _with_interval(each.recall, each.recall_interval),
            f"{each.boxes:,}",
            _with_interval(each.precision, each.precision_interval),
        )
        for each in run.scores
    ]
    lines = [f"photos  {run.photos:,}", *(f"unread  {printable(str(path))}: {why}" for path, why in run.unread.items())]
    header = ("shorter side, pixels", "faces", "recall (95 %)", "boxes", "precision (95 %)")
    return "\n".join(lines) + "\n\n" + table(header, rows, right=(1, 2, 3, 4))


def _folder(network: str, folder: FolderFaces) -> str:
    rows = [
        ("network", network),
        ("people", f"{folder.people:,}, {folder.single:,} of them with one photo"),
        ("photos", ", ".join(f"{number:,} {how}" for how, number in folder.found.items())),
        *(("", f"{printable(str(path))}: {why}") for path, why in folder.lost.items()),
    ]
    return facts(rows)


def _with_interval(rate: float | None, interval: tuple[float, float] | None) -> str:
    if rate is None or interval is None:
        return "-"
    return f"{_percent(rate)} ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"
