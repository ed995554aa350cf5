"""Styled sounds and volumes as text and as a document."""

from pathlib import Path
from typing import Any

from recog.printable import printable
from recog.render.figures import seconds
from recog.style.sound.transfer import StyledSound
from recog.style.volume.transfer import StyledVolume


def restyled(found: StyledSound | StyledVolume, path: Path, took: float) -> str:
    """Write where the result is, and how far it went from the content to the style."""
    before, after = found.before, found.after
    told = (
        f"distance to the style {before.style:.3f} before, {after.style:.3f} after; to the content {after.content:.3f}"
    )
    lines = [f"wrote {printable(str(path))} in {seconds(took)}", f"{told}, by filters that the search did not see"]
    return "\n".join([*lines, *([printable(found.message)] if found.message else [])])


def restyled_document(found: StyledSound | StyledVolume, path: Path, took: float) -> dict[str, Any]:
    """Return the same as a document."""
    return {
        "path": path,
        "seconds": took,
        "style_distance_before": found.before.style,
        "style_distance": found.after.style,
        "content_distance": found.after.content,
        "message": found.message,
    }
