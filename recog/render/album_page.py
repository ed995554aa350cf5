"""Statistics of an album as one HTML file: photos by year, people, and who is with whom, as bars."""

from collections.abc import Iterable
from pathlib import Path

from recog.library.albums.results import AlbumStatistics
from recog.library.private_file import write_private
from recog.render.page import report


def write_statistics(found: AlbumStatistics, path: Path) -> None:
    """Write the page, readable by its owner alone; an earlier file of that name is replaced at once."""
    write_private(path, statistics_page(found).encode("utf-8"))


def statistics_page(found: AlbumStatistics) -> str:
    """Render the statistics as text to be written in UTF-8; no script runs. See recog.render.page.report."""
    plots = [
        ("Photos by year", _bars(found.years.items())),
        ("People", _bars(found.people)),
        ("Together", _bars((f"{one} and {other}", number) for one, other, number in found.together)),
    ]
    values = {"found": found, "plots": [one for one in plots if one[1]]}
    return report("album.html", values, title="album", styles=["report.css", "album.css"])


def _bars(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int, float]]:
    """Return each name with its number and the length of its bar in percent of the longest."""
    listed = list(rows)
    most = max((number for _, number in listed), default=1)
    return [(name, number, round(100 * number / most, 1)) for name, number in listed]
