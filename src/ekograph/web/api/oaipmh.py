"""OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html), answered from the printed records."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from ekograph.rendering.rdf_writers import NOT_XML
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
    "rdf": ("http://www.openarchives.org/OAI/2.0/rdf.xsd", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
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
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")

#: As many records as one answer holds; a token leads to the next.
PAGE = 100

_EMPTY: Json = {"name": "", "email": "", "earliest": "", "sets": {}, "records": []}

#: The protocol wants an address; this one nobody has (RFC 2606).
_NO_EMAIL = "not-given@example.invalid"


@dataclass(frozen=True)
class Repository:
    """The site as OAI-PMH has it: what is printed of it, its address, the administrator's, and its RDF documents.

    `documents` gives the RDF/XML at a path, None where there is none.
    """

    printed: Json
    address: str
    email: str
    documents: Callable[[str], bytes | None]

    def metadata(self, record: Json, prefix: str) -> str | None:
        """The description of a record in a format, as XML; None where it has none in that."""
        if prefix not in record or prefix == "oai_dc":
            return record.get(prefix)
        body = self.documents(record[prefix])
        return body.decode().partition("?>")[2].lstrip() if body else None

    def has(self, record: Json, prefix: str) -> bool:
        """Whether a record is, or was, to be had in a format."""
        if "deleted" in record or prefix not in record:
            return "deleted" in record
        return prefix == "oai_dc" or self.documents(record[prefix]) is not None


class OaiError(Exception):
    """A request that the protocol has an error for: its code, and a text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def route(address: str, contact: str) -> Route:
    """The address /oai of the site at `address`; `contact` is a mailto: where the catalogue names nobody."""
    contact = contact.removeprefix("mailto:") if contact.startswith("mailto:") else _NO_EMAIL

    async def oai(request: Request) -> Application:
        """The answer to a verb; errors are answers too, with status 200."""
        answers = request.live.table.answers
        if request.live.snapshot.manifest.unfinished:
            raise not_found(request.path)
        arguments = await form(request) if request.method == "POST" else pairs(request.query)
        manifest = request.live.snapshot.manifest
        times = manifest.published, manifest.finished or manifest.published
        printed = _read(answers[RECORDS].body, *times) if RECORDS in answers else _EMPTY

        def document(path: str) -> bytes | None:
            return answers[path].body if path in answers else None

        repository = Repository(printed, f"{address}/oai", printed["email"] or contact, document)
        text = await asyncio.to_thread(_answered, repository, arguments)
        return response(text, "text/xml; charset=utf-8", (b"x-snapshot", request.live.snapshot.name.encode()))

    names = ("verb", "metadataPrefix", "identifier", "from", "until", "set", "resumptionToken")
    arguments, body = {name: {"type": "string"} for name in names}, {FORM: {"type": "object"}}
    methods = ("GET", "HEAD", "POST")
    return Route("/oai", oai, "OAI-PMH 2.0", methods, arguments, body, types=("text/xml",))


# A harvest has many requests, and a site many records.
@lru_cache(maxsize=2)
def _read(printed: bytes, published: str, finished: str) -> Json:
    """The repository; what was published with this snapshot has the time from which on it could be read."""
    repository: Json = json.loads(printed)
    for record in repository["records"]:
        record["datestamp"] = finished if record["datestamp"] == published else record["datestamp"]
    return repository


def _answered(repository: Repository, arguments: Sequence[tuple[str, str]]) -> bytes:
    # An answer repeats what it was asked.
    writable = [(name, NOT_XML.sub("", value)) for name, value in arguments]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return answer(writable, repository, now).encode(errors="replace")


def answer(asked: Sequence[tuple[str, str]], repository: Repository, now: str) -> str:
    """The answer of `repository` to the arguments `asked`, as XML."""
    arguments = dict(asked)
    echoed = "".join(f" {name}={quoteattr(value)}" for name, value in asked)
    try:
        verb = _checked(asked)
        body = _VERBS[verb](repository, arguments)
    except OaiError as error:
        # What the protocol does not know is not repeated (its section 3.2): it may be no attribute.
        echoed = "" if error.code in {"badVerb", "badArgument"} else echoed
        body = f'<error code="{error.code}">{escape(str(error))}</error>'
    else:
        body = f"<{verb}>{body}</{verb}>"
    request = f"<request{echoed}>{escape(repository.address)}</request>"
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
        return verb
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
    if arguments.get("metadataPrefix", "oai_dc") not in _FORMATS:
        raise OaiError("cannotDisseminateFormat", f"the formats are {', '.join(_FORMATS)}")


