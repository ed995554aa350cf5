"""Compare one-shot identification among strangers by the product's embedding and the first trunk's 512-d output.

    python -m benchmarks.bench_identification

Writes benchmarks/results/identification.csv. Both use the same crops and features, averaged with mirror images as the
product does, and the same galleries and probes. Features are computed once and cached (about ten minutes on two cores),
so a second run takes seconds. People on whom the head was trained are left out: --trained is the pattern of its run.
"""

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import torch

from benchmarks.bench_accuracy import first_output
from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import held_out_people
from recog.detect.registry import load_detector
from recog.embed.encoder import choose_encoder
from recog.embed.head import load_head
from recog.embed.network import network_named
from recog.embed.trunks import load_trunks
from recog.evaluate.identification import IdentificationScores, gallery_sizes, identification
from recog.train.features import FaceFeatures, face_features
from recog.train.head import AnyHead, embed_flipped
from recog.weights.loading import LoadOptions
from recog.weights.pull import ensure_weights

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path, nargs="?", default=DATA / "identities", help="a folder per person")
    parser.add_argument(
        "--trained", default="celeba_*", help="people on whom the head was trained, except those held out"
    )
    parser.add_argument(
        "--tight", nargs="*", default=["fiw_*", "pins105_*"], help="people whose photos are tight crops"
    )
    parser.add_argument("--photos", type=int, nargs="*", default=[1, 2, 5])
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    settings = read_settings()
    network = network_named(settings.network)
    encoder = choose_encoder(settings.encoder, device="cpu")
    shipped = load_head(network.head)
    trunk = load_trunks(network, cache=settings.cache, encoder=encoder)
    detector = load_detector(settings.detector, LoadOptions(cache=settings.cache, runtime=encoder))
    parts, start = [], 0
    for pattern in (arguments.trained, *arguments.tight):
        photos = labelled_photos(arguments.people, pattern=pattern)
        tight = any(fnmatchcase(pattern, each) for each in arguments.tight)
        faces = face_features(
            photos,
            detector,
            trunk,
            crop_scale=shipped.crop_scale,
            views=network.views,
            undetected=Undetected.PAD if tight else Undetected.LEAVE_OUT,
            cache=settings.cache / "features" / encoder,
            progress=lambda done, total: print(f"\r{done} of {total} photos", end="", file=sys.stderr, flush=True),
        )
        if pattern == arguments.trained:
            faces = unseen(faces, photos, shipped.record)
        parts.append((faces, faces.labels + start))
        start += len(photos.people)
    labels = np.concatenate([own for _, own in parts])
    heads: dict[str, AnyHead] = {
        "first trunk 512-d": first_output(
            ensure_weights(network.parts[0].weights, cache=settings.cache), network.features
        ),
        shipped.name: shipped,
    }
    rows = []
    for name, head in heads.items():
        embeddings = np.concatenate(
            [
                embed_flipped(head, faces.features, faces.mirrored) if shipped.flip else head.embed(faces.features)
                for faces, _ in parts
            ]
        )
        for number in arguments.photos:
            for size in gallery_sizes(labels, photos=number):
                scores = identification(embeddings, labels, gallery=size, photos=number)
                rows.append([name, *row(scores)])
    header = ["embedding", "people", "photos_each", "probes", "strangers", "rank_1", "rank_1_low", "rank_1_high"]
    for fpir in ("1e-2", "1e-1"):
        header += [f"dir_{fpir}", f"dir_{fpir}_low", f"dir_{fpir}_high"]
    facts = {"network": f"{network.name} on {encoder}", "people": len(np.unique(labels)), "faces": len(labels)}
    write_results("identification.csv", machine(threads=arguments.threads, **facts), header, rows)


def unseen(faces: FaceFeatures, photos: LabelledPhotos, record: object) -> FaceFeatures:
    """Return the faces of held-out people, if the head's record says that it was trained on these photos."""
    if not isinstance(record, dict) or record["data"]["sha256"] != photos.digest():
        raise SystemExit("the head was not trained on these photos: name those that it was trained on by --trained")
    share, seed = record["arguments"]["held_out"], record["arguments"]["settings"]["seed"]
    return faces.of_people(held_out_people(np.unique(faces.labels), share=float(share), seed=int(seed)))


def row(scores: IdentificationScores) -> list[float]:
    """Return the scores of a gallery as a row."""
    values = [scores.rank_1, *scores.rank_1_interval]
    for at in scores.dir:
        values += [at.dir, *at.interval]
    counts = [scores.gallery, scores.photos, round(scores.probes), round(scores.strangers)]
    return [*counts, *(round(value, 5) for value in values)]


if __name__ == "__main__":
    main()
