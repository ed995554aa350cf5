"""Identify probes against the confirmed faces of all people, always as the catalog has them.

Faces of which the detector is unsure are left out (see recog.quality.SURE_SCORE). Where the time of a probe goes: see
docs/decisions/gallery.md.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import TypeAlias

import numpy as np

from recog import identify as decide
from recog.ageing import RULE
from recog.distance import squared_distances
from recog.index.faiss_index import FaceIndex
from recog.index.structures import FLAT_LIMIT
from recog.library.networks import Networks
from recog.library.recognition.server_index import ServerIndex
from recog.library.recognition.times import Days, PeopleTimes
from recog.library.recognition.vector_index import Searchable
from recog.quality import SURE_SCORE
from recog.store.catalog import Catalog
from recog.store.embedding_records import Gallery
from recog.store.people.snapshot import Snapshot
from recog.store.records import Among
from recog.types import Calibration, Embeddings, Match, Neighbour, Person

NEARLY_ALL = 0.5
"""Search the library's own index once this share of a large library's faces is confirmed; below it, a separate gallery
index is smaller and faster."""
MANY = int(NEARLY_ALL * FLAT_LIMIT)
"""Confirmed faces below which the library's own index is never searched, so it need not be read."""
WIDER = 4
"""If too few neighbours belong to a named person, widen the search by this factor."""

Decision: TypeAlias = tuple[Match | None, Match | None]
"""The person accepted, and the nearest person at whatever distance."""


@dataclass(frozen=True, slots=True)
class Named:
    """Decisions for a batch of probes, taken from one snapshot of the catalog, with their people and the threshold."""

    decisions: list[Decision]
    people: dict[int, Person]
    threshold: float


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """The confirmed faces: an exact index of them, and the person of each."""

    index: FaceIndex
    gallery: Gallery
    owner_of: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _OnServer:
    """The confirmed faces of a large library, where the server that keeps it searches: none of them is read here."""

    index: ServerIndex

    def search(self, probes: Embeddings, k: int) -> list[Sequence[Neighbour]]:
        """Find the nearest confirmed faces; see Searchable."""
        return self.index.search(probes, k, among=Among(lending=True))


@dataclass(frozen=True, slots=True)
class _Made:
    """What is searched as of one version of the catalog: the library's index, a server's, or the confirmed faces.

    reach: neighbours that are looked at first in the library's or the server's index. times: None if dates do not
    count, because no photo has one or because the user said so.
    """

    version: Hashable
    searched: Searchable | _OnServer | _Confirmed
    threshold: float
    reach: int
    times: PeopleTimes | None


def naming_threshold(catalog: Catalog, calibration: Calibration, *, confirmed: int) -> float:
    """Return the squared distance up to which a name is given, with this many confirmed faces."""
    return decide.identification_threshold(calibration, people=catalog.people.count(), faces=confirmed)


