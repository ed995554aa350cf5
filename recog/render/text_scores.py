"""What a protocol or a training run measured, as text."""

from collections.abc import Mapping
from pathlib import Path

from recog.evaluate.lfw import LfwScores
from recog.identify import probability
from recog.render.escape import printable
from recog.render.figures import count, distance, percent
from recog.render.table import facts, table
from recog.train.calibration import FolderCalibration


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


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"
