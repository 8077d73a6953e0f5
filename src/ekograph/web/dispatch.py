"""From a request to its response: the one place that decides what answers, and that tells of a miss."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache, partial

from ekograph.urls import TIMEGATE, is_in_time
from ekograph.web.api.routes import Routes
from ekograph.web.contract import (
    Application,
    Deployment,
    Receive,
    Request,
    Resource,
    Scope,
    Send,
    client_of,
)
from ekograph.web.documents.derived_forms import wants_profile
from ekograph.web.http.first_contact import FirstContact
from ekograph.web.http.problems import (
    UNREADABLE,
    Problem,
    ProblemError,
    not_found,
    problem_response,
    unreadable,
    wrong_method,
)
from ekograph.web.http.response import RawResponse, options
from ekograph.web.service.access_log import client_part
from ekograph.web.service.health import unavailable
from ekograph.web.service.live import Service
from ekograph.web.service.metrics import Metrics
from ekograph.web.service.public_address import PublicAddress
from ekograph.web.sparql import direct
from ekograph.web.sparql.endpoint import PATH, Endpoint


class Dispatcher:
    """The ASGI application of the site.

    `routes` are the addresses whose answers are made when asked for; the site is reached at `address`, by the names
    `hosts`, any if there are none. What is answered is counted in `metrics`.
    """

    def __init__(
        self, service: Service, routes: Routes, address: PublicAddress, hosts: Iterable[str], metrics: Metrics
    ) -> None:
        self.metrics = metrics
        self._service = service
        self._routes = routes
        self._address = address
        self._hosts = frozenset(hosts)
        self._kinds: dict[direct.RequestParts, direct.Kind | None] = {}
        self._kinds_of: Deployment | None = None
        self._query_starts = query_starts(address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop with the server (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._service.lifespan(receive, send)
        elif scope["type"] == "http":
            await self.dispatch(scope)(scope, receive, send)

    def reconfigure(self, routes: Routes, address: PublicAddress, hosts: Iterable[str]) -> None:
        """Answer by other settings from the next request on."""
        self._routes, self._address, self._hosts = routes, address, frozenset(hosts)
        self._kinds_of, self._query_starts = None, query_starts(address)

    def dispatch(self, scope: Scope) -> Application:
        """What answers a request: a RawResponse needs no task, everything else does."""
        if not self._address.path:
            return self._dispatch(scope)
        return self._address.outer(self._dispatch(self._address.inner(scope)))

    def _dispatch(self, scope: Scope) -> Application:
        began = time.perf_counter()
        request = Request(scope, self._service.deployment)
        try:
            response = self._resource(request).respond(request)
        except ProblemError as error:
            response = problem_response(error.problem, request)
        except UNREADABLE as error:
            response = problem_response(unreadable(error, request.path), request)
        if not isinstance(response, RawResponse):
            return self.metrics.observing(request, began, response)
        self.metrics.count(request, response.status, time.perf_counter() - began)
        return response

    def serve(self, connection: FirstContact, data: bytes, *, answered: bool = False) -> bool | None:
        """Have a worker answer on a connection where `data` has come; None: more must come before that is known.

        Of what is `answered` already only the kind matters.
        """
        deployment = self._service.deployment
        if not data.startswith(self._query_starts) or deployment is None:
            return False
        parts = direct.parts_of(data)
        if not isinstance(parts, direct.RequestParts):
            return parts
        if self._kinds_of is not deployment or len(self._kinds) >= direct.MOST_KINDS:
            self._kinds, self._kinds_of = {}, deployment
        peer = connection.peer()
        if parts not in self._kinds:
            self._kinds[parts] = self._kind(deployment, parts, peer)
        kind = self._kinds[parts]
        if kind is None:
            return False
        connection.client = client_of(peer, kind.terms.forwarded, kind.trusted_proxy)
        connection.logged = client_part(peer) if self.metrics.log else ""
        connection.note = partial(self.metrics.count_direct, kind.terms.path)
        return deployment.engine.serve(connection, (kind.number, kind.terms), b"" if answered else data)

    def _kind(self, deployment: Deployment, parts: direct.RequestParts, peer: object) -> direct.Kind | None:
        """What is known of requests with these parts; None if no worker may answer them."""
        scope = direct.scope_of(parts, peer)
        if scope is None:
            return None
        request = Request(self._address.inner(scope), deployment)
        try:
            resource = self._resource(request)
            return resource.kind(request, parts) if isinstance(resource, Endpoint) else None
        except ProblemError:
            return None

    def _resource(self, request: Request) -> Resource:
        """What lies at the address of a request; raises ProblemError."""
        host = request.fields.get(b"host", b"")
        if host and self._hosts and not _names(host, self._hosts):
            raise ProblemError(Problem(421, "wrong_host", {"host": host.decode("latin-1")[:_LONGEST_HOST]}))
        deployment, path = request.deployment, request.path
        resource: Resource | None = self._routes.exact.get(path)
        if resource is None and deployment:
            resource = deployment.table.find(path)
        if deployment and b"accept-datetime" in request.fields and _has_past(request, deployment, resource):
            resource = self._routes.find(TIMEGATE + path)
        elif deployment and (resource or deployment.things) and wants_profile(request):
            resource = self._routes.find(f"/profile{path}")
        elif deployment is None:
            resource = resource if path in self._routes.of_the_server else _NothingLive()
        elif resource is None:
            resource = self._routes.find(path) or (deployment.things.find(path) if deployment.things else None)
            resource = resource or deployment.table.gone(path)
        if resource is None:
            raise not_found(path)
        return resource if request.method in resource.methods else _OtherMethod(resource.methods)


def query_starts(address: PublicAddress) -> tuple[bytes, ...]:
    """How requests with a query begin; a proxy may have taken the path of the site off already."""
    paths = {PATH, address.path + PATH}
    return tuple(start.encode() for path in paths for start in (f"GET {path}?", f"POST {path} ", f"POST {path}? "))


class _OtherMethod:
    """What refuses the methods that a resource does not know, and tells OPTIONS which it does."""

    def __init__(self, methods: Iterable[str]) -> None:
        self.methods = tuple(sorted({*methods, "OPTIONS"}))

    def respond(self, request: Request) -> Application:
        if request.method == "OPTIONS":
            return options(self.methods)
        raise wrong_method(request.method, self.methods)


class _NothingLive:
    """What is answered while no snapshot is in service: never an empty document that a harvester would believe."""

    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

    def respond(self, request: Request) -> Application:  # noqa: ARG002 - the contract of a resource
        raise ProblemError(unavailable())


def _has_past(request: Request, deployment: Deployment, resource: Resource | None) -> bool:
    """Whether older states of what lies at an address are kept, which the request asks for by date.

    What is here no more has older states too; a large site keeps none of its things.
    """
    is_kept = resource is not None or not deployment.snapshot.manifest.large
    return is_kept and request.method in {"GET", "HEAD"} and is_in_time(request.path)


# A host name has 253 characters at most.
_LONGEST_HOST = 300


# Clients name few hosts, the same with each request.
@lru_cache(maxsize=256)
def _names(host: bytes, hosts: frozenset[str]) -> bool:
    """Whether a Host field (RFC 9110, section 7.2) names one of `hosts`, with any port."""
    return len(host) <= _LONGEST_HOST and host_name(host.decode("latin-1")) in hosts


def host_name(host: str) -> str:
    """A host without its port, in lower case and without the dot of the root; an IPv6 address has brackets."""
    if host.startswith("["):
        address, bracket, port = host.partition("]")
        name, port = address.lower() + bracket, port.removeprefix(":")
    else:
        name, _, port = host.lower().partition(":")
        name = name.removesuffix(".")
    return name if not port or (port.isascii() and port.isdigit()) else ""
