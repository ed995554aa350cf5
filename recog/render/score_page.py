"""A sheet of scores with its plots as one self-contained page, and as files in a folder."""

import base64
from collections.abc import Sequence
from pathlib import Path

from recog.durable import make_output_directory
from recog.errors import RecogError
from recog.library.private_file import write_private
from recog.render import page
from recog.render.as_json import to_json
from recog.render.score_plots import Plot
from recog.render.sheet import ScoreTable, Sheet


def write_scores(directory: Path, name: str, sheet: Sheet, plots: Sequence[Plot], document: object) -> Path:
    """Write NAME.html, NAME.json and a PNG for each plot; returns the page.

    All are readable by their owner alone, for bad photos are named by their path. The folder is made if need be.
    """
    try:
        make_output_directory(directory)
    except OSError as error:
        raise RecogError(f"{directory} cannot be made: {error.strerror}; name another folder") from error
    for plot in plots:
        write_private(directory / f"{name}-{plot.name}.png", plot.png)
    write_private(directory / f"{name}.json", f"{to_json(document)}\n".encode())
    path = directory / f"{name}.html"
    write_private(path, score_page(sheet, plots).encode("utf-8"))
    return path


def score_page(sheet: Sheet, plots: Sequence[Plot]) -> str:
    """Nothing is fetched; all that was measured or read is text."""
    style = page.asset("scores.css")
    facts = "".join(f"<dt>{page.text(name)}</dt><dd>{page.text(value)}</dd>" for name, value in sheet.facts)
    tables = "".join(_table(one) for one in sheet.tables)
    notes = "".join(f"<p>{page.text(note)}</p>" for note in sheet.notes)
    figures = "".join(
        f'<figure><img alt="{page.text(plot.caption)}" src="data:image/png;base64,'
        f'{base64.b64encode(plot.png).decode("ascii")}"><figcaption>{page.text(plot.caption)}</figcaption></figure>'
        for plot in plots
    )
    return f"""{page.opening(sheet.title, style)}\
<h1>{page.text(sheet.title)}</h1>
<dl>{facts}</dl>
{tables}
{notes}
{figures}
</body>
</html>
"""


def _table(one: ScoreTable) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        kinds = (' class="number"' if column in one.right else "" for column in range(len(row)))
        return "".join(f"<{tag}{kind}>{page.text(cell)}</{tag}>" for cell, kind in zip(row, kinds, strict=True))

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in one.rows)
    return (
        f'<div class="wide"><table><thead><tr>{cells(one.header, "th")}</tr></thead><tbody>{body}</tbody></table></div>'
    )
