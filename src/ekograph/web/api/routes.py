"""The addresses whose answers are made when asked for: one table, from which the OpenAPI document is made too."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import unquote

from ekograph import __version__
from ekograph.rdf import formats
from ekograph.web.contract import Application, Request, Resource
from ekograph.web.http.headers import CACHE_REVALIDATE
from ekograph.web.http.problems import PROBLEM, Deferred, not_found
from ekograph.web.http.response import JSON, READ, PreparedAnswer, etag_of

_TEXT = {"type": "string"}

_PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "Why a request has no other answer (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "limit": {"type": ["integer", "string"]},
    },
}


@dataclass(frozen=True)
class Route:
    """An address, with {name} in its `path` for what differs; {name:path} may hold slashes.

    `make` gets the request and the parts of the path by name. `parameters` are those of the query, with their JSON
    schemas; `body` has the schema of the body for each media type, `types` the media types of a success, whose status
    is `success`. What is `of_the_server` is answered while no snapshot is in service too.
    """

    path: str
    make: Callable[..., Awaitable[Application]]
    summary: str
    methods: tuple[str, ...] = READ
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    body: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    types: tuple[str, ...] = (JSON,)
    success: int = 200
    refused_as: tuple[str, ...] = (PROBLEM.media_type, formats.HTML.media_type)
    of_the_server: bool = False
    documented: bool = True

    def respond(self, request: Request) -> Application:
        """The response to a request for the path as it stands."""
        return Deferred(request, self.make)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the paths."""
        pattern = re.sub(r"\\{(\w+):path\\}", r"(?P<\1>.*)", re.escape(self.path))
        return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", pattern), re.DOTALL)

    def at(self, parts: Mapping[str, str]) -> Route:
        """The resource at a path with these parts."""
        return Route(self.path, partial(self.make, **parts), self.summary, self.methods)

    def operation(self, method: str) -> dict[str, Any]:
        """The operation object of the OpenAPI document."""
        slug = re.sub(r"\W+", "-", self.path).strip("-")
        places: list[tuple[str, str, Mapping[str, Any]]] = [
            (name, "path", _TEXT) for name in re.findall(r"\{(\w+)", self.path)
        ]
        places += [(name, "query", schema) for name, schema in self.parameters.items() if method != "post"]
        success: dict[str, Any] = {"description": self.summary}
        if self.success < 300 and method != "head":
            success["content"] = {media_type: {} for media_type in self.types}
        refusals = {
            kind: {"schema": {"$ref": "#/components/schemas/Problem"}} if kind == PROBLEM.media_type else {}
            for kind in self.refused_as
        }
        operation: dict[str, Any] = {
            "operationId": f"{method}-{slug}",
            "summary": self.summary,
            "parameters": [
                {"name": name, "in": place, "required": place == "path", "schema": schema}
                for name, place, schema in places
            ],
            "responses": {
                str(self.success): success,
                **({"304": {"description": "What the client has is still so"}} if self.success < 300 else {}),
                "default": {"description": "What is wrong", "content": refusals},
            },
        }
        if method == "post":
            content = {media_type: {"schema": schema} for media_type, schema in self.body.items()}
            operation["requestBody"] = {"required": True, "content": content}
        return operation


async def no_task(request: Request) -> Application:
    """Stands in the table for a resource of the same path, which answers without a task."""
    raise not_found(request.path)


def in_thread(make: Callable[..., Application]) -> Callable[..., Awaitable[Application]]:
    """A function that makes a response beside the event loop, since it reads from the disk."""
    return partial(asyncio.to_thread, make)


class Routes:
    """All routes, the resources of the endpoint and the graph store among them."""

    def __init__(self, routes: Iterable[Route], resources: Mapping[str, Resource], address: str) -> None:
        self._routes = [*routes, Route("/openapi.json", self._openapi, "This document")]
        self._address = address
        self.exact: dict[str, Resource] = {route.path: route for route in self._routes if "{" not in route.path}
        self.exact |= resources
        self._patterns = [route for route in self._routes if "{" in route.path]
        self.of_the_server = {route.path for route in self._routes if route.of_the_server}

    def find(self, path: str) -> Resource | None:
        """What lies at a path with parts that differ, or None; all others are `exact`."""
        decoded = unquote(path)
        for route in self._patterns:
            if match := route.pattern.fullmatch(decoded):
                return route.at(match.groupdict())
        return None

    async def _openapi(self, request: Request) -> Application:
        headers = ((b"content-type", JSON.encode()), (b"cache-control", CACHE_REVALIDATE))
        return PreparedAnswer(etag_of(self._document), headers, self._document).respond(request)

    @cached_property
    def _document(self) -> bytes:
        """The OpenAPI document."""
        paths: dict[str, dict[str, Any]] = {}
        for route in self._routes:
            if route.documented:
                operations = {method.lower(): route.operation(method.lower()) for method in route.methods}
                paths.setdefault(route.path.replace(":path}", "}"), {}).update(operations)
        document = {
            "openapi": "3.1.0",
            "info": {"title": "ekograph", "version": __version__},
            "servers": [{"url": self._address}],
            "paths": paths,
            "components": {"schemas": {"Problem": _PROBLEM_SCHEMA}},
        }
        return json.dumps(document).encode()


def texts(*names: str, **described: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The schemas of parameters that are any text; of those that are `described`, with what they are and an example."""
    schemas: dict[str, dict[str, Any]] = {name: {"type": "string"} for name in names}
    return schemas | {
        name: {"type": "string", "description": text, "examples": [*examples]}
        for name, (text, *examples) in described.items()
    }
