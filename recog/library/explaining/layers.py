"""What the layers of a network look for: stream photos through it, and keep the patches that excite each unit most."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recog.errors import NoPhotosFoundError, PhotoError
from recog.explain.network import LayeredNetwork, Units, chosen_units
from recog.explain.patches import cut, encoded, filter_pictures
from recog.explain.sources import layered_network
from recog.explain.strongest import MOST, Strongest
from recog.explain.torch_layers import TorchLayers
from recog.library.context import LibraryContext
from recog.library.explaining.inputs import Shown, longest_needed, sees_faces, shown_by
from recog.library.explaining.looks import looks_of
from recog.library.explaining.results import LayersReport, ShownLayer, ShownPatch, ShownUnit, UnitLooks
from recog.library.explaining.unfinished import RunState, read, save
from recog.library.indexing.decode_ahead import decode_ahead, decoding_processes
from recog.library.indexing.detect_ahead import CutPhoto, Found, detect_ahead
from recog.library.indexing.results import FailedPhoto
from recog.library.probes import CutFaces
from recog.photos import DecodePool, find_photos
from recog.types import Crops, DecodedPhoto, FileStat

BATCH = 16
"""Inputs that go through the network together."""
SAVE_SECONDS = 20.0
"""Least time between two writings of the state of a run."""
_METHOD = "patches 1"
"""Increase the number with every change in the results, so that no earlier unfinished run is continued."""

Progress = Callable[[int, int], None]
"""Is told how many files were looked at, and how many there are."""


def explain_layers(
    context: LibraryContext,
    name: str,
    folder: Path,
    *,
    layers: Sequence[str],
    units: Sequence[int],
    most: int,
    looks: bool,
    unfinished: Path | None,
    progress: Progress | None,
    save_seconds: float = SAVE_SECONDS,
) -> LayersReport:
    """Show what the layers of a network look for in the photos below a folder; see Explaining.layers."""
    start = time.perf_counter()
    settings, networks = context.settings, context.networks
    network = layered_network(name, networks.load_options, own_networks=settings.own_networks)
    chosen = chosen_units(network, layers, units, most)
    files, unreadable = _files(folder)
    shown = shown_by(network, networks, own_networks=settings.own_networks)
    detector = networks.detector.sha256 if sees_faces(name) else ""
    run = LayersRun(
        network,
        chosen,
        files,
        unfinished=unfinished,
        fingerprint=_fingerprint(network, chosen, files, detector),
        save_seconds=save_seconds,
    )
    with DecodePool(context.decode_limits, processes=decoding_processes()) as pool:
        longest = longest_needed(network, networks)
        run.take(pool, shown, longest=longest, progress=progress)
        found = _more(run, pool, shown, longest) if looks else {}
    failed = [FailedPhoto(files[number].path, reason, detail) for number, reason, detail in run.state.failed]
    return LayersReport(
        network=name,
        folder=folder,
        of_faces=sees_faces(name),
        side=network.side,
        photos=len(files),
        shown=run.state.shown,
        failed=(*unreadable, *failed),
        layers=_shown_layers(run, found),
        filters=tuple(filter_pictures(network.filters)),
        differentiable=isinstance(network, TorchLayers),
        seconds=time.perf_counter() - start,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


class LayersRun:
    """One run of photos through a network."""

    def __init__(
        self,
        network: LayeredNetwork,
        chosen: Mapping[str, Units],
        files: Sequence[FileStat],
        *,
        unfinished: Path | None,
        fingerprint: str,
        save_seconds: float,
    ) -> None:
        """unfinished: where the state is kept between batches, and continued if its fingerprint is this one."""
        self.network = network
        self.chosen = chosen
        self.files = files
        self.fields = {layer.name: layer.field for layer in network.layers}
        self._unfinished = unfinished
        self._fingerprint = fingerprint
        self._save_seconds = save_seconds
        begun = None if unfinished is None else read(unfinished, fingerprint=fingerprint)
        self.state = begun or RunState({name: Strongest([[] for _ in each]) for name, each in chosen.items()})
        self._batch: list[tuple[int, Crops]] = []

    def take(self, pool: DecodePool, shown: Shown, *, longest: int | None, progress: Progress | None) -> None:
        """Look at every file that was not looked at yet. Raises whatever `progress` raises; the run can go on later."""
        state, saved = self.state, time.monotonic()
        rest = self.files[state.done :]
        processes, known = decoding_processes(), state.digests
        decoded = decode_ahead(rest, known=known, pool=pool, processes=processes, longest=longest, moving=False)
        with (
            closing(decoded) as photos,
            closing(detect_ahead(photos, known=state.digests, cut=lambda photo: _cut(photo, shown))) as searched,
        ):
            for _, found in searched:
                self._take_one(state.done, found)
                state.done += 1
                if len(self._batch) == BATCH:
                    self._flush()
                    # Only between batches, so that a run that goes on makes the same batches as one that never ended.
                    if self._unfinished is not None and time.monotonic() - saved >= self._save_seconds:
                        save(state, self._unfinished, fingerprint=self._fingerprint)
                        saved = time.monotonic()
                if progress is not None:
                    progress(state.done, len(self.files))
        self._flush()

    def _take_one(self, number: int, found: Found) -> None:
        if isinstance(found, PhotoError):
            self.state.failed.append((number, found.reason, str(found)))
        elif isinstance(found, CutPhoto):
            self.state.digests[found.sha256] = number
            if len(found.faces.crops):
                self._batch.append((number, found.faces.crops[0]))

    def _flush(self) -> None:
        """Run the network on the batch, and cut the patches that are new among the strongest."""
        if not self._batch:
            return
        numbers, inputs = [number for number, _ in self._batch], np.stack([one for _, one in self._batch])
        self._batch.clear()
        self.state.shown += len(inputs)
        for name, peaks in self.network.peaks(inputs, self.chosen).items():
            for row, entry in self.state.strongest[name].add(peaks, numbers):
                entry.patch = encoded(cut(inputs[row], self.fields[name].at(entry.place)))


def _cut(photo: DecodedPhoto, shown: Shown) -> CutFaces:
    return CutFaces((), shown(photo), ())


def _files(folder: Path) -> tuple[list[FileStat], list[FailedPhoto]]:
    """Return the photos below a folder, and what cannot be read; NoPhotosFoundError if there is none."""
    unreadable: list[FailedPhoto] = []
    found = list(
        find_photos(folder, on_error=lambda path, error: unreadable.append(FailedPhoto(path, error.reason, str(error))))
    )
    if not found:
        raise NoPhotosFoundError(f"{folder} holds no photo to show the network: name another folder")
    return found, unreadable


def _fingerprint(network: LayeredNetwork, chosen: Mapping[str, Units], files: Sequence[FileStat], detector: str) -> str:
    """Return a digest of all that decides the result of a run."""
    units = {name: each.tolist() for name, each in chosen.items()}
    stats = [(str(one.path), one.size, one.mtime_ns) for one in files]
    told = [_METHOD, MOST, BATCH, network.name, network.sha256, detector, units, stats]
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogateescape")).hexdigest()


def _more(run: LayersRun, pool: DecodePool, shown: Shown, longest: int | None) -> dict[tuple[str, int], UnitLooks]:
    """Return the further pictures of each unit, by layer and row, from the input with its strongest patch."""
    found = {}
    for name, strongest in run.state.strongest.items():
        best = [entries[0] if entries else None for entries in strongest.entries]
        inputs: dict[int, Crops] = {}
        for number in sorted({entry.photo for entry in best if entry is not None}):
            opened = pool.open(run.files[number].path, longest=longest)
            if isinstance(opened, DecodedPhoto) and len(seen := shown(opened)):
                inputs[number] = seen[0]
        for row, entry in enumerate(best):
            if entry is not None and entry.photo in inputs:
                unit = int(run.chosen[name][row])
                found[name, row] = looks_of(run.network, name, unit, entry.place, inputs[entry.photo])
    return found


def _shown_layers(run: LayersRun, looks: Mapping[tuple[str, int], UnitLooks]) -> tuple[ShownLayer, ...]:
    shown = []
    for layer in run.network.layers:
        if layer.name not in run.chosen:
            continue
        extents = layer.field.columns, layer.field.rows
        width, height = (int((one.last - one.first).max()) + 1 for one in extents)
        units = [
            ShownUnit(
                int(number),
                tuple(
                    ShownPatch(run.files[one.photo].path, one.value, layer.field.at(one.place), one.patch)
                    for one in entries
                ),
                looks.get((layer.name, row)),
            )
            for row, (number, entries) in enumerate(
                zip(run.chosen[layer.name], run.state.strongest[layer.name].entries, strict=True)
            )
        ]
        places = layer.field.shape[::-1]
        shown.append(ShownLayer(layer.name, layer.units, (width, height), places, tuple(units)))
    return tuple(shown)
