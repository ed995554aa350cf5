"""Detection of errors that mean too little memory, whichever library raises them."""

import errno
import re
import resource

NO_MEMORY = (
    "there is not enough memory: close other programs, raise the limit that this command runs under (ulimit -v), or "
    "give it smaller photos; what was finished is kept, and running the same command again continues it"
)
_WORDS = (
    "can't allocate memory",  # torch on the processor
    "cannot allocate memory",  # the system, also of a library that cannot be loaded
    "could not create a memory object",  # oneDNN
    "bad_alloc",  # C++, through OpenVINO and FAISS
    "failed to allocate",  # OpenVINO
    "out of memory",  # CUDA
    "not enough memory",
    "failed to map segment",  # the system's loader
    "can't start new thread",  # a thread needs room for its stack
    "broken promise",  # OpenVINO, one of whose threads could not start
)
_NO_THREAD = "resource temporarily unavailable"
"""What C++ says, through OpenVINO, if a thread gets no stack; of an OSError it means a lock."""
_WITHOUT_EXCEPTION = re.compile("return(ed NULL)? without (setting an )?exception( set)?$")
"""What Python says if it had no memory for the exception that tells so; without a limit, this is a fault of C code."""

LEAST_ADDRESS_SPACE = 2000 << 20
"""Bytes of address space that the networks need on two cores: with less, OpenVINO may crash or hang."""


def refuse_small_address_space() -> None:
    """Raise MemoryError if this process may have too little address space (ulimit -v) to run networks."""
    limit = _address_space()
    if limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESS_SPACE:
        raise MemoryError(
            f"the networks need {LEAST_ADDRESS_SPACE >> 20} MB of address space, {limit >> 20} are allowed"
        )


def _address_space() -> int:
    """Return the most bytes of address space that this process may have."""
    return resource.getrlimit(resource.RLIMIT_AS)[0]


def lacks_memory(error: BaseException) -> bool:
    """Return whether an error means too little memory: Python's own, the system's, or that of a C++ library."""
    match error:
        case MemoryError():
            return True
        case OSError() if error.errno == errno.ENOMEM:
            return True
        case RuntimeError() if _NO_THREAD in str(error).lower():
            return True
        case SystemError():
            return _WITHOUT_EXCEPTION.search(str(error)) is not None and _address_space() != resource.RLIM_INFINITY
        case RuntimeError() | ImportError() | OSError():
            said = str(error).lower()
            return any(words in said for words in _WORDS)
        case _:
            return False
