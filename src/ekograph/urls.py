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
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote, unquote_to_bytes

#: Stands in printed text for the address this copy is served at, which is known only when it is served.
#: The top-level domain is reserved (RFC 2606), so no data can hold it by chance.
PUBLIC_URL = "http://public-url.invalid"

#: The base of data that come without one: nothing in them is named under it.
NO_BASE = f"{PUBLIC_URL}/"

#: Below the base, what is described at /doc/….
THINGS = "id/"

#: Below the base, the documents that are served under their own path, and the folder of the named graphs.
DOCUMENTS = ("def", "shapes", "catalog")
GRAPHS = "graph/"

#: Below it, the pages about things that are named elsewhere.
ELSEWHERE = "/about/"

#: Where the packages of CKAN's API and the records of OAI-PMH are printed; answers of both depend on parameters.
PACKAGES, RECORDS = "/api/3/packages.json", "/oai/records.json"

# What may stand in a path as it is (RFC 3986, pchar, and the slash).
_PATH_SAFE = "/:@!$&'()*+,;=~"

# What has one spelling only, as most paths do.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]*")


# Each page asks for the paths of dozens of things that other pages ask for too.
@lru_cache(maxsize=65536)
def path_for(iri: str, base: str) -> str:
    """The path, and the fragment if there is one, at which this site tells of `iri`."""
    if not is_own(iri, base):
        # Not "://": proxies and file systems make one slash of two.
        return ELSEWHERE + normal_path(iri.replace("://", "/", 1))
    below = iri[len(base) :]
    if below.startswith(THINGS):
        return "/doc/" + normal_path(below[len(THINGS) :])
    document, hash_, fragment = below.partition("#")
    return f"/{normal_path(document)}{hash_}{normal_path(fragment)}"


def is_own(iri: str, base: str) -> bool:
    """Whether this site tells of `iri` as of its own, and not as of something that is named elsewhere."""
    if not base or not iri.startswith(base):
        return False
    below = iri[len(base) :]
    return below.startswith((THINGS, GRAPHS)) or below.partition("#")[0] in DOCUMENTS


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
    numbers = {each: int(found[1]) for each in addresses if (found := _PAGE_OF_STREAM.match(each))}
    last = max(numbers.values(), default=0)
    return frozenset(each for each, number in numbers.items() if number < last)


#: Below this, and the name of a snapshot, are the pages and files as they were then.
VERSION = "/version"
TIMEMAP = "/timemap"
TIMEGATE = "/timegate"
TIMEMAP_TYPE = "application/link-format"

#: Below these are the pages of things and documents, which lead to their own older states by date.
_IN_TIME = ("/doc/", "/def", "/shapes", "/catalog", "/graph/", "/about/")


def memento_path(name: str, page: str) -> str:
    """The address of `page` in the snapshot `name`."""
    return f"{PUBLIC_URL}{VERSION}/{name}{page}"


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
