"""The pairs of YouTube Faces (YTF): folders of frames, and splits.txt with ten folds of pairs of videos.

Wolf, Hassner and Maoz 2011, "Face Recognition in Unconstrained Videos with Matched Background Similarity".
"""

from dataclasses import dataclass
from pathlib import Path

from recog.errors import EvaluationError

FRAME_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True)
class VideoPair:
    """Two videos by their names under the folder ('Name/0'), whether they show one person, and the fold from 0."""

    left: str
    right: str
    same: bool
    fold: int


def ytf_pairs(path: Path) -> list[VideoPair]:
    """Read splits.txt: `fold, name/number, name/number, 1 or 0` a line; a first line of words is left out.

    Folds are numbered from 1. Further columns, such as those of the published file, may stand before the last one.

    Raises:
        EvaluationError: the file cannot be read, a line is malformed, or there are fewer than two folds.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"the list of pairs {path} cannot be read: {error}") from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split(",")]
        if not line.strip() or (number == 1 and not cells[0].isdecimal()):
            continue
        if len(cells) < 4 or not cells[0].isdecimal() or cells[-1] not in {"0", "1"} or not _inside(cells[1:3]):
            raise EvaluationError(
                f"{path}, line {number}: expected `fold, name/number, name/number, 0 or 1`, found {line.strip()!r}"
            )
        pairs.append(VideoPair(cells[1], cells[2], cells[-1] == "1", int(cells[0]) - 1))
    if len({pair.fold for pair in pairs}) < 2:
        raise EvaluationError(
            f"{path} lists {len(pairs)} pairs in one fold: two folds at least are needed, YTF has ten"
        )
    return pairs


def frames_of(folder: Path, video: str, *, most: int) -> list[Path]:
    """Return the frames of a video, at most so many, spread evenly from the first to the last; none if it is absent."""
    places = [place for place in (folder / "frame_images_DB" / video, folder / video) if place.is_dir()]
    if not places:
        return []
    frames = [path for path in places[0].iterdir() if path.suffix.lower() in FRAME_SUFFIXES]
    frames.sort(key=lambda path: (_number(path), path.name))
    if len(frames) <= most:
        return frames
    return [frames[place * (len(frames) - 1) // (most - 1)] for place in range(most)]


def _number(path: Path) -> int:
    """Return the number of a frame: 12 of '0.12.jpg' and of 'frame_12.jpg'."""
    digits = "".join(one if one.isdecimal() else " " for one in path.stem).split()
    return int(digits[-1]) if digits else 0


def _inside(names: list[str]) -> bool:
    return all(name and not Path(name).is_absolute() and ".." not in Path(name).parts for name in names)
