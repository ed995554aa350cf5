"""Turns every error of a route into a status and a sentence."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Match

from recog.errors import (
    CatalogError,
    CatalogUnusableError,
    ConfigError,
    EvaluationError,
    LibraryDiskError,
    LibraryReplacedError,
    NearNameError,
    NoLibraryError,
    NoSuchFaceError,
    PhotoError,
    PhotoTooLargeError,
    QueryError,
    ReadOnlyError,
    RecogError,
    SchemaOutdatedError,
    SearchIndexError,
    SeveralFacesFoundError,
    UnknownNumberError,
    UnknownPersonError,
    WayOut,
    WeightsError,
)
from recog.memory import lacks_memory
from recog.printable import printable
from recog.render.ways_out import with_way_out
from recog.web.error_page import error_page
from recog.web.guard import ROOT
from recog.web.roles import bar_for, caller_of

FIRST_RUN = "/index"
"""Where a browser is led while there is no library: the page that makes one."""
STATUS_OF: tuple[tuple[type[RecogError], int], ...] = (
    (QueryError, 404),
    (UnknownPersonError, 404),
    (UnknownNumberError, 404),
    (NoSuchFaceError, 404),
    (NoLibraryError, 503),
    (ReadOnlyError, 503),
    (SchemaOutdatedError, 503),
    (LibraryDiskError, 503),
    (LibraryReplacedError, 503),
    (CatalogUnusableError, 503),
    (NearNameError, 428),
    (CatalogError, 409),
    (PhotoTooLargeError, 413),
    (PhotoError, 415),
    (WeightsError, 503),
    (SearchIndexError, 503),
    (ConfigError, 503),
    (EvaluationError, 503),
    (RecogError, 422),
)
"""The status of each kind of error; the first kind that fits counts."""


class Failure(BaseModel):
    """Why a request was not answered: one sentence with the way out."""

    model_config = ConfigDict(extra="forbid")

    error: str


_MEANINGS = {
    400: "the request is no HTTP that can be read",
    401: "neither a token nor a cookie that is known",
    403: "another site or origin asks, or an account whose role may not",
    404: "nothing has this number or name, or the query cannot be read",
    408: "the body came too slowly",
    409: (
        "the catalog refuses: another process writes, a name is taken or none, a folder is none to be indexed, or the "
        "act contradicts what is known"
    ),
    413: "the body, or the photo in it, is too large",
    415: "the body is compressed, or no photo that can be read",
    421: "another host was asked for",
    428: "somebody has nearly this name: near says that it is somebody else's",
    422: "the question is not one that can be answered",
    503: "the library, its networks or its disk cannot be used now",
}

_OF_HTTP = {
    400: "the body is not JSON that can be read: /api/openapi.json tells what is",
    404: "nothing is at this address: / is the first page, and /api/openapi.json tells what programs can ask",
    405: "nothing is asked here in this way: /api/openapi.json tells how",
}
"""Sentences for failures that the framework names in two words."""

_WAYS_OUT = {
    WayOut.FIND_FACES: "/api/photos/N and /api/people/N name those of a photo and of a person",
    WayOut.LIST_CLUSTERS: "/api/groups lists them",
    WayOut.SPLIT_CLOSER: "choose a smaller threshold, or reject faces by their numbers",
}
"""Ways out that the API has."""


def documented(*more: int, pages: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the failures of a route for the OpenAPI document: the given ones, and those of every request.

    pages: a browser gets a failure as a page.
    """
    always = (400, 401, 403, 408, 413, 415, 421, 422, 503)
    content: dict[str, dict[str, Any]] = {"application/json": {"schema": Failure.model_json_schema()}}
    if pages:
        content["text/html"] = {"schema": {"type": "string"}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in sorted({*always, *more})}


def status_of(error: RecogError) -> int:
    """Return the status of an error."""
    return next(status for kind, status in STATUS_OF if isinstance(error, kind))


def translate_failures(app: FastAPI) -> None:
    """Answer every error with {"error": sentence}, or with a page if a browser asked for a page."""
    app.add_exception_handler(RecogError, _of_recog)
    app.add_exception_handler(RequestValidationError, _of_the_question)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_a_fault)


def _with_way_out(error: RecogError) -> str:
    """Return the error's sentence with the way out; what the API lacks is done with the command line."""
    match error:
        case PhotoError():
            return str(error)
        case NearNameError():
            return f'{error} ("near": true takes it for somebody else\'s)'
        case SeveralFacesFoundError():
            return f"{error}: choose it with face=N, 1 to {error.count} from left to right"
        case UnknownPersonError():
            listed = f": /api/people lists the {error.known} known names" if error.known and not error.alike else ""
            return f"{error}{listed}" + (' ("new": true makes somebody new of that name)' if error.may_be_new else "")
    way_out = None if error.way_out is None else _WAYS_OUT.get(error.way_out)
    return with_way_out(error) if way_out is None else f"{error}: {way_out}"


async def _of_recog(request: Request, error: Exception) -> Response:
    if not isinstance(error, RecogError):
        raise error
    if isinstance(error, NoLibraryError) and request.method == "GET" and _wants_page(request):
        return RedirectResponse(request.scope.get(ROOT, "") + FIRST_RUN, 303)
    return _failed(request, status_of(error), sentence_of(error))


async def _of_the_question(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    return _failed(request, 422, f"{where}: {problem['msg']}")


async def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    answer = _failed(request, error.status_code, _OF_HTTP.get(error.status_code, str(error.detail)))
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """Return the methods of all routes of the path; the framework names those of the first."""
    routes: tuple[APIRoute, ...] = request.app.state.routes
    found = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in found for method in route.methods or ()})


async def _of_a_fault(request: Request, error: Exception) -> Response:
    return _failed(request, 503 if lacks_memory(error) else 500, sentence_of(error))


def sentence_of(error: Exception) -> str:
    """Say what went wrong, with the way out; an error that is not recog's own is a fault of recog."""
    if isinstance(error, RecogError):
        return printable(_with_way_out(error))
    if lacks_memory(error):
        return "there is not enough memory for this: close other programs, or ask for less"
    return f"unexpected {type(error).__name__} in recog: please report it"


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _failed(request: Request, status: int, sentence: str) -> Response:
    """Answer with the sentence, printable: a name of a file need not be UTF-8, but JSON and pages must be."""
    sentence = printable(sentence)
    if not _wants_page(request):
        return JSONResponse({"error": sentence}, status)
    root, caller = request.scope.get(ROOT, ""), caller_of(request)
    bar = bar_for(request.app.state.bar, caller.role)
    return HTMLResponse(error_page(status, sentence, root=root, bar=bar, caller=caller), status)
