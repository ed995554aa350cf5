"""Videos in a library: tracks are named, grouped, found and forgotten like faces."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.errors import CatalogError
from recog.library.people.moments import Moment
from recog.library.work.results import WorkReport
from recog.photos import find_photos
from recog.render.text_find import found_text
from recog.render.text_photos import identified, ingest
from recog.types import Span
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library
from tests.video.clips import painted_frames, write_clip


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `photos` (a red portrait, a clip, an animation) and an indexed `library`.

    In the clip red is seen from second 0 to 2 and again from 7 on, one cell further, and blue all the time.
    """
    folder = tmp_path_factory.mktemp("videos")
    paint(folder / "photos/ada.png", RED)
    frames = painted_frames([RED, BLUE, None], each=20)
    away = painted_frames([None, BLUE, None], each=50)
    back = painted_frames([None, BLUE, RED], each=20)
    write_clip(folder / "photos/clip.mp4", [*frames, *away, *back])
    with painted_library(folder / "library") as library:
        report = library.index(folder / "photos")
        assert (report.added, report.faces, report.failed) == (2, 4, ())
        library.people.confirm("Ada", [1], new=True)
    return folder


@pytest.fixture
def library(indexed: Path, tmp_path: Path) -> Iterator[PaintedLibrary]:
    shutil.copytree(indexed / "library", tmp_path / "library")
    with painted_library(tmp_path / "library") as library:
        yield library


def clip_number(library: PaintedLibrary) -> int:
    return next(one.photo.id for one in library.photos.page().photos if one.photo.duration is not None)


def test_each_time_that_somebody_is_seen_is_one_face(library: PaintedLibrary) -> None:
    detail = library.photos.photo(clip_number(library))
    assert detail.photo.duration == pytest.approx(9.0)
    spans = sorted((one.face.span for one in detail.faces if one.face.span), key=lambda span: (span.first, span.last))
    ends = [(span.first, span.last) for span in spans]
    assert ends == [pytest.approx(one, abs=0.5) for one in ((0.0, 2.0), (0.0, 9.0), (7.0, 9.0))]


def test_a_search_lists_moments_and_one_person_may_be_seen_twice(library: PaintedLibrary, indexed: Path) -> None:
    found = library.people.find("Ada")
    (video,) = found.moments
    assert len(video.moments) == 2
    lines = found_text(found).splitlines()
    clip = indexed / "photos/clip.mp4"
    assert [line for line in lines if line.startswith(str(clip))] == [f"{clip} 00:00-00:02", f"{clip} 00:07-00:09"]
    assert str(indexed / "photos/ada.png") in lines


def test_the_moments_of_two_people_are_those_at_which_both_are_seen(library: PaintedLibrary) -> None:
    blue = next(
        one.face.id
        for one in library.photos.photo(clip_number(library)).faces
        if one.face.span and one.face.span.last - one.face.span.first > 5
    )
    library.people.confirm("Bob", [blue], new=True)
    (alone,) = library.people.find("Bob").moments
    assert len(alone.moments) == 1
    (both,) = library.people.find(["Ada", "Bob"]).moments
    assert both.moments == tuple(one for video in library.people.find("Ada").moments for one in video.moments)


def test_moments_are_cut_into_clips(library: PaintedLibrary, tmp_path: Path) -> None:
    clips = library.people.write_clips(library.people.find("Ada"), tmp_path / "clips")
    assert clips.left_out == ()
    assert len(clips.written) == 2
    with painted_library(tmp_path / "other") as other:
        assert other.index(tmp_path / "clips").faces >= 3


def test_an_unchanged_video_is_not_opened_and_a_moved_one_keeps_its_names(
    library: PaintedLibrary, indexed: Path, tmp_path: Path
) -> None:
    assert library.index(indexed / "photos").unchanged == 2
    shutil.copytree(indexed / "photos", tmp_path / "photos")
    report = library.index(tmp_path / "photos")
    assert (report.duplicates, report.faces) == (2, 0)


def test_a_video_is_identified_by_its_tracks(library: PaintedLibrary, indexed: Path) -> None:
    shown = library.identify(indexed / "photos/clip.mp4")
    assert sorted(face.person.name if face.person else "" for face in shown.faces) == ["", "Ada", "Ada"]
    assert all(isinstance(face.span, Span) and face.face_id is not None for face in shown.faces)
    assert "00:07-00:09" in identified(shown)


def test_a_track_that_was_forgotten_stays_so_and_others_at_its_place_do_not(
    library: PaintedLibrary, indexed: Path
) -> None:
    library.people.forget("Ada")
    report = library.index(indexed / "photos", verify=True)
    assert report.faces == 0
    assert [one.face.span is not None for one in library.photos.photo(clip_number(library)).faces] == [True]


def test_no_face_is_drawn_on_a_video_and_no_portrait_is_one(library: PaintedLibrary, indexed: Path) -> None:
    with pytest.raises(CatalogError, match="not on videos"):
        library.people.mark(clip_number(library), (10, 10, 40, 40), "Bob")
    with pytest.raises(CatalogError, match="is a video"):
        library.people.enrol("Bob", [indexed / "photos/clip.mp4"])


def test_a_worker_of_the_queue_reads_videos_too(indexed: Path, tmp_path: Path) -> None:
    with painted_library(tmp_path / "library") as library:
        library.queue.fill(indexed / "photos")
        report: WorkReport = library.queue.work()
    assert (report.added, report.faces) == (2, 4)


def test_without_the_extra_videos_are_passed_over_with_the_way_out(
    indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recog.photos.find.videos_are_read", lambda: False)
    with painted_library(tmp_path / "library") as library:
        report = library.index(indexed / "photos")
    assert report.added == 1
    assert "1 .mp4 video was passed over: pip install 'recog[video]'" in ingest(report)


def test_only_indexing_takes_videos_for_files_like_photos(indexed: Path) -> None:
    names = [one.path.name for one in find_photos(indexed / "photos", on_error=lambda *_: None)]
    assert names == ["ada.png"]


def test_an_animation_has_tracks(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    first, *rest = (Image.fromarray(one) for one in painted_frames([RED, None], [RED, GREEN], [None, GREEN]))
    first.save(tmp_path / "photos/a.webp", save_all=True, append_images=rest, duration=400, lossless=True)
    with painted_library(tmp_path / "library") as library:
        assert library.index(tmp_path / "photos").faces == 2
        (page,) = library.photos.page().photos
        assert page.photo.duration == pytest.approx(1.2)


def test_a_damaged_video_is_one_failure(tmp_path: Path) -> None:
    paint(tmp_path / "photos/a.png", RED)
    (tmp_path / "photos/clip.mp4").write_bytes(b"no video")
    with painted_library(tmp_path / "library") as library:
        report = library.index(tmp_path / "photos")
        assert (report.added, [one.reason for one in report.failed]) == (1, ["damaged"])
        assert library.index(tmp_path / "photos").unreadable == 1


def test_moments_that_touch_are_joined() -> None:
    from recog.library.people.moments import joined

    parts = [Moment(5.0, 6.0), Moment(0.0, 2.0), Moment(2.5, 3.0)]
    assert joined(parts) == (Moment(0.0, 3.0), Moment(5.0, 6.0))
