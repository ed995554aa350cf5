"""Tell an error that means too little memory from all others, whichever library raises it."""

import errno

NO_MEMORY = (
    "there is not enough memory: close other programs, raise the limit that this command runs under (ulimit -v), or "
    "give it smaller photos; what was finished is kept, and running the same command again continues it"
)
_WORDS = (
    "can't allocate memory",  # torch on the processor
    "cannot allocate memory",  # the system, also of a library that cannot be loaded
    "could not create a memory object",  # oneDNN
    "bad_alloc",  # C++, through OpenVINO and FAISS
    "out of memory",  # CUDA
    "not enough memory",
    "failed to map segment",  # the system's loader
    "can't start new thread",  # a thread needs room for its stack
)
_NO_THREAD = "resource temporarily unavailable"
"""What C++ says, through OpenVINO, if a thread gets no stack; of an OSError it means a lock."""


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that memory could not be had: Python's own, the system's, or that of a C++ library."""
    match error:
        case MemoryError():
            return True
        case OSError() if error.errno == errno.ENOMEM:
            return True
        case RuntimeError() if _NO_THREAD in str(error).lower():
            return True
        case RuntimeError() | ImportError() | OSError():
            said = str(error).lower()
            return any(words in said for words in _WORDS)
        case _:
            return False
