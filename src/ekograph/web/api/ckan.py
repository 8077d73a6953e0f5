"""The part of CKAN's API that harvesters read, answered from the printed packages (https://docs.ckan.org/en/2.11/api/)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from ekograph.urls import PACKAGES
from ekograph.web.service.live import Deployment

Json: TypeAlias = dict[str, Any]
Parameters: TypeAlias = Mapping[str, str]

#: As many packages as one answer of CKAN holds at most.
MOST_ROWS = 1000


def router(address: str) -> APIRouter:
    """The addresses of the API; `address` is that of the site."""
    routes = APIRouter()

    @routes.api_route("/api/3/action/{action}", methods=["GET", "HEAD", "POST"], summary="CKAN's API, for harvesters")
    async def act(action: str, request: Request) -> JSONResponse:
        """The answer of an action, in the envelope that CKAN puts it in. Parameters may come as JSON or as a form."""
        given = await _parameters(request)
        pair: Deployment = request.scope["ekograph.pair"]
        printed = pair.table.answers.get(PACKAGES)
        packages: list[Json] = json.loads(printed.body) if printed else []
        found = _ACTIONS[action](packages, given) if action in _ACTIONS else None
        envelope: Json = {"help": f"{address}{request.url.path}"}
        if found is None:
            error = {"__type": "Not Found Error", "message": "Not found"}
            return JSONResponse({**envelope, "success": False, "error": error}, status_code=404)
        return JSONResponse({**envelope, "success": True, "result": found}, headers={"x-snapshot": pair.snapshot.name})

    return routes


async def _parameters(request: Request) -> Parameters:
    """What the action is given: in the URL or in the body; of a body that is neither JSON nor a form, nothing."""
    given: Json = dict(request.query_params)
    if request.method == "POST":
        body = await request.body()
        try:
            given |= json.loads(body) if body.lstrip()[:1] == b"{" else dict(parse_qsl(body.decode()))
        except ValueError:
            return given
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def package_search(packages: list[Json], given: Parameters) -> Json:
    """The packages that hold every word of `q` and fit `fq`, from `start`, at most `rows`."""
    words = [each for each in given.get("q", "").lower().split() if each != "*:*"]
    fitting = [each for each in packages if _fits(each, given.get("fq", ""))]
    found = [each for each in fitting if all(word in json.dumps(each, ensure_ascii=False).lower() for word in words)]
    start, rows = _number(given, "start", 0), min(_number(given, "rows", 10), MOST_ROWS)
    return {
        "count": len(found),
        "sort": given.get("sort", "score desc, metadata_modified desc"),
        "results": found[start : start + rows],
        "facets": {},
        "search_facets": {},
    }


def _fits(package: Json, terms: str) -> bool:
    """Whether a package was changed since the time in `terms`, and is of an organization that they take.

    This is what the harvester of CKAN filters by; other terms are passed over.
    """
    since = re.search(r"metadata_modified:\[(\S+?)Z? TO ", terms)
    if since and package["metadata_modified"] < since[1]:
        return False
    names = set(package.get("organization", {}).values())
    named = [(sign, name in names) for sign, name in re.findall(r"(-?)\borganization:\"?([\w-]+)", terms)]
    wanted = [matches for sign, matches in named if not sign]
    return (any(wanted) or not wanted) and not any(matches for sign, matches in named if sign)


def package_show(packages: list[Json], given: Parameters) -> Json | None:
    """The package with the id or name `id`."""
    wanted = given.get("id", "")
    return next((each for each in packages if wanted in {each["id"], each["name"]}), None)


def _names(packages: list[Json], given: Parameters) -> list[str]:
    start = _number(given, "offset", 0)
    return [each["name"] for each in packages][start : start + _number(given, "limit", MOST_ROWS)]


def _organizations(packages: list[Json], _given: Parameters) -> list[str]:
    return sorted({each["organization"]["name"] for each in packages})


def _organization(packages: list[Json], given: Parameters) -> Json | None:
    found = (each["organization"] for each in packages)
    return next((each for each in found if given.get("id") in {each["id"], each["name"]}), None)


def _status(_packages: list[Json], _given: Parameters) -> Json:
    return {"ckan_version": "2.11", "site_title": "ekograph", "extensions": []}


_ACTIONS: Mapping[str, Callable[[list[Json], Parameters], Json | list[str] | None]] = {
    "package_search": package_search,
    "package_show": package_show,
    "package_list": _names,
    "group_list": lambda _packages, _given: [],
    "organization_list": _organizations,
    "organization_show": _organization,
    "status_show": _status,
}


def _number(given: Parameters, name: str, default: int) -> int:
    """A parameter as a number; what is none counts as not given, as a harvester should not fail for it."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default
