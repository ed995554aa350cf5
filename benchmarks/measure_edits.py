"""Measure how far an edit moves the embedding of a face, and write benchmarks/results/edits.csv.

    python -m benchmarks.measure_edits ../shared/data

Photos of WIDER FACE and whole photos of CelebA are edited as people edit photos: cropped, framed, halved, straightened,
mirrored, filtered, saved again. A face of the edited photo is the same face if its middle is at the place to which the
edit moves it. The squared distances of the same face before and after are compared with those of different faces of one
photo, of two photos of one person, and of different people, including relatives (Families in the Wild).

`carried` counts the faces that recog.store.photos.pairing pairs with themselves; `to another face` counts those that it
pairs with another face, which would give a wrong name. One photo of the half `judged` is a collage that shows one
person five times; its pairs are the nearest of the `other faces` there.

Every second photo or person is in the half `chose`, from which recog.store.photos.pairing takes its limits. The other
half, `judged`, evaluates these limits on photos that had no part in choosing them.
"""

import argparse
import io
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from benchmarks.measured import machine, write_results
from recog.distance import squared_distances
from recog.errors import PhotoError
from recog.library.face_reader import FaceReader, ReadFace
from recog.photos import read_photo
from recog.store.photos.face_rows import relative
from recog.store.photos.pairing import PlacedFace, pair_faces
from recog.types import Face

HALVES = ("chose", "judged")
QUANTILES = (0.0, 0.001, 0.01, 0.5, 0.99, 0.999, 1.0)
LIMITS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SAME_PLACE = 0.35
"""Largest distance of a face's middle from where the edit puts it, in widths of the face."""
HEADER = ["what", "half", "pairs", "not found again", "carried", "to another face"]

Place = tuple[float, float]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Edit:
    """An edit of a photo, and its map of points: (x, y, width, height of the photo before) -> (x, y)."""

    name: str
    change: Callable[[Image.Image], Image.Image]
    move: Callable[[float, float, int, int], Place] = lambda x, y, _width, _height: (x, y)


def cropped(left: float, top: float, right: float, bottom: float) -> Edit:
    """Return an edit that cuts these shares of the photo away."""
    name = ", ".join(
        f"{side} {share:.0%}"
        for side, share in (("left", left), ("top", top), ("right", right), ("bottom", bottom))
        if share
    )
    return Edit(
        f"cropped: {name}",
        lambda photo: photo.crop(
            (
                round(photo.width * left),
                round(photo.height * top),
                round(photo.width * (1 - right)),
                round(photo.height * (1 - bottom)),
            )
        ),
        lambda x, y, width, height: (x - round(width * left), y - round(height * top)),
    )


