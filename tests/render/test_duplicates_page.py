"""The duplicate report is one page that fetches nothing and shows data as text."""

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from recog.errors import RecogError
from recog.library.grouping.results import ClusterSummary
from recog.library.reports.results import DuplicateReport, DuplicateSide, FaceSample
from recog.render.commands import join_sides, keep_apart
from recog.render.duplicates_page import duplicate_page
from recog.render.report_file import write_report
from tests.browser import CHROMIUM, Browser, dom
from tests.pages import Reader

SCRIPT = "<script>alert(1)</script>"
TOLD = "document.title.startsWith('[')"
"""The page's script has told in the title what it saw."""


@pytest.fixture(scope="module")
def page(report: DuplicateReport) -> str:
    return duplicate_page(report)


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    return Reader(page)


def test_every_tag_is_closed_and_ids_are_unique(read: Reader) -> None:
    assert read.open == []
    ids = Counter(value for _, name, value in read.attributes if name == "id")
    assert max(ids.values()) == 1


def test_names_and_paths_are_text(read: Reader) -> None:
    assert read.tags["script"] == 1
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    assert SCRIPT in read.text
    assert 'Anna "A" & Co' in read.text
    assert "/photos/copy\\u202egpj.exe" in read.text
    titles = [value for _, name, value in read.attributes if name == "title"]
    assert '/photos/"><img src=x onerror=alert(2)>/8.jpg' in titles


def test_nothing_is_fetched_from_anywhere(read: Reader, page: str) -> None:
    assert "link" not in read.tags
    sources = [value for _, name, value in read.attributes if name in {"src", "href", "srcset", "action", "data"}]
    assert all(source.startswith(("data:image/jpeg;base64,", "#")) for source in sources)
    assert "url(" not in page
    assert "@import" not in page
    assert not re.findall(r"https?://", page)


