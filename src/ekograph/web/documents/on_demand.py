"""Pages of things that are too many to be printed: made when they are asked for, and kept as long as there is room."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from ekograph.plugins import Theme
from ekograph.rendering.layout import site_of
from ekograph.rendering.representations import LazyRepresentation, ThingRepresentations
from ekograph.snapshots.snapshot import Snapshot
from ekograph.urls import normal_path, request_path
from ekograph.web.cache import ByteBoundedCache
from ekograph.web.contract import Application, Request
from ekograph.web.documents.prerendered import Negotiators, Page, headers_of, html_address, variants_of
from ekograph.web.http.headers import CACHE_REVALIDATE
from ekograph.web.http.problems import Deferred, not_found
from ekograph.web.http.response import READ, PreparedAnswer, SeeOther
from ekograph.web.service.public_address import PublicAddress

#: Bytes of answers that are kept.
KEPT_BYTES = 64_000_000

# What an answer takes besides its body: its headers and responses, and the compressed form of the body.
_OVERHEAD = 5000

# Bytes of a request that is remembered, in those parts that choose the answer.
_LONGEST_KEY = 2000


class ThingPages:
    """The pages of the things of one large snapshot; thrown away with it."""

    methods = READ

    def __init__(self, snapshot: Snapshot, address: PublicAddress, theme: Theme) -> None:
        self._site = site_of(snapshot, theme)
        self._address = address
        starts = (request_path(iri, snapshot.manifest.base) for iri in snapshot.manifest.own)
        self._starts = ("/doc/", "/about/", "/id/", *starts)
        self._common = [*headers_of(snapshot), (b"cache-control", CACHE_REVALIDATE)]
        self._negotiators = Negotiators()
        self._answers: ByteBoundedCache[tuple[str, bytes, bytes | None, bytes | None], PreparedAnswer] = (
            ByteBoundedCache(KEPT_BYTES, lambda _, answer: 2 * len(answer.body) + _OVERHEAD)
        )
        # One thread, since more would make nothing sooner; beside the loop, since some pages take long.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rendering")

    def find(self, path: str) -> ThingPages | None:
        """These pages, if something may be described at `path`; whether it is shows when it is read."""
        return self if path.startswith(self._starts) else None

    def respond(self, request: Request) -> Application:
        """The page of a thing, made now unless the same was asked before."""
        answer = self._answers.find(_key(request))
        return answer.respond(request) if answer else Deferred(request, self._made)

    async def _made(self, request: Request) -> Application:
        return (await self.answer(request)).respond(request)

    async def answer(self, request: Request) -> PreparedAnswer | SeeOther:
        """What lies at the path of a request, made now; raises ProblemError."""
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._thread, self._answer, request)
        if isinstance(answer, PreparedAnswer) and sum(map(len, filter(None, _key(request)))) <= _LONGEST_KEY:
            self._answers.put(_key(request), answer)
        return answer

    def _answer(self, request: Request) -> PreparedAnswer | SeeOther:
        resource = self.at(request.path)
        if resource is None:
            raise not_found(request.path)
        return resource.answer(request) if isinstance(resource, Page) else resource

    def at(self, path: str) -> PreparedAnswer | Page | SeeOther | None:
        """What lies at `path`, in whichever spelling, or None; a page is not made yet."""
        path = normal_path(path)
        if thing := self._thing(path):
            return self._page(list(thing.planned()))
        if printed := self._representation(path):
            return printed
        node = self._site.dataset.looked_up_at(path)
        return SeeOther(self._site.dataset.path(node.value)) if node else None

    def _thing(self, path: str) -> ThingRepresentations | None:
        """What is described at the path of a page."""
        node = self._site.dataset.described_at(path)
        return ThingRepresentations(self._site, node) if node else None

    def _page(self, planned: list[LazyRepresentation], accept: bytes | None = None) -> Page:
        variants = variants_of(planned, LazyRepresentation.make_now, self._common, self._address)
        return self._negotiators.page(variants, accept)

    def _representation(self, path: str) -> PreparedAnswer | Page | None:
        """The answer at the address of one representation, or of the HTML in whichever language."""
        stem = path.rpartition(".")[0]
        for page in (stem, stem.rpartition(".")[0]):
            thing = self._thing(page)
            if thing is None:
                continue
            planned = list(thing.planned())
            if path == html_address(page):
                return self._page(planned, b"text/html")
            variants = self._page(planned).variants
            return next((variant.answers()[0] for variant in variants if variant.address == path), None)
        return None


def _key(request: Request) -> tuple[str, bytes, bytes | None, bytes | None]:
    return request.path, request.query, request.fields.get(b"accept"), request.fields.get(b"accept-language")
