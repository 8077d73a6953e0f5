"""The part of CKAN's API that harvesters read, answered from the printed packages (https://docs.ckan.org/en/2.11/api/)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from ekograph.urls import PACKAGES
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Request
from ekograph.web.http.parameters import FORM, MOST_BYTES, pairs, parameters, read_body
from ekograph.web.http.problems import PROBLEM, Problem, ProblemError, not_found
from ekograph.web.http.response import JSON, json_response

Json: TypeAlias = dict[str, Any]
Parameters: TypeAlias = Mapping[str, str]

#: As many packages as one answer of CKAN holds at most.
MOST_ROWS = 1000

# Words of a search that are looked at, and characters of a filter: people write few.
_MOST_WORDS = 50
_LONGEST_FILTER = 1000


def routes(address: str) -> list[Route]:
    """The addresses of the API, with its version and without; `address` is that of the site."""
    make = partial(_act, address)
    described = {
        "summary": "CKAN's API, for harvesters",
        "methods": ("GET", "HEAD", "POST"),
        "parameters": {name: {"type": "string"} for name in ("q", "fq", "id", "rows", "start")},
        "body": {JSON: {"type": "object"}, FORM: {"type": "object"}},
        "refused_as": (JSON, PROBLEM.media_type, "text/html"),
    }
    return [Route(f"/api{version}/action/{{action}}", make, **described) for version in ("/3", "")]  # type: ignore[arg-type]


async def _act(address: str, request: Request, action: str) -> Application:
    """The answer of an action, in the envelope that CKAN puts it in. Parameters may come as JSON or as a form."""
    arguments = await _arguments(request)
    printed = request.live.table.answers.get(PACKAGES)
    if request.live.snapshot.manifest.unfinished:
        raise not_found(request.path)
    body = printed.body if printed else b"[]"
    result = await asyncio.to_thread(_result, action, body, arguments)
    envelope: Json = {"help": f"{address}{request.path}", "success": result is not None}
    if result is None:
        error = {"__type": "Not Found Error", "message": "Not found"}
        return json_response({**envelope, "error": error}, status=404)
    return json_response({**envelope, "result": result}, (b"x-snapshot", request.live.snapshot.name.encode()))


def _result(action: str, printed: bytes, arguments: Parameters) -> Json | list[str] | None:
    return _ACTIONS[action](json.loads(printed), arguments) if action in _ACTIONS else None


async def _arguments(request: Request) -> Parameters:
    """What the action is given: in the URL or in the body; of a body that is neither JSON nor a form, nothing."""
    arguments: Json = parameters(request)
    if request.method == "POST":
        body = await read_body(request, MOST_BYTES, Problem(413, "body_too_large", {"limit": MOST_BYTES // 1000}))
        try:
            arguments |= json.loads(body) if body.lstrip()[:1] == b"{" else dict(pairs(body))
        except (ValueError, RecursionError, ProblemError):
            return arguments
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}


def package_search(packages: list[Json], arguments: Parameters) -> Json:
    """The packages that hold every word of `q` and fit `fq`, from `start`, at most `rows`."""
    words = {word for word in arguments.get("q", "").lower().split()[:_MOST_WORDS] if word != "*:*"}
    fitting = [package for package in packages if _fits(package, arguments.get("fq", "")[:_LONGEST_FILTER])]
    texts = [json.dumps(package, ensure_ascii=False).lower() for package in fitting] if words else [""] * len(fitting)
    matches = [package for package, text in zip(fitting, texts, strict=True) if all(word in text for word in words)]
    start, rows = _number(arguments, "start", 0), min(_number(arguments, "rows", 10), MOST_ROWS)
    return {
        "count": len(matches),
        "sort": arguments.get("sort", "score desc, metadata_modified desc"),
        "results": matches[start : start + rows],
        "facets": {},
        "search_facets": {},
    }


def _fits(package: Json, terms: str) -> bool:
    """Whether a package was changed since the time in `terms`, and is of an organization that they take.

    This is what the harvester of CKAN filters by; other terms are passed over.
    """
    since = re.search(r"metadata_modified:\[(\S{1,40}?)Z? TO ", terms)
    if since and package["metadata_modified"] < since[1]:
        return False
    names = set(package.get("organization", {}).values())
    organizations = [(sign, name in names) for sign, name in re.findall(r"(-?)\borganization:\"?([\w-]+)", terms)]
    included = [matches for sign, matches in organizations if not sign]
    return (any(included) or not included) and not any(matches for sign, matches in organizations if sign)


def package_show(packages: list[Json], arguments: Parameters) -> Json | None:
    """The package with the id or name `id`."""
    name = arguments.get("id", "")
    return next((package for package in packages if name in {package["id"], package["name"]}), None)


def _names(packages: list[Json], arguments: Parameters) -> list[str]:
    start = _number(arguments, "offset", 0)
    return [package["name"] for package in packages][start : start + _number(arguments, "limit", MOST_ROWS)]


def _organizations(packages: list[Json], _arguments: Parameters) -> list[str]:
    return sorted({package["organization"]["name"] for package in packages})


def _organization(packages: list[Json], arguments: Parameters) -> Json | None:
    organizations = (package["organization"] for package in packages)
    return next((entry for entry in organizations if arguments.get("id") in {entry["id"], entry["name"]}), None)


def _status(_packages: list[Json], _arguments: Parameters) -> Json:
    return {"ckan_version": "2.11", "site_title": "ekograph", "extensions": []}


_ACTIONS: Mapping[str, Callable[[list[Json], Parameters], Json | list[str] | None]] = {
    "package_search": package_search,
    "package_show": package_show,
    "package_list": _names,
    "group_list": lambda _packages, _arguments: [],
    "organization_list": _organizations,
    "organization_show": _organization,
    "status_show": _status,
}


def _number(arguments: Parameters, name: str, default: int) -> int:
    """A parameter as a number; what is none counts as not given, as a harvester should not fail for it."""
    text = arguments.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else default
