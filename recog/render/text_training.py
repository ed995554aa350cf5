"""The results of a training run and of a cleaning, as text."""

import shlex
from pathlib import Path

from recog.assess.clean import Cleaning
from recog.assess.local_centres import CentredHead
from recog.embed.network import NETWORKS
from recog.evaluate.lfw import LfwScores
from recog.printable import printable
from recog.render.figures import count, distance
from recog.render.table import facts, table
from recog.train.network_files import NetworkRun

_SHOWN = (("accuracy", "accuracy"), ("held_out_val", "VAL, people held out"), ("pair_val", "VAL, pairs"))
_MOST_LISTED = 20


def trained_head(path: Path, step: int, start: LfwScores, scores: LfwScores, *, own_network: str | None = None) -> str:
    """Describe a head: its path, and its scores beside those of its start.

    own_network is the network of the user's own that it was trained on, None for one of recog's.
    """
    rows = [
        ("head", printable(str(path))),
        ("best step", _step(step)),
        ("accuracy", f"{_percent(scores.accuracy)} (start {_percent(start.accuracy)})"),
        ("AUC", f"{scores.auc:.4f} (start {start.auc:.4f})"),
        *(_use(path, calibrated=True) if own_network is None else [_put_on(own_network, path)]),
    ]
    return facts(rows)


def trained_network(run: NetworkRun) -> str:
    """Describe a fine-tuned network: the paths of head and trunk, and the scores beside those of its start."""
    rows = [
        ("head", printable(str(run.path))),
        ("trunk", f"{printable(str(run.trunk_path))}, {run.trunk_path.stat().st_size / 1e6:.1f} MB"),
        ("best step", _step(run.trained.step)),
        *((name, f"{_percent(run.scores[key])} (start {_percent(run.start_scores[key])})") for key, name in _SHOWN),
        *_use(run.path, calibrated=False),
    ]
    return facts(rows)


def centred_head(made: CentredHead) -> str:
    """Describe a head with a local centring: its path, and the faces that its centres were fitted to."""
    own = made.record["trunk"] not in NETWORKS
    use = [_put_on(str(made.record["trunk"]), made.path)] if own else _use(made.path, calibrated=False)
    rows = [
        ("head", printable(str(made.path))),
        ("fitted to", f"{count(sum(made.faces), 'face')}"),
        *use,
    ]
    return facts(rows)


def _use(path: Path, *, calibrated: bool) -> list[tuple[str, str]]:
    """Return a row on how to use the head if it has the name of a network's head, or no row."""
    folder = printable(shlex.quote(str(path.parent.resolve())))
    calibrate = "" if calibrated else f", run 'recog calibrate PEOPLE --out {folder}'"
    return [
        ("to use it", f"set RECOG_NETWORK={network.name} and RECOG_HEADS={folder}{calibrate}, and index again")
        for network in NETWORKS.values()
        if network.head == path.stem
    ]


def _put_on(network: str, path: Path) -> tuple[str, str]:
    """Return a row on how to put a head on a network of the user's own."""
    return "to use it", f"recog models set-head {network} {printable(shlex.quote(str(path)))}, and index again"


def cleaning_text(cleaning: Cleaning, *, folder: Path) -> str:
    """List how many photos should be left out and why, then the first of them."""
    rows = [
        ("photos", f"{count(cleaning.photos, 'photo')} of {count(cleaning.people, 'person')}"),
        ("far", f"beyond {distance(cleaning.limit)} of the person's centre"),
        *((why, f"{number:,}") for why, number in cleaning.counts().items()),
    ]
    listed = [
        (
            printable(str(each.file.relative_to(folder))),
            each.why,
            "" if each.distance is None else distance(each.distance),
            printable(each.nearest),
            "" if each.nearest_distance is None else distance(each.nearest_distance),
        )
        for each in cleaning.left_out[:_MOST_LISTED]
    ]
    more = len(cleaning.left_out) - len(listed)
    header = ("photo", "why", "distance", "nearest", "distance")
    body = f"\n\n{table(header, listed, right=(2, 4))}" if listed else ""
    return facts(rows) + body + (f"\nand {count(more, 'photo')} more" if more else "")


def _step(step: int) -> str:
    return f"{step:,}" if step else "0: the start itself; training found nothing better"


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"
