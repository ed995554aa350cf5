"""The results of a calibration, as text."""

from pathlib import Path

from recog.assess.calibration import FolderCalibration
from recog.evaluate.calibrate import SetErrors, StrangersErrors
from recog.evaluate.groups import GroupErrors
from recog.identify import probability
from recog.printable import printable
from recog.render.figures import distance, percent
from recog.render.table import facts, table


def calibration_text(path: Path, made: FolderCalibration) -> str:
    """Write the threshold, the probability at some distances, and the errors on every set."""
    run, calibration = made.run, made.run.calibration
    shown = ", ".join(f"{at:g}: {percent(probability(at, calibration))}" for at in (0.6, 0.8, 1.0, 1.2, 1.4, 1.6))
    rows = [
        ("calibration", printable(str(path))),
        ("threshold", distance(calibration.threshold)),
        ("false accepts", f"{_percent(run.sets[run.strictest].far)} on {printable(calibration.data)}"),
        ("probability of one person", shown),
        ("grouping", _grouping(made)),
        *(("without a face", f"{printable(str(photo))}: {why}") for photo, why in made.lost.items()),
    ]
    errors = [
        (
            printable(each.data),
            f"{each.same:,}",
            f"{each.different:,}",
            distance(each.threshold),
            _far(each),
            _percent(each.val),
            f"{each.misplaced:,}",
        )
        for each in (*run.sets, *([] if made.check is None else [made.check]))
    ]
    errors += [
        (
            f"{printable(each.data)}, one photo each",
            "-",
            f"{each.different:,}",
            "-",
            _far(each),
            "-",
            "-",
        )
        for each in made.strangers
    ]
    header = ("set", "same", "different", "own threshold", "FAR (95 % over people)", "VAL", "misplaced")
    by_group = f"\n\n{group_errors_text(made.groups)}" if made.groups else ""
    return f"{facts(rows)}\n\n{table(header, errors, right=(1, 2, 3, 4, 5, 6))}{by_group}"


def _far(errors: SetErrors | StrangersErrors) -> str:
    return f"{_percent(errors.far)} ({_percent(errors.far_interval[0])} to {_percent(errors.far_interval[1])})"


def _grouping(made: FolderCalibration) -> str:
    rule, fit = made.run.calibration.clusters, made.clusters
    if rule is None:
        return "by the mean distance, up to the threshold; not fitted: name --strangers"
    how = "kept" if fit is None else f"pairwise F {fit.pairwise_f:.3f}, B-cubed F {fit.b_cubed_f:.3f}"
    return f"lone faces up to {distance(rule.threshold)} among {rule.faces:,} ({how} on {printable(rule.data)})"


def group_errors_text(groups: tuple[GroupErrors, ...]) -> str:
    """Write the errors by group, and how unequal the false accepts are."""
    rows = [
        (
            printable(each.group),
            f"{each.people:,}",
            f"{each.different:,}",
            "-" if each.far is None or each.far_interval is None else _rate(each.far, each.far_interval, 3),
            f"{each.same:,}",
            "-" if each.frr is None or each.frr_interval is None else _rate(each.frr, each.frr_interval, 1),
        )
        for each in groups
    ]
    header = ("group", "people", "different", "FAR (95 %)", "same", "FRR (95 %)")
    rates = [each.far for each in groups if each.far is not None]
    if len(rates) < 2:
        return table(header, rows, right=(1, 2, 3, 4, 5))
    least, most = min(rates), max(rates)
    unequal = f"{most / least:.1f} times the smallest" if least > 0 else "the smallest is 0"
    return f"{table(header, rows, right=(1, 2, 3, 4, 5))}\nlargest FAR {100 * most:.3f} %, {unequal}"


def _rate(rate: float, interval: tuple[float, float], decimals: int) -> str:
    low, high = interval
    return f"{100 * rate:.{decimals}f} % ({100 * low:.{decimals}f} to {100 * high:.{decimals}f})"


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"
