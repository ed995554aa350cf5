"""Compare tracks of sampled videos with every frame (results/videos.csv), and time a long video (video_cost.csv).

    python -m benchmarks.measure_videos ../shared/data [tracks] [cost]

The videos are made up: portraits walk over blurred photos, some in front of others, so who is where is known for each
frame. IDF1 (Ristani et al., 2016) counts frames in time: a track is that of an appearance if its best box is there, and
covers every frame from its first to its last.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Self

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image, ImageFilter
from scipy.optimize import linear_sum_assignment

from benchmarks.measured import forget_largest_size, largest_size, machine, write_results
from recog.boxes import clipped, iou, scaled
from recog.config import read_settings
from recog.distance import squared_distances
from recog.library.networks import Networks
from recog.library.videos.tracks import FaceCutter, read_video
from recog.photos import DecodeLimits, KnownContent, read_photo
from recog.photos.video.samples import Sample
from recog.types import Embeddings, FaceBox, Pixels
from recog.video.tracking import Tracker
from recog.weights.device import cores
from tests.child_processes import child_processes

SEED = 1
RATE, CLIPS, CLIP_SECONDS, APPEARANCES = 25, 6, 30, 14
SIZE, LONG_SIZE = (1280, 720), (1920, 1080)
LONG_RATE, LONG_PART_SECONDS, LONG_PARTS = 30, 20, 30
SAME_PLACE = 0.5
MOSTLY_HIDDEN = 0.5


@dataclass(frozen=True, slots=True)
class Portrait:
    """A person's picture (h, w, 3) uint8, the face in it, and the embedding of another photo, (dim,)."""

    name: str
    pixels: Pixels
    face: FaceBox
    other: Embeddings


