"""Samples of a root's files, by which a folder is recognised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from recog.store.engine import open_catalog
from recog.store.photos.roots import SAMPLE
from recog.store.schema.tables import files

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.connection.database import Database
    from tests.store.conftest import Scans


def test_a_sample_is_spread_over_all_files_whatever_their_numbers(
    catalog: Catalog, database: Database, scans: Scans
) -> None:
    """Files with odd numbers alone once gave no sample at all, and then any folder was taken for the root."""
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    catalog.files.add_root(Path("/many"))
    with database.reading() as connection:
        volume = connection.scalar(select(files.c.volume_id))
    rows = [
        {
            "path": f"/{folder}/{number:03}.jpg".encode(),
            "display": "",
            "size": number,
            "mtime_ns": number,
            "photo_id": saved.photo_id,
            "missing": False,
            "volume_id": volume,
        }
        for number in range(2 * SAMPLE)
        for folder in ("many", "others")  # so those of one folder have every second number
    ]
    with database.writing() as connection:
        connection.execute(insert(files), rows)
    (root,) = catalog.roots.all()
    assert catalog.roots.sample(root.id) == [(f"{number:03}.jpg", number) for number in range(0, 2 * SAMPLE, 2)]


def test_a_share_may_be_the_whole_of_a_machine(url: str, scans: Scans) -> None:
    """The path / ends with a slash, as no other does: files below it were once looked for at //photos."""
    with open_catalog(url, host="nas") as nas:
        scans.save(nas, scans.photo("1.jpg", "A"))
        nas.files.add_root(Path("/"))
        (root,) = nas.roots.all()
    with open_catalog(url, host="desk") as desk:
        scans.save(desk, scans.photo("/mnt/photos/2.jpg", "B"))
        desk.roots.map(root.id, Path("/mnt"))
        (root,) = desk.roots.all()
        assert (root.path, [one.path for one in root.mounts]) == (Path("/mnt"), [Path("/mnt"), Path("/")])
        assert known(desk, Path("/mnt")) == [Path("/mnt/photos/1.jpg"), Path("/mnt/photos/2.jpg")]
        scans.save(desk, scans.photo("3.jpg", "C"))
        assert known(desk, Path("/photos")) == [Path("/photos/3.jpg")]
    with open_catalog(url, host="nas") as nas:
        assert known(nas, Path("/")) == [Path("/photos/1.jpg"), Path("/photos/2.jpg")]
        (root,) = nas.roots.all()
        assert root.path == Path("/")


def test_a_share_may_be_mounted_at_the_root_of_a_machine(url: str, scans: Scans) -> None:
    with open_catalog(url, host="nas") as nas:
        scans.save(nas, scans.photo("1.jpg", "A"))
        nas.files.add_root(Path("/photos"))
        (root,) = nas.roots.all()
    with open_catalog(url, host="box") as box:
        scans.save(box, scans.photo("own.jpg", "B"))
        box.roots.map(root.id, Path("/"))
        assert box.files.roots() == [Path("/")]
        assert known(box, Path("/")) == [Path("/1.jpg"), Path("/photos/own.jpg")]
        box.roots.unmap(Path("/"))
    with open_catalog(url, host="nas") as nas:
        assert known(nas, Path("/photos")) == [Path("/photos/1.jpg"), Path("/photos/photos/own.jpg")]


def known(catalog: Catalog, folder: Path) -> list[Path]:
    return [path for path, _ in catalog.files.below(folder)]
