"""What stands before the application: what is printed, or was answered before, leaves from here, from memory.

Everything else (new queries, dumps, health) goes on to the application behind.

What is answered while no snapshot is in service: 503, never an empty document that a harvester would believe.
When the connection of a client is lent to the engine, which then answers there by itself, and on which terms.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from ekograph.engine.handoff.protocol import Connection, Handoff, Terms
from ekograph.urls import TIMEGATE, is_in_time
from ekograph.web.documents.prerendered import Page, Variant
from ekograph.web.http import problems
from ekograph.web.http.asgi import Application, Message, Receive, Scope, Send
from ekograph.web.http.headers import COMMON, by_name
from ekograph.web.http.problems import Problem, reply_of
from ekograph.web.http.response import GZIP_FROM, Fields, PreparedAnswer, RawResponse, SeeOther, options
from ekograph.web.http.streaming import ClientGoneError, cancel_on_disconnect
from ekograph.web.service.live import Deployment, NothingLiveError, Service
from ekograph.web.service.metrics import Metrics, log_access
from ekograph.web.sparql.answering import Pending, head_of, key_of

if TYPE_CHECKING:
    from ekograph.web.sparql.endpoint import Endpoint


class Dispatcher:
    """The ASGI application of the site.

    `endpoint` answers queries; `application` gives the application behind when it is first needed, since to load it
    takes longer than to answer the first request for a page. `hosts` are the names this server answers to; empty:
    any. What is answered is counted in `metrics`.
    """

    def __init__(
        self,
        live: Service,
        endpoint: Endpoint,
        application: Callable[[], Awaitable[Application]],
        hosts: frozenset[str],
        metrics: Metrics,
    ) -> None:
        self._live = live
        self._endpoint = endpoint
        self._application = application
        self._hosts = hosts
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._live.lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    def begin(self, scope: Scope) -> RawResponse | Pending | None:
        """Begin to answer: the response at once if a look is enough, at what is printed or was answered before.

        A new query by GET is at work then; see `answered`. None: nobody has begun.
        """
        fields = by_name(scope["headers"])
        if not self._is_for_us(fields):
            return None
        # The one look at what is in service: all of this answer comes from the same snapshot.
        try:
            pair = scope["ekograph.pair"] = self._live.pair
        except NothingLiveError:
            return None
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        path = scope["raw_path"].decode("latin-1")
        if b"accept-datetime" in fields and is_in_time(path):
            return None
        found = pair.table.find(path) or pair.repeated.find(scope, fields)
        if found is None and pair.rendering:
            found = pair.rendering.kept(scope, fields)
        reply = found.reply(fields, scope["query_string"]) if found else None
        if reply is None and self._endpoint.takes(scope):
            scope["ekograph.began"] = time.perf_counter()
            begun = self._endpoint.begin(scope, fields)
            if not isinstance(begun, RawResponse):
                return begun
            reply = begun
        if reply is not None:
            self._note(scope, reply, 0.0)
        return reply

    def answered(self, scope: Scope, pending: Pending) -> RawResponse | Application:
        """The response to a query that `begin` has begun, once that is over."""
        return self._observed(scope, pending.response())

    def lend(self, pending: Pending, whole: bytes, connection: Connection) -> bool:
        """Lend the connection that a query came by, with the bytes of its request, to whoever answers the next ones."""
        return lend(pending, whole, connection, self._metrics)

    def _observed(self, scope: Scope, response: RawResponse | Application) -> RawResponse | Application:
        """A response that is counted."""
        began = scope["ekograph.began"]
        if isinstance(response, RawResponse):
            self._note(scope, response, time.perf_counter() - began)
            return response

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            await response(scope, receive, self._metrics.observing(scope, send, began))

        return observed

    def _note(self, scope: Scope, reply: RawResponse, seconds: float) -> None:
        self._metrics.note(scope["path"], reply.status, seconds)
        if self._metrics.log:
            log_access(scope, reply.status, seconds)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = None if "ekograph.pair" in scope else self.begin(scope)
        try:
            response = begun if isinstance(begun, RawResponse) else await self._in_time(scope, receive, begun)
        except ClientGoneError:
            return
        if response:
            await response(scope, receive, send)
        else:
            await self._through(scope, receive, self._metrics.observing(scope, send))

    async def _in_time(self, scope: Scope, receive: Receive, begun: Pending | None) -> RawResponse | Application | None:
        """The response to a query, or about what is not printed; None for everything else."""
        if begun:
            return self._observed(scope, await cancel_on_disconnect(begun.wait(), receive))
        pair: Deployment | None = scope.get("ekograph.pair")
        scope["ekograph.began"] = time.perf_counter()
        if pair and self._endpoint.takes(scope):
            return self._observed(scope, await self._endpoint.answer(scope, receive))
        if pair and pair.rendering and pair.rendering.takes(scope):
            found, reply = await cancel_on_disconnect(pair.rendering.find(scope, by_name(scope["headers"])), receive)
            if found:
                is_read = scope["method"] in {"GET", "HEAD"}
                return self._observed(scope, reply if reply and is_read else _refusal(found, scope))
        return None

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what takes more than a look."""
        if "ekograph.pair" not in scope:
            await self._without_pair(scope, receive, send)
            return
        pair = scope["ekograph.pair"]
        found = pair.table.find(scope["raw_path"].decode("latin-1"))
        # What is here no more has older states too; a large site keeps none of its things.
        past = _at_time_gate(scope) if found or not pair.snapshot.manifest.large else None
        if found and past is None:
            await _refusal(found, scope)(scope, receive, send)
        else:
            await self._behind(past or scope, receive, send)

    async def _without_pair(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is meant for another server; answer what can be answered while nothing is in service."""
        fields = by_name(scope["headers"])
        if not self._is_for_us(fields):
            await reply_of(problems.wrong_host(_host(fields)), scope)(scope, receive, send)
        elif reply := unavailable_response(scope):
            await reply(scope, receive, send)
        else:
            await self._behind(scope, receive, send)

    async def _behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        application = await self._application()
        await application(scope, receive, _with_common_headers(send))

    def _is_for_us(self, fields: Fields) -> bool:
        host = _host(fields)
        return host in self._hosts or not host or not self._hosts or _name_of(host) in self._hosts


def _at_time_gate(scope: Scope) -> Scope | None:
    """The request for an older state of a page, as one to the time gate; None if it asks for no other time."""
    is_read = scope["method"] in {"GET", "HEAD"} and b"accept-datetime" in by_name(scope["headers"])
    if not is_read or not is_in_time(scope["path"]):
        return None
    return {**scope, "path": TIMEGATE + scope["path"], "raw_path": TIMEGATE.encode() + scope["raw_path"]}


def _refusal(found: PreparedAnswer | Variant | Page | SeeOther, scope: Scope) -> RawResponse:
    """Why what is at an address does not answer the request: its method, or what it accepts. Also to OPTIONS."""
    if scope["method"] == "OPTIONS":
        return options(problems.READ)
    if scope["method"] in {"GET", "HEAD"} and isinstance(found, Page):
        return reply_of(problems.not_acceptable(found.offered()), scope)
    return reply_of(problems.wrong_method(scope["method"], problems.READ), scope)


def _host(fields: Fields) -> str:
    return fields.get(b"host", b"").decode("latin-1")


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


#: Where those who watch over the server ask; the application answers there at any time.
OF_THE_SERVER = frozenset({"/health", "/ready", "/metrics"})

#: Seconds after which asking again makes sense.
RETRY_AFTER = 10

#: What any address may know: a script of another origin asks first, and could not read the 503 without a yes.
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


def unavailable_response(scope: Scope) -> RawResponse | None:
    """The response to a request; None for those of the application."""
    if scope["path"] in OF_THE_SERVER:
        return None
    return options(_METHODS) if scope["method"] == "OPTIONS" else reply_of(unavailable_problem(), scope)


def unavailable_problem(**members: object) -> Problem:
    """Nothing is in service (503); `members` say more of it."""
    return Problem(503, "nothing_live", members=members, headers=((b"retry-after", str(RETRY_AFTER).encode()),))


_VERSION, _END = b" HTTP/1.1\r\n", b"\r\n\r\n"

# With these a request is more than a query.
_MORE = frozenset(
    (
        *(b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range"),
        *(b"content-length", b"transfer-encoding", b"content-type", b"expect", b"upgrade", b"accept-datetime"),
    )
)


def lend(pending: Pending, whole: bytes, connection: Connection, metrics: Metrics) -> bool:
    """Lend the connection of a query that has just been answered, if that is a good thing; `whole` is its request."""
    request, query = pending.request, pending.query
    if metrics.log or not _is_alike(request.scope, request.fields, whole) or not pending.is_kept:
        return False

    def terms() -> Terms:
        snapshot = request.pair.snapshot.name
        _, after, tail = whole.partition(_VERSION)
        return Terms(
            before=_before(request.scope),
            after=after + tail,
            results=query.results.name if query.results else None,
            graph=query.graph.name if query.graph else None,
            key=key_of(snapshot, query._replace(text=""), gzip=request.gzip),
            heads={form.name: head_of(snapshot, form) for form in (query.results, query.graph) if form},
            gzip_from=GZIP_FROM if request.gzip else 0,
        )

    note = partial(metrics.note_lent, request.scope["path"])
    return request.pair.engine.hand_over(query.client, Handoff(connection, terms, note))


def _is_alike(scope: Scope, fields: Fields, whole: bytes) -> bool:
    """Whether the request is a plain query, so that one with another text and the same bytes after it is one too."""
    target, _, tail = whole.partition(_VERSION)
    return (
        target.startswith(_before(scope))
        and b"&" not in target
        and tail.endswith(_END)
        and tail.count(_END) == 1
        and not _MORE & fields.keys()
    )


def _before(scope: Scope) -> bytes:
    before: bytes = b"GET " + scope["raw_path"] + b"?query="
    return before
