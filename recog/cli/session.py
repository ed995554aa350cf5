"""What a verb is given: the library it works on, and the way to show a result."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Any, TypeAlias

import typer

from recog.cli.failures import in_one_line, leave, say, tell
from recog.cli.options import DatabaseOption, DeviceOption, JsonOption, LibraryOption, VerboseOption
from recog.cli.progress import WeightsBar
from recog.errors import NoFaceFoundError, PhotoError

if TYPE_CHECKING:  # types of what loads only when a verb runs
    from pathlib import Path

    from recog.config import Settings
    from recog.library.maintenance.results import WeightsStatus
    from recog.library.photo_library import PhotoLibrary
    from recog.library.recognition.results import IdentifiedPhoto
    from recog.render.text import Result
    from recog.types import Person

Progress: TypeAlias = Callable[[str, int, int], None]
Opener: TypeAlias = "Callable[[Settings, Progress], PhotoLibrary]"


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one verb. given: the settings named on the command line; all others come from file or environment."""

    given: Mapping[str, Any]
    as_json: bool
    opener: Opener
    weights_progress: Progress

    def settings(self, **more: Any) -> Settings:
        """The settings of this run; `more` overrides them, None leaves a setting alone."""
        from recog.config import read_settings

        return read_settings(**{**self.given, **more})

    @contextmanager
    def open(self, **more: Any) -> Iterator[PhotoLibrary]:
        """The library, open; says on stderr where something forgotten is not erased to the last byte yet."""
        with self.opener(self.settings(**more), self.weights_progress) as library:
            try:
                yield library
            finally:
                if pending := library.maintenance.pending_erasure:
                    say(f"{pending.sentence}: {pending.way_out}")

    def show(self, result: Result) -> None:
        """Print a result on stdout, as text or as JSON."""
        from recog.render.as_json import to_json
        from recog.render.text import to_text

        tell(to_json(result) if self.as_json else to_text(result))

    def show_people(self, people: Sequence[Person]) -> None:
        """Print people, one a line."""
        from recog.render.as_json import to_json
        from recog.render.text import people_text

        tell(to_json({"people": people}) if self.as_json else people_text(people))

    def show_photos(self, photos: Sequence[Path], identify: Callable[[Path], IdentifiedPhoto]) -> None:
        """Print who is in each photo, a block each as soon as it is known; one that cannot be used stops no other.

        At the end the command is left where there were such photos.
        """
        from recog.render.as_json import to_json
        from recog.render.text import to_text

        found: list[IdentifiedPhoto] = []
        failed: list[dict[str, str]] = []
        for photo in photos:
            try:
                one = identify(photo)
            except (PhotoError, NoFaceFoundError) as error:
                if len(photos) == 1:
                    raise
                say(str(error))
                failed.append({"path": str(photo), "detail": str(error)})
                continue
            if not self.as_json:
                tell(("\n" if found else "") + to_text(one))
            found.append(one)
        if self.as_json:
            tell(to_json({"photos": found, "failed": failed}))
        if failed:
            leave(f"{len(failed)} of {len(photos)} photos could not be used; the reasons are listed above")

    def show_models(self, models: Sequence[WeightsStatus]) -> None:
        """Print networks, one block each."""
        from recog.render.as_json import to_json
        from recog.render.text import weights_text

        tell(to_json({"models": models}) if self.as_json else weights_text(models))

    def show_document(self, document: object, text: str) -> None:
        """Print what no use case of the library answered: a record or mapping as JSON, or its text."""
        from recog.render.as_json import to_json

        tell(to_json(document) if self.as_json else text)


@dataclass(frozen=True, slots=True)
class Before:
    """The options given before the verb."""

    given: Mapping[str, Any]
    verbose: bool
    opener: Opener


def open_library(settings: Settings, weights_progress: Progress) -> PhotoLibrary:
    """Open the real library."""
    from recog.library.photo_library import PhotoLibrary

    return PhotoLibrary(settings, weights_progress=weights_progress)


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """A function of a Session and its own options, as a Typer command that takes the shared options too.

    An option after the verb wins over the same one before it.
    """
    own = inspect.signature(function, eval_str=True)
    parameters = [Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    parameters += [each.replace(kind=Parameter.KEYWORD_ONLY) for each in list(own.parameters.values())[1:]]
    parameters += [
        _option("as_json", JsonOption, default=False),
        _option("library", LibraryOption, default=None),
        _option("database", DatabaseOption, default=None),
        _option("device", DeviceOption, default=None),
        _option("verbose", VerboseOption, default=False),
    ]

    @functools.wraps(function)
    def run(context: typer.Context, **values: Any) -> None:
        before: Before = context.obj
        after = {name: values.pop(name) for name in ("library", "database", "device")}
        given = {**before.given, **{name: value for name, value in after.items() if value is not None}}
        verbose = bool(values.pop("verbose")) or before.verbose
        if verbose:
            logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
        as_json = bool(values.pop("as_json"))
        with in_one_line(verbose=verbose), closing(WeightsBar()) as bar:
            function(Session(given=given, as_json=as_json, opener=before.opener, weights_progress=bar), **values)

    run.__doc__ = (inspect.getdoc(function) or "").replace("\n\nExample:", "\n\n\b\nExample:")
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    vars(run)["__signature__"] = own.replace(parameters=parameters)
    return run


def _option(name: str, annotation: Any, *, default: object) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
