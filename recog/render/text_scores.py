"""What a protocol or a training run measured, as text."""

from collections.abc import Mapping
from pathlib import Path

from recog.evaluate.lfw import LfwScores
from recog.render.escape import printable
from recog.render.figures import count, distance
from recog.render.table import facts


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


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"
