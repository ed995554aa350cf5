"""The sheet of the classifiers of pairs, beside the plain distance."""

from recog.assess.verifier_folder import VerifierFiles
from recog.printable import printable
from recog.render.score_sheets import between, counts, lost_facts, network_facts, percents, rate_with
from recog.render.sheet import Sheet, score_table


def verifier_sheet(made: VerifierFiles) -> Sheet:
    """Build the sheet: scores on held-out people and, if asked for, on a protocol."""
    run = made.run
    facts = (
        *network_facts(made.network),
        ("photos", counts(made.found)),
        *lost_facts(made.lost),
        ("trained on", f"{run.pairs:,} pairs of {run.trained:,} people, {run.left_out:,} misplaced faces left out"),
        ("measured on", f"all pairs of {run.people:,} other people"),
        *(("classifier", printable(str(path))) for path in made.paths),
    )
    rows = [
        (
            one.method.value,
            f"{one.auc:.4f}",
            percents(one.eer),
            *(percents(val) for val in one.val_at),
            rate_with(one.val, one.val_interval),
            f"{percents(one.far, 3)} ({between(one.far_interval, 3)})",
        )
        for one in run.scores
    ]
    rates = [f"VAL at FAR {far:g}" for far in run.scores[0].fars]
    tables = [score_table(("held-out people", "AUC", "EER", *rates, "VAL as chosen", "FAR as chosen"), rows)]
    if made.protocol:
        rows = [
            (
                one.method.value,
                f"{one.scores.auc:.4f}",
                percents(one.scores.eer),
                *(rate_with(at.val, interval) for at, interval in zip(one.scores.val, one.intervals.val, strict=True)),
                rate_with(one.scores.accuracy, one.intervals.accuracy),
            )
            for one in made.protocol
        ]
        tables.append(score_table(("protocol", "AUC", "EER", *rates, "accuracy"), rows))
    note = (
        "'As chosen': at the threshold that a fifth of the people chose, measured on another fifth. In brackets is the "
        "95 % bootstrap interval over people."
    )
    return Sheet("Verifiers", facts, tuple(tables), (note,))
