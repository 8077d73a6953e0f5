"""Where a thing is served: from its IRI to the path of its page, and back.

Things are named {base}id/… and described at /doc/…; the ontology, the shapes, the catalogue and the named graphs
are documents, served at the path that their IRI has below the base.

Values of the Link header for printed representations (RFC 8288).
Percent-encoded values of the queries of URLs, as text.
Where the pages of the event stream are, and which of them never change again (Linked Data Event Streams).
Where the older states of a page are: the addresses, and the links that lead there (Memento, RFC 7089).
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, unquote, unquote_to_bytes

#: Stands in printed text for the address this copy is served at, which is known only when it is served.
#: The top-level domain is reserved (RFC 2606), so no data can hold it by chance.
PUBLIC_URL = "http://public-url.invalid"

#: The base of data that come without one: nothing in them is named under it.
NO_BASE = f"{PUBLIC_URL}/"

#: Below the base, what is described at /doc/….
THINGS = "id/"

#: Below it, the pages about things of this site.
PAGES = "/doc/"

#: Below the base, the documents that are served under their own path, and the folder of the named graphs.
DOCUMENTS = ("def", "shapes", "catalog")
GRAPHS = "graph/"

#: The page of what changed in each version.
CHANGES = "/changes"

#: Below it, the pages about things that are named elsewhere.
ELSEWHERE = "/about/"

#: Where the packages of CKAN's API and the records of OAI-PMH are printed; answers of both depend on parameters.
PACKAGES, RECORDS = "/api/3/packages.json", "/oai/records.json"

# What may stand in a path as it is (RFC 3986, pchar, and the slash).
_PATH_SAFE = "/:@!$&'()*+,;=~"

# What has one spelling only, as most paths do.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]*")

# A scheme with an authority, as most IRIs have.
_HIERARCHICAL = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*)://")

# Segments that clients, servers and file systems would change, and last segments that would be the address of a
# representation of another page. Each gets a tilde more; so does each that is one of these and tildes already.
_UNSTABLE = re.compile(r"\.{0,2}~*")
_TAKEN = re.compile(r"(?:\.{1,2}|~|index|.*\.(?:html|md|ttl|trig|nt|nq|jsonld|rdf))~*", re.DOTALL)


# Each page asks for the paths of dozens of things that other pages ask for too.
@lru_cache(maxsize=65536)
def path_for(iri: str, base: str, spaces: tuple[str, ...] = ()) -> str:
    """The path, and the fragment if there is one, of the page about `iri`; no two IRIs have the same.

    `base` is that of the site, `spaces` are further IRIs that begin the names of its things. What is named under the
    base is at /doc/…, what is named under one of `spaces` is at /doc/… with its scheme and host, but for the first of
    them where there is no base; everything else is at /about/….
    """
    document, hash_, fragment = iri.removeprefix(base).partition("#")
    if base and iri.startswith(base) and document in DOCUMENTS:
        return f"/{document}{hash_}{quote(fragment, safe=_PATH_SAFE)}"
    if base and iri.startswith(base + GRAPHS):
        return "/" + GRAPHS + _written(iri.removeprefix(base + GRAPHS))
    home = _home(base, spaces)
    if home and iri.startswith(home) and not is_own(_with_scheme(iri[len(home) :]), base, spaces):
        return PAGES + _written(iri[len(home) :])
    # Not "://": proxies and file systems make one slash of two.
    spelled = _written(_HIERARCHICAL.sub(r"\1/", iri, count=1))
    return (PAGES if is_own(iri, base, spaces) else ELSEWHERE) + spelled


def iri_at(path: str, base: str, spaces: tuple[str, ...] = ()) -> str | None:
    """The IRI whose page is at `path`: the inverse of `path_for`; None for a path that is no IRI's."""
    decoded, candidates = unquote(path), []
    if decoded.startswith(ELSEWHERE):
        candidates = [_with_scheme(_read(decoded.removeprefix(ELSEWHERE)))]
    elif decoded.startswith(PAGES):
        name = _read(decoded.removeprefix(PAGES))
        candidates = [_home(base, spaces) + name, _with_scheme(name)]
    elif base and decoded.startswith(f"/{GRAPHS}"):
        candidates = [base + GRAPHS + _read(decoded.removeprefix(f"/{GRAPHS}"))]
    elif base:
        candidates = [base + decoded[1:]]
    return next((iri for iri in candidates if path_for(iri, base, spaces) == path), None)