def framed(colour: str) -> Edit:
    """Return an edit that adds a border of a tenth of the width."""
    return Edit(
        f"framed in {colour}",
        lambda photo: ImageOps.expand(photo, photo.width // 10, colour),
        lambda x, y, width, _height: (x + width // 10, y + width // 10),
    )


def straightened(degrees: float) -> Edit:
    """Return an edit that turns the photo about its middle; the corners become black."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def move(x: float, y: float, width: int, height: int) -> Place:
        across, down = x - width / 2, y - height / 2
        return width / 2 + cos * across + sin * down, height / 2 - sin * across + cos * down

    name = f"straightened by {degrees:g} degrees"
    return Edit(name, lambda photo: photo.rotate(degrees, Image.Resampling.BICUBIC), move)


def saved_as_jpeg(photo: Image.Image) -> Image.Image:
    """Save the photo as a JPEG of quality 50, and read it."""
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=50)
    return Image.open(file).convert("RGB")


EDITS = (
    *(cropped(share, 0, 0, share) for share in (0.1, 0.2, 0.3, 0.4)),
    *(cropped(0, share, share, 0) for share in (0.1, 0.2, 0.3, 0.4)),
    cropped(0.5, 0, 0, 0),
    cropped(0, 0, 0.5, 0),
    framed("white"),
    framed("black"),
    *(straightened(degrees) for degrees in (-5, -2, 1, 3)),
    Edit("mirrored", ImageOps.mirror, lambda x, y, width, _height: (width - x, y)),
    Edit("brighter by 40 %", lambda photo: ImageEnhance.Brightness(photo).enhance(1.4)),
    Edit("darker by 40 %", lambda photo: ImageEnhance.Brightness(photo).enhance(0.6)),
    Edit("contrast 1.5", lambda photo: ImageEnhance.Contrast(photo).enhance(1.5)),
    Edit("grey", lambda photo: photo.convert("L").convert("RGB")),
    Edit("JPEG of quality 50", saved_as_jpeg),
    Edit("half the size", lambda photo: photo.reduce(2), lambda x, y, _width, _height: (x / 2, y / 2)),
)


class Measured:
    """Squared distances, and counts of faces that were not found again, by kind and half."""

    def __init__(self) -> None:
        self.distances: dict[tuple[str, str], list[float]] = {}
        self.counts: dict[tuple[str, str], Counter[str]] = {}

    def add(self, what: str, half: str, distances: Sequence[float], **counts: int) -> None:
        """Add distances of a kind, and counts of what became of faces."""
        self.distances.setdefault((what, half), []).extend(distances)
        self.counts.setdefault((what, half), Counter()).update(counts)

    def rows(self) -> Iterator[list[object]]:
        """Yield a row for each kind and half: counts, quantiles, and the shares within the limits."""
        for (what, half), distances in sorted(self.distances.items()):
            if not distances:
                continue
            values: Values = np.array(distances)
            quantiles = [f"{value:.4f}" for value in np.quantile(values, QUANTILES)]
            within = [f"{np.mean(values <= limit):.6f}" for limit in LIMITS]
            counts = [self.counts[what, half].get(name, "") for name in ("lost", "carried", "wrong")]
            yield [what, half, len(values), *counts, *quantiles, *within]


def middle(face: ReadFace) -> Place:
    """Return the middle of the face's box."""
    return (face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2


def again(face: ReadFace, edit: Edit, width: int, height: int, found: Sequence[ReadFace]) -> ReadFace | None:
    """Return the same face in the edited photo, or None if it was not found."""
    x, y = edit.move(*middle(face), width, height)
    near = [one for one in found if math.dist((x, y), middle(one)) <= SAME_PLACE * one.box.width]
    return min(near, key=lambda one: math.dist((x, y), middle(one)), default=None)


def placed(faces: Sequence[ReadFace], photo: Image.Image) -> list[PlacedFace]:
    """Return faces as the catalog pairs them, numbered by row."""
    boxes = relative([face.box for face in faces], photo.width, photo.height)
    return [
        PlacedFace(Face(row, 0, face.box, face.sharpness, None, None, None), box, face.embedding)
        for row, (face, box) in enumerate(zip(faces, boxes, strict=True))
    ]


def squared(one: ReadFace, other: ReadFace) -> float:
    """Return the squared distance of two faces."""
    return float(squared_distances(one.embedding[None], other.embedding[None])[0, 0])


def measure_photo(reader: FaceReader, path: Path, half: str, measured: Measured) -> None:
    """Measure one photo under every edit."""
    pixels = read_photo(path).pixels
    before = reader.read(pixels)
    photo = Image.fromarray(pixels)
    for edit in EDITS:
        changed = edit.change(photo)
        after = reader.read(np.ascontiguousarray(changed)) if before else ()
        pairs = {old.id: after[new.id] for old, new in pair_faces(placed(before, photo), placed(after, changed))}
        for number, face in enumerate(before):
            x, y = edit.move(*middle(face), photo.width, photo.height)
            inside = 0 <= x < changed.width and 0 <= y < changed.height
            same = again(face, edit, photo.width, photo.height, after) if inside else None
            taken = pairs.get(number)
            measured.add(
                edit.name,
                half,
                [] if same is None else [squared(face, same)],
                lost=inside and same is None,
                carried=taken is not None and taken is same,
                wrong=taken is not None and taken is not same,
            )
            others = [squared(face, one) for one in after if one is not same] if same is not None else []
            measured.add("other faces of the edited photo", half, others)


def measure_people(reader: FaceReader, folders: Sequence[Path], half: str, measured: Measured) -> None:
    """Measure photos with one face each, one folder per person: pairs of one person, and of different people."""
    vectors, owners = [], []
    for number, folder in enumerate(folders):
        for path in sorted(folder.glob("*.jpg"))[:4]:
            try:
                faces = reader.read(path)
            except PhotoError:
                continue
            if len(faces) == 1:
                vectors.append(faces[0].embedding)
                owners.append(number)
    table = squared_distances(np.stack(vectors), np.stack(vectors))
    same = np.equal.outer(owners, owners)
    rows, columns = np.triu_indices(len(owners), 1)
    kind = folders[0].name.partition("_")[0]
    measured.add(f"two photos of one person, {kind}", half, table[rows, columns][same[rows, columns]].tolist())
    measured.add(f"different people, {kind}", half, table[rows, columns][~same[rows, columns]].tolist())


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=60, help="of each set")
    parser.add_argument("--people", type=int, default=300, help="of each set")
    arguments = parser.parse_args()
    reader, measured = FaceReader.open(), Measured()
    wide = sorted((arguments.data / "wider_dev" / "images").rglob("*.jpg"))
    whole = sorted((arguments.data / "identities").glob("celeba_*"))
    families = sorted((arguments.data / "identities").glob("fiw_*"))
    portraits = [min(folder.glob("*.jpg")) for folder in whole]
    for paths in (wide, portraits):
        for number, path in enumerate(paths[:: max(1, len(paths) // arguments.photos)][: arguments.photos]):
            measure_photo(reader, path, HALVES[number % 2], measured)
    for folders in (whole[: arguments.people], families[: arguments.people]):
        for place, half in enumerate(HALVES):
            measure_people(reader, folders[place::2], half, measured)
    header = [*HEADER, *(f"quantile {one:g}" for one in QUANTILES), *(f"within {limit:g}" for limit in LIMITS)]
    comment = machine(threads=1, network=reader.info.name, photos=arguments.photos, people=arguments.people)
    write_results("edits.csv", comment, header, list(measured.rows()))


if __name__ == "__main__":
    main()
