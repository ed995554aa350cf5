"""Faces that expired, and proofs of erasure, as text."""

from recog.library.indexing.retention import ExpiredFaces
from recog.library.people.proof import ErasureReport
from recog.printable import printable
from recog.render.figures import count
from recog.render.text_people import forgotten


def expired(result: ExpiredFaces) -> str:
    """Write how many faces lost their embeddings, or would."""
    done = "would lose" if result.dry_run else "lost"
    return f"{count(result.faces, 'face')} without a name for {count(result.days, 'day')} {done} their embeddings."


def erasure(result: ErasureReport) -> str:
    """Write what was erased, what was looked for in which files, and where it still is."""
    looked = ", ".join(count(number, kind) for kind, number in result.looked_for.items()) or "nothing"
    lines = [
        forgotten(result.erased),
        f"Looked for {looked} in {count(result.files, 'file')} of the library ({result.size / 1e6:,.1f} MB).",
    ]
    if result.on_server:
        lines.append("The database is on a server, whose files and backups were not searched.")
    lines += [f"Still there: {one.kind} in {printable(one.file)}" for one in result.found]
    if any(one.kind == "name" for one in result.found):
        lines.append("A name may stand in the path of a photo or of its folder: rename these, then run 'recog index'.")
    if not result.found:
        lines.append("None of it is left there. Backups, and what you exported or shared, are yours to delete.")
    return "\n".join(lines)
