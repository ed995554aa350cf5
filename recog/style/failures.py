"""Reasons why one picture of a batch could not be made while others can."""

from recog.errors import PhotoError, RecogError, StyleError
from recog.memory import lacks_memory

NO_MEMORY = "there is not enough memory: use a smaller size"


def costs_one_picture(error: BaseException) -> str | None:
    """Return a sentence for the picture's job; None for an error that stops the batch.

    The batch stops on an interruption and on errors that would stop every other picture too: wrong weights, catalog or
    settings, and the operating system's errors. Those about photos and results are PhotoError and StyleError instead.
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
