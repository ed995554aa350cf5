"""The duplicate report written to a file, whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from recog.errors import RecogError
from recog.library.results import DuplicateReport
from recog.render.as_json import to_json
from recog.render.html import duplicate_page


def write_report(report: DuplicateReport, path: Path) -> None:
    """Write the page, or the JSON document where `path` ends in .json; readable by its owner alone: it holds faces.

    An earlier file of that name is replaced at once. RecogError says why it cannot be written.
    """
    content = f"{to_json(report)}\n" if path.suffix.lower() == ".json" else duplicate_page(report)
    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            scratch = Path(file.name)
            try:
                file.write(content.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise RecogError(f"the report cannot be written to {path}: {error.strerror}; name another file") from error
