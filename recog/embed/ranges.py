"""Measured ranges of the inputs of a trunk's convolutions, for 8-bit arithmetic."""

import json
from collections.abc import Mapping
from pathlib import Path

from recog.errors import WeightsMismatchError
from recog.weights.registry import spec

RANGES = Path(__file__).parent / "ranges"


def ranges_of(trunk: str, *, directory: Path = RANGES) -> Mapping[str, float]:
    """Return convolution -> largest value of its input that 8 bits represent; 0 is the smallest.

    A convolution without a range is computed in float32. A trunk that was not measured has none
    (benchmarks/measure_ranges.py measures).

    Raises:
        WeightsMismatchError: the ranges were measured on other weights, or the file is damaged.
    """
    path = directory / f"{trunk}.json"
    if not path.exists():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        measured_on, expected = str(record["trunk_sha256"]), spec(trunk).sha256
        if measured_on != expected:
            raise WeightsMismatchError(
                f"the ranges {path} were measured on a trunk of sha256 {measured_on}, not on {trunk} of {expected}: "
                "measure them again with benchmarks/measure_ranges.py, or set the encoder to 'torch'"
            )
        return {str(name): float(largest) for name, largest in record["ranges"].items()}
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsMismatchError(
            f"the ranges {path} are damaged ({type(error).__name__}: {error}): install recog again"
        ) from error
