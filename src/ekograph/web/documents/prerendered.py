"""The printed answers of a snapshot, ready to be sent: which bytes and headers each address gives."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.utils import format_datetime
from functools import cache
from operator import attrgetter
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl

from ekograph import urls
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.snapshots.snapshot import ListedRepresentation, Manifest, PrintedFile, Representation, Snapshot
from ekograph.urls import PUBLIC_URL, is_in_time, normal_path
from ekograph.web.http.headers import CACHE_IMMUTABLE, CACHE_REVALIDATE, COMMON, published_date
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.response import Fields, HeaderList, PreparedAnswer, RawResponse, SeeOther
from ekograph.web.service.deployment import PublicAddress

#: For how many distinct requests (Accept, Accept-Language, parameter lang) a page remembers its choice, and up to
#: how many bytes of these: browsers and libraries send few, and short ones.
REMEMBERED = 64
REMEMBERED_BYTES = 500

#: Bytes of what is printed of a large site that are kept in memory.
RECENT_BYTES = 64_000_000


class RepresentationInfo(Protocol):
    """What is known of a representation before it is made."""

    @property
    def address(self) -> str:
        """Its own address."""

    @property
    def page(self) -> str:
        """The address that negotiates, or ""."""

    @property
    def content_type(self) -> str:
        """Its type, with parameters."""

    @property
    def language(self) -> str:
        """Its language, or ""."""

    @property
    def links(self) -> tuple[str, ...]:
        """Values of Link."""


#: The answers at the own address of a representation, and at that of its page.
Answers = tuple[PreparedAnswer, PreparedAnswer]


#: Remembers what a function gives.
Remembering = Callable[[Callable[[], Answers]], Callable[[], Answers]]


class Variant:
    """A representation as one of its page's; `answers` gives the answers at its own and at the page's address."""

    def __init__(self, outline: RepresentationInfo, answers: Callable[[], Answers]) -> None:
        self.format = _FORMATS.get(_media_type(outline))
        self.language = outline.language
        self.address = outline.address
        self._answers = answers

    @property
    def answers(self) -> Answers:
        """The answer at its own address, and the one at the page's; made when it is asked for."""
        return self._answers()

    def reply(self, fields: Fields, query: bytes) -> RawResponse:
        """The response to a read at its own address with the header `fields`."""
        return self.answers[0].reply(fields, query)


class Page:
    """An address that negotiates between its variants; their order is that of the server's preference.

    `accept` stands in for what the client says it accepts, at addresses that name the type.
    """

    def __init__(self, variants: Sequence[Variant], accept: tuple[str, ...] | None = None) -> None:
        self.variants = variants
        self.formats = list(dict.fromkeys(each.format for each in variants if each.format))
        self._accept = accept
        self._chosen: dict[tuple[bytes | None, bytes | None, str], Variant | None] = {}

    def reply(self, fields: Fields, query: bytes) -> RawResponse | None:
        """The response to a read with the header `fields`; None when no variant is acceptable."""
        answer = self.answer(fields, query)
        return answer.reply(fields, query) if answer else None

    def answer(self, fields: Fields, query: bytes) -> PreparedAnswer | None:
        """What answers a read with the header `fields`; None when no variant is acceptable."""
        asked = dict(parse_qsl(query.decode("latin-1"))).get("lang", "") if query else ""
        variant = self._choose(fields.get(b"accept"), fields.get(b"accept-language"), asked)
        return variant.answers[1] if variant else None

    def _choose(self, accept: bytes | None, languages: bytes | None, asked: str) -> Variant | None:
        """The variant wanted most, from memory if the same was asked before."""
        key = (accept, languages, asked)
        if key in self._chosen:
            return self._chosen[key]
        variant = self._negotiate(*key)
        if len(accept or b"") + len(languages or b"") + len(asked) <= REMEMBERED_BYTES:
            if len(self._chosen) == REMEMBERED:
                self._chosen.clear()
            self._chosen[key] = variant
        return variant

    def offered(self) -> list[tuple[str, str]]:
        """The media type and the address of each variant."""
        return [(each.format.media_type if each.format else "", each.address) for each in self.variants]

    def _negotiate(self, accept: bytes | None, languages: bytes | None, asked: str) -> Variant | None:
        """The variant wanted most; the language asked for by name goes first."""
        chosen = choose(_lines(accept) if self._accept is None else self._accept, self.formats)
        offered = [each for each in self.variants if each.format is chosen] if chosen else []
        if len(offered) < 2:
            return offered[0] if offered else None
        spoken = [each.language for each in offered]
        wanted = asked if asked in spoken else choose_language(_lines(languages), spoken)
        return offered[spoken.index(wanted)]


