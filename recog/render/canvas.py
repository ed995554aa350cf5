"""A matplotlib figure to draw on; matplotlib keeps its list of fonts in recog's cache."""

import os
from importlib.util import find_spec
from typing import Any, Literal

from recog.config import read_settings
from recog.errors import ConfigError


def check_drawing() -> None:
    """Raise ConfigError if nothing can be drawn; call this before hours of measuring."""
    if find_spec("matplotlib") is None:
        raise ConfigError("plots and pictures of maps need matplotlib: install recog[plots]")


def figure(inches: tuple[float, float], *, dpi: int, layout: Literal["constrained"] | None = None) -> Any:
    """Return an empty Figure that becomes pixels; ConfigError if matplotlib is not installed.

    matplotlib keeps its list of fonts in the user's home, unless MPLCONFIGDIR names another place before it is loaded.
    """
    check_drawing()
    os.environ.setdefault("MPLCONFIGDIR", str(read_settings().cache / "matplotlib"))
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - an extra, and slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawn = Figure(figsize=inches, dpi=dpi, layout=layout)
    FigureCanvasAgg(drawn)
    return drawn
