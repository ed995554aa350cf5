"""Compare the server with its OpenAPI document: valid requests are accepted, others refused, as documented.

schemathesis makes the cases: boundary values and their neighbours, random valid data, and data that is just invalid.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema

from recog.web.access import Access
from recog.web.library import ServedLibrary
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint
from tests.video.clips import painted_frames, write_clip
from tests.web.client import TOKEN, Client
from tests.web.served import serving

BEARER = {"Authorization": f"Bearer {TOKEN}"}
MADE_UP = 18
"""Number of random valid cases of each operation, and of invalid ones."""
CASES = 2000
FURTHER = 5
"""How often more valid cases of an operation are made up if none of them made sense to the library."""
NAMES = {"Ada": [1, 4], "Bob": [2], "Eve": [3]}
"""The people at the start of each operation's cases, with their faces; Ada's faces show two people."""
FACES = (1, 2, 3, 4)
PATIENCE = 240.0
"""Seconds that an answer may take: a busy machine explains a face for a while."""
VIDEO = 5
"""The number of the photo that is a video."""
IN_BODIES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("name", "other", "old", "new", "source", "target"), tuple(NAMES)),
    "face_ids": ([1], [2, 3], [4], [1, 2, 3, 4]),
    "hidden": (True, False),
    "threshold": (None, 0.1),
    "act": (None,),
    "folders": ([],),
    "photo_id": FACES,
    **dict.fromkeys(("left", "top"), (10,)),
    **dict.fromkeys(("width", "height"), (45,)),
}
IN_ADDRESSES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("face_id", "other"), FACES),
    "photo_id": (*FACES, VIDEO),
    "number": (1,),
    "face": (1,),
    "name": ("acts.js", "pages.css", "192.png"),
    "q": ("Ada", "only Bob", "2019 or Eve", "3 people"),
}
"""Values that exist in the library, because random values never hit a person."""


class Judge:
    """Sends cases to a server and collects what is wrong with the answers."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.seen = Counter[tuple[str, int]]()
        self.cases = 0
        self.wrong: list[str] = []
        self._session = requests.Session()

    def document(self) -> BaseSchema:
        """Return the server's OpenAPI document."""
        return schemathesis.openapi.from_url(f"{self.url}/api/openapi.json", headers=BEARER, timeout=PATIENCE)

    def people(self) -> list[int]:
        """Return the numbers of all NAMES; create those that were merged or renamed again."""
        for name, faces in NAMES.items():
            given: dict[str, Any] = {"name": name, "face_ids": faces, "new": True}
            self._session.post(f"{self.url}/api/confirm", json=given, headers=BEARER)
        told = self._session.get(f"{self.url}/api/people", params={"hidden": "true"}, headers=BEARER).json()
        return [person["id"] for person in told["people"] if person["name"] in NAMES]

    def ask(self, case: Case[Any]) -> None:
        """Send one case and apply all of schemathesis's checks."""
        self.cases += 1
        headers = {} if case.operation.schema.is_security_param_negated(case) else BEARER
        answer = case.call(base_url=self.url, session=self._session, headers=headers, timeout=PATIENCE)
        self.seen[case.operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, headers=headers)
        except AssertionError as error:
            self.wrong.append(f"{case.operation.label} {answer.status_code}: {error}")
        except BaseExceptionGroup as errors:
            self.wrong += [f"{case.operation.label} {answer.status_code}: {error}" for error in errors.exceptions]

    def close(self) -> None:
        """Close the session."""
        self._session.close()


def make_known(case: Case[Any], people: Sequence[int], chosen: Random) -> None:
    """Replace generated values by ones that exist in the library, if the field has any."""
    in_addresses = {**IN_ADDRESSES, "person_id": tuple(people)}
    for part, known in ((case.path_parameters, in_addresses), (case.query, in_addresses), (case.body, IN_BODIES)):
        if isinstance(part, dict):
            for name in sorted(part.keys() & known.keys()):
                part[name] = chosen.choice(known[name])


