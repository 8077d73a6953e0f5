"""Pages of things that are too many to be printed: made when they are asked for, and kept as long as there is room."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from ekograph.plugins import Theme
from ekograph.rendering.layout import site_of
from ekograph.rendering.representations import LazyRepresentation, Resource
from ekograph.snapshots.snapshot import Snapshot
from ekograph.urls import normal_path, request_path
from ekograph.web.documents.prerendered import Page, headers_of, html_address, variants_of
from ekograph.web.http.asgi import Scope
from ekograph.web.http.headers import CACHE_REVALIDATE
from ekograph.web.http.response import Fields, PreparedAnswer, RawResponse, SeeOther
from ekograph.web.service.deployment import PublicAddress

#: Bytes of answers that are kept.
KEPT_BYTES = 64_000_000

# What an answer takes besides its body: its headers and responses, and the compressed form of the body.
_OVERHEAD = 5000

_Key = tuple[bytes, bytes, bytes | None, bytes | None]


class Rendering:
    """Answers for the things of one large snapshot; it is thrown away with its snapshot."""

    def __init__(self, snapshot: Snapshot, copy: PublicAddress, theme: Theme) -> None:
        self._site = site_of(snapshot, theme)
        self._copy = copy
        starts = (request_path(iri, snapshot.manifest.base) for iri in snapshot.manifest.own)
        self._starts = tuple(start.encode() for start in ("/doc/", "/about/", "/id/", *starts))
        self._common = [*headers_of(snapshot), (b"cache-control", CACHE_REVALIDATE)]
        self._kept: OrderedDict[_Key, PreparedAnswer] = OrderedDict()
        self._size = 0
        # One thread, since more would make nothing sooner; beside the loop, since some pages take long.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rendering")

    def takes(self, scope: Scope) -> bool:
        """Whether a thing may be told of at the path of a request."""
        path: bytes = scope["raw_path"]
        return path.startswith(self._starts)

    def kept(self, scope: Scope, fields: Fields) -> PreparedAnswer | None:
        """The answer that was made for the same request before, if it is still there."""
        key = _key(scope, fields)
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    async def find(
        self, scope: Scope, fields: Fields
    ) -> tuple[PreparedAnswer | Page | SeeOther | None, RawResponse | None]:
        """What lies at the path of a request, or None, and what it replies, or None when nothing is acceptable."""
        loop = asyncio.get_running_loop()
        found, answer = await loop.run_in_executor(self._thread, self._answer, scope, fields)
        if isinstance(answer, PreparedAnswer):
            self._keep(_key(scope, fields), answer)
        return found, answer.reply(fields, scope["query_string"]) if answer else None

    def at(self, path: str) -> PreparedAnswer | Page | SeeOther | None:
        """What lies at `path`, in whichever spelling, or None; a page is not made yet."""
        path = normal_path(path)
        if thing := self._thing(path):
            return self._page(list(thing.planned()))
        if printed := self._representation(path):
            return printed
        node = self._site.dataset.looked_up_at(path)
        return SeeOther(self._site.dataset.path(node.value)) if node else None

    def _answer(
        self, scope: Scope, fields: Fields
    ) -> tuple[PreparedAnswer | Page | SeeOther | None, PreparedAnswer | SeeOther | None]:
        found = self.at(scope["raw_path"].decode("latin-1"))
        return found, found.answer(fields, scope["query_string"]) if isinstance(found, Page) else found

    def _thing(self, path: str) -> Resource | None:
        """What is told of at the path of a page."""
        node = self._site.dataset.described_at(path)
        return Resource(self._site, node) if node else None

    def _page(self, planned: list[LazyRepresentation], accept: tuple[str, ...] | None = None) -> Page:
        return Page(variants_of(planned, LazyRepresentation.make_now, self._common, self._copy), accept)

    def _representation(self, path: str) -> PreparedAnswer | Page | None:
        """The answer at the address of one representation, or of the HTML in whichever language."""
        stem = path.rpartition(".")[0]
        for page in (stem, stem.rpartition(".")[0]):
            thing = self._thing(page)
            if thing is None:
                continue
            planned = list(thing.planned())
            if path == html_address(page):
                return self._page(planned, ("text/html",))
            return next((each.answers[0] for each in self._page(planned).variants if each.address == path), None)
        return None

    def _keep(self, key: _Key, answer: PreparedAnswer) -> None:
        if key not in self._kept:
            self._kept[key] = answer
            self._size += _size(answer)
            while self._size > KEPT_BYTES:
                self._size -= _size(self._kept.popitem(last=False)[1])


def _key(scope: Scope, fields: Fields) -> _Key:
    return scope["raw_path"], scope["query_string"], fields.get(b"accept"), fields.get(b"accept-language")


def _size(answer: PreparedAnswer) -> int:
    return 2 * len(answer.body) + _OVERHEAD
