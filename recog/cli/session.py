"""One run of a verb: its settings, its library, and how it shows a result."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import typer

from recog.cli.failures import echo, fail, in_one_line, warn
from recog.cli.options import DatabaseOption, DeviceOption, JsonOption, LibraryOption, VerboseOption
from recog.cli.progress import WeightsBar
from recog.errors import LivenessError, NoFaceFoundError, PhotoError
from recog.render.ways_out import with_way_out

if TYPE_CHECKING:  # types of what loads only when a verb runs
    from pathlib import Path

    from recog.config import Settings
    from recog.library.photo_library import PhotoLibrary
    from recog.library.recognition.results import IdentifiedPhoto

Answer = TypeVar("Answer")
Progress: TypeAlias = Callable[[str, int, int], None]


class Opener(Protocol):
    """What opens the library: the real one, or one with networks of a test."""

    def __call__(self, settings: Settings, weights_progress: Progress, /, *, ahead: bool = False) -> PhotoLibrary:
        """Open it; ahead: begin to load the networks before anything else, because a photo is asked about."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one verb. given: the settings of the command line; the others come from environment or file."""

    given: Mapping[str, Any]
    as_json: bool
    opener: Opener
    weights_progress: Progress

    def settings(self, **more: Any) -> Settings:
        """Read the settings of this run; `more` overrides them, and None overrides nothing."""
        from recog.config import read_settings

        return read_settings(**{**self.given, **more})

    @contextmanager
    def open(self, *, ahead: bool = False, **more: Any) -> Iterator[PhotoLibrary]:
        """Open the library, and load its networks ahead; warn if bytes of a forgotten person are not erased yet."""
        with self.opener(self.settings(**more), self.weights_progress, ahead=ahead) as library:
            try:
                yield library
            finally:
                if pending := library.context.pending_erasure:
                    from recog.render.remedies import way_out_of_erasure

                    warn(f"{pending.sentence}: {way_out_of_erasure(pending)}")

    def show(self, result: Answer, text: Callable[[Answer], str]) -> None:
        """Print a result on stdout: as JSON, or as the text that `text` makes of it."""
        echo(_json(result) if self.as_json else text(result))

    def show_photos(self, photos: Sequence[Path], identify: Callable[[Path], IdentifiedPhoto]) -> None:
        """Print the people in each photo as soon as they are known; a photo that cannot be used stops no other.

        Fails at the end if there were such photos.
        """
        from recog.render.text_photos import identified

        self.show_each(photos, identify, identified, name="photos")

    def show_each(
        self, paths: Sequence[Path], ask: Callable[[Path], Answer], text: Callable[[Answer], str], *, name: str
    ) -> list[Answer]:
        """Print an answer for each path as soon as it is known, and return all; a file of no use stops no other.

        name: what the files are, which is the name of the list in JSON too. Fails at the end if a file was of no use.
        """
        found: list[Answer] = []
        failed: list[dict[str, str]] = []
        for path in paths:
            try:
                one = ask(path)
            except (PhotoError, NoFaceFoundError, LivenessError) as error:
                if len(paths) == 1:
                    raise
                detail = with_way_out(error)
                warn(detail)
                failed.append({"path": str(path), "detail": detail})
                continue
            if not self.as_json:
                echo(("\n" if found else "") + text(one))
            found.append(one)
        if self.as_json:
            echo(_json({name: found, "failed": failed}))
        if failed:
            fail(f"{len(failed)} of {len(paths)} {name} could not be used; the reasons are listed above")
        return found

    def show_document(self, document: object, text: str) -> None:
        """Print a document as JSON, or its text."""
        echo(_json(document) if self.as_json else text)


def _json(document: object) -> str:
    from recog.render.as_json import to_json

    return to_json(document)


@dataclass(frozen=True, slots=True)
class Before:
    """The options given before the verb."""

    given: Mapping[str, Any]
    verbose: bool
    opener: Opener


def open_library(settings: Settings, weights_progress: Progress, /, *, ahead: bool = False) -> PhotoLibrary:
    """Open the real library; see Opener."""
    from recog.library.networks import Networks

    networks = Networks(settings, progress=weights_progress)
    if ahead:
        networks.load_ahead()
    from recog.library.photo_library import PhotoLibrary  # the networks load while this import takes 0.2 s

    return PhotoLibrary(settings, networks=networks)


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Turn a function of a Session and its own options into a Typer command that also takes the shared options.

    An option after the verb wins over the same option before it.
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
