"""Every way a verb can fail, as one line on stderr and an exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import typer

from recog.cli.exit_codes import INTERRUPTED, REFUSED, UNEXPECTED
from recog.errors import RecogError
from recog.memory import NO_MEMORY, lacks_memory
from recog.printable import printable
from recog.render.ways_out import with_way_out

OF_THE_DISK = frozenset({errno.EACCES, errno.EDQUOT, errno.EIO, errno.ENOSPC, errno.EPERM, errno.EROFS})
"""Errors of the disk or its permissions, which the user can fix."""
OF_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})
"""The process, or the machine, has too many files open."""


def warn(message: str) -> None:
    """Print one line on stderr; control characters in the message are escaped."""
    typer.echo(f"recog: {printable(message)}", err=True)


def echo(answer: str | bytes, *, end: bool = True) -> None:
    """Print the answer of a verb on stdout, with a line end unless `end` is false; fail if it cannot be written."""
    try:
        typer.echo(answer, nl=end)
    except BrokenPipeError:
        raise
    except OSError as error:
        warn_unwritten(error)
        raise typer.Exit(REFUSED) from error


def warn_unwritten(error: OSError) -> None:
    """Report that stdout cannot be written."""
    with suppress(OSError):  # drops what stdout still buffers, or the interpreter would complain again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    warn(
        f"the answer cannot be written to standard output ({error.strerror}): make room there, or send it elsewhere; "
        "what this command changed stays changed"
    )


def fail(message: str, code: int = REFUSED) -> NoReturn:
    """Print the reason and end the command with this exit code."""
    warn(message)
    raise typer.Exit(code)


@contextmanager
def in_one_line(*, verbose: bool) -> Iterator[None]:
    """Turn every exception into one line and an exit code; `verbose` prints the traceback too.

    Typer's own exits, usage errors and closed pipes pass through.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except RecogError as error:
        if verbose:
            traceback.print_exc()
        fail(with_way_out(error))
    except KeyboardInterrupt:
        fail("interrupted; finished work is kept, and running the same command again continues it", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last border: a user gets a sentence, --verbose the traceback
        if verbose:
            traceback.print_exc()
        fail(*_reason(error, verbose=verbose))


def _reason(error: Exception, *, verbose: bool) -> tuple[str, int]:
    """Return the sentence and the exit code for an exception that is no RecogError."""
    if lacks_memory(error):
        return NO_MEMORY, REFUSED
    if isinstance(error, OSError) and error.errno in OF_DESCRIPTORS:
        return "too many files are open at once: close other programs, or raise the limit (ulimit -n)", REFUSED
    if isinstance(error, OSError) and error.errno in OF_THE_DISK:
        where = error.filename if isinstance(error.filename, str | os.PathLike) else "a file"
        return (
            f"{where} cannot be written or read ({error.strerror}): make room there, or check its permissions",
            REFUSED,
        )
    hint = "please report it" if verbose else "please report it; run with --verbose for the traceback"
    return f"unexpected {type(error).__name__}: {error}; {hint}", UNEXPECTED
