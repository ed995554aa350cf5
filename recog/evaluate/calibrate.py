"""Decisions with a known error: the threshold for a wanted FAR, and the map from distance to probability."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import recog.weights
from recog.errors import EvaluationError
from recog.evaluate.roc import Bools, check_pairs, threshold_at_far
from recog.types import Calibration

SHIPPED = Path(recog.weights.__file__).parent / "heads"
_ITERATIONS = 100


def calibrate(
    distances: NDArray[np.floating], same: Bools, *, far: float, network_sha256: str, data: str
) -> Calibration:
    """From labelled pairs, (n,) squared distances and (n,) bool, to a Calibration.

    far is the false accept rate that the threshold is to have; EvaluationError where the different pairs are too few to
    show it (fewer than 1 / far). probability(d) is a logistic curve fitted by maximum likelihood with both kinds of
    pair weighed alike: the prior is 0.5, that is, before looking the pair is as likely one person as two. Who asks of
    everybody in a library of many people should expect fewer true matches at equal distance.
    """
    check_pairs(distances, same)
    different = distances[~same]
    if far * len(different) < 1:
        raise EvaluationError(
            f"{len(different)} different pairs cannot show a false accept rate of {far:g}: "
            f"at least {int(np.ceil(1 / far))} are needed, or ask for a larger rate"
        )
    slope, intercept = _logistic(distances.astype(np.float64), same)
    return Calibration(
        network_sha256=network_sha256,
        threshold=threshold_at_far(different, far),
        far=far,
        slope=slope,
        intercept=intercept,
        data=data,
        pairs=len(distances),
    )


def all_pairs(embeddings: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[NDArray[np.float32], Bools]:
    """Every pair of rows once: squared distances and whether the labels agree, (n (n - 1) / 2,) each."""
    first, second = np.triu_indices(len(embeddings), k=1)
    distances = np.clip(2.0 - 2.0 * (embeddings @ embeddings.T), 0.0, 4.0)[first, second]
    return distances.astype(np.float32), labels[first] == labels[second]


def _logistic(distances: NDArray[np.float64], same: Bools) -> tuple[float, float]:
    """Slope and intercept of P(same | d) = 1 / (1 + exp(slope d + intercept)), by Newton's method.

    Pairs that a line separates perfectly have no finite best slope; a ridge of 1e-6 on the (standardised) slope,
    worth a millionth of the data, keeps it finite.
    """
    centre, scale = distances.mean(), distances.std()
    if scale == 0:
        raise EvaluationError("all pairs are equally far apart: nothing can be calibrated on them")
    design = np.stack([(distances - centre) / scale, np.ones_like(distances)], axis=1)
    wanted = (~same).astype(np.float64)
    weights = np.where(same, 0.5 / same.mean(), 0.5 / (~same).mean()) / len(same)
    ridge = np.diag([1e-6, 0.0])
    parameters = np.zeros(2)
    for _ in range(_ITERATIONS):
        expected = 1.0 / (1.0 + np.exp(-np.clip(design @ parameters, -500, 500)))
        gradient = design.T @ (weights * (expected - wanted)) + ridge @ parameters
        curvature = (design * (weights * expected * (1 - expected))[:, None]).T @ design + ridge
        change = np.linalg.solve(curvature + 1e-12 * np.eye(2), gradient)
        parameters = parameters - change * min(1.0, 5.0 / max(float(np.abs(change).max()), 1e-12))
        if np.abs(change).max() < 1e-10:
            break
    slope = parameters[0] / scale
    if not slope > 0:
        raise EvaluationError(
            f"same pairs are no nearer than different ones (slope {slope:.3g}): the labels are wrong, or the network is"
        )
    return float(slope), float(parameters[1] - parameters[0] * centre / scale)


def calibration_path(head: str, *, directory: Path = SHIPPED) -> Path:
    """Where the calibration of the head HEAD.safetensors is kept."""
    return directory / f"{head}.calibration.json"


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write JSON, replacing an older calibration in one step."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(json.dumps(asdict(calibration), indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def load_calibration(head: str, *, network_sha256: str, directory: Path = SHIPPED) -> Calibration:
    """The calibration of a head; EvaluationError where it is absent, damaged, or another network's.

    network_sha256 is that of the embedder in use (NetworkInfo.sha256): distances of another have no such meaning.
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
        )
    except OSError as error:
        raise EvaluationError(
            f"{path} cannot be read ({error.strerror}): install recog again, or set a threshold in the settings"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} is no calibration ({error!r}): install recog again") from error
    if calibration.network_sha256 != network_sha256:
        raise EvaluationError(
            f"{path} was measured on the network {calibration.network_sha256[:12]}, not on {network_sha256[:12]} "
            "which is in use: its threshold means nothing there; calibrate again"
        )
    return calibration
