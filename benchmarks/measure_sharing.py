"""Measure how well covered faces stay hidden: results/sharing.csv.

    python -m benchmarks.measure_sharing ../shared/data

One photo of each of PEOPLE people of CelebA is covered and saved as a JPEG; their other photos are the library.
Somebody who knows the place of the face and the kernel tries to bring the face back. Columns: `own` is the share of
covered faces of which an attempt lies within the threshold of the face itself, `library` the same of the person's other
photos; `first` the share whose nearest person in the library is the right one, and `alike` the same if the attacker
covers the photos of the library too. Chance is 1 / PEOPLE.
"""

import argparse
import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.crop import face_views
from recog.library.networks import Networks
from recog.photos import read_photo
from recog.quality import SURE_SCORE
from recog.share.covering import Fill, blurred, covered, painted, pixelated
from recog.share.deconvolution import gaussian, restorations, richardson_lucy, wiener
from recog.share.heads import head_of
from recog.types import Embeddings, FaceBox, Pixels
from recog.weights.device import cores

SEED = 1
PEOPLE, OTHERS = 24, 2
"""People, and the photos of each that are the library."""
CELLS = (3, 5, 8, 12)
SIGMAS = (0.1, 0.2, 0.4)
"""Standard deviations of plain Gaussian blur, as shares of the face's width."""

Restore = Callable[[Pixels, FaceBox], Iterator[Pixels]]
"""Makes attempts of a covered head, given the face in it."""


class Measure:
    """The photos, and the networks of the settings."""

    def __init__(self, folder: Path) -> None:
        self.networks = Networks(read_settings())
        self.photos = list(self._people(folder))
        faces = [(pixels, face) for photos in self.photos for pixels, face in photos]
        self.clear = self.embedded(faces).reshape(len(self.photos), OTHERS + 1, -1)

    def _people(self, folder: Path) -> Iterator[list[tuple[Pixels, FaceBox]]]:
        people = sorted(folder.glob("celeba_*"))
        Random(SEED).shuffle(people)  # noqa: S311 - nothing is kept secret by it
        found = 0
        for person in people:
            sure = []
            for file in sorted(person.iterdir()):
                pixels = read_photo(file).pixels
                faces = self.networks.detector.detect(pixels)
                if len(faces) == 1 and faces[0].score >= SURE_SCORE:
                    sure.append((pixels, faces[0]))
                if len(sure) == OTHERS + 1:
                    yield sure
                    found += 1
                    break
            if found == PEOPLE:
                return

    def embedded(self, faces: Sequence[tuple[Pixels, FaceBox]]) -> Embeddings:
        """Return (n, dim) of n photos and the face on each."""
        info = self.networks.info
        crops = [
            face_views(pixels, [face], scale=info.crop_scale, size=info.input_size, views=info.views)
            for pixels, face in faces
        ]
        return self.networks.embedder.embed(np.concatenate(crops))

    def row(self, cover: str, strength: str, fill: Fill, restore: Restore) -> tuple[str, ...]:
        """Cover every person's first photo, attack it, and return a row of the table."""
        library = self.clear[:, 1:]
        shown = [(saved(covered(pixels, [face], fill)), face) for photos in self.photos for pixels, face in photos]
        alike = self.embedded(shown).reshape(self.clear.shape)
        attempts = [self._attempts(alike[row, :1], *photos[0], fill, restore) for row, photos in enumerate(self.photos)]
        threshold = self.networks.calibration.threshold
        own = [nearest(rows, self.clear[row, :1]) <= threshold for row, rows in enumerate(attempts)]
        known = [nearest(rows, library[row]) <= threshold for row, rows in enumerate(attempts)]
        first = [first_is(rows, library, row) for row, rows in enumerate(attempts)]
        covered_too = [first_is(alike[row, :1], alike[:, 1:], row) for row in range(len(self.photos))]
        return cover, strength, str(len(own)), *(f"{np.mean(one):.3f}" for one in (own, known, first, covered_too))

    def _attempts(self, plain: Embeddings, pixels: Pixels, face: FaceBox, fill: Fill, restore: Restore) -> Embeddings:
        """Return the embeddings of the covered face and of every attempt to bring it back, (n, dim)."""
        shown = saved(covered(pixels, [face], fill))
        head = head_of(face, pixels.shape[1], pixels.shape[0])
        window = slice(int(head.top), int(head.bottom)), slice(int(head.left), int(head.right))
        tried = []
        for attempt in restore(shown[window], face):
            photo = shown.copy()
            photo[window] = attempt
            tried.append((photo, face))
        return np.concatenate([plain, self.embedded(tried)]) if tried else plain


def nearest(rows: Embeddings, others: Embeddings) -> float:
    """Return the smallest squared distance of two sets of embeddings."""
    return float(2 - 2 * (rows @ others.T).max())


def first_is(rows: Embeddings, library: Embeddings, person: int) -> bool:
    """Return whether a person's photos, library[person], are the nearest to one of the rows."""
    likeness = (rows @ library.reshape(-1, library.shape[-1]).T).max(axis=0)
    return bool(likeness.argmax() // library.shape[1] == person)


def saved(pixels: Pixels) -> Pixels:
    """Return what a JPEG keeps."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92, subsampling=0)
    return np.asarray(Image.open(buffer))


def by_cells(head: Pixels, _: FaceBox, *, cells: int) -> Iterator[Pixels]:
    """Try to bring back the head under cells."""
    yield from restorations(head, min(head.shape[:2]) / cells)


def by_gaussian(head: Pixels, face: FaceBox, *, share: float) -> Iterator[Pixels]:
    """Try to bring back the head under a plain Gaussian."""
    transfer = gaussian((head.shape[0], head.shape[1]), share * face.width)
    seen = head.astype(np.float64)
    for one in (wiener(seen, transfer, 1e-2), wiener(seen, transfer, 1e-4), richardson_lucy(seen, transfer)):
        yield one.round().clip(0, 255).astype(np.uint8)


def nothing(_: Pixels, __: FaceBox) -> Iterator[Pixels]:
    """Try nothing."""
    yield from ()


def softened(head: Pixels, *, share: float) -> Pixels:
    """Blur by a plain Gaussian whose deviation is a share of the face's width; half of a head is face."""
    return np.asarray(Image.fromarray(head).filter(ImageFilter.GaussianBlur(share * head.shape[1] / 1.9)))


def plan() -> Sequence[tuple[str, str, Fill, Restore]]:
    """Return every cover, its strength, and how it is attacked."""
    rows: list[tuple[str, str, Fill, Restore]] = [("none", "", np.copy, nothing)]
    rows += [
        ("Gaussian", f"{share:g} face widths", partial(softened, share=share), partial(by_gaussian, share=share))
        for share in SIGMAS
    ]
    for name, fill in (("pixelate", pixelated), ("blur", blurred)):
        rows += [
            (name, f"{cells} cells", partial(fill, cells=cells), partial(by_cells, cells=cells)) for cells in CELLS
        ]
    return [*rows, ("paint", "", painted, nothing)]


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    measure = Measure(parser.parse_args().data / "identities")
    rows = []
    for one in plan():
        rows.append(measure.row(*one))
        print(*rows[-1], flush=True)
    facts = {"seed": SEED, "people": PEOPLE, "network": measure.networks.info.name}
    header = ("cover", "strength", "faces", "own", "library", "first", "alike")
    write_results("sharing.csv", machine(threads=cores(), **facts), header, rows)


if __name__ == "__main__":
    main()