def test_the_policy_allows_exactly_the_page_s_own_style_and_script(read: Reader) -> None:
    policy = next(
        value for tag, name, value in read.attributes if (tag, name) == ("meta", "content") and "default-src" in value
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(read.inside[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not [name for _, name, _ in read.attributes if name == "style"]


def test_every_image_says_what_it_shows(read: Reader) -> None:
    alts = [value for tag, name, value in read.attributes if (tag, name) == ("img", "alt")]
    assert len(alts) == read.tags["img"] == 5 + 1 + 1 + 2 + 5 + 5 + 3
    assert f"{SCRIPT}, face 1 of 5" in alts
    assert ("svg", "aria-label", "cluster 3, no thumbnail") in read.attributes


def test_numbers_and_commands_of_each_pair_are_shown(read: Reader, report: DuplicateReport) -> None:
    text = " ".join(read.text)
    assert "97 %" in read.text
    assert "distance 0.580, nearest 0.310" in read.text
    assert join_sides(report.pairs[0]) in read.text
    assert keep_apart(report.pairs[0]) in read.text
    assert "7 less likely pairs not listed" in text
    assert "12,408" in text
    assert "1 in 1,000 pairs of different people comes nearer" in text


def test_a_command_with_hidden_characters_has_no_copy_button(read: Reader) -> None:
    assert "recog people confirm '\\x1b[31m' 9 10" in read.text
    assert read.tags["button"] == 2 + 1 + 1


@pytest.mark.parametrize(
    ("far", "said"),
    [(0.0, "and no pair of different people came nearer (measured on"), (None, "a limit that was set by hand")],
)
def test_the_threshold_says_what_is_known_of_its_error(report: DuplicateReport, far: float | None, said: str) -> None:
    page = duplicate_page(replace(report, calibration=replace(report.calibration, far=far)))
    assert said in " ".join(Reader(page).text)


def test_a_name_of_two_people_stands_with_its_parts_and_the_command_that_splits_it(read: Reader) -> None:
    text = " ".join(read.text)
    assert "distance 1.400, nearest 1.100" in text
    assert "1 further part" in text
    assert f"recog people split '{SCRIPT}'" in read.text


def test_photos_that_look_saved_twice_stand_apart_from_exact_copies(read: Reader) -> None:
    assert f"/photos/{SCRIPT}.jpg" in read.text
    assert "4,000 by 3,000" in read.text
    sections = [value for tag, name, value in read.attributes if (tag, name) == ("section", "id")]
    assert sections == ["pairs", "groups", "mixed", "clusters", "copies", "near-copies"]


def test_clusters_beyond_those_with_thumbnails_are_counted(report: DuplicateReport) -> None:
    many = replace(report, clusters=report.clusters * 3)
    assert "by cluster; 4 smaller clusters not shown" in " ".join(Reader(duplicate_page(many)).text)


def test_an_empty_library_says_so(report: DuplicateReport) -> None:
    empty = replace(
        report, clusters=(), cluster_samples=(), pairs=(), groups=(), mixed=(), duplicate_photos=(), near_copies=()
    )
    text = " ".join(Reader(duplicate_page(empty)).text)
    assert "Nothing to merge." in text
    assert "No two people or clusters in this library look like one person." in text


def test_hundreds_of_people_fit_on_a_page(report: DuplicateReport) -> None:
    clusters = tuple(ClusterSummary(number, 5, (number,), f"Person {number}", 5) for number in range(600))
    page = duplicate_page(replace(report, clusters=clusters, cluster_samples=report.cluster_samples[:1] * 600))
    assert Reader(page).tags["li"] > 600
    assert len(page) < 10_000_000


def test_the_page_is_written_whole_and_for_its_owner_alone(report: DuplicateReport, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("an older one")
    write_report(report, out)
    assert out.read_text(encoding="utf-8") == duplicate_page(report)
    assert out.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [out]


def test_the_document_is_written_where_the_name_says_json(report: DuplicateReport, tmp_path: Path) -> None:
    write_report(report, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["photos"] == 12_408


def test_a_place_that_cannot_be_written_is_named(report: DuplicateReport, tmp_path: Path) -> None:
    with pytest.raises(RecogError, match=r"nowhere/report\.html cannot be written: No such file"):
        write_report(report, tmp_path / "nowhere" / "report.html")


def three_hundred_people(report: DuplicateReport) -> DuplicateReport:
    """Drawn thumbnails, 150 pairs, a name that is markup."""
    people = [SCRIPT, *(f"Person {number}" for number in range(1, 300))]
    picture = report.pairs[0].left.samples[0].thumbnail
    samples = [
        tuple(FaceSample(6 * who + face, picture + bytes(3000), Path(f"/photos/{who}.jpg")) for face in range(6))
        for who in range(300)
    ]
    sides = [DuplicateSide(name, None, 40, faces) for name, faces in zip(people, samples, strict=True)]
    pairs = [
        replace(report.pairs[0], left=left, right=right) for left, right in zip(sides[::2], sides[1::2], strict=True)
    ]
    clusters = [ClusterSummary(number, 40, (number,), name, 40) for number, name in enumerate(people)]
    return replace(report, pairs=tuple(pairs), clusters=tuple(clusters), cluster_samples=tuple(samples))


def processor_seconds(browser: Browser) -> float:
    """Return the time that the thread of the page has worked."""
    told = {one["name"]: one["value"] for one in browser.ask("Performance.getMetrics")["metrics"]}
    return float(told["ThreadTime"])


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the report was not opened in a browser")
class TestInABrowser:
    """What a real browser makes of the page."""

    def test_it_opens_without_a_complaint_and_runs_no_script_but_its_own(self, page: str, tmp_path: Path) -> None:
        seen, log = dom(page, tmp_path)
        assert "CONSOLE" not in log
        assert SCRIPT not in seen
        assert '<div class="find js">' in seen, "the page's own script has run"

    def test_the_policy_refuses_a_script_that_is_not_its_own(self, page: str, tmp_path: Path) -> None:
        foreign = page.replace("</body>", "<script>document.title = 'foreign'</script></body>")
        seen, log = dom(foreign, tmp_path)
        assert "<title>foreign" not in seen
        assert "Content Security Policy" in log

    def test_the_filter_and_the_keys_move_over_what_is_shown(self, page: str, tmp_path: Path) -> None:
        script = """
          const key = (name) => document.dispatchEvent(new KeyboardEvent("keydown", {key: name}));
          const field = document.querySelector("#find");
          const said = [];
          key("j");
          said.push(document.activeElement.querySelector("h3")?.textContent ?? "");
          for (const button of document.querySelectorAll(".command button")) {
            button.addEventListener("click", () => said.push(button.previousSibling.textContent));
          }
          key("x");
          key("/");
          said.push(document.activeElement.id);
          field.value = "CLUSTER 3";
          field.dispatchEvent(new Event("input"));
          said.push(document.querySelector("#found").textContent);
          document.activeElement.blur();
          key("j"); key("j"); key("j"); key("j"); key("j"); key("k");
          said.push(document.activeElement.className);
          document.title = JSON.stringify(said);
        """
        seen, log = dom(page, tmp_path, script)
        assert "CONSOLE" not in log
        title = re.search(r"<title>(.*)</title>", seen)
        assert title is not None
        first, rejected, focused, found, last = json.loads(
            title[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        )
        assert rejected == f"recog people distinct '{SCRIPT}' 'Anna \"A\" & Co'"
        assert first.startswith(f'{SCRIPT} and Anna "A" & Co: 97 %')
        assert (focused, found, last) == ("find", "4 of 9", "group item")

    def test_three_hundred_people_open_within_three_seconds_of_a_processor(
        self, report: DuplicateReport, tmp_path: Path
    ) -> None:
        """The page's own thread is measured, and not a clock: other programs run beside it."""
        search = """(() => {
          const field = document.querySelector("#find");
          field.value = "nobody of this name";
          field.dispatchEvent(new Event("input"));
          const none = document.querySelector("#found").textContent;
          field.value = "person 299";
          field.dispatchEvent(new Event("input"));
          document.dispatchEvent(new KeyboardEvent("keydown", {key: "j"}));
          return [none, document.activeElement.textContent.includes("Person 299")];
        })()"""
        path = tmp_path / "page.html"
        path.write_text(duplicate_page(three_hundred_people(report)), encoding="utf-8")
        with Browser(tmp_path) as browser:
            browser.ask("Performance.enable", timeDomain="threadTicks")
            browser.open(path)
            opened = processor_seconds(browser)
            none, shown = browser.value(search)
            searched = processor_seconds(browser) - opened
        assert "CONSOLE" not in browser.log.read_text(encoding="utf-8", errors="replace")
        assert 0 < opened < 3, "seconds to open"
        assert searched < 1, "seconds to search twice"
        assert none.startswith("0 of ")
        assert shown

    def test_faces_are_drawn_when_they_come_into_sight(self, report: DuplicateReport, tmp_path: Path) -> None:
        """The bytes are in the page; what is out of sight is neither laid out nor decoded."""
        script = """
          const cards = [...document.querySelectorAll(".pair, .tile")];
          const drawn = () => {
            const now = cards.filter((card) => card.firstElementChild.checkVisibility({contentVisibilityAuto: true}));
            return [now.length, now.includes(cards.at(-1))];
          };
          const later = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
          later(() => {
            const first = drawn();
            cards.at(-1).scrollIntoView({behavior: "instant"});
            later(() => { document.title = JSON.stringify([cards.length, ...first, ...drawn()]); });
          });
        """
        seen, log = dom(duplicate_page(three_hundred_people(report)), tmp_path, script, until=TOLD)
        assert "CONSOLE" not in log
        title = re.search(r"<title>(.*)</title>", seen)
        assert title is not None
        cards, at_first, last_at_first, at_last, last_at_last = json.loads(title[1])
        assert cards >= 450
        assert 0 < at_first < 50
        assert 0 < at_last < 100
        assert (last_at_first, last_at_last) == (False, True)
