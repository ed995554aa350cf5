"""Change bytes of good files at random: every reader must raise only its own errors, in bounded time and memory.

`python -m tests.faults.fuzz --count 5000 --write` tries this many changed files for each reader and keeps the counts in
benchmarks/results/faults_fuzz.csv. Each reader runs in its own process with a limit on its memory, and its good files
are made in another one. A crash, a foreign
exception or a slow file is a failure, printed with the seed and the number that reproduce it.
"""

import argparse
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.errors import PhotoError, RecogError
from tests.faults.forked import apart, end_of, fork, load_what_loads
from tests.faults.results import write_results

SEED = 20261122
MOST_SECONDS = 10.0
MOST_BYTES = 4 << 30
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, the files that it reads, and the errors that it may raise."""

    name: str
    seeds: Sequence[bytes]
    read: Callable[[bytes, Path], object]
    refuses: tuple[type[Exception], ...]


def changed(data: bytes, choose: random.Random) -> bytes:
    """Return the bytes with one to eight edits: flip bits, set bytes, cut, double, move or zero runs, truncate."""
    out = bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 4, 8))):
        if not out:
            break
        at = choose.randrange(min(len(out), choose.choice((64, 1024, len(out)))))
        end = min(len(out), at + choose.choice((1, 2, 4, 16, 256)))
        match choose.randrange(7):
            case 0:
                out[at] ^= 1 << choose.randrange(8)
            case 1:
                out[at] = choose.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
            case 2:
                del out[at:end]
            case 3:
                out[at:at] = out[at:end]
            case 4:
                out[at:end] = bytes(end - at)
            case 5:
                out[at:end] = choose.randbytes(end - at)
            case _:
                del out[choose.randrange(len(out)) :]
    return bytes(out)


def try_reader(reader: Reader, *, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Return the numbers of changed files that were read and refused, and the failures."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        for ending in _in_a_process(reader, numbers, seed):
            if ending in ("read", "refused"):
                counts[ending] += 1
            else:
                wrong.append(f"{reader.name}, seed {seed}, {ending}")
    return counts, wrong


def _in_a_process(reader: Reader, numbers: range, seed: int) -> list[str]:
    """Return a word for each file, or its failure; a process that dies skips the rest of its files."""
    with tempfile.TemporaryDirectory() as directory:
        said = Path(directory) / "said"
        pid = fork()
        if pid == 0:
            _try_and_exit(reader, numbers, seed, said, Path(directory))
        code = end_of(pid, said, seconds=6 * MOST_SECONDS * len(numbers))
        endings = said.read_text(encoding="utf-8").splitlines()
    if code != 0:
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        endings.append(f"number {numbers[len(endings)]}: the process ended by {how}")
    return endings


def _try_and_exit(reader: Reader, numbers: range, seed: int, said: Path, directory: Path) -> None:
    """Run in the fork and never return."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with said.open("w", encoding="utf-8", buffering=1) as out:
            for number in numbers:
                choose = random.Random(f"{seed} {reader.name} {number}")
                data = changed(choose.choice(reader.seeds), choose)
                signal.alarm(int(6 * MOST_SECONDS))
                out.write(f"{_ending(reader, data, directory, number)}\n")
        os._exit(0)
    finally:
        os._exit(70)


def _ending(reader: Reader, data: bytes, directory: Path, number: int) -> str:
    began = time.process_time()
    try:
        reader.read(data, directory)
    except reader.refuses:
        ending = "refused"
    except Exception as error:  # noqa: BLE001 - the finding
        place = traceback.extract_tb(error.__traceback__)[-1]
        ending = f"number {number}: {type(error).__name__} at {place.filename}:{place.lineno}: {error}".replace(
            "\n", " "
        )
    else:
        ending = "read"
    took = time.process_time() - began
    return ending if took <= MOST_SECONDS else f"number {number}: {ending} after {took:.1f} s"


def _photos() -> Reader:
    """Decode in this process; in use a decoding process contains the decoder. Try the shared hostile files as well."""
    from recog.photos import read_photo
    from tests.conftest import DATA

    seeds = load_what_loads(_photo_files)
    hostile = sorted(path for path in (DATA / "hostile").rglob("*") if path.is_file()) if DATA.is_dir() else []
    seeds += [path.read_bytes() for path in hostile if path.stat().st_size < 20_000]

    def read(data: bytes, directory: Path) -> object:
        path = directory / "photo"
        path.write_bytes(data)
        return read_photo(path)

    return Reader("photo decoder", seeds, read, (PhotoError,))


def _photo_files() -> list[bytes]:
    import io

    import numpy as np
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    pixels = np.random.default_rng(1).integers(0, 256, (40, 48, 3), np.uint8)
    seeds = []
    for form, options in (
        ("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {}), ("WEBP", {}), ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}), ("BMP", {}), ("HEIF", {}), ("AVIF", {}),
    ):  # fmt: skip
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, form, **options)
        seeds.append(buffer.getvalue())
    return seeds


