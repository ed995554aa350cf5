"""The history of acts, recorded so that they can be undone, and scrubbed when somebody is forgotten.

The payload of an event is JSON: `people` maps roles to {"id", "name"}; `removed` and `added` are the facts that the act
removed and added (see recog.store.people.facts). Undoing an act swaps the two. Roles:

* enrol, mark, confirm, reject, split, hide, unhide: person
* rename: before, after (the same id)
* merge: source (gone since), target
* distinct, twins, not-twins: person, other
* cover, born, never-share, allow-share: person
* ignore, unignore, expire: nobody
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from recog.store.people.author import author
from recog.store.people.facts import Facts
from recog.store.people.names import name_key
from recog.store.records import PastAct
from recog.store.schema.encoding import now
from recog.store.schema.tables import events


def record_event(
    connection: Connection, kind: str, people: Mapping[str, tuple[int, str]], removed: Facts, added: Facts
) -> None:
    """Write one event; people maps a role to (id, name)."""
    payload = {
        "people": {role: {"id": person_id, "name": name} for role, (person_id, name) in people.items()},
        "removed": removed.plain(),
        "added": added.plain(),
    }
    row = {"at": now(), "kind": kind, "payload": json.dumps(payload, ensure_ascii=False), "account": author()}
    connection.execute(insert(events), [row])


def facts_of_event(row: Row[Any]) -> tuple[Facts, Facts]:
    """Return the facts that an act removed, and those that it added."""
    payload = json.loads(row.payload)
    return Facts.of_plain(payload.get("removed", {})), Facts.of_plain(payload.get("added", {}))


def act_of_event(row: Row[Any]) -> PastAct:
    """Return an event as a PastAct."""
    removed, added = facts_of_event(row)
    people = {role: person["name"] for role, person in json.loads(row.payload)["people"].items()}
    face_ids = removed.face_ids() | added.face_ids()
    if row.kind == "cover":
        face_ids = {face_id for _, face_id in added.covers}
    born = next((day for _, day in added.births), None) if row.kind == "born" else None
    return PastAct(
        row.id, row.at, row.kind, people, tuple(sorted(face_ids)), row.undone_at, born, row.account, row.undone_by
    )


def people_of_event(row: Row[Any]) -> set[int]:
    """Return the numbers of the people in all roles of an act."""
    return {person["id"] for person in json.loads(row.payload)["people"].values()}


def scrub_events(connection: Connection, person_id: int, name: str, face_ids: Collection[int]) -> None:
    """Remove a forgotten person from the history.

    Events of the person, and of people who were merged into the person, are deleted. From all other events the name
    and the faces are removed, because another person may have had the same name.
    """
    stored = [(row, json.loads(row.payload)) for row in connection.execute(select(events).order_by(events.c.id.desc()))]
    ids, keys = {person_id}, {name_key(name)}
    own: list[int] = []
    for row, payload in stored:  # newest first: a merge into the person tells whose older events go too
        involved = payload["people"].values()
        if ids & {person["id"] for person in involved}:
            own.append(row.id)
            if row.kind == "merge" and row.undone_at is None:
                ids |= {person["id"] for person in involved}
            own_names = (person["name"] for person in involved if person["id"] in ids and person["name"] is not None)
            keys |= set(map(name_key, own_names))
    connection.execute(delete(events).where(events.c.id.in_(own)))
    for row, payload in stored:
        if row.id in own:
            continue
        for person in payload["people"].values():
            if person["name"] is not None and name_key(person["name"]) in keys:
                person["name"] = None
        sides = [facts.without_traces_of(ids, face_ids) for facts in facts_of_event(row)]
        namesakes = {one[0] for facts in sides for one in facts.people if name_key(one[1]) in keys}
        for side, facts in zip(("removed", "added"), sides, strict=True):
            erased = Facts(people=frozenset(one for one in facts.people if one[0] in namesakes))
            payload[side] = facts.without(erased).plain()
        changed = json.dumps(payload, ensure_ascii=False)
        if changed != row.payload:
            connection.execute(update(events).where(events.c.id == row.id).values(payload=changed))