def is_own(iri: str, base: str, spaces: tuple[str, ...] = ()) -> bool:
    """Whether `iri` is a name of this site's spaces, and not of something that is named elsewhere."""
    if spaces and iri.startswith(spaces):
        return True
    if not base or not iri.startswith(base):
        return False
    below = iri[len(base) :]
    return below.startswith((THINGS, GRAPHS)) or below.partition("#")[0] in DOCUMENTS


def request_path(iri: str, base: str) -> str:
    """The path that clients ask for who look up `iri` on this site."""
    document = iri.partition("#")[0]
    if base and document.startswith(base):
        return normal_path("/" + document.removeprefix(base))
    return normal_path("/" + document.partition("://")[2].partition("/")[2].partition("?")[0])


def graph_name(base: str, name: str) -> str:
    """The IRI of the graph of a file called `name`; without a base, a name that leads nowhere."""
    return f"{base}{GRAPHS}{quote(name, safe='')}" if base else f"urn:graph:{quote(name, safe='')}"


def _home(base: str, spaces: tuple[str, ...]) -> str:
    """What begins the IRIs of the things whose pages have short paths."""
    return base + THINGS if base else next(iter(spaces), "")


def _with_scheme(spelled: str) -> str:
    """The IRI that is spelled without the colon and slashes after its scheme."""
    return _SPELLED.sub(r"\1://", spelled, count=1)


_SPELLED = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*)/")


def _written(name: str) -> str:
    """The end of an IRI as the end of a path: no other name has the same, in whatever spelling it is asked for."""
    if _PLAIN.fullmatch(name) and not _MAY_BE_UNSTABLE.search(name):
        return name
    *middle, last = name.split("/")
    segments = [segment + "~" if _UNSTABLE.fullmatch(segment) else segment for segment in middle]
    segments.append(last + "~" if _TAKEN.fullmatch(last) else last)
    return quote("/".join(segments), safe=_PATH_SAFE)


_MAY_BE_UNSTABLE = re.compile(r"(?:\A|/)\.{0,2}/|(?:\A|/)(?:\.{1,2}|index)\Z|\.(?:html|ttl|trig|nt|nq|jsonld|rdf)\Z")


def _read(decoded: str) -> str:
    """The end of an IRI from the end of a decoded path: the inverse of `_written`."""
    *middle, last = decoded.split("/")
    segments = [part[:-1] if part.endswith("~") and _UNSTABLE.fullmatch(part[:-1]) else part for part in middle]
    segments.append(last[:-1] if last.endswith("~") and _TAKEN.fullmatch(last[:-1]) else last)
    return "/".join(segments)


def normal_path(path: str) -> str:
    """One spelling for all equivalent ones of a request's path: UTF-8 percent-encoded, upper-case digits."""
    if _PLAIN.fullmatch(path):
        return path
    decoded = unquote(path, errors="surrogateescape")
    return quote(decoded, safe=_PATH_SAFE, errors="surrogateescape")


# All that a URI may hold (RFC 3986); what else an IRI holds is percent-encoded (RFC 3987, section 3.1).
_URI = "!#$%&'()*+,/:;=?@[]~"


def link(target: str, relation: str, **parameters: str) -> str:
    """`<target>; rel="relation"` with further parameters; an IRI is written as the URI it maps to."""
    more = "".join(f'; {name}="{value}"' for name, value in parameters.items())
    return f'<{quote(target, safe=_URI)}>; rel="{relation}"{more}'


def percent_decoded(encoded: bytes) -> str:
    """The text that `encoded`, which is ASCII of one line, stands for; raises UnicodeDecodeError if it is not UTF-8."""
    # Quoted-printable (RFC 2045, section 6.7) is the same with another mark, and read ten times as fast.
    quoted = encoded.replace(b"=", b"%3D").replace(b"+", b" ")
    value = a2b_qp(quoted.replace(b"%", b"="))
    if len(value) != len(quoted) - 2 * quoted.count(b"%"):
        # A mark without two digits stands for itself.
        value = unquote_to_bytes(encoded.replace(b"+", b" "))
    return value.decode()


