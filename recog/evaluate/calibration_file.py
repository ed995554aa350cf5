"""The file of a calibration, read only for the network that it was measured on."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import recog.weights
from recog.durable import put
from recog.errors import EvaluationError, WayOut
from recog.types import Calibration, ClusterRule, Scatter

SHIPPED = Path(recog.weights.__file__).parent / "heads"


def calibration_path(head: str, *, directory: Path = SHIPPED) -> Path:
    """Return the path of the calibration of the head HEAD.safetensors."""
    return directory / f"{head}.calibration.json"


def save_calibration(calibration: Calibration, path: Path, *, measured: Mapping[str, object] | None = None) -> None:
    """Write a calibration as JSON, replacing an older one atomically; measured tells readers how it was made."""
    record = asdict(calibration) | ({} if measured is None else {"measured": measured})
    put(path, (json.dumps(record, indent=1) + "\n").encode())


def load_calibration(head: str, *, network_sha256: str, directory: Path = SHIPPED) -> Calibration:
    """Read the calibration of a head for the embedder in use, whose NetworkInfo.sha256 is network_sha256.

    Raises:
        EvaluationError: the file is absent, damaged, or of another network, whose distances mean something else.
    """
    path = calibration_path(head, directory=directory)
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        calibration = Calibration(
            network_sha256=str(fields["network_sha256"]),
            threshold=float(fields["threshold"]),
            far=float(fields["far"]),
            slope=float(fields["slope"]),
            intercept=float(fields["intercept"]),
            data=str(fields["data"]),
            pairs=int(fields["pairs"]),
            clusters=_cluster_rule(fields.get("clusters")),
            tail=None if (tail := fields.get("tail")) is None else float(tail),
        )
    except FileNotFoundError as error:
        raise EvaluationError(
            f"the network {head} has no calibration, so it cannot say who is who ({path} is not there)",
            way_out=_way_out(directory),
        ) from error
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read ({error.strerror})", way_out=_way_out(directory)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} is no calibration ({error!r})", way_out=_way_out(directory)) from error
    if calibration.network_sha256 != network_sha256:
        raise EvaluationError(
            f"{path} was measured on the network {calibration.network_sha256[:12]}, not on {network_sha256[:12]}, "
            "which is in use: its threshold means nothing there; calibrate again"
        )
    return calibration


def _way_out(directory: Path) -> WayOut:
    """Return how to get a calibration; a new installation only restores a shipped one."""
    return WayOut.CALIBRATE_OR_INSTALL if directory == SHIPPED else WayOut.CALIBRATE


def _cluster_rule(fields: Mapping[str, Any] | None) -> ClusterRule | None:
    if fields is None:
        return None
    scatter = {name: float(fields["scatter"][name]) for name in ("between", "dimensions", "correlation")}
    return ClusterRule(float(fields["threshold"]), int(fields["faces"]), Scatter(**scatter), str(fields["data"]))