class PersonGallery:
    """Identify probes; the catalog's faces are read again only after a change. Threads may share a gallery.

    In most libraries the confirmed faces have an exact index of their own. In a large library of which most faces are
    confirmed, the library's index is searched, and the catalog says whose the few neighbours are. If a server keeps a
    large library, it searches its own confirmed faces, whatever their share is.
    """

    def __init__(
        self,
        catalog: Catalog,
        networks: Networks,
        library_index: Searchable | None,
        *,
        k: int,
        large: int = MANY,
    ) -> None:
        """library_index is the index of all faces; it is not asked below `large` confirmed ones."""
        self._catalog = catalog
        self._networks = networks
        self._library_index = library_index
        self._k = k
        self._many = large
        self._lock = Lock()  # held while what is searched is read anew
        self._made: _Made | None = None

    @property
    def rule(self) -> str:
        """What decides apart from the catalog, as text: it changes with the calibration and the settings."""
        calibration = self._networks.calibration
        numbers = (calibration.threshold, calibration.far, calibration.tail)
        rule = f"threshold, far, tail {numbers}, k {self._k}, score {SURE_SCORE}"
        return f"{rule}, {RULE}" if self._dated() else rule

    @property
    def threshold(self) -> float:
        """See naming_threshold."""
        with self._snapshot() as (_, made):
            return made.threshold

    @property
    def over_time(self) -> bool:
        """Whether the days of probes count: see PersonGallery.decide."""
        with self._snapshot() as (_, made):
            return made.times is not None

    def decide(
        self,
        probes: Embeddings,
        refused: Mapping[int, Collection[int]] | None = None,
        *,
        days: Days | None = None,
    ) -> list[Decision]:
        """Return for each probe, (p, dim), the accepted match or None, and the nearest person or None.

        refused: by row of probes, people that the probe is not; the decision is made among the others. days: when each
        probe was photographed, if that is known (see recog.ageing).
        """
        with self._snapshot() as (now, made):
            return self._decided(now, made, probes, refused or {}, days)

    def named(
        self,
        probes: Embeddings,
        refused: Mapping[int, Collection[int]] | None = None,
        *,
        days: Days | None = None,
    ) -> Named:
        """Decide, and return the people with the decisions; decide again if one of them was removed meanwhile."""
        while True:
            with self._snapshot() as (now, made):
                decisions = self._decided(now, made, probes, refused or {}, days)
                wanted = {match.person_id for pair in decisions for match in pair if match}
                people = now.people_by_id(wanted)
                if people.keys() >= wanted:
                    return Named(decisions, people, made.threshold)

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[Snapshot, _Made]]:
        """Open a snapshot of the catalog and give what is searched, which is read anew if the catalog changed.

        What is written while it is read is seen by the next call.
        """
        with self._catalog.snapshot() as now:
            made = self._made
            if made is not None and made.version == now.version():
                yield now, made
                return
        made = self._made_anew()
        with self._catalog.snapshot() as now:
            yield now, made

    def _made_anew(self) -> _Made:
        """Read the confirmed faces, unless another thread has just done so."""
        with self._lock:
            version = self._catalog.version()
            if self._made is not None and self._made.version == version:
                return self._made
            confirmed = self._catalog.people.confirmed_count()
            searched = self._library_to_ask(confirmed) or self._confirmed()
            threshold = naming_threshold(self._catalog, self._networks.calibration, confirmed=confirmed)
            reach = self._k
            if not isinstance(searched, _Confirmed | _OnServer):
                reach = ceil(self._k * (searched.count / confirmed) ** 2)
            self._made = _Made(version, searched, threshold, reach, PeopleTimes() if self._dated() else None)
            return self._made

    def _dated(self) -> bool:
        return self._networks.over_time and self._catalog.faces.any_dated()

    def _decided(
        self,
        now: Snapshot,
        made: _Made,
        probes: Embeddings,
        refused: Mapping[int, Collection[int]],
        days: Days | None,
    ) -> list[Decision]:
        searched = made.searched
        if not isinstance(searched, _Confirmed):
            neighbours, owner_of = self._found_in_library(now, searched, made, probes, refused)
            return _identified(now, made, neighbours, owner_of, days)
        neighbours = searched.index.search(probes, self._k)
        for row, person_ids in refused.items():
            neighbours[row] = nearest_but(searched.gallery, probes[row], person_ids, k=self._k)
        return _identified(now, made, neighbours, searched.owner_of, days)

    def _library_to_ask(self, confirmed: int) -> Searchable | _OnServer | None:
        index = self._library_index
        if index is None or confirmed < self._many:
            return None
        if isinstance(index, ServerIndex):
            return _OnServer(index)
        if index.kind == "flat":
            return None
        return index if confirmed >= NEARLY_ALL * index.count else None

    def _confirmed(self) -> _Confirmed:
        gallery = self._catalog.embeddings.gallery(self._networks.info.sha256)
        index = FaceIndex.build(
            [(gallery.face_ids, gallery.embeddings)],
            network_sha256=self._networks.info.sha256,
            dim=self._networks.info.dim,
            device=self._networks.device,
            kind="flat",
        )
        owner_of = dict(zip(gallery.face_ids.tolist(), gallery.person_ids.tolist(), strict=True))
        return _Confirmed(index, gallery, owner_of)

    def _found_in_library(
        self,
        now: Snapshot,
        index: Searchable | _OnServer,
        made: _Made,
        probes: Embeddings,
        refused: Mapping[int, Collection[int]],
    ) -> tuple[list[Sequence[Neighbour]], dict[int, int]]:
        """Return each probe's k nearest confirmed neighbours, or all that are near enough, and their people.

        The first search is wide enough that widening is rare: k if all faces are confirmed, 4 k if half are.
        """
        found: dict[int, Sequence[Neighbour]] = {}
        owner_of: dict[int, int] = {}
        undecided = list(range(len(probes)))
        reach, threshold = made.reach, made.threshold
        while undecided:
            neighbours = index.search(probes[undecided], reach)
            asked = {near.face_id for row in neighbours for near in row} - owner_of.keys()
            owner_of |= now.lending_people(asked)
            for row, near in zip(undecided, neighbours, strict=True):
                not_these = refused.get(row, ())
                named = [one for one in near if owner_of.get(one.face_id, -1) not in {-1, *not_these}][: self._k]
                beyond = bool(named) and near[-1].squared_distance > threshold
                if len(named) == self._k or beyond or len(near) < reach:
                    found[row] = named
            undecided = [row for row in undecided if row not in found]
            reach *= WIDER
        return [found[row] for row in range(len(probes))], owner_of


def _identified(
    now: Snapshot,
    made: _Made,
    neighbours: Sequence[Sequence[Neighbour]],
    owner_of: Mapping[int, int],
    days: Days | None,
) -> list[Decision]:
    """Decide about each probe; days are unknown if they are None."""
    if made.times is None:
        return [decide.identify(row, owner_of, threshold=made.threshold) for row in neighbours]
    known = days if days is not None else [None] * len(neighbours)
    penalties = made.times.penalties(now, neighbours, owner_of, known, threshold=made.threshold)
    return [
        decide.identify(row, owner_of, threshold=made.threshold, penalties=added)
        for row, added in zip(neighbours, penalties, strict=True)
    ]


def nearest_but(gallery: Gallery, probe: Embeddings, person_ids: Collection[int], *, k: int) -> Sequence[Neighbour]:
    """Return the k confirmed faces nearest to a probe, (dim,), that belong to none of these people; exact."""
    squared = squared_distances(probe[np.newaxis], gallery.embeddings)[0]  # of all: to leave some out is to copy
    squared[np.isin(gallery.person_ids, list(person_ids))] = np.inf
    nearest = np.argsort(squared, kind="stable")[:k]
    return [
        Neighbour(int(gallery.face_ids[place]), float(squared[place]))
        for place in nearest.tolist()
        if np.isfinite(squared[place])
    ]
