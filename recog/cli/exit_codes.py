"""The exit codes of every verb."""

REFUSED = 1
"""A RecogError: the user can do something about it."""
WRONG_USAGE = 2
"""A command line that makes no sense; Typer's own code."""
UNEXPECTED = 70
"""A fault in recog itself (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 130
"""Ctrl-C, as a shell reports it: 128 + SIGINT."""
