"""The end of a run of `index` or of a queue: name new faces, bring albums up to date, and let old faces expire."""

import logging

from recog.library.albums.keeping import keep_up
from recog.library.context import LibraryContext
from recog.library.indexing.retention import note_and_expire
from recog.library.recognition.matching import PeopleCounts, name_new
from recog.store.catalog import Catalog

_logger = logging.getLogger(__name__)


def conclude(context: LibraryContext, catalog: Catalog) -> PeopleCounts:
    """Name faces by distance if that is due, then bring albums up to date and apply the setting `unknown_days`.

    Returns who got how many faces. The caller took a turn at writing. Albums that cannot be written are logged;
    `recog album update` shows them again.
    """
    matched = name_new(catalog, context.networks, k=context.settings.k)
    for one in keep_up(catalog).outdated:
        _logger.warning("album %s: %s", one.album, one.detail)
    note_and_expire(context, catalog)
    return matched
