"""Why one picture could not be made, where the others still can."""

import torch

from recog.errors import PhotoError, RecogError, StyleError

NO_MEMORY = "there is not enough memory: use a smaller size"
# What torch's allocator and oneDNN say on the processor; on CUDA it is a class of its own.
_WORDS_OF_NO_MEMORY = ("can't allocate memory", "could not create a memory object", "bad_alloc", "out of memory")


def costs_one_picture(error: BaseException) -> str | None:
    """A sentence for the picture's job; None for what stops a batch.

    An interruption stops it, and so does what would stop every other picture too: weights, catalog or settings that
    are not right, and the operating system's errors outside of photos and results, which have errors of their own.
    """
    match error:
        case PhotoError() | StyleError():
            return str(error)
        case MemoryError() | torch.OutOfMemoryError():
            return NO_MEMORY
        case RuntimeError() if any(words in str(error) for words in _WORDS_OF_NO_MEMORY):
            return NO_MEMORY
        case RecogError() | OSError():
            return None
        case Exception():
            return f"recog failed ({type(error).__name__}: {error}); please report it"
        case _:
            return None
