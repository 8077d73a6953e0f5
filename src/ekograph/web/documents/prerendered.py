"""The printed answers of a snapshot, ready to be sent: which bytes and headers each address gives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.utils import format_datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl

from ekograph import urls
from ekograph.rdf import formats
from ekograph.rdf.formats import Format
from ekograph.snapshots.snapshot import ListedRepresentation, Manifest, PrintedFile, Representation, Snapshot
from ekograph.urls import PUBLIC_URL, is_in_time, normal_path
from ekograph.web.cache import ByteBoundedCache
from ekograph.web.contract import Application, Request, Resource
from ekograph.web.documents.derived_forms import as_markdown
from ekograph.web.documents.gone import GoneThings
from ekograph.web.http.headers import CACHE_IMMUTABLE, CACHE_REVALIDATE, common_of, published_date
from ekograph.web.http.negotiation import choose, choose_language
from ekograph.web.http.problems import Deferred, not_acceptable
from ekograph.web.http.response import READ, PreparedAnswer, RawResponse, SeeOther, etag_of
from ekograph.web.service.public_address import PublicAddress

#: Bytes of the choices that pages which offer the same remember: browsers and libraries send few kinds of requests.
REMEMBERED_BYTES = 64_000

#: Bytes of what is printed of a large site that are kept in memory.
RECENT_BYTES = 64_000_000

# Where the dataset is described in VoID (section 6.2 of https://www.w3.org/TR/void/).
_VOID = "/.well-known/void"

HeaderList = list[tuple[bytes, bytes]]

#: The answers at the own address of a representation, and at that of its page.
Answers = tuple[PreparedAnswer, PreparedAnswer]

#: Remembers what a function gives.
Remembering = Callable[[Callable[[], Answers]], Callable[[], Answers]]


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


class Variant:
    """A representation as one of its page's; `answers` gives the answers at its own and at the page's address."""

    methods = READ

    def __init__(self, info: RepresentationInfo, answers: Callable[[], Answers]) -> None:
        self.format = _FORMATS.get(_media_type(info))
        self.language = info.language
        self.address = info.address
        self.answers = answers

    def respond(self, request: Request) -> RawResponse:
        """The response at its own address."""
        return self.answers()[0].respond(request)

    def answer(self, _request: Request) -> PreparedAnswer:
        """The answer at its own address."""
        return self.answers()[0]


#: What a choice between variants depends on: Accept, Accept-Language, and the parameter lang.
Wishes = tuple[bytes | None, bytes | None, str]


class Negotiator:
    """Chooses between variants of these formats and languages; their order is that of the server's preference.

    `accept` stands in for what the client says it accepts, at addresses that name the type.
    """

    def __init__(self, offers: Sequence[tuple[Format | None, str]], accept: bytes | None = None) -> None:
        self._offers = offers
        self._accept = accept
        self._formats = list(dict.fromkeys(form for form, _ in offers if form))
        if formats.HTML in self._formats:
            self._formats.append(formats.MARKDOWN)
        # -1: nothing is acceptable; -2 and less: the Markdown of number 0 and more.
        self._remembered: ByteBoundedCache[Wishes, int] = ByteBoundedCache(
            REMEMBERED_BYTES, lambda wishes, _: 200 + sum(map(len, filter(None, wishes)))
        )

    def choose(self, request: Request) -> int:
        """The number of the variant wanted most, -1 where none is acceptable; of wanted Markdown, -2 - that."""
        fields, language = request.fields, ""
        if request.query and b"lang=" in request.query:
            language = dict(parse_qsl(request.query.decode("latin-1"))).get("lang", "")
        wishes = (fields.get(b"accept"), fields.get(b"accept-language"), language)
        number = self._remembered.find(wishes)
        if number is None:
            number = self._choice(*wishes)
            self._remembered.put(wishes, number)
        return number

    def _choice(self, accept: bytes | None, languages: bytes | None, asked: str) -> int:
        form = choose(_lines(self._accept or accept), self._formats)
        if form is formats.MARKDOWN:
            return -2 - self._choice(b"text/html", languages, asked)
        numbers = [number for number, offer in enumerate(self._offers) if offer[0] is form] if form else []
        if len(numbers) < 2:
            return numbers[0] if numbers else -1
        spoken = [self._offers[number][1] for number in numbers]
        return numbers[spoken.index(asked if asked in spoken else choose_language(_lines(languages), spoken))]


class Page:
    """An address that negotiates between its variants."""

    methods = READ

    def __init__(self, variants: Sequence[Variant], negotiator: Negotiator) -> None:
        self.variants = variants
        self._negotiator = negotiator

    def respond(self, request: Request) -> Application:
        """The response with the variant wanted most; raises ProblemError when none is acceptable."""
        number = self._negotiator.choose(request)
        return self._at(number, request).respond(request) if number > -2 else Deferred(request, self._converted)

    def answer(self, request: Request) -> PreparedAnswer:
        """The variant wanted most; raises ProblemError when none is acceptable."""
        return self._at(self._negotiator.choose(request), request)

    def _at(self, number: int, request: Request) -> PreparedAnswer:
        if number == -1:
            raise not_acceptable(self.offered())
        answer = self.variants[number if number >= 0 else -2 - number].answers()[1]
        return answer if number >= 0 else as_markdown(request, answer)

    async def _converted(self, request: Request) -> RawResponse:
        return (await asyncio.to_thread(self.answer, request)).respond(request)

    def offered(self) -> list[tuple[str, str]]:
        """The media type and the address of each variant."""
        return [(variant.format.media_type if variant.format else "", variant.address) for variant in self.variants]


class Negotiators:
    """Makes pages; those that offer the same formats and languages share what they remember."""

    def __init__(self) -> None:
        self._negotiators: dict[tuple[tuple[tuple[Format | None, str], ...], bytes | None], Negotiator] = {}

    def page(self, variants: Sequence[Variant], accept: bytes | None = None) -> Page:
        """The page of these variants."""
        offers = tuple((variant.format, variant.language) for variant in variants)
        return Page(variants, self._negotiators.setdefault((offers, accept), Negotiator(offers, accept)))


class ResponseTable:
    """Everything printed of one snapshot, by the path of its address.

    All of it is in memory, unless the site is large: then what is asked for is read, and kept for a while.
    """

    def __init__(self, snapshot: Snapshot, address: PublicAddress) -> None:
        self.pages: dict[str, Page] = {}
        self._manifest, self._public_url = snapshot.manifest, address.public_url
        negotiators = Negotiators()
        variants: dict[str, Variant] = {}
        listed, body, remembering = _sources(snapshot)
        by_page: dict[str, list[ListedRepresentation | Representation]] = {}
        for info in (*listed, *address.extras()):
            by_page.setdefault(info.page or info.address, []).append(info)
        common = headers_of(snapshot)
        full = urls.ldes_page_is_full(by_page)
        for page, infos in by_page.items():
            immutable = page in full or page.startswith("/static/")
            cached = (b"cache-control", CACHE_IMMUTABLE if immutable else CACHE_REVALIDATE)
            of_page = variants_of(infos, body, [*common, cached], address, remembering)
            variants |= {variant.address: variant for variant in of_page}
            if infos[0].page:
                self.pages[page] = negotiators.page(of_page)
        if "/" in self.pages and _VOID in self.pages:
            # To programs the front page is what it says of the dataset.
            described = [variant for variant in self.pages[_VOID].variants if variant.format in formats.RDF]
            self.pages["/"] = negotiators.page([*self.pages["/"].variants, *described])
        large = snapshot.manifest.large
        self.answers: Mapping[str, PreparedAnswer] = (
            _LazyAnswers(variants) if large else {at: variant.answers()[0] for at, variant in variants.items()}
        )
        things = _redirects(self.pages, snapshot.manifest)
        html = {html_address(path): negotiators.page(page.variants, b"text/html") for path, page in self.pages.items()}
        self._all: dict[str, Resource] = {**things, **html, **self.pages, **(variants if large else self.answers)}

    def find(self, path: str) -> Resource | None:
        """What lies at `path`, in whichever spelling, or None."""
        return self._all.get(path) or self._all.get(normal_path(path))

    def gone(self, path: str) -> Resource | None:
        """What is left at `path`, where something was described before, or None."""
        return self._gone.find(path)

    @cached_property
    def _gone(self) -> GoneThings:
        """Read when the first address was asked for at which there is nothing."""
        printed = self.answers.get(urls.GONE)
        return GoneThings(printed.body if printed else b"{}", self._manifest, self._public_url)


def _redirects(pages: Iterable[str], manifest: Manifest) -> Mapping[str, SeeOther]:
    """From where things are looked up by name to their pages; of names that differ after a hash, to the first."""
    base = "" if manifest.base == urls.NO_BASE else manifest.base
    spaces = manifest.own
    named = [(iri, page) for page in pages if (iri := urls.iri_at(page, base, spaces))]
    named.sort(key=lambda pair: ("#" in pair[0], pair[0]), reverse=True)
    return {urls.request_path(iri, base): SeeOther(page) for iri, page in named if urls.is_own(iri, base, spaces)}


class _LazyAnswers(Mapping[str, PreparedAnswer]):
    """The answers of variants at their own addresses, made when they are asked for."""

    def __init__(self, variants: Mapping[str, Variant]) -> None:
        self._variants = variants

    def __getitem__(self, address: str) -> PreparedAnswer:
        return self._variants[address].answers()[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variants)

    def __len__(self) -> int:
        return len(self._variants)


def remembering_recent(limit: int) -> Remembering:
    """What remembers the answers that were asked for last, up to `limit` bytes of them."""
    # A body and the same compressed; at the page it is the same in memory.
    recent: ByteBoundedCache[Callable[[], Answers], Answers] = ByteBoundedCache(
        limit, lambda _, answers: 2 * len(answers[0].body)
    )

    def remembering(make: Callable[[], Answers]) -> Callable[[], Answers]:
        def remembered() -> Answers:
            answers = recent.find(make)
            if answers is None:
                answers = make()
                recent.put(make, answers)
            return answers

        return remembered

    return remembering


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

    def body(info: ListedRepresentation | Representation) -> bytes:
        return info.body if isinstance(info, Representation) else file.body(info.address)

    return file.listed(), body, remembering_recent(RECENT_BYTES)


def headers_of(snapshot: Snapshot) -> HeaderList:
    """The headers of every answer from a snapshot."""
    date = format_datetime(published_date(snapshot), usegmt=True)
    return [*common_of(snapshot), (b"x-snapshot", snapshot.name.encode()), (b"last-modified", date.encode())]


T = TypeVar("T", bound=RepresentationInfo)


def variants_of(
    infos: Sequence[T],
    body: Callable[[T], bytes],
    common: HeaderList,
    address: PublicAddress,
    remembering: Remembering = cache,
) -> list[Variant]:
    """The variants of one page, each made by `body` when it is needed, and remembered."""
    alternates = [_alternate(info) for info in infos] if len(infos) > 1 else []

    def making(info: T) -> Callable[[], Answers]:
        return lambda: _answers(info, address.fill(body(info), info.content_type), alternates, common, address)

    return [Variant(info, remembering(making(info))) for info in infos]


def html_address(path: str) -> str:
    """The address of the HTML of a page, in any language."""
    return "/index.html" if path == "/" else f"{path}.html"


def _lines(value: bytes | None) -> tuple[str, ...]:
    return () if value is None else (value.decode("latin-1"),)


def _answers(
    info: RepresentationInfo, body: bytes, alternates: Sequence[str], common: HeaderList, address: PublicAddress
) -> Answers:
    """The answer at the representation's own address, and the one at its page's."""
    etag = etag_of(body)
    links = [link.replace(PUBLIC_URL, address.public_url) for link in info.links]
    links += [link for link in alternates if not link.startswith(f"<{info.address}>")]
    headers = [
        *common,
        (b"content-type", info.content_type.encode()),
        *([(b"content-language", info.language.encode())] if info.language else []),
        *([(b"link", ", ".join(links).encode("latin-1", "replace"))] if links else []),
    ]
    vary = b"Accept-Encoding, Accept-Datetime" if is_in_time(info.address) else b"Accept-Encoding"
    at_address = PreparedAnswer(etag, [*headers, (b"vary", vary)], body)
    located = [*headers, (b"vary", b"Accept, Accept-Language, " + vary)]
    located.append((b"content-location", info.address.encode()))
    return at_address, PreparedAnswer(etag, located, body) if info.page else at_address


def _alternate(info: RepresentationInfo) -> str:
    """The Link value that leads to a representation (RFC 8288)."""
    language = f'; hreflang="{info.language}"' if info.language else ""
    return f'<{info.address}>; rel="alternate"; type="{_media_type(info)}"{language}'


def _media_type(info: RepresentationInfo) -> str:
    return info.content_type.partition(";")[0]


_FORMATS: Mapping[str, Format] = {form.media_type: form for form in formats.ALL}
