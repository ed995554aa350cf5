"""How many random sequences a model is held against, and of how many steps."""

import os

from hypothesis import HealthCheck, settings


def of_sequences(number: int, *, steps: int) -> settings:
    """The short tier's, always the same ones; RECOG_MODEL_SEQUENCES and RECOG_MODEL_STEPS ask for others."""
    return settings(
        max_examples=int(os.environ.get("RECOG_MODEL_SEQUENCES", number)),
        stateful_step_count=int(os.environ.get("RECOG_MODEL_STEPS", steps)),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize="RECOG_MODEL_SEQUENCES" not in os.environ,
        print_blob=True,
    )