#: The address of the stream; its pages are below.
LDES_ROOT = "/ldes"

_PAGE_OF_STREAM = re.compile(rf"{LDES_ROOT}/([0-9]+)-")


def ldes_page(number: int, version: str) -> str:
    """The address of a page: its number, and the name of the version that its first member came with.

    So a stream that begins anew, or goes on otherwise after a rollback, has other pages than the one before.
    """
    return f"{LDES_ROOT}/{number}-{version}"


def ldes_page_is_full(addresses: Iterable[str]) -> frozenset[str]:
    """Those of the `addresses` that are pages of the stream, but for the last page: that one still grows."""
    numbers = {address: int(page[1]) for address in addresses if (page := _PAGE_OF_STREAM.match(address))}
    last = max(numbers.values(), default=0)
    return frozenset(address for address, number in numbers.items() if number < last)


#: Below this, and the name of a snapshot, are the pages and files as they were then.
VERSION = "/version"

#: What the address of the page where descriptions are checked is followed by, where what checks them is.
CHECKS = "/rules.json"
#: Where it is printed what is described no more.
GONE = "/gone.json"
TIMEMAP = "/timemap"
TIMEGATE = "/timegate"
TIMEMAP_TYPE = "application/link-format"

#: Below these are the pages of things and documents, which lead to their own older states by date.
_IN_TIME = ("/doc/", "/def", "/shapes", "/catalog", "/graph/", "/about/")


def memento_path(name: str, page: str) -> str:
    """The address of `page` in the snapshot `name`."""
    return f"{PUBLIC_URL}{VERSION}/{name}{page}"


def with_files_of(name: str, body: bytes) -> bytes:
    """What the snapshot `name` has printed, with the addresses that its own files stay at."""
    return body.replace(f"{PUBLIC_URL}/dumps/".encode(), memento_path(name, "/dumps/").encode())


def timemap_of(page: str) -> str:
    """The address of the list of the states of `page`; with a suffix, so that it can be a file beside a folder."""
    return f"{TIMEMAP}{page}.link"


def is_in_time(path: str) -> bool:
    """Whether what is printed at `path` is a time gate for itself (RFC 7089, section 4.1.1)."""
    return path.startswith(_IN_TIME)


def memento_links(page: str) -> tuple[str, ...]:
    """Values of Link that say where older states of `page` are (RFC 7089, section 2.2)."""
    return (
        link(f"{PUBLIC_URL}{page}", "original timegate"),
        link(f"{PUBLIC_URL}{timemap_of(page)}", "timemap", type=TIMEMAP_TYPE),
    )


def timemap(page: str, kept: Sequence[tuple[str, str]]) -> str:
    """The list of the states of `page` (RFC 7089, section 5); `kept` are names and times of snapshots, oldest first."""
    values = [
        link(f"{PUBLIC_URL}{page}", "original timegate"),
        link(f"{PUBLIC_URL}{timemap_of(page)}", "self", type=TIMEMAP_TYPE),
    ]
    for number, (name, published) in enumerate(kept):
        ends = [*(["first"] if number == 0 else []), *(["last"] if number == len(kept) - 1 else [])]
        values.append(memento_link(name, published, page, ends))
    return ",\n".join(values) + "\n"


def memento_link(name: str, published: str, page: str, relations: Sequence[str]) -> str:
    """The value of Link that leads to the state of `page` in a snapshot, by its name and time."""
    return link(memento_path(name, page), " ".join([*relations, "memento"]), datetime=http_date(published))


# The time map of every page names the same few times.
@lru_cache(maxsize=1024)
def http_date(moment: str) -> str:
    """A time (ISO 8601) as HTTP writes it."""
    from email.utils import format_datetime  # a tenth of the time of a check

    return format_datetime(datetime.fromisoformat(moment), usegmt=True)
