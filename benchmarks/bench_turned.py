"""Measure naming in photos that are turned by 90, 180 or 270 degrees, and the cost of searching other turns.

    python -m benchmarks.bench_turned

Writes benchmarks/results/turned.csv and turned_costs.csv, in ten minutes. Each portrait is identified upright and
turned by 90, 180 and 270 degrees, without EXIF data, in two ways: as an earlier recog did (before: upright only, any
face may get a name) and as recog does now. Its person is enrolled by one other upright photo. Strangers are pairs of
faces of different people, in photos turned alike, within the threshold for a pair. The pairs count all photos, because
a face that is not found or may not get a name belongs to nobody. The numbers of recog.library.any_turn and
recog.quality.SURE_SCORE were chosen on the first three photos of each person of CelebA and on wider_dev, after a look
at the upright scores of LFW's View 1. Only CelebA's later photos judge them.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measured import machine, write_results
from recog.boxes import QUARTERS, left_to_right, overlaps
from recog.config import read_settings
from recog.distance import squared_distances
from recog.evaluate.detection import read_wider
from recog.identify import identification_threshold
from recog.library.any_turn import find_faces
from recog.library.networks import Networks
from recog.library.probes import cut_faces
from recog.photos import read_photo
from recog.quality import doubt_of
from recog.types import DecodedPhoto, Embeddings, FaceBox, Pixels
from recog.weights.device import cores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CHOSE = 3
"""Photos of each person of CelebA on which the numbers were chosen."""
FEW = 40
COSTED = 230
"""Portraits of each set whose cost is measured. With only 40, one more photo in the second look is 1 % of all time."""
HEADER = [
    "set", "people", "photos", "turn",
    "named_before", "wrong_before", "strangers_before", "named", "wrong", "strangers",
]  # fmt: skip
COSTS = ["set", "photos", "looked_again", "ms_before", "ms", "more_in_all", "more_median"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The person of a photo, and the embedding of its largest face; None if no face may get a name."""

    person: str
    embedding: Embeddings | None