class ResponseTable:
    """Everything printed of one snapshot, by the path of its address.

    All of it is in memory, unless the site is large: then what is asked for is read, and kept for a while.
    """

    def __init__(self, snapshot: Snapshot, copy: PublicAddress) -> None:
        self.pages: dict[str, Page] = {}
        own: dict[str, Variant] = {}
        outlines, body, remembering = _sources(snapshot)
        by_page: dict[str, list[ListedRepresentation | Representation]] = {}
        for each in (*outlines, *copy.extras()):
            by_page.setdefault(each.page or each.address, []).append(each)
        common = headers_of(snapshot)
        full = urls.ldes_page_is_full(by_page)
        for page, representations in by_page.items():
            kept = [(b"cache-control", _cache_control(page, immutable=page in full))]
            variants = variants_of(representations, body, [*common, *kept], copy, remembering)
            own |= {each.address: each for each in variants}
            if representations[0].page:
                self.pages[page] = Page(variants)
        large = snapshot.manifest.large
        self.answers: Mapping[str, PreparedAnswer] = (
            _Own(own) if large else {at: each.answers[0] for at, each in own.items()}
        )
        self._all: dict[str, PreparedAnswer | Variant | Page | SeeOther] = {
            **_redirects(self.pages, snapshot.manifest),
            **{html_address(path): Page(page.variants, ("text/html",)) for path, page in self.pages.items()},
            **self.pages,
            **(own if large else self.answers),
        }

    def find(self, path: str) -> PreparedAnswer | Variant | Page | SeeOther | None:
        """What lies at `path`, in whichever spelling, or None."""
        return self._all.get(path) or self._all.get(normal_path(path))


def _redirects(pages: Iterable[str], manifest: Manifest) -> Mapping[str, SeeOther]:
    """From where things are looked up by name to their pages; of names that differ after a hash, to the first."""
    base = "" if manifest.base == urls.NO_BASE else manifest.base
    named = [(iri, page) for page in pages if (iri := urls.iri_at(page, base, manifest.own))]
    found = {}
    for iri, page in sorted(named, key=lambda pair: ("#" in pair[0], pair[0]), reverse=True):
        if urls.is_own(iri, base, manifest.own):
            found[urls.request_path(iri, base)] = SeeOther(page)
    return found


class _Own(Mapping[str, PreparedAnswer]):
    """The answers of variants at their own addresses, made when they are asked for."""

    def __init__(self, variants: Mapping[str, Variant]) -> None:
        self._variants = variants

    def __getitem__(self, address: str) -> PreparedAnswer:
        return self._variants[address].answers[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variants)

    def __len__(self) -> int:
        return len(self._variants)


