"""Compare clustering by recog and scikit-learn on the same embeddings: score, time, memory, and growth of recog.

    python -m benchmarks.bench_cluster
    python -m benchmarks.bench_cluster --faces 10000 100000 1000000
    python -m benchmarks.bench_cluster --people ../shared/data/identities --pattern 'celeba_*'

Without options, all parts except the largest growth are measured on the data in ../shared/data. This takes less than
four minutes if the embeddings are cached (by recog calibrate or a first run). Each measured part replaces its rows in
benchmarks/results/cluster.csv; the others stay. Each method runs in a separate process, on the same rows; memory is
what the process took beyond the loaded embeddings and libraries.

scores: folders of people, embedded as the product does. The settings of recog's own rule, and of average linkage at the
calibrated pair threshold, were fixed beforehand. For DBSCAN, HDBSCAN and scikit-learn's average linkage, the best of
several settings on these very faces is shown too, which flatters them. k-means gets the true number of people.

odds: calibration of the probabilities in the duplicate report and in suggestions; see benchmarks/odds.py.

library: a whole library with its catalog, when new faces are added; see benchmarks/grown_library.py.

growth: made-up people whose numbers of photos follow a zeta distribution of exponent 2.4, as in Labeled Faces in the
Wild (74 % have one photo, the mean is 2.4, few have hundreds); nobody has more than a tenth of all photos. A person is
the sum of one of 300 kinds and an individual direction, so that look-alikes exist; directions have a falling spectrum.
The length of a photo's deviation is log-normal, so that good and poor photos exist. Rows `distances` hold the quantiles
of the resulting squared distances, beside those of real faces.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import log
from pathlib import Path

import numpy as np

from benchmarks.cluster_methods import Labels, Method, average, cells, dbscan, hdbscan, joined, measured, recog
from benchmarks.grown_library import grown
from benchmarks.made_up_people import SAMPLE, SEED, made_up, quantiles
from benchmarks.measured import RESULTS, kept_rows, machine, write_results
from benchmarks.odds import bins, said_and_right
from recog.cluster.likelihood import Linkage, linkage_of
from recog.config import read_settings
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.evaluate.clusters import f_scores
from recog.library.networks import Networks
from recog.types import Calibration, Embeddings
from recog.weights.device import cores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LIBRARIES = 8
HEADER = (
    "part", "data", "faces", "people", "method", "setting", "pairwise F", "B-cubed F", "seconds", "MB", "note",
)  # fmt: skip


def scores(name: str, embeddings: Embeddings, owners: Labels, calibration: Calibration) -> list[list[object]]:
    """Measure recog and its peers on real faces."""
    people = len(np.unique(owners))
    rule = linkage_of(calibration, len(owners))
    tried = np.arange(0.4, 1.31, 0.1).round(2).tolist()
    pair = calibration.threshold
    same = f"{pair:.3f}, pair threshold"
    fixed: list[tuple[str, str, Method]] = [
        ("recog", f"{rule.threshold:.3f}, calibrated", partial(recog, linkage=rule)),
        ("recog, mean distance alone", same, partial(recog, linkage=Linkage(pair))),
        ("scikit-learn average linkage", same, partial(average, threshold=pair)),
        ("scikit-learn DBSCAN", same, partial(dbscan, threshold=pair)),
        ("scikit-learn HDBSCAN", "least 2", partial(hdbscan, least=2)),
        ("FAISS k-means", f"k = {people}, the truth", partial(cells, count=people)),
    ]
    searched: list[tuple[str, dict[str, Method]]] = [
        ("recog", {f"{at:.1f}": partial(recog, linkage=replace(rule, threshold=at)) for at in tried}),
        ("recog, mean distance alone", {f"{at:.1f}": partial(recog, linkage=Linkage(at)) for at in tried}),
        ("scikit-learn average linkage", {f"{at:.1f}": partial(average, threshold=at) for at in tried}),
        ("scikit-learn DBSCAN", {f"{at:.1f}": partial(dbscan, threshold=at) for at in tried}),
        ("scikit-learn HDBSCAN", {f"least {least}": partial(hdbscan, least=least) for least in (3, 4, 5)}),
    ]
    rows: list[list[object]] = []

    def row(method: str, setting: str, run: Method) -> list[object]:
        labels, seconds, megabytes = measured(run, embeddings)
        pairwise, b_cubed = f_scores(owners, labels)
        print(f"{name}: {method} ({setting}): {pairwise:.4f} {b_cubed:.4f} {seconds:.2f} s", flush=True)
        return ["scores", name, len(owners), people, method, setting, f"{pairwise:.4f}", f"{b_cubed:.4f}",
                f"{seconds:.2f}", megabytes, ""]  # fmt: skip

    rows += [row(*one) for one in fixed]
    for method, settings in searched:
        found = [row(method, setting, run) for setting, run in settings.items()]
        best = max(found, key=lambda one: float(str(one[6])) + float(str(one[7])))
        best[-1] = f"best of {len(found)} on these very faces"
        rows.append(best)
    rows.append(["distances", name, len(owners), people, "", "", "", "", "", "", quantiles(embeddings, owners)])
    return rows


def growth(counts: Sequence[int], calibration: Calibration) -> list[list[object]]:
    """Measure recog on made-up faces, with the exponent of growth from the smallest number of faces to each other."""
    rows: list[list[object]] = []
    first: tuple[int, float] | None = None
    for count in sorted(counts):
        embeddings, owners = made_up(count, SEED)
        linkage = linkage_of(calibration, count)
        labels, seconds, megabytes = measured(partial(recog, linkage=linkage), embeddings)
        pairwise, b_cubed = f_scores(owners, labels)
        note = "" if first is None else f"n^{log(seconds / first[1]) / log(count / first[0]):.2f} from {first[0]:,}"
        first = first or (count, seconds)
        rows.append(
            ["growth", "made up", count, len(np.unique(owners)), "recog", f"{linkage.threshold:.3f}", f"{pairwise:.4f}",
             f"{b_cubed:.4f}", f"{seconds:.2f}", megabytes, note]
        )  # fmt: skip
        print(*rows[-1], flush=True)
    rows.append(["distances", "made up", SAMPLE, "", "", "", "", "", "", "", quantiles(embeddings, owners)])
    return rows


def joining(known: int, new: int, calibration: Calibration) -> list[list[object]]:
    """Measure the assignment of new faces to existing clusters."""
    embeddings, owners = made_up(known + new, SEED)
    linkage = linkage_of(calibration, known)
    labels, _, _ = measured(partial(recog, linkage=linkage), embeddings[:known])

    extended, seconds, megabytes = measured(partial(joined, labels=labels, linkage=linkage), embeddings)
    pairwise, b_cubed = f_scores(owners, extended)
    kept = bool(np.array_equal(extended[:known][labels >= 0], labels[labels >= 0]))
    row = ["joining", "made up", known + new, len(np.unique(owners)), "recog", f"{new:,} to {known:,}",
           f"{pairwise:.4f}", f"{b_cubed:.4f}", f"{seconds:.2f}", megabytes, f"earlier ones kept: {kept}"]  # fmt: skip
    print(*row, flush=True)
    return [row]


def library(known: int, new: int) -> list[list[object]]:
    """Measure the same through the whole library: catalog, clusters, and remembered numbers."""
    embeddings, owners = made_up(known + new, SEED)
    found = grown(embeddings, owners, known)
    people = len(np.unique(owners))
    rows: list[list[object]] = [
        ["library", "made up", faces, people, "recog", what, "", "", f"{seconds:.2f}", "", note]
        for faces, what, seconds, note in (
            (known, "from nothing", found.first, ""),
            (known + new, f"{new:,} more", found.more, f"{found.joined} joined"),
            (known + new, "duplicate report", found.report, f"{found.pairs} pairs"),
        )
    ]
    for row in rows:
        print(*row, flush=True)
    return rows


def odds(name: str, embeddings: Embeddings, owners: Labels, calibration: Calibration) -> list[list[object]]:
    """Return predicted probability against the observed share, by range."""
    rows: list[list[object]] = []
    ways = ("probability of one person", "of two lone faces at that distance")
    for way, pairs in zip(ways, said_and_right(embeddings, owners, calibration, libraries=LIBRARIES), strict=True):
        for span, count, said, right in bins(pairs):
            note = f"{count} pairs: said {said:.3f}, right {right:.3f}"
            print(f"{name}: {way}, {span}: {note}", flush=True)
            rows.append(["odds", name, len(owners), len(np.unique(owners)), way, span, "", "", "", "", note])
    return rows


def plot(rows: Sequence[Sequence[object]]) -> None:
    """Plot seconds by number of faces to benchmarks/results/cluster.png."""
    from matplotlib.figure import Figure

    points = sorted((int(str(row[2])), float(str(row[8]))) for row in rows if row[0] == "growth")
    if not points:
        return
    figure = Figure(figsize=(5, 3.5), layout="constrained")
    axes = figure.add_subplot(xscale="log", yscale="log", xlabel="faces", ylabel="seconds")
    counts, seconds = zip(*points, strict=True)
    axes.plot(counts, seconds, "o-", label="recog")
    axes.plot(counts, [seconds[0] * (count / counts[0]) ** 1.2 for count in counts], ":", label="n^1.2")
    axes.legend()
    figure.savefig(RESULTS / "cluster.png", dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=Path, help="a folder with a folder per person: the scores")
    parser.add_argument("--pattern", default="*", help="people whose folder matches")
    parser.add_argument("--tight", metavar="GLOB", help="the same, of crops whose faces meet the border")
    parser.add_argument("--faces", type=int, nargs="+", default=[], help="made-up faces: the growth")
    parser.add_argument("--known", type=int, default=0, help="clustered made-up faces that --new ones join")
    parser.add_argument("--new", type=int, default=1000)
    options = parser.parse_args()
    sets = [] if options.people is None else [(options.people, options.tight or options.pattern, bool(options.tight))]
    if not (sets or options.faces or options.known):
        sets = [(DATA / "lfw_view1" / "images", "*", False), (DATA / "identities", "pins105_*", True)]
        options.faces, options.known = [10_000, 100_000], 100_000
    settings = read_settings()
    networks = Networks(settings)
    calibration = networks.calibration
    rows: list[list[object]] = []
    for people, pattern, tight in sets:
        undetected = Undetected.PAD if tight else Undetected.LEAVE_OUT
        faces = embedded_faces(
            labelled_photos(people, pattern=pattern), Pipeline(networks.detector, networks.embedder, networks.kept),
            undetected=undetected,
        )  # fmt: skip
        name = f"{people.resolve().parent.name}/{people.name} {pattern}"
        rows += scores(name, faces.embeddings, faces.labels, calibration)
        rows += odds(name, faces.embeddings, faces.labels, calibration)
    if options.faces:
        rows += growth(options.faces, calibration)
    if options.known:
        rows += joining(options.known, options.new, calibration)
        rows += library(options.known, options.new)
    earlier = kept_rows("cluster.csv", 2, {(str(row[0]), str(row[1])) for row in rows})
    everything: list[Sequence[object]] = [*earlier, *rows]
    write_results("cluster.csv", machine(threads=cores(), network=networks.info.sha256[:12]), HEADER, everything)
    plot(everything)


if __name__ == "__main__":
    main()
