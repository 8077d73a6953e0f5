"""The part of CKAN's API that harvesters read, answered from the printed packages (https://docs.ckan.org/en/2.11/api/)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from ekograph.addresses import PACKAGES
from ekograph.web.live import Pair

Json: TypeAlias = dict[str, Any]
Parameters: TypeAlias = Mapping[str, str]

#: As many packages as one answer of CKAN holds at most.
MOST_ROWS = 1000


def router(address: str) -> APIRouter:
    """The addresses of the API; `address` is that of the site."""
    routes = APIRouter()

    @routes.api_route("/api/3/action/{action}", methods=["GET", "HEAD"], summary="CKAN's API, for harvesters")
    def act(action: str, request: Request) -> JSONResponse:
        """The answer of an action, in the envelope that CKAN puts it in."""
        pair: Pair = request.scope["ekograph.pair"]
        printed = pair.table.answers.get(PACKAGES)
        packages: list[Json] = json.loads(printed.body) if printed else []
        found = _ACTIONS[action](packages, request.query_params) if action in _ACTIONS else None
        envelope: Json = {"help": f"{address}{request.url.path}"}
        if found is None:
            error = {"__type": "Not Found Error", "message": "Not found"}
            return JSONResponse({**envelope, "success": False, "error": error}, status_code=404)
        return JSONResponse({**envelope, "success": True, "result": found}, headers={"x-snapshot": pair.snapshot.name})

    return routes


def package_search(packages: list[Json], given: Parameters) -> Json:
    """The packages that hold every word of `q`, changed since the date in `fq`, from `start`, at most `rows`."""
    words = [each for each in given.get("q", "").lower().split() if each != "*:*"]
    since = re.search(r"metadata_modified:\[(\S+?)Z? TO ", given.get("fq", ""))
    found = [each for each in packages if all(word in json.dumps(each, ensure_ascii=False).lower() for word in words)]
    if since:
        found = [each for each in found if each["metadata_modified"] >= since[1]]
    start, rows = _number(given, "start", 0), min(_number(given, "rows", 10), MOST_ROWS)
    return {
        "count": len(found),
        "sort": given.get("sort", "score desc, metadata_modified desc"),
        "results": found[start : start + rows],
        "facets": {},
        "search_facets": {},
    }


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
    "organization_list": _organizations,
    "organization_show": _organization,
    "status_show": _status,
}


def _number(given: Parameters, name: str, default: int) -> int:
    """A parameter as a number; what is none counts as not given, as a harvester should not fail for it."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default
