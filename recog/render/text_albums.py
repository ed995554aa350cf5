"""Albums, as text."""

from collections.abc import Sequence

from recog.library.albums.results import AlbumState, AlbumStatistics, KeptUp, OnThisDay
from recog.printable import printable
from recog.render.figures import count
from recog.render.table import table
from recog.render.taken import day_in_words
from recog.store.records import FiledPhoto


def albums(found: Sequence[AlbumState]) -> str:
    """Write albums, one a line, each with its outputs below."""
    if not found:
        return "There is no album yet: recog album add NAME --query QUERY"
    lines = []
    for one in found:
        lines.append(album_line(one))
        lines += [f"  {output.form.value}: {printable(output.path)}" for output in one.outputs]
    return "\n".join(lines)


def album_line(album: AlbumState) -> str:
    """Write an album in one line."""
    confirmed = ", confirmed faces only" if album.confirmed else ""
    return f"{printable(album.name)}: {printable(album.query)}{confirmed}; {count(album.photos, 'photo')}"


def outdated(kept: KeptUp) -> list[str]:
    """Return a sentence for each folder or file that could not be kept up."""
    return [f"{printable(one.album)}: {printable(one.detail)}" for one in kept.outdated]


def kept_up(kept: KeptUp) -> str:
    """Write how many folders and files are up to date."""
    return f"{count(kept.outputs, 'output')} of albums up to date."


def paths(photos: Sequence[FiledPhoto]) -> str:
    """Write one path a line."""
    return "\n".join(printable(one.paths[0]) for one in photos)


def on_this_day(found: OnThisDay) -> str:
    """Write photos of this day by year, one a line."""
    if not found.photos:
        return f"No photo was taken on a {found.day} of another year."
    rows = [
        ("" if one.photo.taken_at is None else day_in_words(one.photo.taken_at.date()), printable(one.paths[0]))
        for one in found.photos
    ]
    return table(("taken", "photo"), rows)


def statistics(found: AlbumStatistics) -> str:
    """Write photos by year, the people, and who is with whom."""
    parts = [f"{printable(found.name)}: {printable(found.query)}; {count(found.photos, 'photo')}"]
    if found.years:
        rows = [(year, f"{number:,}") for year, number in found.years.items()]
        rows += [("no date", f"{found.undated:,}")] if found.undated else []
        parts.append(table(("year", "photos"), rows, right=(1,)))
    if found.people:
        parts.append(table(("person", "photos"), [(printable(n), f"{k:,}") for n, k in found.people], right=(1,)))
    if found.together:
        both = [(f"{printable(one)} and {printable(other)}", f"{k:,}") for one, other, k in found.together]
        parts.append(table(("together", "photos"), both, right=(1,)))
    return "\n\n".join(parts)
