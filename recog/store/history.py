"""What was done to people, written so that it can be undone, and scrubbed when somebody is forgotten.

Payload of an event, JSON: `people` maps roles to {"id", "name"}, `faces` maps origins to face numbers.

* rename: people.before and people.after (the same id)
* merge: people.source (gone since) into people.target; faces.confirmed and faces.matched are those that moved
"""

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from recog.store.encoding import now
from recog.store.names import name_key
from recog.store.tables import events


def record_event(
    connection: Connection,
    kind: str,
    people: Mapping[str, tuple[int, str]],
    faces: Mapping[str, Sequence[int]] | None = None,
) -> None:
    """Write one event; people maps a role to (id, name)."""
    payload = {
        "people": {role: {"id": person_id, "name": name} for role, (person_id, name) in people.items()},
        "faces": {origin: list(ids) for origin, ids in (faces or {}).items()},
    }
    row = {"at": now(), "kind": kind, "payload": json.dumps(payload, ensure_ascii=False)}
    connection.execute(insert(events), [row])


def scrub_events(connection: Connection, person_id: int, name: str, face_ids: Collection[int]) -> None:
    """Remove a forgotten person from the history.

    Events of the person, and of whoever was merged into the person, go. Elsewhere the name and the faces are taken
    out, for another person may have borne the same name.
    """
    stored = [
        (row.id, json.loads(row.payload)) for row in connection.execute(select(events).order_by(events.c.id.desc()))
    ]
    ids, keys, gone = {person_id}, {name_key(name)}, set(face_ids)
    own: list[int] = []
    for event_id, payload in stored:  # newest first: a merge into the person names those whose older events go too
        involved = payload["people"].values()
        if ids & {person["id"] for person in involved}:
            own.append(event_id)
            ids |= {person["id"] for person in involved}
            keys |= {name_key(person["name"]) for person in involved if person["name"] is not None}
    connection.execute(delete(events).where(events.c.id.in_(own)))
    for event_id, payload in stored:
        if event_id in own:
            continue
        before = json.dumps(payload)
        for person in payload["people"].values():
            if person["name"] is not None and name_key(person["name"]) in keys:
                person["name"] = None
        payload["faces"] = {
            origin: [face_id for face_id in ids_there if face_id not in gone]
            for origin, ids_there in payload["faces"].items()
        }
        if json.dumps(payload) != before:
            changed = json.dumps(payload, ensure_ascii=False)
            connection.execute(update(events).where(events.c.id == event_id).values(payload=changed))
