"""The command `recog`, made from the table of verbs."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, TypeAlias

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from recog.cli.exit_codes import REFUSED, WRONG_USAGE
from recog.cli.failures import echo, warn, warn_unwritten
from recog.cli.options import DatabaseOption, DeviceOption, LibraryOption, VerboseOption
from recog.cli.session import Before, open_library
from recog.cli.verbs import GROUPS, VERBS, Verb

Command: TypeAlias = Any
"""A command or a group, in a class that Typer does not publish."""
_PLAIN: Mapping[str, Any] = {"rich_markup_mode": None, "add_completion": False}


def make_app(verbs: Sequence[Verb] = VERBS, groups: Mapping[str, str] = GROUPS) -> typer.Typer:
    """Make a command line of verbs, and of groups of verbs with a sentence each."""
    makers: dict[str, Callable[[], Command]] = {one.name: partial(_command, one) for one in verbs if not one.group}
    for group, about in groups.items():
        makers[group] = partial(_group, about, [one for one in verbs if one.group == group])
    made = typer.Typer(cls=_group_of(makers), no_args_is_help=True, pretty_exceptions_enable=False, **_PLAIN)
    made.callback()(_options)
    return made


class _MadeWhenUsed(Mapping[str, Command]):
    """Commands by name. A command is made, and its module loaded, when it is first looked up."""

    def __init__(self, makers: Mapping[str, Callable[[], Command]]) -> None:
        self._makers = makers
        self._made: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _group_of(makers: Mapping[str, Callable[[], Command]]) -> type[TyperGroup]:
    """Make a class for a group of commands: Typer creates the instance itself."""

    class Group(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**{**attributes, "commands": _MadeWhenUsed(makers)})

    return Group


def _group(about: str, verbs: Sequence[Verb]) -> Command:
    commands = _group_of({one.name: partial(_command, one) for one in verbs})
    return get_group(typer.Typer(cls=commands, help=about, no_args_is_help=True, **_PLAIN))


def _command(verb: Verb) -> Command:
    single = typer.Typer(**_PLAIN)
    single.command(verb.name, short_help=verb.about())(verb.load())  # by default the sentence would be cut with dots
    return get_command(single)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        echo(f"recog {version('recog')}")
        raise typer.Exit


def _options(
    context: typer.Context,
    library: LibraryOption = None,
    database: DatabaseOption = None,
    device: DeviceOption = None,
    verbose: VerboseOption = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Index photo libraries by face, on your own machine: find, verify, identify, cluster, report."""
    given = {"library": library, "database": database, "device": device}
    context.obj = Before(given=given, verbose=verbose, opener=context.obj or open_library)


app = make_app()


def main() -> None:
    """Run the command line; exit with 0 done, 1 refused, 2 usage, 70 a fault in recog, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        # A character that the locale lacks must not end a command: it is escaped.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if "" in sys.argv[1:]:
        # Most likely a shell variable that is not set; as a path, an empty word would be the current folder.
        warn("a word of the command is empty: leave it out, or write . for the current folder")
        sys.exit(WRONG_USAGE)
    try:
        app(prog_name="recog")
    except OSError as error:  # from a page of help: a verb reports its own answer
        warn_unwritten(error)
        sys.exit(REFUSED)
