"""Where the pages of the event stream are, and which of them never change again (Linked Data Event Streams)."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: The address of the stream; its pages are below.
PAGE = "/ldes"

_PAGE_OF_STREAM = re.compile(rf"{PAGE}/([0-9]+)-")


def page(number: int, version: str) -> str:
    """The address of a page: its number, and the name of the version that its first member came with.

    So a stream that begins anew, or goes on otherwise after a rollback, has other pages than the one before.
    """
    return f"{PAGE}/{number}-{version}"


def full(addresses: Iterable[str]) -> frozenset[str]:
    """Those of the `addresses` that are pages of the stream, but for the last page: that one still grows."""
    numbers = {each: int(found[1]) for each in addresses if (found := _PAGE_OF_STREAM.match(each))}
    last = max(numbers.values(), default=0)
    return frozenset(each for each, number in numbers.items() if number < last)