def _is_date(text: str) -> bool:
    """Whether it is a day, or a second in UTC, that there is."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def _identify(repository: Repository, _arguments: Arguments) -> str:
    return (
        f"<repositoryName>{escape(repository.printed['name'])}</repositoryName>"
        f"<baseURL>{escape(repository.address)}</baseURL><protocolVersion>2.0</protocolVersion>"
        f"<adminEmail>{escape(repository.email)}</adminEmail>"
        f"<earliestDatestamp>{repository.printed['earliest']}</earliestDatestamp>"
        "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
    )


def _formats(repository: Repository, arguments: Arguments) -> str:
    record = _record(repository, arguments["identifier"]) if "identifier" in arguments else None
    return "".join(
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><schema>{schema}</schema>"
        f"<metadataNamespace>{namespace}</metadataNamespace></metadataFormat>"
        for name, (schema, namespace) in _FORMATS.items()
        if record is None or repository.has(record, name)
    )


def _sets(repository: Repository, arguments: Arguments) -> str:
    if "resumptionToken" in arguments:
        raise OaiError("badResumptionToken", "the sets are given whole, so no token was ever given out")
    if not repository.printed["sets"]:
        raise OaiError("noSetHierarchy", "this repository has no sets")
    return "".join(
        f"<set><setSpec>{escape(name)}</setSpec><setName>{escape(NOT_XML.sub('', title))}</setName></set>"
        for name, title in repository.printed["sets"].items()
    )


def _identifiers(repository: Repository, arguments: Arguments) -> str:
    return _listed(repository, arguments, lambda record, _: _header(record))


def _records(repository: Repository, arguments: Arguments) -> str:
    return _listed(repository, arguments, lambda record, prefix: _whole(repository, record, prefix))


def _one(repository: Repository, arguments: Arguments) -> str:
    record, prefix = _record(repository, arguments["identifier"]), arguments["metadataPrefix"]
    if not repository.has(record, prefix):
        raise OaiError("cannotDisseminateFormat", f"this record is not to be had as {prefix}")
    return _whole(repository, record, prefix)


_VERBS: Mapping[str, Callable[[Repository, Arguments], str]] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "ListIdentifiers": _identifiers,
    "ListRecords": _records,
    "GetRecord": _one,
}


def _listed(repository: Repository, arguments: Arguments, written: Callable[[Json, str], str]) -> str:
    """A page of the records with a datestamp from `from` until `until`, both included, and the way to the next page.

    A token says after which record the page begins, so that what is published between two pages is lost to nobody.
    """
    token, after, count = arguments.get("resumptionToken"), ("", ""), 0
    if token is not None:
        arguments, after, count = _resumed(token)
    first, last, prefix = arguments.get("from", ""), arguments.get("until", "9999"), arguments["metadataPrefix"]
    records = [
        record
        for record in repository.printed["records"]
        if first <= record["datestamp"] and record["datestamp"][: len(last)] <= last
        if arguments.get("set") in {None, *record["sets"]} and repository.has(record, prefix)
    ]
    left = [record for record in records if (record["datestamp"], record["identifier"]) > after]
    if not left:
        raise OaiError("noRecordsMatch", "no record was changed in that time")
    body = "".join(written(record, prefix) for record in left[:PAGE])
    if len(left) <= PAGE and token is None:
        return body
    state = [{**arguments}, [left[:PAGE][-1]["datestamp"], left[:PAGE][-1]["identifier"]], count + PAGE]
    following = urlsafe_b64encode(json.dumps(state).encode()).decode() if left[PAGE:] else ""
    return f'{body}<resumptionToken completeListSize="{len(records)}" cursor="{count}">{following}</resumptionToken>'


def _resumed(token: str) -> tuple[dict[str, str], tuple[str, str], int]:
    """The arguments of a list, the datestamp and identifier of its last record so far, and how many there were."""
    needed, allowed = _ARGUMENTS["ListRecords"]
    try:
        arguments, (datestamp, identifier), count = json.loads(urlsafe_b64decode(token))
        strings = [*arguments.values(), datestamp, identifier]
        if not needed < {*arguments} <= {"verb"} | needed | allowed or not all(
            isinstance(item, str) for item in strings
        ):
            raise OaiError("badResumptionToken", token)
        _check_values(arguments)
        return arguments, (datestamp, identifier), int(count)
    except (ValueError, TypeError, AttributeError, RecursionError, OaiError) as error:
        raise OaiError("badResumptionToken", "no such token was given out") from error


def _record(repository: Repository, identifier: str) -> Json:
    records: list[Json] = repository.printed["records"]
    for record in records:
        if record["identifier"] == identifier:
            return record
    raise OaiError("idDoesNotExist", f"there is no record {identifier}")


def _header(record: Json) -> str:
    status = ' status="deleted"' if "deleted" in record else ""
    identifier = f"<identifier>{escape(record['identifier'])}</identifier>"
    sets = "".join(f"<setSpec>{escape(name)}</setSpec>" for name in record["sets"])
    return f"<header{status}>{identifier}<datestamp>{record['datestamp']}</datestamp>{sets}</header>"


def _whole(repository: Repository, record: Json, prefix: str) -> str:
    metadata = None if "deleted" in record else repository.metadata(record, prefix)
    return f"<record>{_header(record)}{f'<metadata>{metadata}</metadata>' if metadata else ''}</record>"
