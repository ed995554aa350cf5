"""Why a face looks like its person: one page, and its picture."""

import io
from pathlib import Path

from PIL import Image

from tests.web.client import Client


def test_a_face_is_compared_with_the_nearest_confirmed_one_of_its_person(client: Client) -> None:
    page = client.get("/faces/2/why")
    assert page.status == 200
    assert (
        "recog calls them one person: their squared distance of 0.000 is below the limit of 0.500" in page.body.decode()
    )
    assert '<img class="why" src="/faces/2/why.png"' in page.body.decode()
    picture = client.get("/faces/2/why.png")
    assert (picture.header("content-type"), picture.header("cache-control")) == ("image/png", "no-store")
    width, height = Image.open(io.BytesIO(picture.body)).size
    assert width == height  # two faces, two pictures each


def test_a_face_without_another_of_its_person_is_explained_alone(client: Client) -> None:
    page = client.get("/faces/1/why")  # the only confirmed face of Ada
    assert "Most of the weight lies on " in page.body.decode()
    width, height = Image.open(io.BytesIO(client.get("/faces/1/why.png").body)).size
    assert width == 2 * height


def test_a_face_of_nobody_is_compared_with_whom_recog_would_suggest(client: Client) -> None:
    assert "recog calls them two people" in client.get("/faces/4/why").body.decode()


def test_a_face_that_is_not_there_is_not_explained(client: Client) -> None:
    assert [client.get(path).status for path in ("/faces/99/why", "/faces/99/why.png")] == [404, 404]


def test_a_photo_whose_file_is_gone_is_told(client: Client, folder: Path) -> None:
    moved = folder / "sea.png"
    away = moved.with_name("away.txt")
    moved.rename(away)
    try:
        refused = client.get("/faces/4/why")
    finally:
        away.rename(moved)
    assert refused.status == 404
    assert "no file shows face 4 any more" in refused.body.decode()


def test_the_page_of_a_photo_links_to_the_reasons_of_its_faces(client: Client) -> None:
    assert '<a href="/faces/4/why">why?<span class="away"> face 1</span></a>' in client.get("/photos/4").body.decode()
