"""Reasons why one picture of a batch could not be made while others can."""

from recog.errors import PhotoError, RecogError, StyleError
from recog.memory import lacks_memory

NO_MEMORY = "there is not enough memory: use a smaller size"


def costs_one_picture(error: BaseException) -> str | None:
    """Return a sentence for the picture's job; None for an error that stops the batch.

    An interruption stops it, and so does what would stop every other picture too: weights, catalog or settings that
    are not right, and the operating system's errors outside of photos and results, which have errors of their own.
    """
    match error:
        case PhotoError() | StyleError():
            return str(error)
        case Exception() if lacks_memory(error):
            return NO_MEMORY
        case RecogError() | OSError():
            return None
        case Exception():
            return f"recog failed ({type(error).__name__}: {error}); please report it"
        case _:
            return None
