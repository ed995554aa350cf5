"""Write a file that holds faces or names: for its owner alone, whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from recog.errors import RecogError


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read; an earlier file of that name is replaced at once.

    Raises RecogError where it cannot be written: what was there before still is.
    """
    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=".recog-", delete=False) as file:
            scratch = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise RecogError(f"{path} cannot be written: {error.strerror}; name another file") from error
