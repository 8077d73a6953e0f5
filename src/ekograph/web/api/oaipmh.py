"""OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html), answered from the printed records."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from ekograph.urls import RECORDS
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Request
from ekograph.web.http.parameters import FORM, form, pairs
from ekograph.web.http.problems import not_found
from ekograph.web.http.response import response

Json: TypeAlias = dict[str, Any]
Arguments: TypeAlias = Mapping[str, str]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/'
    ' http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
)
#: The metadata formats: their schemas and namespaces.
_FORMATS = {
    "oai_dc": ("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
    "dcat_ap": ("http://www.openarchives.org/OAI/2.0/rdf.xsd", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
}
#: The arguments of each verb: those it needs, and those it may have.
_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
}
_LISTS = frozenset({"ListSets", "ListIdentifiers", "ListRecords"})
# What XML 1.0 has no way to write: an answer repeats what it was asked.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")

_EMPTY: Json = {"name": "", "email": "", "earliest": "", "records": []}


class OaiError(Exception):
    """A request that the protocol has an error for: its code, and a text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def route(address: str) -> Route:
    """The address /oai of the site at `address`."""

    async def oai(request: Request) -> Application:
        """The answer to a verb; errors are answers too, with status 200."""
        printed = request.live.table.answers.get(RECORDS)
        if request.live.snapshot.manifest.unfinished:
            raise not_found(request.path)
        arguments = await form(request) if request.method == "POST" else pairs(request.query)
        text = await asyncio.to_thread(_answered, printed.body if printed else b"", arguments, f"{address}/oai")
        return response(text, "text/xml; charset=utf-8", (b"x-snapshot", request.live.snapshot.name.encode()))

    arguments = {name: {"type": "string"} for name in ("verb", "metadataPrefix", "identifier", "from", "until")}
    body = {FORM: {"type": "object"}}
    methods = ("GET", "HEAD", "POST")
    return Route("/oai", oai, "OAI-PMH 2.0", methods, arguments, body, types=("text/xml",))


def _answered(printed: bytes, arguments: Sequence[tuple[str, str]], address: str) -> bytes:
    repository: Json = json.loads(printed) if printed else _EMPTY
    writable = [(name, _NOT_XML.sub("", value)) for name, value in arguments]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return answer(writable, repository, address, now).encode(errors="replace")


def answer(asked: Sequence[tuple[str, str]], repository: Json, address: str, now: str) -> str:
    """The answer of `repository` at `address` to the arguments `asked`, as XML."""
    arguments = dict(asked)
    echoed = "".join(f" {name}={quoteattr(value)}" for name, value in asked)
    try:
        verb = _checked(asked)
        body = _VERBS[verb](repository, arguments, address)
    except OaiError as error:
        # What the protocol does not know is not repeated (its section 3.2): it may be no attribute.
        echoed = "" if error.code in {"badVerb", "badArgument"} else echoed
        body = f'<error code="{error.code}">{escape(str(error))}</error>'
    else:
        body = f"<{verb}>{body}</{verb}>"
    request = f"<request{echoed}>{escape(address)}</request>"
    return f"{_HEAD}<responseDate>{now}</responseDate>\n{request}\n{body}\n</OAI-PMH>\n"


def _checked(asked: Sequence[tuple[str, str]]) -> str:
    """The verb, if it and its arguments are such as the protocol has."""
    names = [name for name, _ in asked]
    arguments = dict(asked)
    verb = arguments.get("verb", "")
    if verb not in _ARGUMENTS or names.count("verb") != 1:
        raise OaiError("badVerb", f"the verbs are {', '.join(_ARGUMENTS)}")
    needed, allowed = _ARGUMENTS[verb]
    others = set(names) - {"verb"}
    if verb in _LISTS and others == {"resumptionToken"} and len(names) == len(set(names)):
        raise OaiError("badResumptionToken", "all lists are given whole, so no token was ever given out")
    if not needed <= others <= needed | allowed or len(names) != len(set(names)):
        takes = f"{', '.join(sorted(needed | allowed))}, each once" if needed | allowed else "no arguments"
        raise OaiError("badArgument", f"{verb} takes {takes}")
    _check_values(arguments)
    return verb


def _check_values(arguments: Arguments) -> None:
    dates = [arguments[name] for name in ("from", "until") if name in arguments]
    if not all(map(_is_date, dates)) or len({len(date) for date in dates}) > 1:
        raise OaiError("badArgument", "from and until are dates, or both times in UTC: 2026-11-24T08:00:00Z")
    if len(dates) == 2 and dates[0] > dates[1]:
        raise OaiError("badArgument", "from is later than until")
    if "set" in arguments:
        raise OaiError("noSetHierarchy", "this repository has no sets")
    if arguments.get("metadataPrefix", "oai_dc") not in _FORMATS:
        raise OaiError("cannotDisseminateFormat", f"the formats are {', '.join(_FORMATS)}")


def _is_date(text: str) -> bool:
    """Whether it is a day, or a second in UTC, that there is."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def _identify(repository: Json, _arguments: Arguments, address: str) -> str:
    return (
        f"<repositoryName>{escape(repository['name'])}</repositoryName><baseURL>{escape(address)}</baseURL>"
        "<protocolVersion>2.0</protocolVersion>"
        f"<adminEmail>{escape(repository['email'])}</adminEmail>"
        f"<earliestDatestamp>{repository['earliest']}</earliestDatestamp><deletedRecord>no</deletedRecord>"
        "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
    )


def _formats(repository: Json, arguments: Arguments, _address: str) -> str:
    if "identifier" in arguments:
        _record(repository, arguments["identifier"])
    return "".join(
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><schema>{schema}</schema>"
        f"<metadataNamespace>{namespace}</metadataNamespace></metadataFormat>"
        for name, (schema, namespace) in _FORMATS.items()
    )


def _sets(_repository: Json, _arguments: Arguments, _address: str) -> str:
    raise OaiError("noSetHierarchy", "this repository has no sets")


def _identifiers(repository: Json, arguments: Arguments, _address: str) -> str:
    return "".join(map(_header, _selected(repository, arguments)))


def _records(repository: Json, arguments: Arguments, _address: str) -> str:
    return "".join(_whole(record, arguments["metadataPrefix"]) for record in _selected(repository, arguments))


def _one(repository: Json, arguments: Arguments, _address: str) -> str:
    return _whole(_record(repository, arguments["identifier"]), arguments["metadataPrefix"])


_VERBS: Mapping[str, Callable[[Json, Arguments, str], str]] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "ListIdentifiers": _identifiers,
    "ListRecords": _records,
    "GetRecord": _one,
}


def _selected(repository: Json, arguments: Arguments) -> list[Json]:
    """The records with a datestamp from `from` until `until`, both included."""
    first, last = arguments.get("from", ""), arguments.get("until", "9999")
    records = [
        record
        for record in repository["records"]
        if first <= record["datestamp"] and record["datestamp"][: len(last)] <= last
    ]
    if not records:
        raise OaiError("noRecordsMatch", "no record was changed in that time")
    return records


def _record(repository: Json, identifier: str) -> Json:
    records: list[Json] = repository["records"]
    for record in records:
        if record["identifier"] == identifier:
            return record
    raise OaiError("idDoesNotExist", f"there is no record {identifier}")


def _header(record: Json) -> str:
    identifier = escape(record["identifier"])
    return f"<header><identifier>{identifier}</identifier><datestamp>{record['datestamp']}</datestamp></header>"


def _whole(record: Json, prefix: str) -> str:
    return f"<record>{_header(record)}<metadata>{record['metadata'][prefix]}</metadata></record>"