def made_up(operation: APIOperation[Any, Any, Any, Any], judge: Judge, chosen: Random, mode: GenerationMode) -> None:
    """Send MADE_UP reproducible cases; half of the valid ones use values that exist in the library."""
    people = judge.people()

    @settings(
        max_examples=MADE_UP,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        if mode.is_positive and chosen.random() < 0.5:
            make_known(case, people, chosen)
        judge.ask(case)

    ask()


@pytest.fixture
def judge(opened: ServedLibrary, library: PaintedLibrary, access: Access, tmp_path: Path) -> Iterator[Judge]:
    """Return a judge of a server whose library changes from case to case; photos in requests have one face.

    Beside photos, the library holds a video and an album.
    """
    library.index([write_clip(tmp_path / "clips/clip.mp4", painted_frames([WHITE], each=5))])
    assert library.photos.photo(VIDEO).photo.duration is not None
    library.albums.add("Everybody", "1 person")
    paths = [paint(tmp_path / f"{number}.png", colour) for number, colour in enumerate((RED, GREEN, BLUE))]
    photos = [path.read_bytes() for path in paths]
    schemathesis.openapi.media_type("application/octet-stream", st.sampled_from(photos))
    with serving(opened, access) as served:
        judge = Judge(served.url)
        yield judge
        judge.close()


def test_the_server_does_what_its_document_says(judge: Judge) -> None:
    document = judge.document()
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    chosen = Random(0)
    for operation in operations:
        for mode in GenerationMode:
            made_up(operation, judge, chosen, mode)
        for _ in range(FURTHER):  # which people and faces there are depends on what was asked before
            if (operation.label, True) not in {(label, status < 400) for label, status in judge.seen}:
                made_up(operation, judge, chosen, GenerationMode.POSITIVE)
        for case in document.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=document.config.generation
        ):
            judge.ask(case)
    assert judge.wrong == [], "\n".join(judge.wrong[:5])
    assert judge.cases >= CASES
    answered = {label for label, status in judge.seen if status < 400}
    assert answered == {one.label for one in operations}, "each was once asked what makes sense"
    assert {status for _, status in judge.seen} >= {200, 303, 400, 404, 405, 409, 422}


def test_a_whole_number_may_be_written_with_a_point(client: Client) -> None:
    """In JSON Schema, an integer is any number without a fraction."""
    answer = client.post("/api/ignore", b'{"face_ids": [4.0]}', kind="application/json")
    assert (answer.status, answer.json["result"]["face_ids"]) == (200, [4])
    for wrong in (b"4.5", b"true", b'"4"', b"1e999", b"-1.0", b"1e300"):
        body = b'{"face_ids": [%s]}' % wrong
        assert client.post("/api/ignore", body, kind="application/json").status == 422


def test_a_confirmation_of_nothing_is_refused_by_the_schema_too(client: Client) -> None:
    schema = client.get("/api/openapi.json").json["components"]["schemas"]["NamedGroup"]
    nothing: list[dict[str, Any]] = [{}, {"face_ids": []}, {"cluster": None}]
    something: list[dict[str, Any]] = [{"face_ids": [2]}, {"cluster": 1}, {"face_ids": [2], "cluster": None}]
    for one in nothing + something:
        fits = jsonschema_rs.validator_for(schema).is_valid({"name": "Ada", **one})
        status = client.act("/api/confirm", name="Ada", **one).status
        assert (fits, status == 422) == ((True, False) if one in something else (False, True)), one


def test_times_of_photos_are_not_told_as_moments_of_a_time_zone(client: Client) -> None:
    """Cameras write times without a zone, and a date-time of JSON Schema has one."""
    document = client.get("/api/openapi.json").body.decode()
    assert '"date-time"' not in document
    assert "with the offset from UTC where it is known" in document


def test_who_is_not_let_in_hears_of_it_in_the_documented_form(client: Client) -> None:
    for path in ("/api/people", "/api/nothing", "/api/undo"):
        for method in ("GET", "POST"):
            answer = client.send(method, path, [("host", client.host), ("accept", "text/html")])
            assert (answer.status, set(answer.json)) == (401, {"error"})