class Recent:
    """What was asked for last, up to so many bytes of bodies; what was made first goes first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Callable[[], Answers], Answers] = OrderedDict()

    def remembering(self, make: Callable[[], Answers]) -> Callable[[], Answers]:
        """What gives the same as `make`, made anew only if it is not kept."""

        def made() -> Answers:
            answers = self._kept.get(make)
            if answers is None:
                answers = self._kept[make] = make()
                self._size += _size(answers)
                while self._size > self._limit and len(self._kept) > 1:
                    self._size -= _size(self._kept.popitem(last=False)[1])
            return answers

        return made


def _size(answers: Answers) -> int:
    """About what answers take: the body, and the same compressed; at the page it is the same in memory."""
    return 2 * len(answers[0].body)


def _sources(
    snapshot: Snapshot,
) -> tuple[
    Iterable[ListedRepresentation | Representation],
    Callable[[ListedRepresentation | Representation], bytes],
    Remembering,
]:
    """What is printed, what gives its body, and what remembers the answers that are made of it."""
    if not snapshot.manifest.large:
        return snapshot.printed(), attrgetter("body"), cache
    file = PrintedFile(snapshot)

    def body(outline: ListedRepresentation | Representation) -> bytes:
        return outline.body if isinstance(outline, Representation) else file.body(outline.address)

    return file.listed(), body, Recent(RECENT_BYTES).remembering


def headers_of(snapshot: Snapshot) -> HeaderList:
    """The headers of all that is told of a snapshot."""
    date = format_datetime(published_date(snapshot), usegmt=True)
    return [(b"x-snapshot", snapshot.name.encode()), (b"last-modified", date.encode())]


T = TypeVar("T", bound=RepresentationInfo)


def variants_of(
    outlines: Sequence[T],
    body: Callable[[T], bytes],
    common: HeaderList,
    copy: PublicAddress,
    remembering: Remembering = cache,
) -> list[Variant]:
    """The variants of one page, each made by `body` when it is needed, and remembered."""
    alternates = [_alternate(each) for each in outlines] if len(outlines) > 1 else []

    def making(outline: T) -> Callable[[], Answers]:
        return lambda: _answers(outline, copy.fill(body(outline), outline.content_type), alternates, common, copy)

    return [Variant(each, remembering(making(each))) for each in outlines]


def html_address(path: str) -> str:
    """The address of the HTML of a page, in any language."""
    return "/index.html" if path == "/" else f"{path}.html"


def _cache_control(page: str, *, immutable: bool) -> bytes:
    return CACHE_IMMUTABLE if immutable or page.startswith("/static/") else CACHE_REVALIDATE


def _lines(value: bytes | None) -> tuple[str, ...]:
    return () if value is None else (value.decode("latin-1"),)


def _answers(
    outline: RepresentationInfo, body: bytes, alternates: Sequence[str], common: HeaderList, copy: PublicAddress
) -> Answers:
    """The answer at the representation's own address, and the one at its page's."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'.encode()
    links = [each for each in alternates if not each.startswith(f"<{outline.address}>")]
    links = [each.replace(PUBLIC_URL, copy.public_url) for each in outline.links] + links
    headers = [
        *COMMON,
        *common,
        (b"content-type", outline.content_type.encode()),
        *([(b"content-language", outline.language.encode())] if outline.language else []),
        *([(b"link", ", ".join(links).encode("latin-1", "replace"))] if links else []),
    ]
    vary = b"Accept-Encoding, Accept-Datetime" if is_in_time(outline.address) else b"Accept-Encoding"
    own = PreparedAnswer(etag, [*headers, (b"vary", vary)], body)
    located = [*headers, (b"vary", b"Accept, Accept-Language, " + vary)]
    located.append((b"content-location", outline.address.encode()))
    return own, PreparedAnswer(etag, located, body) if outline.page else own


def _alternate(outline: RepresentationInfo) -> str:
    """The Link value that leads to a representation (RFC 8288)."""
    language = f'; hreflang="{outline.language}"' if outline.language else ""
    return f'<{outline.address}>; rel="alternate"; type="{_media_type(outline)}"{language}'


def _media_type(outline: RepresentationInfo) -> str:
    return outline.content_type.partition(";")[0]


_FORMATS: Mapping[str, Format] = {each.media_type: each for each in formats.ALL}
