"""Which parts of a face decide: the real networks on real photos, and painted faces that tell who decides."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from recog.boxes import turned
from recog.config import read_settings
from recog.errors import NoFaceFoundError, SeveralFacesFoundError
from recog.explain.gradients import differentiable
from recog.explain.parts import AROUND
from recog.explain.surroundings import SIDE, surroundings
from recog.library.explaining.results import ExplainedFace
from recog.library.networks import Networks
from recog.library.photo_library import PhotoLibrary
from recog.library.probes import read_probe
from recog.render.why_page import why_page, write_why
from recog.render.why_words import NO_GRADIENT, face_words, pair_words
from recog.types import FaceBox
from tests.painted import BLUE, RED, PaintedLibrary, paint


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> PhotoLibrary:
    """A library whose network has one trunk, the fastest."""
    return PhotoLibrary(read_settings(library=tmp_path_factory.mktemp("library"), network="sface"))


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Networks:
    """The default network: three trunks, two aligned views, local centring, and the mean with the mirror image."""
    return Networks(read_settings(library=tmp_path_factory.mktemp("networks")))


@pytest.fixture(scope="module")
def people(data: Path) -> list[list[Path]]:
    """Two photos each of two people."""
    folders = sorted((data / "identities").glob("celeba_*"))[:2]
    return [sorted(folder.iterdir())[:2] for folder in folders]


@pytest.fixture(scope="module")
def found(library: PhotoLibrary, people: list[list[Path]]) -> ExplainedFace:
    return library.explaining.face(people[0][0])


@pytest.mark.networks
@pytest.mark.data
def test_most_of_the_weight_lies_inside_the_face(found: ExplainedFace) -> None:
    assert found.weights.shape == found.picture.shape[:2] == (SIDE, SIDE)
    assert found.weights.min() >= 0
    assert found.box_share < 0.4
    assert found.inside > 0.5
    assert sum(found.parts.values()) == pytest.approx(1.0)
    assert found.parts[AROUND] == pytest.approx(1 - found.inside, abs=0.02)


@pytest.mark.networks
@pytest.mark.data
def test_the_gradient_too_lies_mostly_inside_the_face(found: ExplainedFace) -> None:
    gradient = found.gradient
    assert gradient is not None
    box = found.box
    inside = gradient[round(box.top) : round(box.bottom), round(box.left) : round(box.right)].sum() / gradient.sum()
    assert gradient.min() >= 0
    assert inside > found.box_share + 0.2


@pytest.mark.networks
@pytest.mark.data
def test_the_network_with_gradients_is_the_embedder(networks: Networks, people: list[list[Path]]) -> None:
    """float32 with autograd, against the embedder's own arithmetic in 8 bits: they differ by its rounding alone."""
    probe = read_probe(people[0][0], networks)
    faces = differentiable("facenet-sface-dlib", networks.load_options)
    assert faces is not None
    with torch.no_grad():
        own = faces.embed(torch.from_numpy(probe.faces.crops[:1]).float()).numpy()
    assert np.square(own - probe.embeddings[:1]).sum() < 0.004


@pytest.mark.networks
@pytest.mark.data
def test_a_small_change_of_a_crop_moves_the_distance_as_the_gradient_says(
    networks: Networks, people: list[list[Path]]
) -> None:
    probe = read_probe(people[0][0], networks)
    faces = differentiable("facenet-sface-dlib", networks.load_options)
    assert faces is not None
    goal = torch.from_numpy(read_probe(people[1][0], networks).embeddings[0])
    crops = torch.from_numpy(probe.faces.crops[:1]).float().requires_grad_()
    before = (faces.embed(crops) - goal).square().sum()
    (gradient,) = torch.autograd.grad(before, crops)
    step = 0.5 * gradient / gradient.abs().max()
    with torch.no_grad():
        after = (faces.embed(crops + step) - goal).square().sum()
    assert float(after - before.detach()) == pytest.approx(float((gradient * step).sum()), rel=0.1)


@pytest.mark.networks
@pytest.mark.data
def test_a_pair_says_what_makes_two_faces_alike(
    library: PhotoLibrary, people: list[list[Path]], tmp_path: Path
) -> None:
    pair = library.explaining.pair(*people[0], gradient=False)
    assert pair.verification == library.verify(*people[0]).verification
    assert pair.left.weights.max() > 0 > pair.left.weights.min()
    words = pair_words(pair)
    assert words[0].startswith("recog calls them one person: their squared distance of 0.")
    assert words[-1] == NO_GRADIENT
    picture, page = tmp_path / "why.png", tmp_path / "why.html"
    write_why(pair, picture)
    write_why(pair, page)
    assert [one.stat().st_mode & 0o777 for one in (picture, page)] == [0o600, 0o600]
    with Image.open(picture) as opened:
        assert opened.size == (2 * (SIDE + 16), 2 * (SIDE + 16))
    assert page.read_text().startswith("<!doctype html>")


def test_where_the_box_lies_in_its_surroundings() -> None:
    photo = np.zeros((400, 600, 3), np.uint8)
    photo[100:200, 300:400] = 250
    shown = surroundings(photo, FaceBox(300, 100, 400, 200, 0.9, ((330, 140), (370, 140))))
    box = shown.box
    assert (
        shown.picture[round(box.top) + 3 : round(box.bottom) - 3, round(box.left) + 3 : round(box.right) - 3].min()
        > 240
    )
    assert box.width == pytest.approx(SIDE / 1.8)
    assert box.landmarks[0][1] == pytest.approx(box.top + 0.4 * box.height)


def test_a_turned_face_stands_upright_in_its_surroundings() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    box = FaceBox(100, 80, 180, 190, 0.9, ((120, 110), (160, 110), (140, 130), (125, 160), (155, 160)))
    lying = turned(box, 90, 300, 300)
    stands = surroundings(np.rot90(photo), lying)
    expected = surroundings(photo, box)
    np.testing.assert_array_equal(stands.picture, expected.picture)
    assert stands.box.turn == 0
    np.testing.assert_allclose(np.array(stands.box.landmarks), np.array(expected.box.landmarks))


def test_bad_photos_are_refused_as_other_verbs_do(tmp_path: Path) -> None:
    with PaintedLibrary(read_settings(library=tmp_path / "library")) as painted:
        with pytest.raises(NoFaceFoundError):
            painted.explaining.face(paint(tmp_path / "empty.png", None))
        with pytest.raises(SeveralFacesFoundError):
            painted.explaining.face(paint(tmp_path / "two.png", RED, BLUE), gradient=False)


def test_a_network_without_gradients_is_explained_by_covering_alone_and_says_so(tmp_path: Path) -> None:
    with PaintedLibrary(read_settings(library=tmp_path / "library")) as painted:
        assert differentiable("own", painted.context.networks.load_options) is None
        found = painted.explaining.face(paint(tmp_path / "one.png", RED), gradient=False)
    assert found.gradient is None
    assert face_words(found)[-1] == NO_GRADIENT
    page = why_page(found)
    assert NO_GRADIENT in page
    assert page.count("<img") == 2
