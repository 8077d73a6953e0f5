"""Older versions: pages and dumps as they were, and the way to them by date (Memento, RFC 7089)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

from ekograph import urls
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import Manifest, Representation, Snapshot, SnapshotError
from ekograph.urls import PUBLIC_URL, VERSION, link, normal_path
from ekograph.web.api.routes import Route, in_thread
from ekograph.web.contract import Application, Request
from ekograph.web.documents.files import FOLDER, file_response
from ekograph.web.http.headers import CACHE_IMMUTABLE, CACHE_REVALIDATE, COMMON, common_of, parsed_date, published_date
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.problems import Problem, ProblemError, not_acceptable, not_found
from ekograph.web.http.response import PreparedAnswer, etag_of, redirect
from ekograph.web.service.public_address import PublicAddress

_FORMATS = {form.media_type: form for form in formats.ALL}
_LATEST = datetime.max.replace(tzinfo=UTC)


def routes(address: PublicAddress) -> list[Route]:
    """The addresses below /version and /timegate of the copy at `address`."""
    version, time_gate = partial(_version, address), partial(_time_gate, address.public_url)
    leading = [
        Route(path, _all_versions, "All versions", success=303, documented=path == VERSION)
        for path in (VERSION, f"{VERSION}/")
    ]
    return [
        *leading,
        Route("/version/{name}/{path:path}", in_thread(version), "A page or file as it was", types=("*/*",)),
        Route(
            "/timemap/{path:path}",
            in_thread(partial(_time_map, address.public_url)),
            "The states of a page, document or file that are kept",
            types=(urls.TIMEMAP_TYPE,),
        ),
        Route("/timegate/{path:path}", in_thread(time_gate), "Lead to a page as it was at a time", success=302),
    ]


async def _all_versions(_request: Request) -> Application:
    """Lead to the catalogue, which names them."""
    return redirect("/catalog")


def _version(address: PublicAddress, request: Request, name: str, path: str) -> Application:
    """The answer that the version `name` has for `path`; it never changes."""
    public_url = address.public_url
    snapshots = _snapshots(request)
    snapshot = next((snapshot for snapshot in snapshots if snapshot.name == name), None)
    if snapshot is None:
        raise not_found(request.path)
    if path.startswith(FOLDER):
        original = link(f"{public_url}/{path}", "original")
        around = link(f"{VERSION}/{name}/", "collection", type="text/html")
        others = _others(snapshots, snapshot, f"/{path}", public_url)
        fields = [*_fields(snapshot, CACHE_IMMUTABLE), (b"link", ", ".join([original, around, *others]).encode())]
        return file_response(snapshot, path, request, fields)
    page = normal_path(f"/{path}")
    chosen = _chosen(_printed(snapshot, page), page, request)
    body = address.fill(urls.with_files_of(name, chosen.body), chosen.content_type)
    # What is named by its path alone is of the same version.
    links = [value.replace("</", f"<{VERSION}/{name}/").replace(PUBLIC_URL, public_url) for value in chosen.links]
    if not any("original" in value for value in links):
        links.append(link(f"{public_url}{chosen.page or page}", "original"))
    links += _others(snapshots, snapshot, page, public_url)
    headers = [
        *common_of(snapshot),
        *_fields(snapshot, CACHE_REVALIDATE),
        (b"content-type", chosen.content_type.encode()),
        *([(b"content-language", chosen.language.encode())] if chosen.language else []),
        *([(b"link", ", ".join(links).encode("latin-1", "replace"))] if links else []),
    ]
    return PreparedAnswer(etag_of(body), headers, body).respond(request)


def _others(snapshots: Sequence[Snapshot], snapshot: Snapshot, page: str, public_url: str) -> list[str]:
    """Where the first, last, previous and next of the states of `page` are, seen from that in `snapshot`."""
    states = [(item.name, item.manifest.published) for item in snapshots if item is snapshot or _holds(item, page)]
    number = states.index((snapshot.name, snapshot.manifest.published))
    relations = {"first": 0, "prev": number - 1, "next": number + 1, "last": len(states) - 1}
    by_state: dict[int, list[str]] = {}
    for relation, other in relations.items():
        by_state.setdefault(other, []).append(relation)
    return [
        urls.memento_link(*states[other], page, by_state[other]).replace(PUBLIC_URL, public_url)
        for other in sorted(by_state)
        if 0 <= other < len(states)
    ]


def _time_gate(public_url: str, request: Request, path: str) -> Application:
    """302 to the state of the page at the time in Accept-Datetime, or to the newest (RFC 7089, section 4.1).

    The page is named by its path or, as archives do it, by its whole address.
    """
    page = normal_path("/" + path.removeprefix(f"{public_url}/"))
    snapshot = _at(_requested_time(request), page, _snapshots(request))
    if snapshot is None:
        raise not_found(page)
    printed = next(iter(_printed(snapshot, page)))
    links = ", ".join(urls.memento_links(printed.page or page)).replace(PUBLIC_URL, public_url)
    location = urls.memento_path(snapshot.name, page).replace(PUBLIC_URL, public_url)
    fields = (b"vary", b"accept-datetime"), (b"link", links.encode()), (b"cache-control", b"no-cache")
    return redirect(location, *fields, status=302)


def _time_map(public_url: str, request: Request, path: str) -> Application:
    """The list of the states of what lies at the path, where none is printed."""
    page = normal_path("/" + path.removesuffix(".link"))
    states = [(item.name, item.manifest.published) for item in _snapshots(request) if _holds(item, page)]
    if not states or not path.endswith(".link"):
        raise not_found(request.path)
    body = urls.timemap(page, states).replace(PUBLIC_URL, public_url).encode()
    fields = (*COMMON, (b"content-type", urls.TIMEMAP_TYPE.encode()), (b"cache-control", CACHE_REVALIDATE))
    return PreparedAnswer(etag_of(body), fields, body).respond(request)


def _holds(snapshot: Snapshot, page: str) -> bool:
    return page.removeprefix("/") in snapshot.manifest.files or bool(_printed(snapshot, page))


def _snapshots(request: Request) -> list[Snapshot]:
    """The snapshots that were published and are kept, oldest first."""
    repository = SnapshotRepository(request.live.snapshot.path.parent)
    snapshots = []
    for name in dict.fromkeys(repository.history()):
        with suppress(SnapshotError):  # one that is gone or damaged is not offered
            snapshots.append(Snapshot(repository.path / name, Manifest.read(repository.path / name)))
    return snapshots


def _printed(snapshot: Snapshot, page: str) -> list[Representation]:
    """What is printed at `page`, which may name HTML without a language, in the snapshot."""
    return list(snapshot.printed(page)) or list(snapshot.printed(page.removesuffix(".html")))


def _at(moment: datetime, page: str, snapshots: Sequence[Snapshot]) -> Snapshot | None:
    """The snapshot with `page` that was current at `moment`; the first one if that is earlier than all."""
    having = [snapshot for snapshot in snapshots if _printed(snapshot, page)]
    until = [snapshot for snapshot in having if published_date(snapshot) <= moment]
    return until[-1] if until else next(iter(having), None)


def _requested_time(request: Request) -> datetime:
    """The time in Accept-Datetime; without one, the latest there is."""
    text = request.fields.get(b"accept-datetime")
    if text is None:
        return _LATEST
    moment = parsed_date(text) if text.rstrip().endswith(b" GMT") else None
    if moment is None:
        raise ProblemError(Problem(400, "bad_datetime", {"given": text[:80].decode("latin-1")}))
    return moment


def _chosen(printed: Sequence[Representation], page: str, request: Request) -> Representation:
    """The variant that the client wants most, or the one it has named."""
    if not printed:
        raise not_found(request.path)
    if printed[0].address == page:
        return printed[0]
    forms = [_format(representation) for representation in printed]
    form = choose(request.field(b"accept"), list(dict.fromkeys(filter(None, forms))))
    fitting = [representation for representation, other in zip(printed, forms, strict=True) if form and other is form]
    if not fitting:
        raise not_acceptable([(variant.content_type.partition(";")[0], variant.address) for variant in printed])
    languages = [representation.language for representation in fitting]
    return fitting[languages.index(choose_language(request.field(b"accept-language"), languages))]


def _format(printed: Representation) -> Format | None:
    return _FORMATS.get(printed.content_type.partition(";")[0])


def _fields(snapshot: Snapshot, cache_control: bytes) -> list[tuple[bytes, bytes]]:
    """What says of which version an answer is."""
    published = format_datetime(published_date(snapshot), usegmt=True).encode()
    return [
        (b"memento-datetime", published),
        (b"last-modified", published),
        (b"x-snapshot", snapshot.name.encode()),
        (b"vary", b"Accept, Accept-Language"),
        (b"cache-control", cache_control),
    ]
