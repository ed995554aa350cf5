"""Write a file that holds faces or names: for its owner alone, whole or not at all."""

from pathlib import Path

from recog import durable
from recog.errors import RecogError


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read; an earlier file of that name is replaced at once.

    Raises RecogError where it cannot be written: what was there before still is.
    """
    try:
        durable.put(path, content)
    except OSError as error:
        raise RecogError(f"{path} cannot be written: {error.strerror}; name another file") from error
