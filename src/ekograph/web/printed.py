"""The printed answers of a snapshot, ready to be sent: which bytes and headers each address gives."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cached_property

from ekograph import formats
from ekograph.formats import Format
from ekograph.snapshot import PUBLIC_URL, Representation, Snapshot
from ekograph.web.asgi import Message
from ekograph.web.headers import CACHE_IMMUTABLE, CACHE_REVALIDATE, COMMON, published_date
from ekograph.web.negotiation import choose, choose_language

HeaderList = list[tuple[bytes, bytes]]

#: Bodies shorter than this are sent as they are: gzip would save less than a packet.
GZIP_FROM = 1000

#: Types whose bytes gzip makes smaller.
_COMPRESSIBLE = ("text/", "application/", "image/svg")
_COMPRESSED = ("application/gzip", "application/zip")

#: How many distinct pairs of Accept and Accept-Language a page remembers the choice for.
REMEMBERED = 64


class Answer:
    """One response, complete: the messages of ASGI for it, for its 304, and for the same in gzip."""

    def __init__(self, etag: str, headers: HeaderList, body: bytes) -> None:
        self.etag = etag.encode()
        self.modified = dict(headers)[b"last-modified"]
        self._headers = headers
        length = (b"content-length", str(len(body)).encode())
        self.start: Message = _start(200, [*headers, (b"etag", self.etag), length])
        self.body: Message = {"type": "http.response.body", "body": body}

    @cached_property
    def not_modified(self) -> Message:
        """The start of a 304: the headers of the 200 that a cache needs (RFC 9110, section 15.4.5)."""
        kept = [pair for pair in self._headers if pair[0] not in {b"content-type", b"content-language"}]
        return _start(304, [*kept, (b"etag", self.etag)])

    @cached_property
    def zipped(self) -> Answer | None:
        """The same, compressed, under an entity tag of its own; None where that is of no use."""
        content_type = dict(self._headers)[b"content-type"].decode()
        body: bytes = self.body["body"]
        if len(body) < GZIP_FROM or not content_type.startswith(_COMPRESSIBLE) or content_type in _COMPRESSED:
            return None
        etag = self.etag.decode()[:-1] + '-gz"'
        return Answer(etag, [*self._headers, (b"content-encoding", b"gzip")], gzip.compress(body, mtime=0))


@dataclass(frozen=True)
class Variant:
    """A representation as one of its page's: what it is, and the answers at its own and at the page's address."""

    format: Format | None
    language: str
    address: str
    direct: Answer
    negotiated: Answer


class Page:
    """An address that negotiates between its variants; their order is that of the server's preference."""

    def __init__(self, variants: Sequence[Variant]) -> None:
        self.variants = variants
        self.formats = list(dict.fromkeys(each.format for each in variants if each.format))
        self._chosen: dict[tuple[tuple[str, ...], tuple[str, ...], str], Variant | None] = {}

    def choose(self, accept: tuple[str, ...], languages: tuple[str, ...], language: str = "") -> Variant | None:
        """The variant wanted most, or None when none is acceptable; `language`, asked for by name, goes first."""
        key = (accept, languages, language)
        if key not in self._chosen:
            if len(self._chosen) == REMEMBERED:
                self._chosen.clear()
            self._chosen[key] = self._negotiate(accept, languages, language)
        return self._chosen[key]

    def offered(self) -> list[tuple[str, str]]:
        """The media type and the address of each variant."""
        return [(each.format.media_type if each.format else "", each.address) for each in self.variants]

    def _negotiate(self, accept: tuple[str, ...], languages: tuple[str, ...], language: str) -> Variant | None:
        chosen = choose(accept, self.formats)
        offered = [each for each in self.variants if each.format is chosen] if chosen else []
        if len(offered) < 2:
            return offered[0] if offered else None
        spoken = [each.language for each in offered]
        wanted = language if language in spoken else choose_language(languages, spoken)
        return offered[spoken.index(wanted)]


class Table:
    """Every printed answer of one snapshot, by the path of its address."""

    def __init__(self, snapshot: Snapshot, public_url: str) -> None:
        self.pages: dict[str, Page] = {}
        self.answers: dict[str, Answer] = {}
        by_page: dict[str, list[Representation]] = {}
        for each in snapshot.printed():
            by_page.setdefault(each.page or each.address, []).append(each)
        common = [(b"x-snapshot", snapshot.name.encode()), (b"last-modified", _http_date(snapshot))]
        for page, representations in by_page.items():
            variants = _variants(representations, common, public_url)
            self.answers |= {each.address: each.direct for each in variants}
            if representations[0].page:
                self.pages[page] = Page(variants)


def _variants(representations: Sequence[Representation], common: HeaderList, public_url: str) -> list[Variant]:
    alternates = [_alternate(each) for each in representations] if len(representations) > 1 else []
    return [_variant(each, alternates, common, public_url) for each in representations]


def _variant(printed: Representation, alternates: Sequence[str], common: HeaderList, public_url: str) -> Variant:
    body = printed.body.replace(PUBLIC_URL.encode(), public_url.encode())
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    links = [each for each in alternates if not each.startswith(f"<{printed.address}>")]
    links = [each.replace(PUBLIC_URL, public_url) for each in printed.links] + links
    immutable = printed.address.startswith("/static/")
    headers = [
        *COMMON,
        *common,
        (b"content-type", printed.content_type.encode()),
        *([(b"content-language", printed.language.encode())] if printed.language else []),
        *([(b"link", ", ".join(links).encode("latin-1", "replace"))] if links else []),
        (b"cache-control", CACHE_IMMUTABLE if immutable else CACHE_REVALIDATE),
    ]
    own = Answer(etag, [*headers, (b"vary", b"Accept-Encoding")], body)
    located = [*headers, (b"vary", b"Accept, Accept-Language, Accept-Encoding")]
    located.append((b"content-location", printed.address.encode()))
    shared = Answer(etag, located, body) if printed.page else own
    return Variant(_format(printed.content_type), printed.language, printed.address, own, shared)


def _alternate(printed: Representation) -> str:
    """The Link value that leads to a representation (RFC 8288)."""
    media_type = printed.content_type.partition(";")[0]
    language = f'; hreflang="{printed.language}"' if printed.language else ""
    return f'<{printed.address}>; rel="alternate"; type="{media_type}"{language}'


def _format(content_type: str) -> Format | None:
    return _FORMATS.get(content_type.partition(";")[0])


_FORMATS: Mapping[str, Format] = {each.media_type: each for each in formats.ALL}


def _start(status: int, headers: Iterable[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def _http_date(snapshot: Snapshot) -> bytes:
    return format_datetime(published_date(snapshot), usegmt=True).encode()
