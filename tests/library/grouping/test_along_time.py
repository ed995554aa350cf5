"""Groups of a library grow along time if photos have dates, and only then."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from recog.config import read_settings
from recog.library.grouping.clusters import cluster
from recog.library.grouping.results import ClusterReport
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import DateSource, FaceBox, FileStat, NewFace
from tests.painted import PaintedNetworks

BOX = FaceBox(0, 0, 200, 200, 0.999, ((60.0, 80.0), (140.0, 80.0), (100.0, 120.0), (70.0, 150.0), (130.0, 150.0)))
YEARS, FACES, TURN = 8, 4, 0.4
"""A child turns by 0.4 radians a year; at a mean squared distance of 0.5 groups are different people."""


def grow(catalog: Catalog, networks: PaintedNetworks, folder: Path, *, source: DateSource | None) -> list[int]:
    """Store photos of a child over the years; return the faces."""
    scans = []
    for number in range(YEARS * FACES):
        year, angle = 2000 + number // FACES, TURN * (number // FACES)
        face = NewFace(BOX, np.array([np.cos(angle), np.sin(angle), 0], np.float32), 900.0, b"j")
        taken = None if source is None else datetime(year, 7, 1 + number % FACES, tzinfo=UTC)
        stat = FileStat(folder / f"{number}.png", 1, 1)
        scans.append(ScannedPhoto(stat, f"{number:064x}", 400, 400, taken, [face], taken_from=source))
    return [one.face_ids[0] for one in catalog.photos.save(scans, detector="d" * 64, network=networks.info)]


def grouped(catalog: Catalog, networks: PaintedNetworks, *, full: bool = False) -> ClusterReport:
    return cluster(catalog, networks, method="identity", k=None, threshold=None, seed=0, full=full)


def test_a_child_is_one_group_with_dates_and_several_without_or_with_the_setting_off(tmp_path: Path) -> None:
    on, off = PaintedNetworks(read_settings()), PaintedNetworks(read_settings(over_time=False))
    with open_catalog(tmp_path / "recog.db", create=True) as catalog:
        faces = grow(catalog, on, tmp_path, source=DateSource.EXIF_ORIGINAL)
        apart = grouped(catalog, off)
        assert len(apart.clusters) > 1
        (one,) = grouped(catalog, on).clusters
        assert one.face_ids == tuple(faces)
        assert grouped(catalog, on).clusters[0].face_ids == tuple(faces), "and stays so"
        assert len(grouped(catalog, off).clusters) == len(apart.clusters), "the setting groups anew"


@pytest.mark.parametrize("source", [None, DateSource.FILE_TIME])
def test_without_dates_of_their_own_photos_make_no_chain(tmp_path: Path, source: DateSource | None) -> None:
    on, off = PaintedNetworks(read_settings()), PaintedNetworks(read_settings(over_time=False))
    with open_catalog(tmp_path / "recog.db", create=True) as catalog:
        grow(catalog, on, tmp_path, source=source)
        with_dates = [one.face_ids for one in grouped(catalog, on).clusters]
        assert [one.face_ids for one in grouped(catalog, off, full=True).clusters] == with_dates
        assert len(with_dates) > 1


def test_what_you_said_keeps_the_ends_of_a_chain_apart(tmp_path: Path) -> None:
    on = PaintedNetworks(read_settings())
    with open_catalog(tmp_path / "recog.db", create=True) as catalog:
        faces = grow(catalog, on, tmp_path, source=DateSource.EXIF_ORIGINAL)
        catalog.acts.enrol("Ada", faces[:1])
        catalog.acts.enrol("Ben", faces[-1:])
        groups = [set(one.face_ids) for one in grouped(catalog, on).clusters]
        assert not any({faces[0], faces[-1]} <= one for one in groups)
