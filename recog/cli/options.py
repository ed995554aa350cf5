"""The options that every verb takes, before or after its name."""

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
    str | None, typer.Option("--database", metavar="URL", help="Keep the catalog at URL.", show_default=False)
]
DeviceOption = Annotated[
    Device | None, typer.Option("--device", help="Run on auto, cpu or cuda.", show_default=False, case_sensitive=False)
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Say more on stderr.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.", show_default=False)]
