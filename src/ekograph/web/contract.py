"""The contract of the web side: a resource answers a request from one deployment, with an ASGI application.

The types of ASGI 3 (https://asgi.readthedocs.io/en/latest/specs/main.html).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ekograph.engine.contract import Engine
from ekograph.snapshots.snapshot import Snapshot
from ekograph.web.cache import ByteBoundedCache

if TYPE_CHECKING:
    from ekograph.search.query import Index

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Header fields as they stand in a message, names in lower case.
Headers: TypeAlias = Iterable[tuple[bytes, bytes]]

#: Header fields of a request by their names; the lines of one field are joined by commas.
Fields: TypeAlias = Mapping[bytes, bytes]

#: More characters than the longest address has; what follows is not read.
_LONGEST_ADDRESS = 64


class ClientGoneError(Exception):
    """The client went away before there was an answer."""


class Request:
    """A request. `path` is as it came, percent-encoded; `deployment` is what the answer is made from."""

    __slots__ = ("_receive", "deployment", "fields", "method", "path", "query", "scope")

    def __init__(self, scope: Scope, deployment: Deployment | None = None) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        self.query: bytes = scope["query_string"]
        self.fields: Fields = fields_by_name(scope["headers"])
        self.deployment = deployment
        self._receive: Receive | None = None

    @property
    def live(self) -> Deployment:
        """The deployment; the dispatcher passes no request on to a resource that needs one while there is none."""
        assert self.deployment is not None  # noqa: S101 - see above
        return self.deployment

    def field(self, name: bytes) -> tuple[str, ...]:
        """The value of a header field, as a list of at most one."""
        return (self.fields[name].decode("latin-1"),) if name in self.fields else ()

    def receive_from(self, receive: Receive) -> None:
        """Take the body from `receive` from now on."""
        self._receive = receive

    async def receive(self) -> Message:
        """The next message of the client (ASGI 3)."""
        assert self._receive is not None  # noqa: S101 - a body is read where one can come
        return await self._receive()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes; raises ClientGoneError when the client goes away before its end."""
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            yield message.get("body", b"")
            more = message.get("more_body", False)

    def client(self, trusted_proxy: str = "") -> str:
        """The address of the client; of IPv6 the network of 64 bits, which one subscriber has as a whole.

        The last element of X-Forwarded-For, the one that the proxy itself has added, counts if the request comes
        from `trusted_proxy`; otherwise anybody could write it.
        """
        return client_of(self.scope.get("client") or ("",), self.fields.get(b"x-forwarded-for", b""), trusted_proxy)


def client_of(peer: Sequence[Any], forwarded: bytes, trusted_proxy: str) -> str:
    """The client of a connection from `peer` with this X-Forwarded-For; see `Request.client`."""
    address: str = peer[0]
    if trusted_proxy and address == trusted_proxy:
        address = forwarded.decode("latin-1").rpartition(",")[2].strip() or address
    return _network(address[:_LONGEST_ADDRESS])


def fields_by_name(headers: Sequence[tuple[bytes, bytes]]) -> Fields:
    """The fields by their names; the values of several lines of one name are joined (RFC 9110, section 5.3)."""
    fields = dict(headers)
    if len(fields) != len(headers):
        lines: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            lines.setdefault(name, []).append(value)
        fields = {name: b", ".join(values) for name, values in lines.items()}
    return fields


# A client sends many requests.
@lru_cache(maxsize=1024)
def _network(text: str) -> str:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:  # a name or a socket in the file system
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else f"{IPv6Address(int(address) >> 64 << 64)}/64"


class Resource(Protocol):
    """What lies at an address."""

    @property
    def methods(self) -> Sequence[str]:
        """The methods that it knows; the dispatcher answers OPTIONS, and refuses the others."""

    def respond(self, request: Request) -> Application:
        """The response to a request by one of the methods; raises ProblemError.

        A RawResponse is written without a task; any other application gets one.
        """


class Printed(Protocol):
    """What is printed at the address of one representation: its bytes, and its entity tag with quotation marks."""

    body: bytes
    etag: bytes


class Finder(Protocol):
    """What knows which resource lies at a path."""

    def find(self, path: str) -> Resource | None:
        """What lies at a path."""


class Table(Finder, Protocol):
    """Everything printed of a snapshot."""

    @property
    def answers(self) -> Mapping[str, Printed]:
        """What is printed, by the address of each representation."""

    def gone(self, path: str) -> Resource | None:
        """What is left at a path where something was described before."""


#: What is kept of an answer: entity tag, header fields, body. The garbage collector does not look at such tuples.
Parts: TypeAlias = tuple[bytes, tuple[tuple[bytes, bytes], ...], bytes]


@dataclass(frozen=True)
class Deployment:
    """A snapshot in service: what is printed of it, the engine that answers queries, and answers given before.

    A request takes it once, at its start, so that no answer mixes two snapshots. `things` makes the pages of a large
    site's things when they are asked for. `repeated` has the answers to queries by the bytes of their requests; the
    engines `to_come` are faster ones that are to take the place of `engine`; `indexes` are open and used by no request;
    `unprepared` says why what is lacking of the snapshot will not come.
    """

    snapshot: Snapshot
    table: Table
    engine: Engine
    repeated: ByteBoundedCache[tuple[bytes | None, ...], Parts]
    things: Finder | None = None
    to_come: Sequence[Engine] = ()
    indexes: list[Index] = field(default_factory=list)
    unprepared: list[str] = field(default_factory=list)
