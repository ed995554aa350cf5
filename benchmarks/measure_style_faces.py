"""Measure how far style transfer moves a face by recog's own distance, for each setting of faces and colours.

    python -m benchmarks.measure_style_faces

Writes benchmarks/results/style_faces.csv, numbers only; no picture is kept. Of the first --people folders of PHOTOS
that have a photo with just one face, the first such photo is styled once for each setting of faces and colours, with
the default settings except --size. The face is embedded before and after with the default network, at the place where
it was found before. Beside the distance, the table shows in how many results the face is still within the calibrated
threshold (recog would know the person), and in how many the detector still finds a face there.
"""

import argparse
import itertools
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.measured import machine, write_results
from recog.boxes import iou
from recog.config import read_settings
from recog.crop import face_views
from recog.distance import paired_squared_distances
from recog.library.networks import Networks
from recog.photos import read_photo
from recog.style.faces import scaled_box
from recog.style.layers import StyleNetwork
from recog.style.settings import Colours, Faces, StyleSettings
from recog.style.transfer import stylize
from recog.types import Embeddings, FaceBox, Pixels

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# Least overlap of a box in the result with the face's box to be the same face.
SAME = 0.3


def portraits(photos: Path, people: int, networks: Networks) -> Iterator[tuple[Pixels, FaceBox]]:
    """Yield one photo per person, with its only face."""
    found = 0
    for folder in sorted(path for path in photos.iterdir() if path.is_dir()):
        if found == people:
            return
        for path in sorted(folder.iterdir()):
            pixels = read_photo(path).pixels
            if len(boxes := networks.detector.detect(pixels)) == 1:
                found += 1
                yield pixels, boxes[0]
                break


def embedded(networks: Networks, pixels: Pixels, box: FaceBox) -> Embeddings:
    info = networks.info
    crops = face_views(pixels, [box], scale=info.crop_scale, size=info.input_size, views=info.views)
    return networks.embedder.embed(crops)


def styled(network: StyleNetwork, settings: StyleSettings, content: Pixels, style: Pixels, box: FaceBox) -> Pixels:
    *_, last = stylize(content, style, settings, network, faces=[box])
    if last.pixels is None:
        raise RuntimeError("the last item has no picture")
    return last.pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=DATA / "identities", help="a folder per person")
    parser.add_argument("--style", type=Path, default=DATA / "style" / "starry_night_google.jpg")
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--size", type=int, default=128, help="longest side of each result, pixels")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    networks = Networks(read_settings())
    base = StyleSettings(size=options.size)
    network = networks.style_network(base.network)
    style = read_photo(options.style).pixels
    contents = list(portraits(options.photos, options.people, networks))
    threshold = networks.calibration.threshold
    rows: list[tuple[str, str, int, float, float, int, int]] = []
    for faces, colours in itertools.product(Faces, (Colours.STYLE, Colours.LUMINANCE)):
        distances, found = [], 0
        for pixels, box in contents:
            result = styled(network, replace(base, faces=faces, colours=colours), pixels, style, box)
            there = scaled_box(box, result.shape[1] / pixels.shape[1])
            before, after = embedded(networks, pixels, box), embedded(networks, result, there)
            distances.append(float(paired_squared_distances(before, after)[0]))
            found += any(iou(there, seen) >= SAME for seen in networks.detector.detect(result))
        known = sum(distance <= threshold for distance in distances)
        rows.append(
            (
                faces,
                colours,
                len(distances),
                round(statistics.median(distances), 4),
                round(max(distances), 4),
                known,
                found,
            )
        )
        print(*rows[-1], flush=True)
    widths = [box.width * min(1.0, base.size / max(pixels.shape[:2])) for pixels, box in contents]
    comment = machine(
        threads=options.threads,
        embedder=networks.info.name,
        threshold=f"{threshold:.4f}",
        pictures=f"of {base.size} px where the default is {StyleSettings().size}",
        faces=f"{min(widths):.0f} to {max(widths):.0f} px wide",
        photos=f"the first with one face of the first {len(contents)} people of {options.photos.name} by folder",
        steps=base.steps,
        style=options.style.name,
    )
    header = ("faces", "colours", "photos", "median squared distance", "largest", "within threshold", "detected")
    write_results("style_faces.csv", comment, header, rows)


if __name__ == "__main__":
    main()