def _graph() -> Reader:
    from recog.weights.graphdef import read_constants
    from tests.weights.test_graphdef import GRAPH

    return Reader("TensorFlow graph", [GRAPH], lambda data, _: read_constants(data), (ValueError,))


def _state_dict() -> Reader:
    from recog.weights.convert import torch_state

    def write() -> bytes:
        import io

        import torch

        buffer = io.BytesIO()
        torch.save({"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.zeros(3)}, buffer)
        return buffer.getvalue()

    seed = load_what_loads(write)
    return Reader("PyTorch state", [seed], lambda data, _: torch_state({"a.pt": data}), (ValueError,))


def _hdf5() -> Reader:
    from recog.weights.vgg import keras_hed
    from tests.weights.test_vgg import hdf5

    return Reader("HDF5 weights", [apart(hdf5)], lambda data, _: keras_hed({"w.h5": data}), (ValueError,))


def _dlib() -> Reader:
    from recog.weights.dlib_resnet import dlib_face_resnet
    from tests.weights.dlib_file import written_network

    seed = load_what_loads(lambda: bytes(written_network(7).data))
    return Reader("dlib network", [seed], lambda data, _: dlib_face_resnet({"net.dat": data}), (RecogError,))


def _index() -> Reader:
    """Return bytes with a correct digest, because the checks behind the digest must hold by themselves."""
    import numpy as np

    from recog.distance import unit_rows
    from recog.index.faiss_index import FaceIndex
    from recog.index.structures import Kind, Recall

    def build() -> list[bytes]:
        vectors = unit_rows(np.random.default_rng(2).normal(size=(300, 16)).astype(np.float32))
        rows = [(np.arange(300, dtype=np.int64), vectors)]
        kinds: tuple[Kind, ...] = ("flat", "ivf")
        built = [FaceIndex.build(rows, kind=kind, network_sha256="ab" * 32, dim=16, device="cpu") for kind in kinds]
        return [b"".join(one.to_parts()) for one in built]

    def load(data: bytes, _: Path) -> object:
        memory, recall = np.frombuffer(bytearray(data), np.uint8), Recall(1.0, 1.0)
        return FaceIndex.from_bytes(memory, len(data), network_sha256="ab" * 32, dim=16, recall=recall, device="cpu")

    return Reader("index", load_what_loads(build), load, (ValueError,))


def _manifests() -> tuple[bytes, Callable[[bytes, Path], object]]:
    from recog.index.files import load
    from recog.index.manifest import FORMAT, MANIFEST, METRIC, Manifest, encode_manifest

    manifest = Manifest(
        format=FORMAT, generation=3, library_id="l", network_sha256="ab" * 32, dim=16, metric=METRIC, kind="flat",
        nprobe=None, recall_at_1=1.0, recall_at_10=1.0, count=0, last_embedding_id=0, last_removal_id=0,
        sha256="cd" * 32, ids_sha256="ef" * 32,
    )  # fmt: skip

    def read(data: bytes, directory: Path) -> object:
        home = directory / ("ab" * 6)
        home.mkdir(exist_ok=True)
        (home / MANIFEST).write_bytes(data)
        return load(directory, library_id="l", network_sha256="ab" * 32, dim=16, device="cpu")

    return encode_manifest(manifest), read


def _manifest() -> Reader:
    encoded, read = _manifests()
    return Reader("manifest", [encoded, b"[" * 100_000, b"{}", b"null"], read, (RecogError,))


def _signed_manifest() -> Reader:
    """Return a manifest with one field replaced and a new digest, as a malicious program would write it."""
    from recog.index.manifest import content_digest

    encoded, read = _manifests()
    odd: tuple[object, ...] = (None, -1, 1 << 70, "x", "../../x", [], {}, 1.5, True, "", "\0")

    def sign(data: bytes, directory: Path) -> object:
        content = json.loads(encoded)
        content.pop("manifest_sha256")
        choose = random.Random(data)
        content[choose.choice(sorted(content))] = choose.choice(odd)
        content["manifest_sha256"] = content_digest(content)
        return read(json.dumps(content).encode(), directory)

    return Reader("signed manifest", [encoded], sign, (RecogError,))


READERS = (_photos, _graph, _state_dict, _hdf5, _dlib, _index, _manifest, _signed_manifest)
"""Functions that make the good files of a reader, and return it."""


def main() -> int:
    """Try every reader, print the failures, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000, help="changed files a reader")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start no other reader after so long")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true", help="keep the counts")
    options = parser.parse_args()
    began, rows, failed = time.monotonic(), [], 0
    for make_reader in READERS:
        if time.monotonic() - began > 60 * options.minutes:
            break
        reader = make_reader()
        counts, wrong = try_reader(reader, count=options.count, seed=options.seed)
        rows.append((reader.name, counts.total() + len(wrong), counts["read"], counts["refused"], len(wrong)))
        failed += len(wrong)
        print(*rows[-1], *wrong[:20], sep="\n  ", flush=True)  # noqa: T201 - a program
    if options.write:
        extent = f"{options.count} changed files a reader, seed {options.seed}"
        write_results("faults_fuzz.csv", extent, ("reader", "files", "read", "refused", "wrong"), rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
