"""Text of the results of a catalog's server."""

from recog.library.maintenance.results import Grants
from recog.render.figures import count


def granted(result: Grants) -> str:
    """Write the statements, for psql; one sentence if they were executed."""
    if result.applied:
        return f"Granted: {count(len(result.statements), 'statement')} executed."
    return "\n".join(["BEGIN;", *(f"{one};" for one in result.statements), "COMMIT;"])
