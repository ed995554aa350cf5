"""The options of the verbs that measure networks on labelled photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from recog.datasets.groups import Grouping

if TYPE_CHECKING:  # these load numpy, which only a running verb needs
    from recog.assess.calibration import CalibrationOptions, PeopleSet
    from recog.datasets.people_folder import PeopleFolder

People = Annotated[Path, typer.Argument(metavar="DIR", help="A folder with a folder per person.", show_default=False)]
Photos = Annotated[
    Path,
    typer.Option("--photos", metavar="DIR", help="Photos in LFW's layout, NAME/NAME_0001.jpg.", show_default=False),
]
Pairs = Annotated[Path, typer.Option("--pairs", metavar="FILE", help="Pairs in LFW's format.", show_default=False)]
Pattern = Annotated[str, typer.Option(metavar="GLOB", help="Take the people whose folder matches GLOB.")]
Tight = Annotated[bool, typer.Option("--tight", help="The photos are crops whose faces meet the border.")]
Description = Annotated[str, typer.Option(metavar="TEXT", help="Describe the photos in the record; name nobody.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write a page with plots, PNG and JSON there.", show_default=False),
]
_Sets = list[str] | None
SetGlobs = Annotated[
    _Sets,
    typer.Option("--set", metavar="GLOB=NAME", help="Take the people whose folder matches GLOB as a set NAME."),
]
TightGlobs = Annotated[
    _Sets, typer.Option("--tight", metavar="GLOB=NAME", help="Like --set, for crops whose faces meet the border.")
]
PeopleSets: TypeAlias = "tuple[PeopleSet, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """How faces are embedded, and where the scores go."""

    flip: Annotated[
        bool | None,
        typer.Option("--flip/--no-flip", help="Average in the mirror image, or not.", show_default="as trained"),
    ] = None
    crops: Annotated[int, typer.Option("--crops", min=1, max=2, metavar="N", help="Crops of each face, 1 or 2.")] = 1
    out: Out = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleOptions:
    """Which people of a folder to take, and whose photos are tight crops."""

    pattern: Pattern = "*"
    tight: Tight = False
    tight_people: Annotated[
        list[str] | None,
        typer.Option("--tight-people", metavar="GLOB", help="Like --tight, but only people whose folder matches GLOB."),
    ] = None

    def of(self, folder: Path) -> PeopleFolder:
        """Return these people of a folder."""
        from recog.datasets.people_folder import PeopleFolder

        return PeopleFolder(folder, self.pattern, ("*",) if self.tight else tuple(self.tight_people or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOptions:
    """What to calibrate on, for which false accept rate, and where the result goes."""

    sets: SetGlobs = None
    tight: TightGlobs = None
    strangers: Annotated[
        _Sets,
        typer.Option("--strangers", metavar="GLOB=NAME", help="Fit the grouping too, with one photo each of these."),
    ] = None
    tight_strangers: Annotated[
        _Sets,
        typer.Option("--tight-strangers", metavar="GLOB=NAME", help="Like --strangers, for crops."),
    ] = None
    far: Annotated[float, typer.Option(help="False accept rate of the threshold.")] = 1e-3
    groups: Annotated[
        Grouping | None,
        typer.Option(
            help="Show the errors by group too: the folders' names up to the first underscore, or DIR/GROUP/PERSON.",
            show_default=False,
        ),
    ] = None
    check: Annotated[
        Path | None, typer.Option("--check", metavar="DIR", help="Measure the result on DIR too.", show_default=False)
    ] = None
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the result goes.", show_default="the library")
    ] = None

    def calibration(self) -> CalibrationOptions:
        """Return what to fit; EvaluationError if a set is malformed."""
        from recog.assess.calibration import CalibrationOptions

        return CalibrationOptions(
            sets=read_sets(self.sets, self.tight),
            far=self.far,
            check=self.check,
            strangers=_read(self.strangers, self.tight_strangers),
            grouping=self.groups,
        )


def read_sets(whole: _Sets, tight: _Sets) -> PeopleSets:
    """Return the sets of --set and --tight, everybody if there are none; EvaluationError if one is malformed."""
    from recog.assess.calibration import PeopleSet

    return _read(whole, tight) or (PeopleSet("*", "a folder of people"),)


def _read(whole: _Sets, tight: _Sets) -> tuple[PeopleSet, ...]:
    from recog.assess.calibration import read_set

    return (*(read_set(text) for text in whole or ()), *(read_set(text, tight=True) for text in tight or ()))
