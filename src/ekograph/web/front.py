"""What stands before the application: what is printed, or was answered before, leaves from here, from memory.

Everything else (new queries, dumps, health) goes on to the application behind.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ekograph.engine.loan import Connection
from ekograph.memento import TIMEGATE, is_in_time
from ekograph.web import errors, waiting
from ekograph.web.answering import Pending
from ekograph.web.answers import ClientGoneError, unless_gone
from ekograph.web.asgi import Application, Message, Receive, Scope, Send
from ekograph.web.errors import reply_of
from ekograph.web.headers import COMMON, by_name
from ekograph.web.lending import lend
from ekograph.web.live import Live, NothingLiveError, Pair
from ekograph.web.metrics import Metrics, log_access
from ekograph.web.printed import Page, Variant
from ekograph.web.reply import Answer, Fields, Reply, SeeOther, options

if TYPE_CHECKING:
    from ekograph.web.sparql import Endpoint


class Front:
    """The ASGI application of the site.

    `endpoint` answers queries; `application` gives the application behind when it is first needed, since to load it
    takes longer than to answer the first request for a page. `hosts` are the names this server answers to; empty:
    any. What is answered is counted in `metrics`.
    """

    def __init__(
        self,
        live: Live,
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

    def begin(self, scope: Scope) -> Reply | Pending | None:
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
            if not isinstance(begun, Reply):
                return begun
            reply = begun
        if reply is not None:
            self._note(scope, reply, 0.0)
        return reply

    def answered(self, scope: Scope, pending: Pending) -> Reply | Application:
        """The response to a query that `begin` has begun, once that is over."""
        return self._observed(scope, pending.response())

    def lend(self, pending: Pending, whole: bytes, connection: Connection) -> bool:
        """Lend the connection that a query came by, with the bytes of its request, to whoever answers the next ones."""
        return lend(pending, whole, connection, self._metrics)

    def _observed(self, scope: Scope, response: Reply | Application) -> Reply | Application:
        """A response that is counted."""
        began = scope["ekograph.began"]
        if isinstance(response, Reply):
            self._note(scope, response, time.perf_counter() - began)
            return response

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            await response(scope, receive, self._metrics.observing(scope, send, began))

        return observed

    def _note(self, scope: Scope, reply: Reply, seconds: float) -> None:
        self._metrics.note(scope["path"], reply.status, seconds)
        if self._metrics.log:
            log_access(scope, reply.status, seconds)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = None if "ekograph.pair" in scope else self.begin(scope)
        try:
            response = begun if isinstance(begun, Reply) else await self._in_time(scope, receive, begun)
        except ClientGoneError:
            return
        if response:
            await response(scope, receive, send)
        else:
            await self._through(scope, receive, self._metrics.observing(scope, send))

    async def _in_time(self, scope: Scope, receive: Receive, begun: Pending | None) -> Reply | Application | None:
        """The response to a query, or about what is not printed; None for everything else."""
        if begun:
            return self._observed(scope, await unless_gone(begun.wait(), receive))
        pair: Pair | None = scope.get("ekograph.pair")
        scope["ekograph.began"] = time.perf_counter()
        if pair and self._endpoint.takes(scope):
            return self._observed(scope, await self._endpoint.answer(scope, receive))
        if pair and pair.rendering and pair.rendering.takes(scope):
            found, reply = await unless_gone(pair.rendering.find(scope, by_name(scope["headers"])), receive)
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
            await reply_of(errors.wrong_host(_host(fields)), scope)(scope, receive, send)
        elif reply := waiting.reply(scope):
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


def _refusal(found: Answer | Variant | Page | SeeOther, scope: Scope) -> Reply:
    """Why what is at an address does not answer the request: its method, or what it accepts. Also to OPTIONS."""
    if scope["method"] == "OPTIONS":
        return options(errors.READ)
    if scope["method"] in {"GET", "HEAD"} and isinstance(found, Page):
        return reply_of(errors.not_acceptable(found.offered()), scope)
    return reply_of(errors.wrong_method(scope["method"], errors.READ), scope)


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
