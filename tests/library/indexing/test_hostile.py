"""Index the collection of damaged, odd and malicious files: nothing stops the run, no file is lost."""

import resource
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

from recog.config import read_settings
from recog.photos import REASONS
from recog.types import Detector, FaceBox, Pixels
from tests.painted import PaintedLibrary, PaintedNetworks

pytestmark = pytest.mark.data

MEGABYTES_MORE = 150.0


class BlindDetector:
    """Finds no face, because the test is about decoding."""

    sha256 = "b" * 64

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Return no face."""
        return []


class BlindNetworks(PaintedNetworks):
    """The painted networks with a detector that finds nothing."""

    @cached_property
    def detector(self) -> Detector:
        """The detector that finds no face."""
        return BlindDetector()


@pytest.fixture
def blind(tmp_path: Path) -> Iterator[PaintedLibrary]:
    settings = read_settings(library=tmp_path / "library")
    with PaintedLibrary(settings, networks=BlindNetworks(settings)) as library:
        yield library


def test_every_hostile_file_is_a_photo_or_one_failure_with_a_reason_and_is_not_opened_again(
    blind: PaintedLibrary, data: Path, folder: Path
) -> None:
    """Each file is read as a photo, whatever its name says."""
    hostile = sorted(path for path in (data / "hostile").rglob("*") if path.is_file())
    for number, path in enumerate(hostile):
        (folder / f"{number:04}.jpg").symlink_to(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = blind.index([folder])
    assert report.added + report.duplicates + len(report.failed) == len(hostile)
    assert len({failure.path for failure in report.failed}) == len(report.failed) > 0
    reasons = {failure.reason for failure in report.failed}
    assert reasons <= REASONS - {"crashed", "timeout"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before < MEGABYTES_MORE
    again = blind.index([folder])
    assert (again.added, again.unchanged + again.unreadable) == (0, len(hostile))
    assert again.failed == report.failed
