"""The trained numbers of the check of liveness, which recog ships."""

from pathlib import Path

from safetensors.torch import load_file

from recog.errors import WeightsMissingError
from recog.live.fusion import PassiveCheck

SHIPPED = Path(__file__).parent / "passive.safetensors"
"""Both networks and the fusion, as benchmarks/liveness/train.py wrote them (docs/decisions/liveness.md)."""


def load_passive_check(path: Path = SHIPPED) -> PassiveCheck:
    """Load the passive check; WeightsMissingError if its file is gone."""
    if not path.exists():
        raise WeightsMissingError(f"{path} is missing: install recog again")
    return PassiveCheck(load_file(path))
