"""The sheet of each evaluation."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from recog.assess.evaluations import ClustersRun, DetectionRun, FolderFaces, IdentificationRun
from recog.assess.knn import KnnRun
from recog.assess.pairs import PairsRun, UnscoredPair
from recog.evaluate.identification import DirAtFpir
from recog.printable import printable
from recog.render.figures import count, distance
from recog.render.sheet import Sheet, score_table
from recog.types import NetworkInfo

Interval = tuple[float, float]
LISTED = 20
"""Bad photos listed on a sheet; the document of --json lists all."""
OVER_PEOPLE = "95 % over people"


def pairs_sheet(run: PairsRun) -> Sheet:
    """Return the ten-fold scores with their intervals, and the options of the measurement."""
    scores, intervals, options = run.scores, run.intervals, run.options
    crops = " and ".join(f"{scale:.3g}" for scale in options.crop_scales)
    left_out = f", {run.listed:,} listed" if run.unscored else ""
    fold = "over folds"
    rows = [
        ("accuracy", percents(scores.accuracy), between(intervals.accuracy), percents(scores.std)),
        ("AUC", f"{scores.auc:.4f}", f"{intervals.auc[0]:.4f} to {intervals.auc[1]:.4f}", "-"),
        ("EER", percents(scores.eer), between(intervals.eer), "-"),
    ]
    for at, val, measured in zip(scores.val, intervals.val, intervals.measured_far, strict=True):
        rows += [
            (f"VAL at FAR {at.far:g}", percents(at.val), between(val), percents(at.std)),
            ("  FAR measured there", percents(at.measured_far, 3), between(measured, 3), "-"),
        ]
    facts = (
        ("protocol", printable(run.protocol)),
        *network_facts(run.network),
        ("crop", f"the detector's box x {crops}, to {run.network.input_size} pixels"),
        ("aligned view", "by five landmarks, beside the crop" if run.network.aligned else "not used"),
        ("mirror image", "averaged in" if options.flip else "not used"),
        ("encoder", options.encoder),
        ("metric", options.metric),
        ("time", f"{run.milliseconds:.1f} ms a face to embed, detection apart"),
        ("pairs", f"{scores.pairs:,} in {count(scores.folds, 'fold')}{left_out}"),
        ("threshold", f"{distance(scores.threshold)} (mean of the folds)"),
        ("photos", counts(run.found)),
        *unscored_facts(run.unscored, run.listed),
    )
    note = (
        f"{scores.accuracy * 100:.2f} +- {scores.standard_error * 100:.2f} % (one standard error over folds). "
        "Each threshold is chosen on the other folds; intervals are a bootstrap of the whole protocol over people."
    )
    return Sheet(
        f"Verification: {run.protocol}", facts, (score_table(("", "", OVER_PEOPLE, f"std {fold}"), rows),), (note,)
    )


def unscored_facts(unscored: tuple[UnscoredPair, ...], listed: int) -> list[tuple[str, str]]:
    """Return how many pairs were not scored, by reason, and the photos to blame."""
    if not unscored:
        return []
    reasons = Counter(one.reason for one in unscored)
    photos = dict.fromkeys((one.photo, one.reason) for one in unscored)
    shown = [("", f"{printable(str(photo))}: {reason}") for photo, reason in list(photos)[:LISTED]]
    if len(photos) > LISTED:
        shown.append(("", f"and {len(photos) - LISTED:,} more photos, which --json names"))
    return [
        (
            "NOT SCORED",
            f"{len(unscored):,} of {count(listed, 'pair')}: {counts(reasons)}; {count(len(photos), 'photo')} to blame",
        ),
        *shown,
    ]


def identification_sheet(run: IdentificationRun) -> Sheet:
    """Return a line for each gallery size and number of photos a person."""
    rows = [
        (
            f"{each.gallery:,}",
            str(each.photos),
            f"{each.probes:,.0f}",
            f"{each.strangers:,.0f}",
            *(
                next((rate_with(one.share, one.interval) for one in each.cmc if one.rank == rank), "-")
                for rank in (1, 5, 10)
            ),
            *(rate_with(at.dir, at.interval) for at in each.dir),
            *(cell for one in each.fixed for cell in _fixed(one)),
        )
        for each in run.scores
    ]
    rates = [f"DIR at FPIR {at.fpir:g}" for at in run.scores[0].dir]
    fixed = ("threshold", "DIR there", "FPIR there") * len(run.scores[0].fixed)
    header = ("people", "photos each", "probes", "strangers", "rank 1", "rank 5", "rank 10", *rates, *fixed)
    note = (
        f"Means of {run.scores[0].trials} random choices of who is enrolled by which photos; in brackets the 95 % "
        "interval of the bootstrap over people."
    )
    if fixed:
        note += " The threshold is the one that a library of this size uses for names."
    return Sheet(
        "Open-set identification",
        tuple(folder_facts(run.network, run.folder)),
        (score_table(header, rows, left=()),),
        (note,),
    )


def _fixed(at: DirAtFpir) -> tuple[str, str, str]:
    return distance(at.threshold), rate_with(at.dir, at.interval), percents(at.fpir)


def knn_sheet(run: KnnRun) -> Sheet:
    """Return a line for each rule, k and number of photos a person."""
    rows = [
        (
            f"{each.gallery:,}",
            str(each.photos),
            distance(each.threshold),
            str(one.k),
            one.rule,
            rate_with(one.right, one.right_interval),
            percents(one.wrong),
            percents(one.unknown),
            percents(one.strangers_named),
        )
        for each in run.scores
        for one in each.rules
    ]
    header = ("people", "photos each", "threshold", "k", "rule", "right", "wrong", "unknown", "strangers named")
    note = (
        f"Means of {run.scores[0].trials} random choices of who is enrolled by which photos; in brackets the 95 % "
        "interval of the bootstrap over people. The threshold is the one that a library of this size uses for names. "
        "Plain and weighted name everybody, strangers too."
    )
    return Sheet(
        "Classification by the nearest faces",
        tuple(folder_facts(run.network, run.folder)),
        (score_table(header, rows, left=(4,)),),
        (note,),
    )


def clusters_sheet(run: ClustersRun) -> Sheet:
    """Return precision, recall and F, pairwise and B-cubed, at the threshold in use."""
    scores = run.scores
    rows = [
        (
            name,
            rate_with(each.precision, each.precision_interval),
            rate_with(each.recall, each.recall_interval),
            percents(each.f),
        )
        for name, each in (("pairwise", scores.pairwise), ("B-cubed", scores.b_cubed))
    ]
    made = f"{count(scores.faces, 'face')} in {count(scores.clusters, 'cluster')}, {scores.alone:,} alone"
    facts = (*folder_facts(run.network, run.folder), ("threshold", distance(run.threshold)), ("clusters", made))
    note = "In brackets the 95 % interval of the bootstrap over people."
    return Sheet("Clusters", facts, (score_table(("", "precision", "recall", "F"), rows),), (note,))


def detection_sheet(run: DetectionRun) -> Sheet:
    """Recall and precision, a line for every class of size."""
    rows = [
        (
            f"{each.least:g} and more" if each.below is None else f"{each.least:g} to {each.below:g}",
            f"{each.faces:,}",
            rate_with(each.recall, each.recall_interval),
            f"{each.boxes:,}",
            rate_with(each.precision, each.precision_interval),
        )
        for each in run.scores
    ]
    facts = (
        ("photos", f"{run.photos:,}"),
        *(("unread", f"{printable(str(path))}: {why}") for path, why in run.unread.items()),
    )
    header = ("shorter side, pixels", "faces", "recall (95 %)", "boxes", "precision (95 %)")
    return Sheet("Detection", facts, (score_table(header, rows),), ("Intervals are a bootstrap over photos.",))


def network_facts(network: NetworkInfo) -> tuple[tuple[str, str], ...]:
    """Return the name and digest of a network."""
    return (("network", f"{network.name} ({network.sha256[:12]}), {network.dim} numbers"),)


def folder_facts(network: NetworkInfo, folder: FolderFaces) -> list[tuple[str, str]]:
    """Return what a folder of people held."""
    return [
        *network_facts(network),
        ("people", f"{folder.people:,}, {folder.single:,} of them with one photo"),
        ("photos", counts(folder.found)),
        *lost_facts(folder.lost),
    ]


def lost_facts(lost: Mapping[Path, str]) -> list[tuple[str, str]]:
    """Return the photos without a face, the first LISTED of them by name."""
    shown = [("", f"{printable(str(path))}: {why}") for path, why in list(lost.items())[:LISTED]]
    more = [("", f"and {len(lost) - LISTED:,} more, which --json names")] if len(lost) > LISTED else []
    return shown + more


def counts(found: Mapping[str, int]) -> str:
    """Count what was found: '1,549 detected, 2 unreadable'."""
    return ", ".join(f"{number:,} {how}" for how, number in found.items())


def rate_with(rate: float | None, interval: Interval | None) -> str:
    """Write a rate with its interval: '98.40 % (97.6 to 99.0)'; '-' if there was nothing to measure."""
    if rate is None or interval is None:
        return "-"
    return f"{percents(rate)} ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def between(interval: Interval, decimals: int = 2) -> str:
    """Write an interval of a rate: '97.60 to 99.00 %'."""
    return f"{100 * interval[0]:.{decimals}f} to {100 * interval[1]:.{decimals}f} %"


def percents(rate: float, decimals: int = 2) -> str:
    """Write a rate: '98.40 %'."""
    return f"{100 * rate:.{decimals}f} %"
