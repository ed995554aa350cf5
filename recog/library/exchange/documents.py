"""Files of names in JSON and CSV, written and read without loss."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from recog.errors import RecogError, WayOut
from recog.held_files import refuse_held
from recog.library.exchange.cells import from_cell, to_cell
from recog.library.exchange.records import NamedFace, Names, RefusedFace
from recog.library.exchange.regions import Region
from recog.types import Origin

T = TypeVar("T")

SUFFIXES = (".json", ".csv")
MAX_BYTES = 512 << 20
"""About two million named faces."""
_FORMAT, _VERSION = "recog names", 1
_COLUMNS = ("person", "by", "hidden", "photo", "left", "top", "width", "height", "path")
_MEASURES = ("left", "top", "width", "height")


def to_json(names: Names) -> bytes:
    r"""Return a JSON document in ASCII; other characters, and bytes of paths that are not UTF-8, are \uXXXX escapes.

    The lists of rejected and ignored faces, and the mark of drawn ones, were added to version 1 later; an older recog
    skips them.
    """
    faces = [_row(face) | ({"drawn": True} if face.drawn else {}) for face in names.faces]
    document = {"format": _FORMAT, "version": _VERSION, "faces": faces}
    if names.rejected:
        document["rejected"] = [_refused_row(face) for face in names.rejected]
    if names.ignored:
        document["ignored"] = [_refused_row(face) for face in names.ignored]
    return f"{json.dumps(document, indent=1, allow_nan=False)}\n".encode("ascii")


def to_csv(faces: Iterable[NamedFace]) -> bytes:
    """Return CSV lines under a header, in UTF-8; paths keep the file system's own bytes."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for face in faces:
        row = _row(face)
        writer.writerow(row | {"person": to_cell(face.region.name), "path": to_cell(str(row["path"] or ""))})
    return text.getvalue().encode("utf-8", "surrogateescape")


def read_names(path: Path) -> Names:
    """Read a file that `to_json` or `to_csv` wrote, chosen by its suffix.

    A damaged file is not half read.

    Raises:
        RecogError: the message has the file and the number of the first invalid face.
    """
    try:
        refuse_held(path)
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise RecogError(f"{path} cannot be read: {error.strerror}") from error
    if data is None:
        raise RecogError(f"{path} is larger than {MAX_BYTES >> 20} MB: export the names in parts")
    if path.suffix.lower() != ".json":
        return Names(_read(path, "face", _csv_rows(path, data), _face))
    document = _json_document(path, data)
    return Names(
        _read(path, "face", _listed(document, "faces"), _face),
        _read(path, "rejected face", _listed(document, "rejected"), _rejected_face),
        _read(path, "ignored face", _listed(document, "ignored"), _ignored_face),
    )


def _read(
    path: Path, what: str, rows: Iterable[Mapping[str, Any]], one: Callable[[Mapping[str, Any]], T]
) -> tuple[T, ...]:
    faces = []
    for number, row in enumerate(rows, start=1):
        try:
            faces.append(one(row))
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise RecogError(
                f"{path}: {what} {number} cannot be read ({type(error).__name__}: {error}); export the names again"
            ) from error
    return tuple(faces)


def _row(face: NamedFace) -> dict[str, object]:
    row = _refused_row(face) | {"person": face.region.name, "by": face.by.value, "hidden": face.hidden}
    return {key: row[key] for key in _COLUMNS}


def _refused_row(face: NamedFace | RefusedFace) -> dict[str, object]:
    region = face.region
    whom = {"person": region.name} if region.name else {}
    measures = {key: round(getattr(region, key), 9) for key in _MEASURES}
    return {**whom, "photo": face.photo, **measures, "path": None if face.path is None else str(face.path)}


def _face(row: Mapping[str, Any]) -> NamedFace:
    place = _rejected_face(row)
    hidden = str(row["hidden"]).lower() == "true"
    return NamedFace(place.region, Origin(row["by"]), place.photo, place.path, hidden, row.get("drawn") is True)


def _ignored_face(row: Mapping[str, Any]) -> RefusedFace:
    return _rejected_face({**row, "person": ""})


def _rejected_face(row: Mapping[str, Any]) -> RefusedFace:
    name, photo, path = row["person"], row["photo"], row["path"]
    if not isinstance(name, str) or not isinstance(photo, str) or len(bytes.fromhex(photo)) != 32:
        raise ValueError("person is a name and photo a SHA-256 in hexadecimal")
    region = Region(name, *(float(row[key]) for key in _MEASURES))
    if not region.sensible:
        raise ValueError("left, top, width, height are numbers, 0 to 1 on the photo")
    return RefusedFace(region, photo.lower(), Path(path) if path else None)


def _json_document(path: Path, data: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RecogError(f"{path} is no JSON document: {error}") from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT or document.get("version") != _VERSION:
        raise RecogError(
            f"{path} holds no names in the format {_FORMAT!r}, version {_VERSION}", way_out=WayOut.EXPORT_NAMES
        )
    return document


def _listed(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = document[name] if isinstance(document.get(name), list) else []
    return rows


def _csv_rows(path: Path, data: bytes) -> Sequence[Mapping[str, Any]]:
    text = data.decode("utf-8-sig", "surrogateescape")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise RecogError(f"{path} is no CSV file: {error}") from error
    if rows and not set(_COLUMNS) <= rows[0].keys():
        raise RecogError(f"{path} holds no names: its columns are not {', '.join(_COLUMNS)}")
    return [row | {"person": from_cell(row["person"] or ""), "path": from_cell(row["path"] or "")} for row in rows]
