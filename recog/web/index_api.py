"""Index runs in the API: GET /api/index tells the state, POST /api/index/start, pause, resume and stop steer it.

GET /api/index/queue tells how far the workers of `recog work` are, on whichever machines.
GET /api/index/events sends the state whenever it changes, as server-sent events, until no run goes on.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from recog.library.work.results import QueueProgress
from recog.render.as_json import to_json
from recog.store.account_records import Role
from recog.web.documents import Document, answers
from recog.web.failures import documented
from recog.web.folder_choice import FromHere, chosen
from recog.web.index_runs import IndexRuns, RunState
from recog.web.library import Opened
from recog.web.roles import needs

MOST_FOLDERS = 100
LOOK_SECONDS = 0.5
"""How often the state is looked at for an event."""
QUIET_LOOKS = 30
"""Looks without a change after which a comment is sent, so that a client that hung up is noticed."""
EVENTS = "text/event-stream"

router = APIRouter(prefix="/api", default_response_class=Document, tags=["indexing"])
Folder = Annotated[str, Field(min_length=1, max_length=4096)]


class Starting(BaseModel):
    """What to index: folders, by default all that were indexed before. verify compares unchanged files by contents."""

    model_config = ConfigDict(extra="forbid", strict=True)

    folders: list[Folder] = Field(default=[], max_length=MOST_FOLDERS)
    verify: bool = False


@router.get("/index", responses=answers(RunState) | documented())
@needs(Role.OWNER)
async def state(opened: Opened) -> Document:
    """The latest index run, and how far it is."""
    return Document(opened.runs.state())


@router.get("/index/queue", responses=answers(QueueProgress) | documented())
@needs(Role.OWNER)
def queue(opened: Opened) -> Document:
    """How far the workers of the queue are, on all machines; done counts from when the server first looked."""
    return Document(opened.runs.queue())


@router.get(
    "/index/events",
    response_class=StreamingResponse,
    responses=documented() | {200: {"description": "RunState, as events", "content": {EVENTS: {}}}},
)
@needs(Role.OWNER)
async def events(opened: Opened) -> StreamingResponse:
    """The state of the index run at once and after each change, as server-sent events, until none goes on."""
    return StreamingResponse(_told(opened.runs), media_type=EVENTS)


@router.post("/index/start", responses=answers(RunState) | documented(409))
@needs(Role.OWNER)
def start(opened: Opened, given: Starting, from_here: FromHere) -> Document:
    """Begin to index folders; 409 while a run goes on."""
    return Document(opened.runs.start(chosen(opened.library, given.folders, from_here=from_here), verify=given.verify))


@router.post("/index/pause", responses=answers(RunState) | documented())
@needs(Role.OWNER)
async def pause(opened: Opened) -> Document:
    """Let the run wait after the photo that it is at; without a run, nothing changes."""
    return Document(opened.runs.pause())


@router.post("/index/resume", responses=answers(RunState) | documented())
@needs(Role.OWNER)
async def resume(opened: Opened) -> Document:
    """Let a paused run go on; without one, nothing changes."""
    return Document(opened.runs.resume())


@router.post("/index/stop", responses=answers(RunState) | documented())
@needs(Role.OWNER)
async def stop(opened: Opened) -> Document:
    """End the run after the photo that it is at; what is indexed stays. Without a run, nothing changes."""
    return Document(opened.runs.stop())


async def _told(runs: IndexRuns) -> AsyncIterator[str]:
    told, quiet = None, 0
    while told is None or told.goes_on():
        if told is not None:
            await asyncio.sleep(LOOK_SECONDS)
        now = runs.state()
        if now != told:
            told, quiet = now, 0
            yield "".join(f"data: {line}\n" for line in to_json(now).splitlines()) + "\n"
        elif (quiet := quiet + 1) >= QUIET_LOOKS:
            quiet = 0
            yield ":\n\n"
