"""An unfinished run over photos, in one file beside its report, so that a run that was ended goes on."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from recog.errors import RecogError
from recog.explain.strongest import Entry, Strongest
from recog.library.private_file import write_private

_SUFFIX = ".unfinished"


@dataclass(slots=True)
class RunState:
    """The state of a run between two batches.

    done files were looked at, shown of them went into the network. digests are those of their contents; failed lists
    (file number, reason, detail).
    """

    strongest: dict[str, Strongest]
    done: int = 0
    shown: int = 0
    digests: dict[str, int] = field(default_factory=dict)
    failed: list[tuple[int, str, str]] = field(default_factory=list)


def unfinished_path(out: Path) -> Path:
    """Return where the state of an unfinished run lies: beside its report."""
    return out.with_name(f"{out.name}{_SUFFIX}")


def save(state: RunState, path: Path, *, fingerprint: str) -> None:
    """Write the state of a run, readable by its owner alone, because it holds faces."""
    arrays: dict[str, NDArray[Any]] = {}
    for number, strongest in enumerate(state.strongest.values()):
        entries = [entry for unit in strongest.entries for entry in unit]
        arrays |= {
            f"counts_{number}": np.array([len(unit) for unit in strongest.entries], np.int64),
            f"values_{number}": np.array([entry.value for entry in entries], np.float64),
            f"places_{number}": np.array([(entry.photo, entry.place) for entry in entries], np.int64).reshape(-1, 2),
            f"sizes_{number}": np.array([len(entry.patch) for entry in entries], np.int64),
            f"patches_{number}": np.frombuffer(b"".join(entry.patch for entry in entries), np.uint8),
        }
    told = {
        "fingerprint": fingerprint,
        "done": state.done,
        "shown": state.shown,
        "digests": list(state.digests),
        "failed": state.failed,
        "layers": list(state.strongest),
    }
    file = io.BytesIO()
    arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy 2 has an option of its own beside the names
    write_private(path, file.getvalue())


def read(path: Path, *, fingerprint: str) -> RunState | None:
    """Return the state of a run with this fingerprint; None if there is no file, or it is that of another run.

    Raises:
        RecogError: the file cannot be read.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            told = json.loads(arrays["told"].tobytes())
            if told["fingerprint"] != fingerprint:
                return None
            return RunState(
                strongest={name: _strongest(arrays, number) for number, name in enumerate(told["layers"])},
                done=told["done"],
                shown=told["shown"],
                digests=dict.fromkeys(told["digests"], 0),
                failed=[(number, reason, detail) for number, reason, detail in told["failed"]],
            )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise RecogError(f"{path} is no unfinished run of recog ({error}): move it away, and start again") from error


def _strongest(arrays: Mapping[str, NDArray[Any]], number: int) -> Strongest:
    values, places = arrays[f"values_{number}"].tolist(), arrays[f"places_{number}"].tolist()
    ends = np.cumsum(arrays[f"sizes_{number}"]).tolist()
    patches = arrays[f"patches_{number}"].tobytes()
    entries = [
        Entry(photo, value, place, patches[start:end])
        for value, (photo, place), (start, end) in zip(values, places, pairwise([0, *ends]), strict=True)
    ]
    counts = np.cumsum([0, *arrays[f"counts_{number}"].tolist()]).tolist()
    return Strongest([entries[start:end] for start, end in pairwise(counts)])
