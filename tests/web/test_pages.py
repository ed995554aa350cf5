"""Pages as HTML: the library's values are escaped, every link works, and each state is named."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from recog.library.browsing.faces import IgnoredPage
from recog.library.browsing.photos import FaceOnPhoto, PhotoDetail, PhotoNeighbours
from recog.library.browsing.timeline import FailedFiles, ListedPhoto, PhotoFolder, PhotoPage, TimelineMonth
from recog.library.grouping.results import Suggestion
from recog.library.people.results import LookAlike, PersonDetail, SimilarPeople
from recog.library.reports.results import (
    CopiedFile,
    CopiedPhotos,
    CopyGroup,
    DuplicatePair,
    DuplicateReport,
    DuplicateSide,
    FaceSample,
    MixedPerson,
    NamingReport,
    OpenGroup,
    PairKind,
    UnnamedGroup,
)
from recog.store.records import FailedFile, PastAct, PhotoFilter, ScannedPhoto, WithFaces
from recog.types import Calibration, DateSource, Face, FaceBox, FileStat, NetworkInfo, Origin, Person, Photo
from recog.web.error_page import error_page
from recog.web.pages import pages
from recog.web.pages.duplicate_photos import copies_page
from recog.web.pages.duplicates import duplicates_page
from recog.web.pages.failures import failures_page
from recog.web.pages.find import find_page
from recog.web.pages.groups import groups_page
from recog.web.pages.history import SHOWN as HISTORY_SHOWN
from recog.web.pages.history import history_page
from recog.web.pages.ignored import ignored_page
from recog.web.pages.people import people_page
from recog.web.pages.person import person_page
from recog.web.pages.person_faces import CONFIRMED_SHOWN, DOUBTFUL_SHOWN, faces_page
from recog.web.pages.person_similar import similar_page
from recog.web.pages.photo import photo_page
from recog.web.pages.photos import folders_page, photos_page
from recog.web.shell import LATELY, Frame, frame
from tests.pages import Reader
from tests.painted import PaintedLibrary
from tests.web.client import Client

SCRIPT = '<script>alert("1")</script>\u202e'
SHOWN = '<script>alert("1")</script>\\u202e'
"""The text on a page: invisible characters are escaped."""
ADA = Person(1, SCRIPT, False, 1, 3, 2)
BEN = Person(2, 'Ben "B" & Co', True, None, 1, 0)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ACT = PastAct(7, NOW.isoformat(), "confirm", {"person": SCRIPT}, (1, 2), None, None)
ROOT = "/s/of-the-session"
BAR = tuple((page.path, page.label) for page in pages() if page.label)
AROUND = Frame((SCRIPT,), ACT, ROOT, BAR)


def sample(face_id: int) -> FaceSample:
    return FaceSample(face_id, b"jpeg" if face_id != 9 else b"", Path(f"/photos/{SCRIPT}{face_id}.jpg"))


def face(face_id: int, left: float = 10, *, person: int | None = 1, squared: float | None = None) -> Face:
    origin = None if person is None else Origin.CONFIRMED if squared is None else Origin.MATCHED
    return Face(face_id, 5, FaceBox(left, 10, left + 20, 40, 0.99, ()), 100.0, person, origin, squared)


REPORT = NamingReport(
    photos=12_408,
    faces=31_022,
    people=0,
    ignored=2,
    likely=(
        OpenGroup(UnnamedGroup(None, 2, (sample(9), sample(31)), Suggestion(SCRIPT, 0.0001, 0.5), (9, 31)), (), 0),
        OpenGroup(UnnamedGroup(None, 1, (sample(40),), None, (40,), "Ben"), (), 0),
    ),
    unknown=(OpenGroup(UnnamedGroup(3, 30, tuple(map(sample, range(1, 25))), None, tuple(range(1, 31))), (), 0),),
    all_groups=9,
    named=0,
    lone=(sample(50),),
    all_lone=3,
    poor=(),
)


SIDES = (
    DuplicateSide(SCRIPT, None, 3, (sample(1), sample(2))),
    DuplicateSide("Ben", None, 1, (sample(9),)),
    DuplicateSide(None, 4, 2, (), (60, 61)),
    DuplicateSide(None, 5, 2, (sample(70),), (70, 71)),
)


def pair(left: DuplicateSide, right: DuplicateSide) -> DuplicatePair:
    if left.person is None:
        kind = PairKind.CLUSTERS
    else:
        kind = PairKind.PERSON_AND_CLUSTER if right.person is None else PairKind.PEOPLE
    return DuplicatePair(kind, left, right, 0.58, 0.31, 0.0001)


TWICE = DuplicateReport(
    library=SCRIPT,
    network=NetworkInfo("n", "a" * 64, 3, 16, 1.4, "", "", ""),
    calibration=Calibration("a" * 64, 1.0, None, 9.0, -9.0, "", 1),
    photos=1,
    faces=1,
    people=1,
    clusters=(),
    cluster_samples=(),
    pairs=(pair(SIDES[0], SIDES[1]), pair(SIDES[0], SIDES[2]), pair(SIDES[2], SIDES[3])),
    pairs_left_out=7,
    mixed=(MixedPerson(SIDES[0], SIDES[0], 1.4, 1.1, 0.0001, 1),),
    groups=(),
    duplicate_photos=(),
    near_copies=(),
    created=NOW.isoformat(),
)
PHOTO = PhotoDetail(
    Photo(5, "a" * 64, 200, 100, None),
    (Path(f"/photos/{SCRIPT}.jpg"),),
    (
        FaceOnPhoto(face(1), ADA, False, ()),
        FaceOnPhoto(face(2, 90, squared=0.25), ADA, False, ("Ben",)),
        FaceOnPhoto(face(3, 170, person=None), None, True, (SCRIPT,)),
    ),
)
DETAIL = PersonDetail(ADA, tuple((face(n, squared=0.1 * n if n > 3 else None), ()) for n in range(1, 6)))
TIMELINE = PhotoPage(
    1000,
    120,
    (ListedPhoto(replace(PHOTO.photo, taken_at=NOW), 3), ListedPhoto(replace(PHOTO.photo, id=6), 1)),
    (TimelineMonth("2026-11", 300), TimelineMonth("2025-12", 600), TimelineMonth(None, 100)),
)
FOLDERS = (PhotoFolder(Path("/photos/a"), 3), PhotoFolder(Path(f"/photos/{SCRIPT}&x=\udcff"), 1))
DAMAGED = FailedFile(FileStat(Path(f"/photos/{SCRIPT}"), 1, 1), "damaged", f"/photos/{SHOWN} is damaged: leave it out")
FAILED = FailedFiles(500, 200, (DAMAGED,))
COPIES = CopiedPhotos(
    (
        CopyGroup(
            False,
            (
                CopiedFile(5, Path(f"/photos/{SCRIPT}.jpg"), 4000, 3000, 3_100_000, 212.4),
                CopiedFile(6, Path("/photos/small.jpg"), 800, 600, 90_000, 180.0),
            ),
        ),
    )
)
PAGES = {
    "groups": groups_page(REPORT, AROUND, matched_at_once=True),
    "people": people_page((ADA, BEN), AROUND),
    "person": person_page(ADA, TIMELINE, PhotoFilter(person_id=1), AROUND),
    "person-faces": faces_page(DETAIL, AROUND),
    "person-similar": similar_page(SimilarPeople(ADA, (LookAlike(BEN, 0.4, True),)), AROUND),
    "history": history_page((ACT, replace(ACT, id=6, undone_at=ACT.at)), AROUND, pictured=frozenset({1}), latest=True),
    "ignored": ignored_page(IgnoredPage(900, 300, (face(3),)), AROUND),
    "copies": copies_page(COPIES, AROUND),
    "duplicates": duplicates_page(TWICE, AROUND),
    "photo": photo_page(PHOTO, AROUND),
    "photos": photos_page(TIMELINE, PhotoFilter(Path(f"/photos/{SCRIPT}")), AROUND),
    "folders": folders_page(FOLDERS, PhotoFilter(), AROUND),
    "failures": failures_page(FAILED, AROUND),
    "find": find_page(AROUND, most=1000),
    "error": error_page(404, SCRIPT, root=ROOT, bar=BAR),
}


def words(page: str) -> str:
    return " ".join("".join(Reader(page).text).split())


@pytest.mark.parametrize("which", PAGES)
def test_what_comes_from_the_library_is_text(which: str) -> None:
    read = Reader(PAGES[which])
    assert read.open == []
    assert max(Counter(value for _, name, value in read.attributes if name == "id").values()) == 1
    assert not [name for _, name, _ in read.attributes if name.startswith("on") or name == "style"]
    assert read.inside == {}, "scripts and styles come from /assets alone"
    sources = [value for _, name, value in read.attributes if name in {"src", "href", "action"}]
    assert all(source.startswith((f"{ROOT}/", "#")) for source in sources)
    assert SHOWN in "".join(read.text)


def test_the_photo_page_says_when_a_photo_was_taken_and_what_says_so() -> None:
    date = datetime(2019, 7, 14, 18, 5, tzinfo=timezone(timedelta(hours=2)))

    def said(taken_at: datetime, source: DateSource | None) -> str:
        photo = replace(PHOTO.photo, taken_at=taken_at, taken_from=source)
        return words(photo_page(replace(PHOTO, photo=photo), AROUND))

    assert "2019-07-14 18:05 UTC+02:00 (from the camera)" in said(date, DateSource.EXIF_ORIGINAL)
    assert "2019-07-14 18:05 (from the file's name)" in said(date.replace(tzinfo=None), DateSource.FILE_NAME)
    assert "2019-07-14 18:05 (source unknown)" in said(date.replace(tzinfo=None), None)
    shown = {said(date, source).partition("18:05")[2] for source in DateSource}
    assert len(shown) == len(DateSource), "each source has words of its own"


def test_the_photo_page_shows_the_photos_before_and_after_it() -> None:
    read = Reader(photo_page(PHOTO, AROUND, beside=PhotoNeighbours(4, 6, (4, 5, 6)), wanted=PhotoFilter(person_id=1)))
    film = [value for tag, name, value in read.attributes if (tag, name) == ("img", "src") and value.endswith(".webp")]
    assert film == [f"{ROOT}/photos/{number}.webp" for number in (4, 5, 6)]
    links = [value for tag, name, value in read.attributes if (tag, name) == ("a", "href")]
    assert links.count(f"{ROOT}/photos/4?person=1") == 2, "the film and the arrow"
    assert links.count(f"{ROOT}/photos/5?person=1") == 1


def test_the_photo_page_says_that_a_photo_is_incomplete() -> None:
    said = "incomplete: the file ends before the picture does"
    assert said in words(photo_page(replace(PHOTO, photo=replace(PHOTO.photo, incomplete=True)), AROUND))
    assert said not in words(PAGES["photo"])


def test_every_link_and_picture_of_every_page_is_there(client: Client, library: PaintedLibrary) -> None:
    library.people.confirm("Ben", [3], new=True)
    seen, ahead = set[str](), ["/", "/people", "/duplicates", "/find", "/photos", "/photos/folders", "/history"]
    while ahead:
        path = ahead.pop().partition("#")[0]
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status in {200, 303}, path
        if answer.status == 303:
            ahead.append(answer.header("location") or "")
        elif (answer.header("content-type") or "").startswith("text/html"):
            read = Reader(answer.body.decode())
            ahead += [value for _, name, value in read.attributes if name in {"src", "href"} and value[0] != "#"]
    assert {"/people/1", "/photos/1", "/photos/1.jpg", "/faces/4", "/faces/4.jpg", "/assets/acts.js"} <= seen


def test_styles_and_scripts_are_served_as_they_are(client: Client) -> None:
    """Templates escape text, but a style sheet with `&gt;` in place of `>` would be invalid."""
    scripts = ("acts", "keys", "find", "timeline", "rows", "scrubber", "lightbox", "draw", "float")
    for name in ("pages.css", *(f"{script}.js" for script in scripts)):
        text = client.get(f"/assets/{name}").body.decode()
        assert not {"&#34;", "&#39;", "&gt;", "&lt;"} & set(re.findall(r"&#?\w+;", text)), name
    assert ".faces > :first-child" in client.get("/assets/pages.css").body.decode()


def test_assets_say_what_they_are(client: Client) -> None:
    kinds = {"pages.css": "text/css", "keys.js": "text/javascript", "icon.svg": "image/svg+xml"}
    for name, kind in kinds.items():
        assert (client.get(f"/assets/{name}").header("content-type") or "").startswith(kind)
    assert client.get("/assets/pages.py").status == 404
    assert client.get("/assets/..%2fpages.py").status == 404


def test_a_browser_gets_errors_as_a_page_and_a_program_as_a_document(client: Client) -> None:
    answer = client.send("GET", "/people/99", [*client.own, ("accept", "text/html,*/*")])
    assert (answer.status, "nobody has the number 99" in words(answer.body.decode())) == (404, True)
    assert "nobody has the number 99" in client.get("/people/99").json["error"]
    assert client.get("/people/1?start=-1").status == 422


def test_groups_that_may_be_somebody_are_asked_about_first() -> None:
    read = Reader(PAGES["groups"])
    sections = [value for tag, name, value in read.attributes if (tag, name) == ("section", "id")]
    assert sections == ["likely", "unknown", "alone"]
    said = words(PAGES["groups"])
    for part in (
        f"Is this {SHOWN}?Who is this?2 faces, probability < 0.1 %",
        "Is this Ben?Who is this?1 face, grouped with faces of theirs",
        "Yes they are BenNo not Ben",
        "Who is this?30 faces",
        "19 more",
        "and 6 more faces like these, which get the name too",
        "9 groups of faces without a name, the largest first. 6 smaller groups will come up",
        "12,408 photos, 31,022 faces, 0 people with a name, 2 ignored. Faces near those you name get the name at once",
        "2 smaller faces are not shown",
    ):
        assert part in said
    meant = [value for _, name, value in read.attributes if name == "data-faces"]
    assert meant == ["[9, 31]", "[40]", str(list(range(1, 31))), "picked", "groups"]


def test_groups_that_are_not_shown_are_counted() -> None:
    page = groups_page(replace(REPORT, all_groups=900, all_lone=801), AROUND, matched_at_once=True)
    assert "897 smaller groups will come up" in words(page)
    assert "800 smaller faces are not shown" in words(page)


def test_every_state_of_a_library_is_said() -> None:
    nobody = replace(REPORT, likely=(), unknown=(), all_groups=0, lone=())
    assert "Every group of faces has a name." in words(groups_page(nobody, AROUND, matched_at_once=True))
    blank = replace(nobody, faces=0)
    assert "No face on 12,408 photos" in words(groups_page(blank, AROUND, matched_at_once=True))
    empty = words(groups_page(replace(blank, photos=0), AROUND, matched_at_once=True))
    assert "choose the folder of your photos" in empty
    assert "ignored" not in empty, "there is nothing to count"
    assert "recog identify --all names the faces near" in words(groups_page(nobody, AROUND, matched_at_once=False))
    assert "Nobody has a name yet" in words(people_page((), AROUND))
    assert "No two people or groups" in words(duplicates_page(replace(TWICE, pairs=(), mixed=()), AROUND))
    gone = photo_page(replace(PHOTO, paths=(), faces=()), AROUND)
    assert "no file shows it any more" in words(gone)
    assert "No face was found on this photo." in words(gone)
    assert "/photos/5.jpg" not in gone


def test_a_timeline_s_page_links_to_the_pages_beside_it_and_to_each_year() -> None:
    read = Reader(PAGES["photos"])
    links = [value for tag, name, value in read.attributes if (tag, name) == ("a", "href")]
    here = "folder=/photos/%3Cscript%3Ealert%28%221%22%29%3C/script%3E%E2%80%AE"
    for start, label in ((0, "Newer photos"), (240, "Older photos"), (300, "2025"), (900, "Without a date")):
        assert f"{ROOT}/photos?start={start}&{here}" in links, label
        assert label in read.text
    assert f"{ROOT}/photos/5?{here}" in links
    alts = [value for tag, name, value in read.attributes if (tag, name) == ("img", "alt")]
    assert alts == ["Photo of 23 November 2026, 3 faces", "Photo without a date, 1 face"]
    assert [text for text in read.text if text in {"November 2026", "Without a date"}].count("Without a date") == 2


def test_folders_are_shown_below_the_one_they_have_in_common(client: Client) -> None:
    """A name that is not UTF-8 comes back in the address as it is."""
    read = Reader(PAGES["folders"])
    assert f"In /photos All photos a3 photos{SHOWN}&x=\\xff1 photo" in words(PAGES["folders"])
    link = next(value for _, _, value in read.attributes if value.endswith("%FF"))
    assert "%26x%3D%FF" in link
    answer = client.get(link.removeprefix(ROOT))
    assert (answer.status, f"{SHOWN}&x=\\xff" in words(answer.body.decode())) == (200, True)


def test_a_failed_file_is_named_once_with_the_reason() -> None:
    said = words(PAGES["failures"])
    assert "500 files could not be used" in said
    assert f"/photos/{SHOWN} is damaged: leave it out" in said
    assert said.count("/photos/<script>") == 1


def test_an_empty_timeline_says_the_next_step() -> None:
    nothing = PhotoPage(0, 0, (), ())
    assert "choose the folder of your photos" in words(photos_page(nothing, PhotoFilter(), AROUND))
    wanted = PhotoFilter(faces=WithFaces.WITH)
    assert "No photo with a face is here. Show all photos" in words(photos_page(nothing, wanted, AROUND))
    nowhere = PhotoFilter(Path("/nothing"))
    assert "No photo is in this folder. Show all photos or choose a folder" in words(
        photos_page(nothing, nowhere, AROUND)
    )
    assert "choose the folder of your photos" in words(folders_page((), PhotoFilter(), AROUND))
    assert "Every file that was found could be used." in words(failures_page(FailedFiles(0, 0, ()), AROUND))


def test_hidden_people_stand_apart_and_are_no_field_s_suggestion() -> None:
    assert "Hidden" in words(PAGES["people"])
    assert frame((ADA, BEN), ()).names == (SCRIPT,)
    assert ("option", "value", SCRIPT) in Reader(PAGES["people"]).attributes, "a field sends the name as it is"


def test_the_latest_act_that_stands_can_be_undone_for_a_while() -> None:
    undone = replace(ACT, id=8, undone_at=NOW.isoformat())
    assert frame((), (undone, ACT), now=NOW + LATELY).last == ACT
    assert frame((), (undone, ACT), now=NOW + LATELY + timedelta(seconds=1)).last is None
    assert f"You confirmed 2 faces as {SHOWN}." in words(PAGES["find"])
    assert ("button", "data-id", "7") in Reader(PAGES["find"]).attributes
    assert "You " not in words(find_page(Frame((), None), most=1000))


def test_a_person_s_page_tells_the_age_beside_each_month_and_that_a_cover_is_away() -> None:
    born = replace(ADA, born=date(2025, 11, 20), cover_face_id=2, chosen_cover_face_id=4)
    said = words(person_page(born, TIMELINE, PhotoFilter(person_id=1), AROUND))
    assert "November 2026 12 months" in said
    assert "born on 20 November 2025" in said
    assert "The face that you chose as cover is no longer" in said
    assert f"{ROOT}/photos/5?person=1" in person_page(born, TIMELINE, PhotoFilter(person_id=1), AROUND)
    assert "is no longer" not in words(PAGES["person"])


def test_how_sure_recog_is_stands_in_words_with_the_number_on_demand() -> None:
    calibration = Calibration("a" * 64, 1.0, None, 20.0, -13.0, "", 1)
    said = words(faces_page(DETAIL, AROUND, calibration=calibration))
    assert "Probably95 %, distance 0.500" in said
    assert "Sure99.3 %, distance 0.400" in said
    assert "Probablydistance 0.500" in words(PAGES["person-faces"])


def test_the_history_offers_undo_for_what_stands_and_goes_on_with_earlier_acts() -> None:
    said = words(PAGES["history"])
    assert said.count("Undo act") == 1
    assert "act 6" in said
    acts = tuple(replace(ACT, id=number) for number in range(300, 300 - HISTORY_SHOWN - 1, -1))
    page = history_page(acts, AROUND, pictured=frozenset(), latest=False)
    assert f"{ROOT}/history?before={300 - HISTORY_SHOWN + 1}" in page
    assert "Nothing was done yet" in words(history_page((), AROUND, pictured=frozenset(), latest=True))


def test_copies_come_with_the_best_first_and_what_they_are_ranked_by() -> None:
    said = words(PAGES["copies"])
    assert "1 picture with 1 further file" in said
    assert "4,000 x 3,000, sharpness 212, 3.1 MB" in said
    assert Reader(PAGES["copies"]).tags["input"] == 3  # the filter of the bar, too
    assert "No photo is there twice." in words(copies_page(CopiedPhotos(()), AROUND))


def test_a_person_s_doubtful_faces_come_farthest_first_and_confirmed_ones_by_pages() -> None:
    asked = [
        value for tag, name, value in Reader(PAGES["person-faces"]).attributes if (tag, name) == ("li", "data-face")
    ]
    assert asked == ["5", "4", "1", "2", "3"]
    many = PersonDetail(
        ADA,
        tuple((face(n), ()) for n in range(1, 2 * CONFIRMED_SHOWN + 2))
        + tuple((face(5000 + n, squared=0.2), ()) for n in range(DOUBTFUL_SHOWN + 9)),
    )
    page = faces_page(many, AROUND, start=CONFIRMED_SHOWN)
    cells = [value for tag, name, value in Reader(page).attributes if (tag, name) == ("li", "data-face")]
    assert cells[DOUBTFUL_SHOWN:] == [str(n) for n in range(CONFIRMED_SHOWN + 1, 2 * CONFIRMED_SHOWN + 1)]
    assert "9 nearer faces come up after these" in words(page)
    assert f"{ROOT}/people/1/faces?start={2 * CONFIRMED_SHOWN}" in page
    assert f"{ROOT}/people/1/faces?start=0" in page


def test_a_pair_offers_what_can_be_said_of_it() -> None:
    read = Reader(PAGES["duplicates"])
    acts = [value for tag, name, value in read.attributes if (tag, name) == ("button", "data-act")]
    assert acts == ["merge", "merge", "distinct", "confirm", "reject", "confirm", "split"]
    meant = [value for _, name, value in read.attributes if name == "data-faces"]
    assert meant == ["[]", "[60, 61]", "[60, 61, 70, 71]", "[]"]
    said = words(PAGES["duplicates"])
    for part in ("< 0.1 %", "7 less likely pairs are not shown", "1 further part", "group 4"):
        assert part in said


def test_boxes_lie_over_the_photo_in_percents_and_names_stay_on_it() -> None:
    read = Reader(PAGES["photo"])
    boxes = [value for tag, name, value in read.attributes if (tag, name) == ("rect", "x")]
    assert boxes == ["5.00%", "45.00%", "85.00%"]
    sides = [value for tag, name, value in read.attributes if (tag, name) == ("text", "class")]
    assert sides == ["start", "middle"], "an ignored face has a box alone"
    low = replace(PHOTO, photo=replace(PHOTO.photo, height=42), faces=(replace(PHOTO.faces[2], ignored=False),))
    read = Reader(photo_page(low, AROUND))
    assert ("text", "class", "end") in read.attributes
    assert [value for _, name, value in read.attributes if name == "dy"] == ["-0.5em"]
    read = Reader(PAGES["photo"])
    alt = f"The photo: {SHOWN}, {SHOWN}, somebody without a name"
    assert "Ignore all others here" not in "".join(read.text), "there is nobody else"
    assert ("img", "alt", alt) in read.attributes
    said = words(PAGES["photo"])
    for part in ("Face 1, confirmed", "Face 2, by distance 0.250, not Ben", f"Face 3, ignored, not {SHOWN}"):
        assert part in said


def test_a_face_of_which_the_detector_is_unsure_says_so_on_its_photo() -> None:
    def doubted(one: Face) -> FaceOnPhoto:
        box = replace(one.box, score=0.829)
        return FaceOnPhoto(replace(one, box=box), None, ignored=False, rejected=())

    unnamed = photo_page(replace(PHOTO, faces=(doubted(face(1, person=None)),)), AROUND)
    assert "no name by distance: the detector is unsure of this face (score 0.82)" in unnamed
    ada = PHOTO.faces[0].person
    confirmed = photo_page(replace(PHOTO, faces=(replace(doubted(face(1)), person=ada),)), AROUND)
    assert "confirmed; the detector is unsure of this face (score 0.82): no other face gets its name" in confirmed


def test_a_damaged_date_of_an_early_year_costs_no_page(client: Client, library: PaintedLibrary) -> None:
    stat = FileStat(Path("/made-up/early.jpg"), 1, 1)
    taken = datetime(99, 5, 1, 12, 0)  # noqa: DTZ001 - as cameras write it
    early = ScannedPhoto(stat, "e" * 64, 40, 30, taken, (), taken_from=DateSource.EXIF_ORIGINAL)
    with library.context.writing() as catalog:
        catalog.photos.save([early], detector="d" * 64, network=library.networks.info)
    page = client.get("/photos").body.decode()
    assert "<h2>May 99</h2>" in page
    assert "Photo of 1 May 99" in page
    assert "0099-05-01 12:00" in client.get("/photos/5").body.decode()


def test_slashes_before_a_folder_count_as_one(client: Client, folder: Path) -> None:
    assert client.get(f"/api/photos?folder=//{folder}").json["all"] == 4


@pytest.mark.parametrize("path", ["/photos", "/photos/1", "/photos/folders", "/api/photos", "/api/timeline"])
def test_a_folder_that_is_no_absolute_path_is_refused_in_a_sentence(client: Client, path: str) -> None:
    answer = client.get(f"{path}?folder=abc")
    assert answer.status == 422
    assert answer.json["error"].startswith("the folder 'abc' is no absolute path: /photos/folders lists")


def test_one_ignored_face_is_told_of_as_one() -> None:
    one = ignored_page(IgnoredPage(1, 0, (face(3),)), AROUND)
    many = ignored_page(IgnoredPage(2, 0, (face(3), face(4))), AROUND)
    assert "1 face gets no name and is in no group" in one
    assert "Stop ignoring the face of this page" in one
    assert "2 faces get no name and are in no group" in many
    assert "Stop ignoring all 2 faces of this page" in many
