"""Faces that users draw on photos: kept by later runs, other networks and edits; painted, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.config import read_settings
from recog.errors import CatalogError, NearNameError, PhotoError, UnknownNumberError, WayOut
from recog.library.exchange.regions import Region
from recog.types import Crops, Embeddings, FaceBox, NetworkInfo, Pixels
from tests.library.exchange.drawing import foreign
from tests.painted import (
    BLUE,
    CELL,
    GREEN,
    MISSED,
    RED,
    CellDetector,
    ColourEmbedder,
    PaintedLibrary,
    PaintedNetworks,
    paint,
    paint_missed,
)
from tests.postgres import Databases


class BlindDetector(CellDetector):
    """Finds nothing."""

    sha256 = "e" * 64

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """No box."""
        return []


class DimmedEmbedder(ColourEmbedder):
    """Another network."""

    info = NetworkInfo("dimmed", "f" * 64, 3, 16, 1.4, "nothing", "none", "tests")

    def embed(self, crops: Crops) -> Embeddings:
        """(n, 16, 16, 3) uint8 -> (n, 3) float32 of unit length."""
        return super().embed(crops)[:, ::-1]


class OtherNetworks(PaintedNetworks):
    """Another detector and another network."""

    detector = BlindDetector()
    embedder = DimmedEmbedder()
    info = DimmedEmbedder.info


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PaintedLibrary]:
    if request.param == "sqlite":
        with PaintedLibrary(read_settings(library=tmp_path / "library")) as library:
            yield library
        return
    databases: Databases = request.getfixturevalue("databases")
    url = databases.new()
    with PaintedLibrary(read_settings(library=tmp_path / "library", database=url)) as library:
        yield library
    databases.drop(url)


def names_on(library: PaintedLibrary, photo_id: int) -> list[tuple[str | None, bool]]:
    """Return the name of each face of a photo from left to right, and whether it was drawn."""
    return [
        (None if one.person is None else one.person.name, one.face.drawn)
        for one in library.photos.photo(photo_id).faces
    ]


def test_a_drawn_face_is_named_and_names_its_like(library: PaintedLibrary, folder: Path) -> None:
    photo = paint_missed(folder / "a.png", RED)
    paint(folder / "b.png", RED)
    library.index([folder])
    generous = (MISSED[0] - 6, 0, MISSED[2] + 12, MISSED[3] + 10)
    done = library.people.mark(photo, generous, "Ada")
    assert (done.person.name, done.created, done.added, done.doubt) == ("Ada", True, True, None)
    box = done.face.box
    assert [box.left, box.top, box.width, box.height] == list(MISSED), "it moved to the face in the box"
    assert len(box.landmarks) == 5
    assert (names_on(library, 1), names_on(library, 2)) == ([("Ada", True)], [("Ada", False)])
    assert library.search(folder / "b.png", k=9).faces[0].found[1].face.id == done.face.id
    again = library.people.mark(1, MISSED, "Bea")
    assert (again.added, again.was, again.face.id) == (False, "Ada", done.face.id)
    assert library.maintenance.check().findings == ()
    assert [act.kind for act in library.people.history().acts] == ["enrol", "mark"]
    library.people.undo()
    library.people.undo()
    assert (names_on(library, 1), names_on(library, 2)) == ([], [(None, False)])
    assert len(library.search(folder / "b.png", k=9).faces[0].found) == 1
    assert library.maintenance.check().findings == ()


def test_what_a_later_act_says_of_a_drawn_face_is_undone_first(library: PaintedLibrary, folder: Path) -> None:
    photo = paint_missed(folder / "a.png", RED)
    paint(folder / "b.png", RED)
    library.index([folder])
    library.people.enrol("Ada", [folder / "b.png"])
    face_id = library.people.mark(photo, MISSED, "Ada").face.id
    mark = library.people.history().acts[0].id
    library.people.enrol("Bea", [paint(folder / "c.png", GREEN)])
    for chosen in (True, False):
        if chosen:
            library.people.set_cover("Ada", face_id)
        else:
            library.people.reject("Bea", [face_id])
        latest = library.people.history().acts[0].id
        with pytest.raises(CatalogError, match=f"undo act {latest} first"):
            library.people.undo(mark)
        library.people.undo(latest)
    assert library.people.undo(mark).face_ids == (face_id,)


def test_it_stays_under_every_detector_and_network_and_each_network_embeds_it(
    library: PaintedLibrary, folder: Path
) -> None:
    photo = paint_missed(folder / "a.png", RED, None, None, GREEN)
    paint(folder / "b.png", GREEN)
    library.index([folder])
    face_id = library.people.mark(photo, MISSED, "Ada").face.id
    settings = library.context.settings
    assert library.index([folder]).unchanged == 2
    with PaintedLibrary(settings, networks=OtherNetworks(settings)) as other:
        other.index([folder])
        assert names_on(other, 1) == [("Ada", True)]
        assert other.faces.why(face_id).embedded
        assert other.maintenance.check().findings == ()
    library.index([folder])
    assert names_on(library, 1) == [("Ada", True), (None, False)]
    assert library.photos.photo(1).faces[0].face.id == face_id
    assert library.maintenance.check().findings == ()


def test_a_box_in_which_no_face_is_seen_keeps_its_name_and_lends_it_to_none(
    library: PaintedLibrary, folder: Path
) -> None:
    photo = paint(folder / "a.png", GREEN, None)
    paint(folder / "b.png", GREEN)
    library.index([folder])
    dark = (CELL + 2, 20, 30, 30)
    done = library.people.mark(photo, dark, "Ada")
    box = done.face.box
    assert ((box.left, box.top, box.width, box.height), box.score, box.landmarks) == (dark, 0.0, ())
    assert done.doubt == "no eyes, nose and mouth are seen in the box that was drawn"
    library.people.match_all()
    assert names_on(library, 1) == [(None, False), ("Ada", True)]
    assert library.faces.why(done.face.id).shortfalls
    library.groups.cluster(full=True)


def test_a_drawn_face_founds_no_group_unless_it_is_confirmed(library: PaintedLibrary, folder: Path) -> None:
    box = (CELL // 2 + 10, 8, 44, 44)
    for number in range(2):
        pixels = np.array(Image.open(paint(folder / f"{number}.png", None, None, noise=number)))
        pixels[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = RED
        pixels[box[1] + 4 : box[1] + box[3] : 8, box[0] : box[0] + box[2]] = (120, 10, 10)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    library.index([folder])
    faces = [library.people.mark(folder / f"{number}.png", box, "Ada").face for number in range(2)]
    ids = [face.id for face in faces]
    assert library.faces.why(ids[0]).shortfalls == (), "as good as any face"
    assert [one.face_ids for one in library.groups.cluster(full=True).clusters] == [tuple(ids)]
    library.people.reject("Ada", ids)
    assert library.groups.cluster(full=True).clusters == ()


@pytest.mark.parametrize("edit", ["touched", "cropped", "mirrored", "turned", "reduced", "moved"])
def test_it_moves_with_an_edited_photo(library: PaintedLibrary, folder: Path, edit: str) -> None:
    photo = paint_missed(folder / "a.png", RED, None, None, GREEN)
    library.index([folder])
    library.people.mark(photo, MISSED, "Ada")
    image = Image.open(photo).convert("RGB")
    edited = {
        "touched": lambda: image,
        "cropped": lambda: image.crop((CELL // 2, 0, *image.size)),
        "mirrored": lambda: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "turned": lambda: image.transpose(Image.Transpose.ROTATE_180),
        "reduced": lambda: image.reduce(2),
        "moved": lambda: image,
    }[edit]()
    target = folder / "c.png" if edit == "moved" else photo
    if edit == "moved":  # a face that the detector finds, too, tells which photo it was
        library.people.confirm("Bea", [library.photos.photo(1).faces[1].face.id], new=True)
        photo.unlink()
    edited.save(target, compress_level=1)
    report = library.index([folder])
    assert report.lost == ()
    (found,) = (one for one in library.photos.photo(2).faces if one.face.drawn)
    assert (found.person.name if found.person else None) == "Ada"
    assert library.maintenance.check().findings == ()


def test_it_is_lost_and_told_when_the_edit_removed_it(library: PaintedLibrary, folder: Path) -> None:
    photo = paint_missed(folder / "a.png", RED, None, None, GREEN)
    library.index([folder])
    library.people.mark(photo, MISSED, "Ada")
    paint(photo, None, None, GREEN, noise=9)
    report = library.index([folder])
    assert [(one.kind, one.person) for one in report.lost][:1] == [("confirmed name", "Ada")]
    assert names_on(library, 2) == [(None, False)]


def test_a_photo_that_is_enrolled_under_another_network_keeps_its_drawn_face(
    library: PaintedLibrary, folder: Path
) -> None:
    photo = paint_missed(folder / "a.png", RED, None, None, GREEN)
    library.index([folder])
    face_id = library.people.mark(photo, MISSED, "Ada").face.id
    settings = library.context.settings

    class Renamed(PaintedNetworks):
        embedder = DimmedEmbedder()
        info = DimmedEmbedder.info

    with PaintedLibrary(settings, networks=Renamed(settings)) as other:
        other.people.enrol("Bea", [photo])
        assert names_on(other, 1) == [("Ada", True), ("Bea", False)]
        assert other.faces.why(face_id).embedded
        assert other.index([folder]).unchanged == 1
        assert other.maintenance.check().findings == ()


def test_a_forgotten_person_is_not_drawn_again(library: PaintedLibrary, folder: Path) -> None:
    photo = paint_missed(folder / "a.png", RED)
    library.index([folder])
    library.people.mark(photo, MISSED, "Ada")
    library.people.forget("Ada")
    library.index([folder])
    assert names_on(library, 1) == []
    with pytest.raises(CatalogError, match="forgotten, and stays so") as told:
        library.people.mark(photo, MISSED, "Ada")
    assert told.value.way_out is WayOut.RESET_PHOTO
    library.people.reset(photo)
    assert library.people.mark(photo, MISSED, "Ada").added


def test_what_cannot_be_drawn_is_refused_in_a_sentence(library: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    photo = paint_missed(folder / "a.png", RED)
    library.index([folder])
    library.people.mark(photo, MISSED, "Weiss")
    for box in ((0, 0, 7, 60), (float("nan"), 0, 50, 50), (1000, 1000, 50, 50), (0, 0, float("inf"), 9)):
        with pytest.raises(CatalogError, match="of the box are on the photo, which has 128 by 64"):
            library.people.mark(photo, box, "Ada")
    with pytest.raises(CatalogError, match="is not in the library as it is now"):
        library.people.mark(paint(tmp_path / "x.png", BLUE), MISSED, "Ada")
    with pytest.raises(PhotoError):
        library.people.mark(tmp_path / "none.png", MISSED, "Ada")
    with pytest.raises(UnknownNumberError, match="no photo has the number 9"):
        library.people.mark(9, MISSED, "Ada")
    with pytest.raises(NearNameError):
        library.people.mark(photo, (2, 30, 20, 20), "Weiß")
    photo.unlink()
    with pytest.raises(UnknownNumberError, match="no file shows photo 1 any more"):
        library.people.mark(1, MISSED, "Ada")


def test_names_of_drawn_faces_go_to_another_library_by_a_file_and_by_sidecars(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    photo = paint_missed(folder / "a.png", RED, None, None, GREEN)
    library.index([folder])
    library.people.mark(photo, MISSED, "Ada")
    library.people.confirm("Bea", [library.photos.photo(1).faces[1].face.id], new=True)
    library.names.export(tmp_path / "names.json")
    library.names.export_sidecars(tmp_path / "sidecars")
    for place in ("names.json", "sidecars"):
        with PaintedLibrary(read_settings(library=tmp_path / f"other {place}")) as other:
            other.index([folder])
            given = tmp_path / place
            first = other.names.import_file(given) if given.is_file() else other.names.import_sidecars(given)
            again = other.names.import_file(given) if given.is_file() else other.names.import_sidecars(given)
            assert (first.confirmed, first.drawn, first.unmatched) == (2, 1, ())
            assert (again.confirmed, again.drawn, again.already) == (0, 0, 2)
            assert names_on(other, 1) == [("Ada", True), ("Bea", False)]
            other.people.undo()
            other.people.undo()
            assert names_on(other, 1) == [(None, False)]


def test_copies_of_a_rectangle_draw_one_face_and_a_refused_name_draws_none(
    library: PaintedLibrary, folder: Path
) -> None:
    paint_missed(folder / "a.png", RED)
    paint_missed(folder / "b.png", RED).write_bytes((folder / "a.png").read_bytes())
    library.index([folder])
    left, top, width, height = MISSED
    region = Region("Ada", left / 128, top / 64, width / 128, height / 64)
    for name in ("a.png.xmp", "b.png.xmp"):
        foreign(folder / name, region, width=128, height=64)
    done = library.names.import_sidecars(folder)
    assert (done.confirmed, done.already, done.drawn, done.unmatched) == (1, 0, 1, ())
    assert names_on(library, 1) == [("Ada", True)]
    library.people.undo()
    for name in ("a.png.xmp", "b.png.xmp"):
        foreign(folder / name, Region("\u0085", *MISSED), width=128, height=64)
    library.names.import_sidecars(folder)
    assert names_on(library, 1) == []
