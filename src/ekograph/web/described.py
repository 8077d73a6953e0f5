"""What the OpenAPI document says of responses: their media types, and how a request is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ekograph import formats
from ekograph.web.errors import PROBLEM

_ANY = ("*/*",)
_RDF = tuple(each.media_type for each in formats.RDF)
_RESULTS = tuple(each.media_type for each in formats.RESULTS)

#: The media types of a success, by path, where it is not JSON alone; dumps and versions are of any type.
_SUCCESS: Mapping[str, tuple[str, ...]] = {
    "/sparql": (*_RESULTS, *_RDF, formats.HTML.media_type),
    "/rdf-graph-store": _RDF,
    "/search": ("text/html", "application/json"),
    "/search.{lang}.html": ("text/html",),
    "/oai": ("text/xml",),
    "/metrics": ("text/plain",),
    "/dumps/{name}": _ANY,
    "/version/{name}/{path}": _ANY,
}

#: What leads elsewhere when it succeeds.
_REDIRECTS = {"/go": "303", "/timegate/{path}": "302"}

#: Where refusals have a form of their own beside problem+json.
_REFUSALS: Mapping[str, str] = {"/api/3/action/{action}": "application/json"}

_PROBLEM = {
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


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI `document` with what the framework does not know of responses."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"] = _responses(path, operation["responses"])
    return document


def _responses(path: str, known: dict[str, Any]) -> dict[str, Any]:
    success = known["200"]
    if path in _SUCCESS:
        success = {**success, "content": {each: {} for each in _SUCCESS[path]}}
    if path in _REDIRECTS:
        succeeding = {_REDIRECTS[path]: {"description": "Where to go on"}}
    else:
        succeeding = {"200": success, "304": {"description": "What the client has is still so"}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    refusal: dict[str, Any] = {PROBLEM.media_type: problem, formats.HTML.media_type: {}}
    if path in _REFUSALS:
        refusal[_REFUSALS[path]] = {}
    return {**succeeding, "default": {"description": "What is wrong", "content": refusal}}
