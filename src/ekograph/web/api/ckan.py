"""The part of CKAN's API that harvesters read, answered from the printed packages (https://docs.ckan.org/en/2.11/api/)."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from ekograph.urls import PACKAGES
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Request
from ekograph.web.http.parameters import FORM, MOST_BYTES, pairs, parameters, read_body
from ekograph.web.http.problems import PROBLEM, Problem, ProblemError, not_found
from ekograph.web.http.response import JSON, json_response

# What asks for rows of tables.
_NO_DATASTORE = (
    "there is no DataStore here: tables are files (CSV) among the resources of a package; /sparql has queries"
)

Json: TypeAlias = dict[str, Any]
Parameters: TypeAlias = Mapping[str, str]

#: As many packages as one answer of CKAN holds at most.
MOST_ROWS = 1000

# Words of a search that are looked at, characters of a filter, and fields to sort by or to count: people write few.
_MOST_WORDS = 50
_LONGEST_FILTER = 1000
_MOST_FIELDS = 20

#: A term of a filter: its sign, its field, and a range, a list, a text in quotation marks or a word.
_TERM = re.compile(r'([+-]?)\b(\w{1,40}):(\[[^\]]{0,100}\]|\([^)]{0,500}\)|"[^"]{0,200}"|[^\s()"\[]{1,200})')
#: Fields that a package may have no value in.
_FIELDS = {"tags", "groups", "res_format", "license_id"}


def routes(address: str) -> list[Route]:
    """The addresses of the API, with its version and without; `address` is that of the site."""
    make = partial(_act, address)
    described = {
        "summary": "CKAN's API, for harvesters",
        "methods": ("GET", "HEAD", "POST"),
        "parameters": {name: {"type": "string"} for name in ("q", "fq", "sort", "facet.field", "id", "rows", "start")},
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
    if action.startswith("datastore_"):
        refusal = {"__type": "Bad Request", "message": _NO_DATASTORE}
        return json_response({"help": f"{address}{request.path}", "success": False, "error": refusal}, status=400)
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
    """The packages that hold every word of `q` and fit `fq`, in the order `sort`, from `start`, at most `rows`.

    `facet.field` is a list of fields, as JSON, whose values are counted.
    """
    words = {word for word in arguments.get("q", "").lower().split()[:_MOST_WORDS] if word != "*:*"}
    fitting = [package for package in packages if _fits(package, arguments.get("fq", "")[:_LONGEST_FILTER])]
    texts = [json.dumps(package, ensure_ascii=False).lower() for package in fitting] if words else [""] * len(fitting)
    matches = [package for package, text in zip(fitting, texts, strict=True) if all(word in text for word in words)]
    start, rows = _number(arguments, "start", 0), min(_number(arguments, "rows", 10), MOST_ROWS)
    order = arguments.get("sort", "")
    counts = {
        field: Counter(value for item in matches for value in set(_values(item, field))) for field in _facets(arguments)
    }
    return {
        "count": len(matches),
        "sort": order or "score desc, metadata_modified desc",
        "results": _sorted(matches, order)[start : start + rows],
        "facets": counts,
        "search_facets": {
            field: {
                "title": field,
                "items": [
                    {"name": name, "display_name": name, "count": number} for name, number in values.most_common()
                ],
            }
            for field, values in counts.items()
        },
    }


def _facets(arguments: Parameters) -> list[str]:
    """The fields to count values of; what is no list of texts counts as not given."""
    try:
        fields = json.loads(arguments.get("facet.field", "[]"))
    except (ValueError, RecursionError):
        return []
    return [field for field in fields if isinstance(field, str)][:_MOST_FIELDS] if isinstance(fields, list) else []


def _values(package: Json, field: str) -> list[str]:
    """The values that a package has in a field of the search index of CKAN."""
    if field == "organization":
        return [package["organization"]["name"]]
    if field == "res_format":
        return [resource["format"] for resource in package.get("resources", ())]
    value = package.get("title" if field == "title_string" else field, ())
    if field in {"tags", "groups"}:
        return [item["name"] for item in value]
    return [value] if isinstance(value, str) else [str(value).lower()] if isinstance(value, bool) else []


def _sorted(packages: list[Json], order: str) -> list[Json]:
    """The packages in an order such as "title asc, metadata_modified desc"; fields that they lack change nothing."""
    for clause in reversed(order.split(",")[:_MOST_FIELDS]):
        field, _, direction = clause.strip().partition(" ")
        packages = sorted(
            packages, key=lambda package: _values(package, field), reverse=direction.strip().lower() == "desc"
        )
    return packages


def _fits(package: Json, terms: str) -> bool:
    """Whether a package fits the terms field:value, field:"value", field:(one OR other) and field:[from TO to].

    All must, unless OR stands between two: then one term of each field is enough. A field that packages do not have is
    passed over, and so is what is no such term.
    """
    included: dict[str, list[bool]] = {}
    for sign, field, value in _TERM.findall(terms):
        values = [
            *_values(package, field),
            *([package["organization"].get("id", "")] if field == "organization" else []),
        ]
        if not values and field not in _FIELDS:
            continue
        fits = any(_fits_value(value, item) for item in values)
        if sign == "-" and fits:
            return False
        if sign != "-":
            included.setdefault(field, []).append(fits)
    one_of_each = any if " OR " in terms else all
    return all(map(one_of_each, included.values()))


def _fits_value(value: str, item: str) -> bool:
    """Whether a value of a package is one that a term asks for."""
    if value.startswith("["):
        first, _, last = value.strip("[]").partition(" TO ")
        return (first in {"*", ""} or item >= first.removesuffix("Z")) and (
            last in {"*", ""} or item <= last.removesuffix("Z")
        )
    options = value.strip("()").split(" OR ")
    return any(option.strip().strip('"').lower() in {"*", item.lower()} for option in options)


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
