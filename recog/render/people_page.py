"""Everybody in the library as one HTML file, and as a sentence."""

from pathlib import Path

from recog.library.private_file import write_private
from recog.library.reports.results import PeopleReport
from recog.render import commands
from recog.render.figures import count
from recog.render.page import Section, report


def write_people(found: PeopleReport, path: Path) -> None:
    """Write the page, readable by its owner alone; RecogError says why it cannot be written."""
    write_private(path, people_page(found).encode("utf-8"))


def people_sentence(found: PeopleReport) -> str:
    """Count the people, the groups and the lone faces of the report."""
    unnamed = sum(group.faces for group in found.groups)
    return (
        f"{count(len(found.people), 'person')} with a name, {count(found.all_groups, 'group')} without one"
        f"{_of(len(found.groups), found.all_groups)} ({count(unnamed, 'face')}), "
        f"{count(found.all_lone, 'lone face')}{_of(len(found.lone), found.all_lone)}, {found.ignored:,} ignored"
    )


def people_page(found: PeopleReport) -> str:
    """Render the report as text to be written in UTF-8. See recog.render.page.report."""
    values = {
        "report": found,
        "name_group": commands.name_group,
        "confirm_matched": commands.confirm_matched,
        "sections": [
            Section("unnamed", "Without a name", found.all_groups),
            Section("people", "People", len(found.people)),
            Section("alone", "Alone", found.all_lone),
        ],
    }
    styles = ["report.css", "people.css"]
    return report("people.html", values, title="who is here?", styles=styles, scripts=["report.js"])


def _of(shown: int, of_all: int) -> str:
    return f", of which {shown:,} shown" if shown < of_all else ""
