"""Samples of a root's files, by which a folder is recognised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

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