def turned(pixels: Pixels, degrees: int) -> DecodedPhoto:
    """Return the pixels as a turned photo without EXIF data."""
    return DecodedPhoto("0" * 64, np.ascontiguousarray(np.rot90(pixels, degrees // 90)), "JPEG", None)


def boxes_of(networks: Networks, pixels: Pixels, *, now: bool) -> list[FaceBox]:
    """Return the faces of a photo from left to right, as an earlier recog found them or as recog does now."""
    found = find_faces(networks.detector, pixels) if now else networks.detector.detect(pixels)
    return [found[row] for row in left_to_right(found)]


def asked(networks: Networks, person: str, photo: DecodedPhoto) -> tuple[Asked, Asked]:
    """Return the largest face of a photo, before and now; a box that is the same is embedded once."""
    looks = FirstLook(networks)
    largest = [
        max(found, key=lambda box: min(box.width, box.height), default=None)
        for found in (looks.detect(photo.pixels), find_faces(looks, photo.pixels))
    ]
    wanted = list(dict.fromkeys(box for box in largest if box is not None))
    embedded = dict(zip(wanted, networks.embedder.embed(cut_faces(photo, networks, wanted).crops), strict=True))
    before, now = largest
    sure = now is not None and doubt_of(now) is None
    return (
        Asked(person, None if before is None else embedded[before]),
        Asked(person, embedded[now] if sure and now is not None else None),
    )


def share_of_strangers(faces: Sequence[Asked], threshold: float) -> float:
    """Return the share of pairs of photos of different people that are within the threshold."""
    people = np.array([one.person for one in faces])
    pairs = (len(people) ** 2 - sum(int(np.sum(people == person)) ** 2 for person in set(people.tolist()))) / 2
    seen = [one for one in faces if one.embedding is not None]
    embeddings = np.stack([one.embedding for one in seen if one.embedding is not None])
    other = np.array([one.person for one in seen])
    near = squared_distances(embeddings, embeddings) <= threshold
    return float(np.sum(np.triu(near & (other[:, None] != other[None, :]), 1)) / pairs)


def names(networks: Networks, name: str, people: dict[str, list[Path]]) -> list[list[object]]:
    """Return a row for each turn: each person's first photo is enrolled, the others are identified."""
    gallery: list[tuple[str, Embeddings]] = []
    for person, paths in people.items():
        face = asked(networks, person, turned(read_photo(paths[0]).pixels, 0))[1].embedding
        if face is not None:
            gallery.append((person, face))
    calibration = networks.calibration
    limit = identification_threshold(calibration, people=len(gallery), faces=len(gallery))
    known, enrolled = np.stack([face for _, face in gallery]), [person for person, _ in gallery]

    def said(faces: Sequence[Asked]) -> list[str]:
        right = wrong = 0
        for one in faces:
            if one.embedding is not None:
                squared = squared_distances(one.embedding[np.newaxis], known)[0]
                nearest = enrolled[int(squared.argmin())]
                right += bool(squared.min() <= limit and nearest == one.person)
                wrong += bool(squared.min() <= limit and nearest != one.person)
        strangers = share_of_strangers(faces, calibration.threshold)
        return [f"{right / len(faces):.4f}", f"{wrong / len(faces):.4f}", f"{strangers:.5f}"]

    rows: list[list[object]] = []
    photos = [(person, path) for person, paths in people.items() for path in paths[1:]]
    for degrees in QUARTERS:
        both = [asked(networks, person, turned(read_photo(path).pixels, degrees)) for person, path in photos]
        before, now = zip(*both, strict=True)
        rows.append([name, len(gallery), len(photos), degrees, *said(before), *said(now)])
        print(*rows[-1], flush=True)
    return rows


def costs(networks: Networks, name: str, photos: Sequence[Pixels], *, repeats: int = 4) -> list[object]:
    """Return processor times of detecting, cutting and embedding, before and now; the least of the repeats per photo.

    more_in_all: extra time of photos that were searched in other turns, over the time of all photos. The other photos
    do not count, because recog treats them as before and the machine's noise would exceed the difference. more_median:
    of all photos.
    """
    times: NDArray[np.float64] = np.full((2, len(photos)), np.inf)
    looks = Looks(networks)
    again = np.zeros(len(photos), np.bool_)
    for row, pixels in enumerate(photos):
        photo = turned(pixels, 0)
        looks.made = 0
        find_faces(looks, photo.pixels)
        again[row] = looks.made > 1
        for repeat in range(repeats):
            for now in (False, True) if repeat % 2 else (True, False):
                start = time.process_time()
                cut = cut_faces(photo, networks, boxes_of(networks, photo.pixels, now=now))
                networks.embedder.embed(cut.crops)
                times[int(now), row] = min(times[int(now), row], time.process_time() - start)
    more = float((times[1] - times[0])[again].sum() / times[0].sum())
    median = float(np.median(times[1] / times[0])) - 1
    means = [f"{1000 * milliseconds:.1f}" for milliseconds in times.mean(axis=1)]
    made = [name, len(photos), f"{again.mean():.4f}", *means, f"{more:.4f}", f"{median:.4f}"]
    print(*made, flush=True)
    return made


class Looks:
    """The detector, with a count of its calls."""

    def __init__(self, networks: Networks) -> None:
        self._detector = networks.detector
        self.made = 0

    @property
    def sha256(self) -> str:
        """The digest of the detector."""
        return self._detector.sha256

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Detect faces, and count the call."""
        self.made += 1
        return self._detector.detect(pixels)


class FirstLook:
    """The detector; it remembers what it found in the first photo, and takes the very same pixels for that photo."""

    def __init__(self, networks: Networks) -> None:
        self._detector = networks.detector
        self._first: tuple[Pixels, list[FaceBox]] | None = None

    @property
    def sha256(self) -> str:
        """The digest of the detector."""
        return self._detector.sha256

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Detect faces, or return those found before in the same pixels."""
        if self._first is None:
            self._first = pixels, self._detector.detect(pixels)
        return self._first[1] if pixels is self._first[0] else self._detector.detect(pixels)


def without_faces(folder: Path) -> list[Pixels]:
    """Return halves and thirds of photos of WIDER FACE, at their sides, that hold no annotated face."""
    found = []
    for drawn in read_wider(folder / "ground_truth.txt"):
        pixels = read_photo(folder / "images" / drawn.name).pixels
        height, width = pixels.shape[:2]
        parts = [
            (0, 0, width, height // 2), (0, height // 2, width, height), (0, 0, width // 2, height),
            (width // 2, 0, width, height), (0, 0, width // 3, height), (width - width // 3, 0, width, height),
        ]  # fmt: skip
        boxes = np.array(parts, np.float32)
        free = overlaps(boxes, drawn.boxes.astype(np.float32)).max(axis=1, initial=0.0) == 0
        if free.any():
            left, top, right, bottom = parts[int(np.flatnonzero(free)[0])]
            found.append(np.ascontiguousarray(pixels[top:bottom, left:right]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="with identities, lfw_view1 and wider_dev")
    parser.add_argument("--only", choices=["names", "costs"], help="write one of the two files")
    options = parser.parse_args()
    data = options.data
    networks = Networks(read_settings())
    celeba = {
        folder.name: photos
        for folder in sorted((data / "identities").glob("celeba_*"))
        if len(photos := sorted(folder.iterdir())[CHOSE : CHOSE + 3]) > 1
    }
    few = {person: paths[:2] for person, paths in list(celeba.items())[:FEW]}
    lfw = {
        folder.name: photos
        for folder in sorted((data / "lfw_view1" / "images").iterdir())
        if len(photos := sorted(folder.iterdir())[:2]) > 1
    }
    about = machine(threads=cores(), network=networks.info.sha256[:12])
    if options.only != "costs":
        table = names(networks, f"CelebA, {FEW} portraits", few)
        table += names(networks, "CelebA, later photos", celeba)
        table += names(networks, "lfw_view1", lfw)
        write_results("turned.csv", about, HEADER, table)
    if options.only == "names":
        return
    wider = [read_photo(data / "wider_dev" / "images" / one.name).pixels for one in
             read_wider(data / "wider_dev" / "ground_truth.txt")]  # fmt: skip
    faceless = without_faces(data / "wider_dev")
    portraits = [[read_photo(paths[1]).pixels for paths in people.values()] for people in (celeba, lfw)]
    mixed = [*wider[2::4][: FEW // 2], *faceless[FEW : FEW + FEW // 2]]
    measured = [
        costs(networks, "CelebA, later photos", portraits[0][:COSTED]),
        costs(networks, "lfw_view1", portraits[1][:COSTED]),
        costs(networks, "wider_dev", wider[:: len(wider) // FEW][:FEW]),
        costs(networks, "no face drawn", faceless[:FEW]),
        costs(networks, "half wider_dev, half no face drawn", mixed),
    ]
    write_results("turned_costs.csv", about, COSTS, measured)


if __name__ == "__main__":
    main()
