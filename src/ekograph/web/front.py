"""What stands before the application: what is printed, or was answered before, leaves from here, from memory.

Everything else (new queries, dumps, health) goes on to the application behind.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from ekograph.memento import TIMEGATE, is_in_time
from ekograph.web import errors, waiting
from ekograph.web.answers import unless_gone
from ekograph.web.asgi import Application, Message, Receive, Scope, Send
from ekograph.web.errors import send_problem
from ekograph.web.headers import COMMON, by_name
from ekograph.web.live import Live, NothingLiveError
from ekograph.web.metrics import Metrics, log_access
from ekograph.web.printed import Page
from ekograph.web.reply import Answer, Fields, Reply, SeeOther, options

if TYPE_CHECKING:
    from ekograph.web.rendering import Rendering
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

    def at_once(self, scope: Scope) -> Reply | None:
        """The response to a read that takes no more than a look: at what is printed, or was answered before.

        None for everything else, errors too; `scope` then holds the pair that was looked at.
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
        if reply is not None:
            self._note(scope, reply, 0.0)
        return reply

    def soon(self, scope: Scope) -> Coroutine[Any, Any, Reply | Application] | None:
        """The response to a query that comes without a body, or for a page to be made, once `at_once` has nothing.

        Whoever awaits it cancels it when the client goes away; what is not ready then, sends itself.
        """
        if "ekograph.pair" not in scope:
            return None
        if self._endpoint.takes(scope):
            return self._asked(scope)
        rendering: Rendering | None = scope["ekograph.pair"].rendering
        return self._made(scope, rendering) if rendering and rendering.takes(scope) else None

    async def _made(self, scope: Scope, rendering: Rendering) -> Reply | Application:
        began = time.perf_counter()
        fields = by_name(scope["headers"])
        found, reply = await rendering.find(scope, fields)
        if reply is not None and scope["method"] in {"GET", "HEAD"}:
            self._note(scope, reply, time.perf_counter() - began)
            return reply

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            send = self._metrics.observing(scope, send, began)
            if found is None:
                await self._through(scope, receive, send)
            else:
                await _without_reply(found, scope, send)

        return observed

    async def _asked(self, scope: Scope) -> Reply | Application:
        began = time.perf_counter()
        response = await self._endpoint.get(scope)
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
        response: Reply | Application | None = None if "ekograph.pair" in scope else self.at_once(scope)
        if response is None and (coming := self.soon(scope)):
            response = await unless_gone(coming, receive)
        if isinstance(response, Reply):
            await response.send(scope, send)
        elif response:
            await response(scope, receive, send)
        else:
            await self._through(scope, receive, self._metrics.observing(scope, send))

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
            await _without_reply(found, scope, send)
        else:
            await self._behind(past or scope, receive, send)

    async def _without_pair(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is meant for another server; answer what can be answered while nothing is in service."""
        fields = by_name(scope["headers"])
        if not self._is_for_us(fields):
            await send_problem(errors.wrong_host(_host(fields)), scope, send)
        elif reply := waiting.reply(scope):
            await reply.send(scope, send)
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


async def _without_reply(found: Answer | Page | SeeOther, scope: Scope, send: Send) -> None:
    """Say why what is printed at this address does not answer the request: its method, or what it accepts."""
    if scope["method"] in {"GET", "HEAD"} and isinstance(found, Page):
        await send_problem(errors.not_acceptable(found.offered()), scope, send)
    else:
        await _other_method(scope, send)


async def _other_method(scope: Scope, send: Send) -> None:
    """Answer OPTIONS, and refuse what is not a read."""
    if scope["method"] == "OPTIONS":
        await options(errors.READ).send(scope, send)
    else:
        await send_problem(errors.wrong_method(scope["method"], errors.READ), scope, send)


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
