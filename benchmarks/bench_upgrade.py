"""Compare the names that a small library gives by distance before and after the change of the default network.

    python -m benchmarks.bench_upgrade ../shared/data/identities
    python -m benchmarks.bench_upgrade ../shared/data/identities --held-out

Writes benchmarks/results/upgrade.csv; with --held-out, its rows for the people of CelebA who trained no head, else
those for some of CelebA's people, most of whom did. Rows of the other people stay. A library is indexed by the former
default, half of its people are enrolled with one photo each, and the new default indexes it again, as after an update
of recog. Fresh libraries with each detector and each network, and the same enrolled photos, tell what the update itself
does. The folder of a photo says who it shows, so a name on another face of the photo counts as wrong.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measured import kept_rows, machine, write_results
from recog.config import read_settings
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import held_out_people
from recog.errors import NoFaceFoundError, SeveralFacesFoundError
from recog.library.photo_library import PhotoLibrary
from recog.train.plans import HeadPlan
from recog.weights.device import cores

FORMER, NEW = ("facenet-dlib", "mtcnn"), ("facenet-sface-dlib", "yunet-mtcnn")
HEADER = ("people_of", "library", "network", "detector", "photos", "faces", "people", "enrolled", "threshold", "right",
          "wrong", "unnamed", "share_right")  # fmt: skip
HELD_OUT, MIXED = "CelebA, held out", "CelebA, most trained on"


def held_out(identities: Path) -> LabelledPhotos:
    """Return the photos of the people of CelebA who were held out from the training of the heads."""
    photos, plan = labelled_photos(identities, pattern="celeba_*"), HeadPlan()
    chosen = held_out_people(np.unique(photos.labels), share=plan.held_out, seed=plan.settings.seed)
    kept = photos.of_people(chosen.tolist())
    people, labels = np.unique(kept.labels, return_inverse=True)
    return LabelledPhotos(kept.paths, labels, tuple(photos.people[person] for person in people))


def opened(folder: Path, network: str, detector: str) -> PhotoLibrary:
    """Open a library with this network and detector."""
    return PhotoLibrary(read_settings(library=folder, network=network, detector=detector, device="cpu"))


def enrol(library: PhotoLibrary, photos: LabelledPhotos, people: Sequence[int]) -> Mapping[int, Path]:
    """Enrol each of these people with their first photo of one clear face; return these photos."""
    used: dict[int, Path] = {}
    for person in people:
        for path in photos.of_people([person]).paths:
            try:
                library.people.enrol(f"person {person}", [path], near=True)
            except (NoFaceFoundError, SeveralFacesFoundError):
                continue
            used[person] = path
            break
    return used


def row(what: str, library: PhotoLibrary, photos: LabelledPhotos, used: Mapping[int, Path]) -> list[object]:
    """Count the names by distance of a library that knows these people by these photos."""
    context = library.context
    catalog, settings = context.catalog, context.settings
    shown = {path.resolve(): int(label) for path, label in zip(photos.paths, photos.labels, strict=True)}
    owners = catalog.faces.owners()
    matched = (owners.person_ids >= 0) & ~owners.confirmed
    people = catalog.people.by_ids(owners.person_ids[matched].tolist())
    paths = catalog.files.paths(set(owners.photo_ids.tolist()))
    named: dict[Path, list[bool]] = {}
    for photo, person in zip(owners.photo_ids[matched].tolist(), owners.person_ids[matched].tolist(), strict=True):
        path = Path(paths[photo][0]).resolve()
        named.setdefault(path, []).append(people[person].name == f"person {shown[path]}")
    right = sum(any(names) for names in named.values())
    wrong = sum(names.count(False) for names in named.values())
    wanted = sum(
        label in used and path not in {each.resolve() for each in used.values()} for path, label in shown.items()
    )
    status = library.status()
    threshold = f"{status.threshold:.4f}" if status.threshold is not None else ""
    return [
        what, settings.network, settings.detector, len(photos.paths), status.faces, len(photos.people), len(used),
        threshold, right, wrong, wanted - right, f"{right / wanted:.4f}",
    ]  # fmt: skip


def fresh(work: Path, photos: LabelledPhotos, used: Mapping[int, Path], network: str, detector: str) -> list[object]:
    """Index a new library, enrol the same photos, and count its names."""
    with opened(work / f"{network} {detector}", network, detector) as library:
        library.index(sorted({path.parent for path in photos.paths}))
        for person, path in used.items():
            library.people.enrol(f"person {person}", [path], near=True)
        library.people.match_all()
        return row("fresh", library, photos, used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("identities", type=Path, help="a folder with a folder per person")
    parser.add_argument("--pattern", default="celeba_*[01]")
    parser.add_argument("--held-out", action="store_true", help="the people of CelebA who trained no head")
    options = parser.parse_args()
    who = HELD_OUT if options.held_out else MIXED
    photos = (
        held_out(options.identities)
        if options.held_out
        else labelled_photos(options.identities, pattern=options.pattern)
    )
    people = np.arange(0, len(photos.people), 2).tolist()
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        with opened(work / "upgraded", *FORMER) as library:
            library.index(sorted({path.parent for path in photos.paths}))
            used = enrol(library, photos, people)
            library.people.match_all()
            rows = [row("before the update", library, photos, used)]
        with opened(work / "upgraded", *NEW) as library:
            library.index(sorted({path.parent for path in photos.paths}))
            rows.append(row("after the update", library, photos, used))
            library.people.match_all()
            rows.append(row("after the update, named anew", library, photos, used))
        if not options.held_out:
            rows += [
                fresh(work, photos, used, network, detector)
                for detector in ("mtcnn", "yunet-mtcnn")
                for network in (FORMER[0], NEW[0])
            ]
    table: list[Sequence[object]] = [*([who, *each] for each in rows), *kept_rows("upgrade.csv", 1, {(who,)})]
    write_results("upgrade.csv", machine(threads=cores(), pattern=options.pattern), HEADER, table)


if __name__ == "__main__":
    main()
