"""The plots of each evaluation."""

from dataclasses import dataclass

from recog.assess.evaluations import ClustersRun, DetectionRun, IdentificationRun
from recog.assess.knn import KnnRun
from recog.assess.pairs import PairsRun
from recog.evaluate.identification import IdentificationScores
from recog.render.plots import Axes, Line, bars, curves, histograms


@dataclass(frozen=True, slots=True)
class Plot:
    """A PNG, its file name without suffix, and a sentence on what it shows."""

    name: str
    caption: str
    png: bytes


def pairs_plots(run: PairsRun) -> tuple[Plot, ...]:
    """Draw the ROC with its band, and the two histograms of distances."""
    roc, histogram = run.roc, run.histogram
    band = Line("", roc.far, roc.val, roc.low, roc.high)
    return (
        Plot(
            "roc",
            "ROC of all pairs together: share of same pairs accepted (VAL) over share of different pairs accepted "
            "(FAR). The band is the 95 % interval of the bootstrap over people.",
            curves([band], Axes("FAR", "VAL", log_x=True)),
        ),
        Plot(
            "distances",
            "How far apart the two photos of a pair are, as shares of the same and of the different pairs.",
            histograms(
                histogram.edges,
                [("same", histogram.same), ("different", histogram.different)],
                Axes("squared distance", "share of pairs"),
                mark=run.scores.threshold,
            ),
        ),
    )


def identification_plots(run: IdentificationRun) -> tuple[Plot, ...]:
    """Draw CMC and DIR over FPIR for the largest gallery of each number of photos, and both over gallery size."""
    numbers = sorted({each.photos for each in run.scores})
    largest = [
        max((one for one in run.scores if one.photos == number), key=lambda one: one.gallery) for number in numbers
    ]
    return (
        Plot(
            "cmc",
            "CMC: share of the probes of enrolled people whose person is within the given rank. Bands are 95 % "
            "intervals of the bootstrap over people.",
            curves([_cmc(one) for one in largest], Axes("rank", "share of probes", log_x=True)),
        ),
        Plot(
            "dir",
            "Open set: share of the probes of enrolled people that get the right name (DIR) over the share of "
            "strangers that get a name (FPIR).",
            curves([_dir(one) for one in largest], Axes("FPIR", "DIR", log_x=True), square=True),
        ),
        Plot(
            "gallery",
            "Rank 1, and DIR at the smallest FPIR asked for, as a function of how many people are enrolled.",
            curves(
                [line for number in numbers for line in _by_size(run, number)],
                Axes("people enrolled", "share of probes", log_x=True),
            ),
        ),
    )


def knn_plots(run: KnnRun) -> tuple[Plot, ...]:
    """Draw the share named rightly over the share of strangers named, a point for each k, by rule."""
    largest = run.scores[-1]
    lines = []
    for rule in dict.fromkeys(one.rule for one in largest.rules):
        own = [one for one in largest.rules if one.rule == rule]
        lines.append(
            Line(
                rule,
                [one.strangers_named for one in own],
                [one.right for one in own],
                [one.right_interval[0] for one in own],
                [one.right_interval[1] for one in own],
                points=True,
            )
        )
    caption = (
        "Share of the probes of enrolled people that are named rightly over the share of strangers that get a name; "
        f"a point for each k. {largest.gallery:,} people are enrolled, by {largest.photos} photos each."
    )
    return (Plot("knn", caption, curves(lines, Axes("strangers named", "named rightly"), square=True)),)


def clusters_plots(run: ClustersRun) -> tuple[Plot, ...]:
    """Draw pairwise precision and recall over the threshold; nothing if no other threshold was tried."""
    if not run.sweep:
        return ()
    at = [threshold for threshold, _ in run.sweep]
    lines = [
        Line(
            f"pairwise {name}",
            at,
            [getattr(scores.pairwise, name) for _, scores in run.sweep],
            [getattr(scores.pairwise, f"{name}_interval")[0] for _, scores in run.sweep],
            [getattr(scores.pairwise, f"{name}_interval")[1] for _, scores in run.sweep],
            points=True,
        )
        for name in ("precision", "recall")
    ]
    lines.append(Line("B-cubed F", at, [scores.b_cubed.f for _, scores in run.sweep], points=True))
    caption = (
        f"The clusters at thresholds other than the one in use ({run.threshold:.3f}). Bands are 95 % "
        "intervals of the bootstrap over people."
    )
    return (Plot("clusters", caption, curves(lines, Axes("threshold, squared distance", "rate"), square=True)),)


def detection_plots(run: DetectionRun) -> tuple[Plot, ...]:
    """Draw recall and precision by size."""
    classes = run.scores[1:]
    names = [f"{one.least:g}+" if one.below is None else f"{one.least:g}-{one.below:g}" for one in classes]
    groups = []
    for name in ("recall", "precision"):
        measured = [
            (place, rate, getattr(one, f"{name}_interval"))
            for place, one in enumerate(classes)
            if (rate := getattr(one, name)) is not None
        ]
        places, rates, intervals = (
            [list(column) for column in zip(*measured, strict=True)] if measured else ([], [], [])
        )
        groups.append(
            Line(name, places, rates, [interval[0] for interval in intervals], [interval[1] for interval in intervals])
        )
    caption = "Recall of the faces and precision of the boxes by their shorter side; whiskers are 95 % over photos."
    return (Plot("sizes", caption, bars(names, groups, Axes("shorter side, pixels", "share"))),)


def _cmc(one: IdentificationScores) -> Line:
    return Line(
        _named(one),
        [at.rank for at in one.cmc],
        [at.share for at in one.cmc],
        [at.interval[0] for at in one.cmc],
        [at.interval[1] for at in one.cmc],
    )


def _dir(one: IdentificationScores) -> Line:
    return Line(
        _named(one),
        [at.fpir for at in one.curve],
        [at.dir for at in one.curve],
        [at.interval[0] for at in one.curve],
        [at.interval[1] for at in one.curve],
    )


def _by_size(run: IdentificationRun, number: int) -> list[Line]:
    each = [one for one in run.scores if one.photos == number]
    sizes = [one.gallery for one in each]
    fpir = each[0].dir[0].fpir
    return [
        Line(
            f"rank 1, {number} of each enrolled",
            sizes,
            [one.rank_1 for one in each],
            [one.rank_1_interval[0] for one in each],
            [one.rank_1_interval[1] for one in each],
            points=True,
        ),
        Line(f"DIR at FPIR {fpir:g}, {number} of each enrolled", sizes, [one.dir[0].dir for one in each], points=True),
    ]


def _named(one: IdentificationScores) -> str:
    return f"{one.gallery:,} people, {one.photos} photo{'s' if one.photos > 1 else ''} each"