@dataclass(frozen=True, slots=True)
class Appearance:
    """A portrait that walks through a video: from and to a place, seconds, and the size of its face in pixels."""

    portrait: Portrait
    start: float
    end: float
    way: tuple[float, float, float, float]
    side: float

    def place(self, at: float) -> tuple[int, int, float]:
        """Return the left and top corner of the picture, and its zoom."""
        share = (at - self.start) / (self.end - self.start)
        x0, y0, x1, y1 = self.way
        return round(x0 + share * (x1 - x0)), round(y0 + share * (y1 - y0)), self.side / self.portrait.face.height

    def box(self, at: float) -> FaceBox:
        """Return where the face is."""
        left, top, zoom = self.place(at)
        face = self.portrait.face
        return FaceBox(left + zoom * face.left, top + zoom * face.top,
                       left + zoom * face.right, top + zoom * face.bottom, 1.0, ())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A track: its first and last second, the second and the box of its best frame, and its embedding (dim,)."""

    first: float
    last: float
    best: float
    box: FaceBox
    embedding: Embeddings


class Scene:
    """A made-up video: a blurred photo, and people who walk over it, the later ones in front."""

    def __init__(self, behind: Path, people: Sequence[Appearance], size: tuple[int, int]) -> None:
        picture = Image.fromarray(read_photo(behind).pixels).resize(size).filter(ImageFilter.GaussianBlur(25))
        self.people, self.size, self._behind = people, size, np.asarray(picture)
        self._shown = [_zoomed(one) for one in people]

    def frame(self, at: float, rng: np.random.Generator) -> Pixels:
        """Draw the frame at a second."""
        pixels = self._behind.copy()
        for one, shown in zip(self.people, self._shown, strict=True):
            if one.start <= at < one.end:
                _paste(pixels, shown, *one.place(at)[:2])
        noise = rng.integers(-4, 5, (*pixels.shape[:2], 1), np.int16)
        noisy: Pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
        return noisy

    def seen(self, at: float) -> dict[int, FaceBox]:
        """Return the faces that are seen: inside the frame, and not mostly hidden by people in front."""
        found = {}
        there = [row for row, one in enumerate(self.people) if one.start <= at < one.end]
        for row in there:
            box = self.people[row].box(at)
            inside = clipped(box, *self.size)
            hidden = max((_covered(box, self.people[other], self._shown[other], at) for other in there if other > row),
                         default=0.0)  # fmt: skip
            if inside.width * inside.height > 0.9 * box.width * box.height and hidden < MOSTLY_HIDDEN:
                found[row] = box
        return found


def _zoomed(one: Appearance) -> Pixels:
    zoom = one.side / one.portrait.face.height
    height, width = one.portrait.pixels.shape[:2]
    picture = Image.fromarray(one.portrait.pixels).resize((round(width * zoom), round(height * zoom)))
    return np.asarray(picture)


def _paste(pixels: Pixels, shown: Pixels, left: int, top: int) -> None:
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + shown.shape[1], width), min(top + shown.shape[0], height)
    if x0 < x1 and y0 < y1:
        pixels[y0:y1, x0:x1] = shown[y0 - top : y1 - top, x0 - left : x1 - left]


def _covered(box: FaceBox, other: Appearance, shown: Pixels, at: float) -> float:
    """Return the share of a box that another portrait covers."""
    left, top, _ = other.place(at)
    across = min(box.right, left + shown.shape[1]) - max(box.left, left)
    down = min(box.bottom, top + shown.shape[0]) - max(box.top, top)
    return float(max(0.0, across) * max(0.0, down) / (box.width * box.height))


def portraits(folder: Path, networks: Networks) -> Iterator[Portrait]:
    """Yield people of whom two photos show a face surely: the first is drawn, the second known by its embedding."""
    for person in sorted(folder.iterdir()):
        pictures, faces, embeddings = [], [], []
        for path in sorted(person.iterdir())[:4]:
            pixels = read_photo(path).pixels
            found = networks.detector.detect(pixels)
            if len(found) == 1 and found[0].score > 0.99:
                cut = FaceCutter(Sample(0.0, pixels, cut=False), networks)
                pictures.append(pixels)
                faces.append(found[0])
                embeddings.append(networks.embedder.embed(cut(found[0]).crop)[0])
        if len(pictures) < 2:
            continue
        height, width = pictures[0].shape[:2]
        around = clipped(scaled(faces[0], 1.7), width, height)
        left, top = int(around.left), int(around.top)
        face = FaceBox(faces[0].left - left, faces[0].top - top, faces[0].right - left, faces[0].bottom - top, 1.0, ())
        pixels = np.ascontiguousarray(pictures[0][top : int(around.bottom), left : int(around.right)])
        yield Portrait(person.name, pixels, face, embeddings[1])


def scene(people: Sequence[Portrait], behind: Path, random: Random, *, size: tuple[int, int], seconds: float) -> Scene:
    """Make up who walks through a video."""
    rows = []
    width, height = size
    for portrait in random.sample(list(people), APPEARANCES):
        lasts = random.choice((0.6, 1.0, 1.2, 2.0, 4.0, 7.0))
        start = round(random.uniform(0, seconds - lasts) * RATE) / RATE
        side = height * random.uniform(0.08, 0.3)
        wide = side / portrait.face.height * portrait.pixels.shape[1]
        tall = side / portrait.face.height * portrait.pixels.shape[0]
        speed = random.uniform(0, 0.25) * width * lasts
        x0, y0 = random.uniform(0, width - wide), random.uniform(0, max(height - tall, 1))
        x1 = min(max(x0 + random.choice((-1, 1)) * speed, 0), width - wide)
        rows.append(Appearance(portrait, start, start + lasts, (x0, y0, x1, random.uniform(0, max(height - tall, 1))
                                                              if lasts > 1.5 else y0), side))  # fmt: skip
    return Scene(behind, rows, size)


def write(path: Path, made: Scene, seconds: float, rate: int) -> None:
    """Encode a made-up video as a phone does: H.264, a key frame each 250 frames at the latest."""
    rng = np.random.default_rng(SEED)
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(rate), options={"crf": "23", "preset": "veryfast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = made.size
        stream.pix_fmt, stream.gop_size = "yuv420p", 250
        for number in range(round(seconds * rate)):
            frame = av.VideoFrame.from_ndarray(made.frame(number / rate, rng), format="rgb24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def repeat(path: Path, part: Path, times: int, seconds: int) -> None:
    """Write a video that shows another one several times, without encoding it anew."""
    with av.open(path, "w") as out:
        stream = None
        for number in range(times):
            with av.open(part) as container:
                picture = container.streams.video[0]
                stream = stream or out.add_stream_from_template(picture)
                for packet in container.demux(picture):
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = round(number * seconds / packet.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    out.mux(packet)


def sampled(path: Path, networks: Networks) -> list[Found]:
    """Return the tracks that recog finds."""
    read = read_video(path, networks, DecodeLimits())
    assert not isinstance(read, KnownContent)
    return [Found(one.span.first, one.span.last, one.span.best, one.box, one.embedding)
            for one in read.faces if one.span is not None]  # fmt: skip


def every_frame(path: Path, networks: Networks) -> list[Found]:
    """Return the tracks over every frame, by the same tracker."""
    tracker = Tracker(networks.embedder.embed, threshold=networks.calibration.threshold)
    with av.open(path) as container:
        for frame in container.decode(video=0):
            pixels = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
            at = float(frame.time or 0.0)
            cut = FaceCutter(Sample(at, pixels, cut=False), networks)
            tracker.take(at, networks.detector.detect(pixels), cut)
    return [Found(one.first, one.last, one.best.at, one.best.box, one.embedding) for one in tracker.finish()]


@dataclass(slots=True)
class Score:
    """Counts of frames, appearances of at least a second, and names, summed over videos."""

    right: int = 0
    true: int = 0
    told: int = 0
    tracks: int = 0
    appearances: int = 0
    long: int = 0
    lost: int = 0
    named: int = 0
    misnamed: int = 0

    def add(self, made: Scene, found: Sequence[Found], threshold: float) -> None:
        """Match the tracks of a video with its appearances, so that most frames agree."""
        times = [number / RATE for number in range(CLIP_SECONDS * RATE)]
        seen = [made.seen(at) for at in times]
        shown = np.array([[row in boxes for boxes in seen] for row in range(len(made.people))])
        covers = np.array([[one.first - 0.5 / RATE <= at <= one.last + 0.5 / RATE for at in times] for one in found])
        covers = covers.reshape(len(found), len(times))
        there = np.array([[self._is(made, row, one) for one in found] for row in range(len(made.people))])
        common = (shown.astype(int) @ covers.T.astype(int)) * there.reshape(len(made.people), len(found))
        rows, columns = linear_sum_assignment(-common)
        pairs = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if common[r, c]}
        self.right += int(sum(common[r, c] for r, c in pairs.items()))
        self.true += int(shown.sum())
        self.told += int(covers.sum())
        self.tracks += len(found)
        seen_at_all = [row for row in range(len(made.people)) if shown[row].any()]
        self.appearances += len(seen_at_all)
        for row in seen_at_all:
            if shown[row].sum() >= RATE:
                self.long += 1
                self.lost += row not in pairs
        gallery = np.stack([one.portrait.other for one in made.people])
        for row, column in pairs.items():
            distances = squared_distances(found[column].embedding[None], gallery)[0]
            if distances.min() <= threshold:
                self.named += int(distances.argmin()) == row
                self.misnamed += int(distances.argmin()) != row

    @staticmethod
    def _is(made: Scene, row: int, one: Found) -> bool:
        person = made.people[row]
        return person.start - 0.1 <= one.best <= person.end + 0.1 and iou(person.box(one.best), one.box) >= SAME_PLACE

    @property
    def row(self) -> tuple[object, ...]:
        """The columns of the results."""
        idf1 = 2 * self.right / (self.true + self.told)
        return (self.appearances, self.tracks, self.long, self.lost, f"{idf1:.3f}", self.named, self.misnamed)


class ChildrenSize:
    """The largest peak of memory of this process's children, in kilobytes."""

    def __enter__(self) -> Self:
        self.largest, self._over = 0, Event()
        self._thread = Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.2):
            for child in child_processes():
                try:
                    lines = Path(f"/proc/{child}/status").read_text().splitlines()
                except OSError:
                    continue
                peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
                self.largest = max(self.largest, peak)


