"""Whatever is asked or suppressed: ranges as RFC 9110 has them, and nothing left of what must not be published."""

from __future__ import annotations

import itertools
import time

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from ekograph.validation.suppression import without
from ekograph.web.contract import Request
from ekograph.web.documents.files import _span

SIZE = 100
numbers = st.integers(0, 150) | st.integers(10**12, 10**14)
FIELDS = st.builds(
    "{}={}-{}".format,
    st.sampled_from(["bytes", "Bytes", "bytes ", "lines", ""]),
    numbers | st.just(""),
    numbers | st.just(""),
) | st.text("bytes=-, 0123456789", max_size=16)


def span(field: str, method: str = "GET"):
    scope = {
        "type": "http",
        "method": method,
        "raw_path": b"/x",
        "query_string": b"",
        "headers": [(b"range", field.encode())],
    }
    return _span(Request(scope, None), b'"x"', b"Mon, 30 Nov 2026 00:00:00 GMT", SIZE)


def expected(field: str) -> tuple[int, int] | None:
    """RFC 9110, section 14.1, read once more: None for what is to be ignored."""
    unit, equals, element = field.partition("=")
    first, dash, last = element.partition("-")
    # Spaces are let pass, as most servers do.
    first, last = first.strip(" "), last.strip(" ")
    if (
        unit.strip().lower() != "bytes"
        or not equals
        or not dash
        or not all(not part or part.isdigit() for part in (first, last))
    ):
        return None
    if first and last:
        return None if int(first) > int(last) else part_of(int(first), int(last))
    if first:
        return part_of(int(first), SIZE - 1)
    return part_of(max(0, SIZE - int(last)), SIZE - 1) if last else None


def part_of(first: int, last: int) -> tuple[int, int]:
    return (first, min(last, SIZE - 1) + 1) if first < SIZE and first <= last else (0, 0)


@given(FIELDS)
def test_a_range_is_what_the_standard_says(field):
    assert span(field) == expected(field)
    assert span(field, "HEAD") is None


names = st.sampled_from([ox.NamedNode(f"http://example.org/{name}") for name in "abcdef"])
blanks = st.sampled_from([ox.BlankNode(name) for name in "uvwxyz"])
texts = st.sampled_from([ox.Literal(text) for text in ("a", "b", "http://example.org/a")])
predicates = st.just(ox.NamedNode("http://example.org/p"))
quoted = st.builds(ox.Triple, names | blanks, predicates, names | blanks | texts)
quads = st.builds(
    ox.Quad,
    names | blanks,
    predicates,
    names | blanks | texts | quoted | st.builds(ox.Triple, names, predicates, quoted),
)
entries = st.frozensets(st.sampled_from(["http://example.org/a", "http://example.org/b", "a"]), min_size=1)


@given(st.lists(quads, max_size=20), entries)
def test_nothing_of_what_is_suppressed_is_left_and_nothing_else_is_taken(everything, suppressed):
    kept, count = without(everything, suppressed)
    assert count == len(everything) - len(kept)
    assert not [quad for quad in kept for entry in suppressed if f"<{entry}>" in str(quad) or f'"{entry}"' in str(quad)]
    taken = [quad for quad in everything if quad not in kept]
    for quad in taken:
        named = any(f"<{entry}>" in str(quad) or f'"{entry}"' in str(quad) for entry in suppressed)
        assert named or isinstance(quad.subject, ox.BlankNode)


def test_a_long_chain_of_blank_nodes_is_followed_in_time_with_its_length():
    point = ox.NamedNode("http://example.org/p")
    nodes = [ox.BlankNode(f"n{number}") for number in range(50_000)]
    chain = [ox.Quad(a, point, b) for a, b in itertools.pairwise(nodes)]
    start = ox.Quad(ox.NamedNode("http://example.org/a"), point, nodes[0])
    begun = time.monotonic()
    assert without([start, *chain], frozenset({"http://example.org/a"})) == ([], 50_000)
    assert time.monotonic() - begun < 10
