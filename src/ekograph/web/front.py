"""What stands before the application: printed answers leave from here, straight from memory.

Everything else (queries, dumps, health) goes on to the application behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from ekograph.addresses import normal_path
from ekograph.web import errors
from ekograph.web.asgi import Application, Message, Receive, Scope, Send
from ekograph.web.errors import send_problem
from ekograph.web.headers import COMMON, is_fresh, values
from ekograph.web.live import Live
from ekograph.web.negotiation import accepts_gzip
from ekograph.web.printed import Answer, Page, Table

_EMPTY: Message = {"type": "http.response.body", "body": b""}


class Front:
    """The ASGI application of the site.

    `application` gives the application behind when it is first needed, since to load it takes longer than to
    answer the first request for a page. `hosts` are the names this server answers to; empty: any.
    """

    def __init__(self, live: Live, application: Callable[[], Awaitable[Application]], hosts: frozenset[str]) -> None:
        self._live = live
        self._application = application
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._live.lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hosts and (host := _host(scope["headers"])) and _name_of(host) not in self._hosts:
            await send_problem(errors.wrong_host(host), scope, send)
            return
        # The one look at what is in service: all of this answer comes from the same snapshot.
        pair = scope["ekograph.pair"] = self._live.pair
        path = scope["raw_path"].decode("latin-1")
        answer = pair.table.answers.get(path)
        if answer is not None:
            await _give(answer, scope, send)
        elif not await _negotiated(pair.table, path, scope, send):
            application = await self._application()
            await application(scope, receive, _with_common_headers(send))


async def _negotiated(table: Table, path: str, scope: Scope, send: Send) -> bool:
    """Answer from the page at `path`, or say that there is none."""
    path = path if path in table.pages else normal_path(path)
    if (page := table.pages.get(path)) is not None:
        await _choose(page, scope, send, values(scope["headers"], b"accept"))
    elif (page := table.pages.get(_without_suffix(path))) is not None:
        await _choose(page, scope, send, ("text/html",))
    elif path.startswith("/id/") and (target := f"/doc/{path[4:]}") in table.pages:
        await _see_other(target, scope, send)
    elif (answer := table.answers.get(path)) is not None:
        await _give(answer, scope, send)
    else:
        return False
    return True


def _without_suffix(path: str) -> str:
    """The page that `….html` is the HTML of, in any language; "/" for /index.html."""
    page = path.removesuffix(".html")
    return "" if page == path else "/" if page == "/index" else page


async def _choose(page: Page, scope: Scope, send: Send, accept: tuple[str, ...]) -> None:
    """Send the variant of `page` that is wanted most, or say which ones there are."""
    languages = values(scope["headers"], b"accept-language")
    asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("lang", "") if scope["query_string"] else ""
    variant = page.choose(accept, languages, asked)
    if variant is None:
        await send_problem(errors.not_acceptable(page.offered()), scope, send)
    else:
        await _give(variant.negotiated, scope, send)


async def _give(answer: Answer, scope: Scope, send: Send) -> None:
    """Send `answer`: compressed to whom can take it, as a 304 to whom has it."""
    if scope["method"] not in {"GET", "HEAD"}:
        await _other_method(scope, send)
        return
    headers = scope["headers"]
    for name, value in headers:
        if name == b"accept-encoding" and b"gzip" in value and accepts_gzip((value.decode("latin-1"),)):
            answer = answer.zipped or answer
    if is_fresh(headers, answer.etag, answer.modified):
        await send(answer.not_modified)
        await send(_EMPTY)
    else:
        await send(answer.start)
        await send(answer.body)


async def _see_other(path: str, scope: Scope, send: Send) -> None:
    """Lead from a thing to the document about it (303, "Cool URIs for the Semantic Web")."""
    if scope["method"] not in {"GET", "HEAD"}:
        await _other_method(scope, send)
        return
    query = scope["query_string"]
    headers = [
        *COMMON,
        (b"location", path.encode() + (b"?" + query if query else b"")),
        (b"vary", b"Accept, Accept-Language"),
        (b"cache-control", b"public, max-age=3600"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send(_EMPTY)


async def _other_method(scope: Scope, send: Send) -> None:
    """Answer OPTIONS, a preflight of CORS among them, and refuse what is not a read."""
    if scope["method"] != "OPTIONS":
        await send_problem(errors.wrong_method(scope["method"], errors.READ), scope, send)
        return
    allow = ", ".join(errors.READ).encode()
    preflight = [(b"access-control-allow-methods", allow), (b"access-control-allow-headers", b"*")]
    headers = [*COMMON, (b"allow", allow), *preflight, (b"access-control-max-age", b"86400")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send(_EMPTY)


def _host(headers: list[tuple[bytes, bytes]]) -> str:
    return next((value.decode("latin-1") for name, value in headers if name == b"host"), "")


def _name_of(host: str) -> str:
    """The name in a Host field, without its port (RFC 9110, section 7.2)."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()


def _with_common_headers(send: Send) -> Send:
    """`send` that adds the headers of every answer to those that lack them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in COMMON if pair[0] not in given)]
        await send(message)

    return sending
