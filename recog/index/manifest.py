"""The manifest of an index: which file is current, what it holds, and the digests that prove it."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from recog.errors import IndexUnreadableError, WayOut

MANIFEST = "manifest.json"
FORMAT = 3
"""Older formats are built anew; format 1 had no exact rows beside the lists."""
METRIC = "squared_euclidean"
_DIGEST = "manifest_sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The content of manifest.json: the current generation.

    sha256 is of the index file's bytes, ids_sha256 of the ascending face ids as little-endian int64.
    """

    format: int
    generation: int
    library_id: str
    network_sha256: str
    dim: int
    metric: str
    kind: str
    nprobe: int | None
    recall_at_1: float
    recall_at_10: float
    count: int
    last_embedding_id: int
    last_removal_id: int
    sha256: str
    ids_sha256: str

    @property
    def file_name(self) -> str:
        """The name of the index file beside the manifest."""
        return f"{self.generation:08d}.faiss"


def encode_manifest(manifest: Manifest) -> bytes:
    """Encode as JSON with a digest of itself, because a flipped bit in a number would be believed otherwise."""
    content = asdict(manifest)
    return json.dumps({**content, _DIGEST: content_digest(content)}, indent=1).encode() + b"\n"


def read_manifest(directory: Path) -> Manifest:
    """Read the manifest in a directory.

    Raises:
        IndexUnreadableError: kind 'absent', 'unreadable', 'damaged' or 'newer format'.
    """
    path = directory / MANIFEST
    try:
        encoded = path.read_bytes()
    except FileNotFoundError:
        raise IndexUnreadableError(
            f"there is no search index at {path}", kind="absent", way_out=WayOut.REBUILD_INDEX
        ) from None
    except OSError as error:
        raise IndexUnreadableError(f"{path} cannot be read: {error.strerror or error}", kind="unreadable") from error
    try:
        content = json.loads(encoded)
    except (ValueError, RecursionError):  # the latter: endlessly nested brackets
        raise damaged(path, "it is not JSON") from None
    if not isinstance(content, dict) or content.pop(_DIGEST, None) != content_digest(content):
        raise damaged(path, "its own checksum does not match")
    if not isinstance(content.get("format"), int) or content["format"] > FORMAT:
        raise IndexUnreadableError(
            f"{path} has format {content.get('format')}, this recog reads up to {FORMAT}",
            kind="newer format",
            way_out=WayOut.UPDATE_OR_REBUILD_INDEX,
        )
    if content["format"] < FORMAT:
        raise IndexUnreadableError(
            f"{path} was written by an earlier recog", kind="older format", way_out=WayOut.REBUILD_INDEX
        )
    if content.keys() != {field.name for field in fields(Manifest)}:
        raise damaged(path, f"it has other fields than format {FORMAT} has")
    if odd := [name for name, kind in get_type_hints(Manifest).items() if not isinstance(content[name], kind)]:
        raise damaged(path, f"its {odd[0]} is no such value")
    return Manifest(**content)


def damaged(path: Path, why: str) -> IndexUnreadableError:
    """Return an error about a file that is not what was written."""
    return IndexUnreadableError(
        f"the search index file {path} is damaged ({why})", kind="damaged", way_out=WayOut.REBUILD_INDEX
    )


def content_digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 that a manifest with this content must bear."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
