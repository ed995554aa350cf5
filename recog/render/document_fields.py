"""Which fields the JSON document of a record has: the record's own, but for the records listed here."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias

from recog.library.exchange.records import Unmatched
from recog.library.indexing.results import FailedPhoto
from recog.library.maintenance.results import Finding, Observation
from recog.library.recognition.results import IndexStatus
from recog.library.reports.results import DuplicatePair, DuplicateSide, MixedPerson, UnnamedGroup
from recog.render import commands, remedies
from recog.render.ways_out import detail_of_photo

Read: TypeAlias = Callable[[Any], object]
"""Returns a field's value, given the record."""

_WRITTEN: Mapping[type, Mapping[str, Callable[[Any], str]]] = {
    DuplicatePair: {"command": commands.join_sides, "reject_command": commands.keep_apart},
    MixedPerson: {"command": commands.split_name},
    UnnamedGroup: {"command": commands.name_group},
    Finding: {"sentence": remedies.sentence_of, "way_out": remedies.way_out_of_finding},
    Observation: {"sentence": remedies.sentence_of_observation, "way_out": remedies.way_out_of_observation},
    Unmatched: {"reason": remedies.reason_of_unmatched},
    FailedPhoto: {"detail": lambda failure: detail_of_photo(failure.reason, failure.detail)},
}
"""Texts that a document has beside the record's fields, or in their place."""
_LEFT_OUT: Mapping[type, frozenset[str]] = {
    IndexStatus: frozenset({"place"}),
    DuplicatePair: frozenset({"kind"}),
    DuplicateSide: frozenset({"typical", "remembered"}),
    UnnamedGroup: frozenset({"typical", "whole"}),
    Finding: frozenset({"remedy", "error"}),
    Observation: frozenset({"remedy", "error"}),
    Unmatched: frozenset({"alike"}),
}
"""Fields of which texts are written, and that the documents do not have."""


def own_fields(record: type) -> list[str]:
    """Return the names of a record's fields and public properties that its document has, in order."""
    fields = [field.name for field in dataclasses.fields(record)]
    properties = [name for name, held in vars(record).items() if isinstance(held, property)]
    left_out = _LEFT_OUT.get(record, frozenset())
    return [name for name in (*fields, *properties) if name not in left_out]


def written_fields(record: type) -> list[str]:
    """Return the names of the texts that are written for a record's document; it has them after its own fields."""
    return list(_WRITTEN.get(record, {}))


@cache
def document_fields(record: type) -> dict[str, Read]:
    """Return the fields of a record's document by name, with what reads each."""
    own: dict[str, Read] = {name: attrgetter(name) for name in own_fields(record)}
    return own | dict(_WRITTEN.get(record, {}))
