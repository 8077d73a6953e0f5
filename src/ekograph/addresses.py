"""Where a thing is served: from its IRI to the path of its page, and back.

Things are named {base}id/… and described at /doc/…; the ontology, the shapes, the catalogue and the named graphs
are documents, served at the path that their IRI has below the base.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote

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
def path_of(iri: str, base: str) -> str:
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
