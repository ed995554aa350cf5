"""The options that every verb takes, before or after its name, and those that several verbs share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Device(StrEnum):
    """Where networks and searches run."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


LibraryOption = Annotated[
    Path | None, typer.Option("--library", metavar="DIR", help="Use the library in DIR.", show_default=False)
]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="Use the catalog at URL.", show_default=False)
]
DeviceOption = Annotated[
    Device | None, typer.Option("--device", help="Run on auto, cpu or cuda.", show_default=False, case_sensitive=False)
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Print more on stderr.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.", show_default=False)]

NameArgument = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
NearOption = Annotated[bool, typer.Option("--near", help="Use NAME even if another person has nearly the same name.")]
