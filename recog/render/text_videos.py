"""Scores on pairs of videos, as text."""

from recog.assess.videos import VideoPairsRun
from recog.printable import printable
from recog.render.figures import count, percent
from recog.render.table import table


def videos_text(run: VideoPairsRun) -> str:
    """Write one line for each way of scoring, and the pairs without a score."""
    ways = (("one frame", run.single), ("mean over frames", run.frames), ("tracks", run.tracks))
    rows = [
        (
            way,
            f"{100 * scores.accuracy:.2f} % ± {100 * scores.standard_error:.2f}",
            percent(scores.auc),
            percent(scores.eer),
        )
        for way, scores in ways
    ]
    head = (
        f"{count(run.single.pairs, 'pair')} of {count(run.videos, 'video')} in {run.single.folds} folds, "
        f"{count(run.frames_seen, 'frame')} with a face, by {run.network.name}"
    )
    shown = table(("by", "accuracy", "AUC", "equal error rate"), rows, right=(1, 2, 3))
    left_out = "".join(
        f"\n  {printable(one.left)} {printable(one.right)}: {printable(one.video)}" for one in run.unscored
    )
    more = f"\n{count(len(run.unscored), 'pair')} not scored, because a video is absent or shows no face:{left_out}"
    return f"{head}\n{shown}{more if run.unscored else ''}"