def long_video(path: Path, networks: Networks) -> tuple[object, ...]:
    """Read a long video; return wall and processor seconds, and peaks of memory in megabytes."""
    forget_largest_size()
    before = os.times()
    begun = time.perf_counter()
    with ChildrenSize() as children:
        found = sampled(path, networks)
    wall = time.perf_counter() - begun
    after = os.times()
    own = after.user + after.system - before.user - before.system
    theirs = after.children_user + after.children_system - before.children_user - before.children_system
    return (len(found), f"{wall:.0f}", f"{own:.0f}", f"{theirs:.0f}", largest_size() // 1024, children.largest // 1024)


def tracks(people: Sequence[Portrait], behind: Sequence[Path], networks: Networks, folder: Path) -> None:
    """Compare sampled frames with every frame: videos.csv."""
    random = Random(SEED)  # noqa: S311 - nothing is kept secret by it
    few, all_of_them = Score(), Score()
    threshold = networks.calibration.threshold
    for number in range(CLIPS):
        made = scene(people, random.choice(behind), random, size=SIZE, seconds=CLIP_SECONDS)
        path = folder / f"{number}.mp4"
        write(path, made, CLIP_SECONDS, RATE)
        few.add(made, sampled(path, networks), threshold)
        all_of_them.add(made, every_frame(path, networks), threshold)
        print(number, few.row, all_of_them.row, flush=True)
    header = ("frames", "appearances", "tracks", "of_a_second", "lost", "idf1", "named", "misnamed")
    rows = [("sampled", *few.row), ("every", *all_of_them.row)]
    write_results("videos.csv", machine(threads=cores(), seed=SEED, people=len(people)), header, rows)


def cost(people: Sequence[Portrait], behind: Sequence[Path], networks: Networks, folder: Path) -> None:
    """Read a video of ten minutes: video_cost.csv."""
    random = Random(SEED)  # noqa: S311 - likewise
    part, path = folder / "part.mp4", folder / "long.mp4"
    made = scene(people, random.choice(behind), random, size=LONG_SIZE, seconds=LONG_PART_SECONDS)
    write(part, made, LONG_PART_SECONDS, LONG_RATE)
    repeat(path, part, LONG_PARTS, LONG_PART_SECONDS)
    header = ("video", "tracks", "wall_seconds", "own_seconds", "decoder_seconds", "own_mb", "decoder_mb")
    rows = [(f"{LONG_PARTS * LONG_PART_SECONDS} s of 1080p", *long_video(path, networks))]
    write_results("video_cost.csv", machine(threads=cores(), seed=SEED), header, rows)


PARTS = {"tracks": tracks, "cost": cost}


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("parts", nargs="*", choices=list(PARTS), default=list(PARTS))
    asked = parser.parse_args()
    networks = Networks(read_settings())
    people = list(portraits(asked.data / "identities", networks))
    behind = sorted((asked.data / "wider_dev").rglob("*.jpg"))
    for name in asked.parts:
        with TemporaryDirectory() as folder:
            PARTS[name](people, behind, networks, Path(folder))


if __name__ == "__main__":
    main()
