"""Where the older states of a page are: the addresses, and the links that lead there (Memento, RFC 7089)."""

from __future__ import annotations

from ekograph.addresses import PUBLIC_URL
from ekograph.weblinks import link

#: Below this, and the name of a snapshot, are the pages and files as they were then.
VERSION = "/version"
TIMEMAP = "/timemap"
TIMEGATE = "/timegate"
CONTENT_TYPE = "application/link-format"

#: Below these are the pages of things and documents, which lead to their own older states by date.
_IN_TIME = ("/doc/", "/def", "/shapes", "/catalog", "/graph/", "/about/")


def memento(name: str, page: str) -> str:
    """The address of `page` in the snapshot `name`."""
    return f"{PUBLIC_URL}{VERSION}/{name}{page}"


def timemap_of(page: str) -> str:
    """The address of the list of the states of `page`; with a suffix, so that it can be a file beside a folder."""
    return f"{TIMEMAP}{page}.link"


def is_in_time(path: str) -> bool:
    """Whether what is printed at `path` is a time gate for itself (RFC 7089, section 4.1.1)."""
    return path.startswith(_IN_TIME)


def links(page: str) -> tuple[str, ...]:
    """Values of Link that say where older states of `page` are (RFC 7089, section 2.2)."""
    return (
        link(f"{PUBLIC_URL}{page}", "original timegate"),
        link(f"{PUBLIC_URL}{timemap_of(page)}", "timemap", type=CONTENT_TYPE),
    )
