"""Every way a verb can end badly, as one line on stderr and an exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import typer

from recog.cli.start import INTERRUPTED
from recog.errors import RecogError
from recog.memory import NO_MEMORY, lacks_memory
from recog.printable import printable

REFUSED = 1
"""A RecogError: the user can do something about it."""
WRONG_USAGE = 2
"""A command line that says nothing sensible, as Typer has it."""
OF_THE_DISK = frozenset({errno.EACCES, errno.EDQUOT, errno.EIO, errno.ENOSPC, errno.EPERM, errno.EROFS})
"""What a user can do something about, wherever it is met."""
OF_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})
"""The process, or the machine, may open no more files."""
UNEXPECTED = 70
"""A fault in recog itself (EX_SOFTWARE of sysexits.h)."""


def say(message: str) -> None:
    """One line on stderr, whatever the message holds."""
    typer.echo(f"recog: {printable(message)}", err=True)


def tell(answer: str | bytes, *, end: bool = True) -> None:
    """What a verb answers, on stdout, with the `end` of a line; where it cannot be written, that is said."""
    try:
        typer.echo(answer, nl=end)
    except BrokenPipeError:
        raise
    except OSError as error:
        say_unwritten(error)
        raise typer.Exit(REFUSED) from error


def say_unwritten(error: OSError) -> None:
    """That stdout cannot be written."""
    with suppress(OSError):  # what is still held for it is dropped, or the interpreter would complain again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    say(
        f"the answer cannot be written to standard output ({error.strerror}): make room there, or send it elsewhere; "
        "what this command changed stays so"
    )


def leave(message: str, code: int = REFUSED) -> NoReturn:
    """Say why, and end the command."""
    say(message)
    raise typer.Exit(code)


@contextmanager
def in_one_line(*, verbose: bool) -> Iterator[None]:
    """End the command with a sentence instead of a traceback; `verbose` shows the traceback too.

    What ends a command on purpose, wrong usage, and a reader that closed the pipe, pass through to Typer.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except RecogError as error:
        if verbose:
            traceback.print_exc()
        leave(str(error))
    except KeyboardInterrupt:
        leave("interrupted; what was finished is kept, and running the same command again goes on", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last border: a user gets a sentence, --verbose the traceback
        if verbose:
            traceback.print_exc()
        if lacks_memory(error):
            leave(NO_MEMORY)
        if isinstance(error, OSError) and error.errno in OF_DESCRIPTORS:
            leave("too many files are open at once: close other programs, or raise the limit (ulimit -n)")
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            where = error.filename if isinstance(error.filename, str | os.PathLike) else "a file"
            leave(f"{where} cannot be written or read ({error.strerror}): make room there, or check its rights")
        hint = "please report it" if verbose else "please report it; run with --verbose for the traceback"
        leave(f"unexpected {type(error).__name__}: {error}; {hint}", UNEXPECTED)
