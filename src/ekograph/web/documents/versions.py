"""Older versions: pages and dumps as they were, and the way to them by date (Memento, RFC 7089)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from ekograph import urls
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Manifest, Representation, Snapshot, SnapshotError
from ekograph.urls import PUBLIC_URL, VERSION, link, normal_path
from ekograph.web.documents import files
from ekograph.web.documents.files import FOLDER
from ekograph.web.http.headers import CACHE_IMMUTABLE, CACHE_REVALIDATE, is_fresh, published_date, values
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.problems import Problem, ProblemError, not_acceptable, not_found
from ekograph.web.service.live import Deployment

_FORMATS = {each.media_type: each for each in formats.ALL}
_LATEST = datetime.max.replace(tzinfo=UTC)


def router(public_url: str) -> APIRouter:
    """The addresses below /version and /timegate; `public_url` is where this copy is reached."""
    routes = APIRouter()
    _versions_at(routes, public_url)
    _time_gate_at(routes, public_url)
    return routes


def _versions_at(routes: APIRouter, public_url: str) -> None:
    """Add the addresses of the versions."""

    @routes.api_route(VERSION, methods=["GET", "HEAD"], include_in_schema=False)
    @routes.api_route(f"{VERSION}/", methods=["GET", "HEAD"], include_in_schema=False)
    def all_versions() -> Response:
        """Lead to the catalogue, which names them."""
        return RedirectResponse("/catalog", status_code=303)

    @routes.api_route("/version/{name}/{path:path}", methods=["GET", "HEAD"], summary="A page or file as it was")
    def version(name: str, path: str, request: Request) -> Response:
        """The answer that the version `name` has for `path`; it never changes."""
        snapshot = next((each for each in _kept(request) if each.name == name), None)
        if snapshot is None:
            raise ProblemError(not_found(request.url.path))
        if path.startswith(FOLDER):
            original = link(f"{public_url}/{path}", "original")
            around = link(f"{VERSION}/{name}/", "collection", type="text/html")
            headers = {**_headers(snapshot), "cache-control": CACHE_IMMUTABLE.decode(), "link": f"{original}, {around}"}
            return files.answer(snapshot, path, request, headers)
        page = normal_path(f"/{path}")
        chosen = _chosen(_printed(snapshot, page), page, request)
        body = chosen.body.replace(PUBLIC_URL.encode(), public_url.encode())
        # What is named by its path alone is of the same version.
        links = [each.replace("</", f"<{VERSION}/{name}/").replace(PUBLIC_URL, public_url) for each in chosen.links]
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        headers = {**_headers(snapshot), "etag": etag, "link": ", ".join(links)}
        if _has(request, headers):
            return Response(status_code=304, headers=headers)
        headers |= {"content-language": chosen.language} if chosen.language else {}
        return Response(body, headers={**headers, "content-type": chosen.content_type})


def _time_gate_at(routes: APIRouter, public_url: str) -> None:
    """Add the address of the time gate."""

    @routes.api_route("/timegate/{path:path}", methods=["GET", "HEAD"], summary="Lead to a page as it was at a time")
    def timegate(path: str, request: Request) -> Response:
        """302 to the state of the page at the time in Accept-Datetime, or to the newest (RFC 7089, section 4.1).

        The page is named by its path or, as archives do it, by its whole address.
        """
        page = normal_path("/" + path.removeprefix(f"{public_url}/"))
        snapshot = _at(_requested_time(request), page, _kept(request))
        if snapshot is None:
            raise ProblemError(not_found(page))
        printed = next(iter(_printed(snapshot, page)))
        links = ", ".join(urls.memento_links(printed.page or page)).replace(PUBLIC_URL, public_url)
        location = urls.memento_path(snapshot.name, page).replace(PUBLIC_URL, public_url)
        headers = {"location": location, "vary": "accept-datetime", "link": links, "cache-control": "no-cache"}
        return Response(status_code=302, headers=headers)


def _kept(request: Request) -> list[Snapshot]:
    """The snapshots that were published and are kept, oldest first."""
    pair: Deployment = request.scope["ekograph.pair"]
    shelf = SnapshotRepository(pair.snapshot.path.parent)
    found = []
    for name in dict.fromkeys(shelf.history()):
        with suppress(SnapshotError):  # one that is gone or damaged is not offered
            found.append(Snapshot(shelf.path / name, Manifest.read(shelf.path / name)))
    return found


def _printed(snapshot: Snapshot, page: str) -> list[Representation]:
    """What is printed at `page`, which may name HTML without a language, in the snapshot."""
    return list(snapshot.printed(page)) or list(snapshot.printed(page.removesuffix(".html")))


def _at(moment: datetime, page: str, kept: Sequence[Snapshot]) -> Snapshot | None:
    """The snapshot with `page` that was current at `moment`; the first one if that is earlier than all."""
    having = [each for each in kept if _printed(each, page)]
    until = [each for each in having if published_date(each) <= moment]
    return until[-1] if until else next(iter(having), None)


def _requested_time(request: Request) -> datetime:
    """The time in Accept-Datetime; without one, the latest there is."""
    given = request.headers.get("accept-datetime")
    if given is None:
        return _LATEST
    if not re.search(r"\bGMT\s*$", given):
        raise ProblemError(_bad_datetime(given))
    try:
        return parsedate_to_datetime(given).astimezone(UTC)
    except ValueError as error:
        raise ProblemError(_bad_datetime(given)) from error


def _bad_datetime(given: str) -> Problem:
    return Problem(400, "bad_datetime", {"given": given[:80]})


def _chosen(printed: Sequence[Representation], page: str, request: Request) -> Representation:
    """The variant that the client wants most, or the one it has named."""
    if not printed:
        raise ProblemError(not_found(request.url.path))
    if printed[0].address == page:
        return printed[0]
    kinds = [_format(each) for each in printed]
    wanted = choose(values(request.scope["headers"], b"accept"), list(dict.fromkeys(filter(None, kinds))))
    fitting = [each for each, kind in zip(printed, kinds, strict=True) if kind is wanted and wanted]
    if not fitting:
        raise ProblemError(not_acceptable([(each.content_type.partition(";")[0], each.address) for each in printed]))
    languages = [each.language for each in fitting]
    language = choose_language(values(request.scope["headers"], b"accept-language"), languages)
    return fitting[languages.index(language)]


def _format(printed: Representation) -> Format | None:
    return _FORMATS.get(printed.content_type.partition(";")[0])


def _has(request: Request, headers: dict[str, str]) -> bool:
    """Whether the client has the answer with these headers already."""
    return is_fresh(request.scope["headers"], headers["etag"].encode(), headers["last-modified"].encode())


def _headers(snapshot: Snapshot) -> dict[str, str]:
    """What says of which version an answer is."""
    published = format_datetime(published_date(snapshot), usegmt=True)
    return {
        "memento-datetime": published,
        "last-modified": published,
        "x-snapshot": snapshot.name,
        "vary": "Accept, Accept-Language",
        "cache-control": CACHE_REVALIDATE.decode(),
    }
