"""The changes as a Linked Data Event Stream (LDES, https://w3id.org/ldes/specification), page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from ekograph import urls
from ekograph.publish.publication import Event, Publication
from ekograph.rdf import vocab
from ekograph.rdf.vocab import DCTERMS, PROV, TYPE, XSD, Namespace, facts, moment
from ekograph.rendering.representations import LazyRepresentation, RdfDocument, planned_formats
from ekograph.urls import PUBLIC_URL

#: Members of a page. A page that has as many is full: it never changes again.
MEMBERS = 100

LDES = Namespace("https://w3id.org/ldes#")
TREE = Namespace("https://w3id.org/tree#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
SH = Namespace("http://www.w3.org/ns/shacl#")
PREFIXES = {"ldes": LDES.iri, "tree": TREE.iri, "as": AS.iri, "prov": PROV.iri, "sh": SH.iri}
_STREAM = NamedNode(f"{PUBLIC_URL}{urls.LDES_ROOT}#stream")
_SHAPE, _TIME = NamedNode(f"{PUBLIC_URL}{urls.LDES_ROOT}#member"), PROV("generatedAtTime")
_KINDS = {"create": AS("Create"), "update": AS("Update"), "delete": AS("Delete")}


def export(publication: Publication) -> Iterator[LazyRepresentation]:
    """The root of the event stream and its pages, of a dataset whose changes are kept."""
    if not publication.events:
        return
    prefixes = {**vocab.PREFIXES, **PREFIXES, **publication.prefixes}
    up = (urls.link(f"{PUBLIC_URL}{urls.LDES_ROOT}", "collection"),)
    yield from planned_formats(RdfDocument(urls.LDES_ROOT, root(publication.events), prefixes))
    for address, quads in pages(publication.events):
        yield from planned_formats(RdfDocument(address, quads, prefixes, links=up))


def root(events: Sequence[Event]) -> list[Quad]:
    """What the stream is, and the way to its pages."""
    view = NamedNode(f"{PUBLIC_URL}{urls.LDES_ROOT}")
    return [
        *facts(
            _STREAM,
            (TYPE, LDES("EventStream")),
            (LDES("timestampPath"), _TIME),
            (LDES("versionOfPath"), DCTERMS("isVersionOf")),
            (LDES("versionDeletePath"), TYPE),
            *((LDES(f"version{kind.capitalize()}Object"), kind_class) for kind, kind_class in _KINDS.items()),
            (TREE("view"), view),
            (TREE("shape"), _SHAPE),
        ),
        *_shape(),
        *facts(view, (TYPE, TREE("Node"))),
        *(quad for number, page in enumerate(_pages(events), 1) for quad in _relations(view, number, page)),
    ]


def _shape() -> Iterator[Quad]:
    """What every member has, besides what is said of the thing."""
    yield from facts(_SHAPE, (TYPE, SH("NodeShape")))
    for path, kind in (
        (DCTERMS("isVersionOf"), (SH("nodeKind"), SH("IRI"))),
        (_TIME, (SH("datatype"), XSD("dateTime"))),
    ):
        constraint = BlankNode(f"shape-{path.value.rpartition('/')[2].rpartition('#')[2]}")
        yield from facts(_SHAPE, (SH("property"), constraint))
        once = ((SH(name), Literal("1", datatype=XSD("integer"))) for name in ("minCount", "maxCount"))
        yield from facts(constraint, (SH("path"), path), kind, *once)


def pages(events: Sequence[Event]) -> Iterator[tuple[str, list[Quad]]]:
    """The address of each page and its quads."""
    for number, page in enumerate(_pages(events), 1):
        address = urls.ldes_page(number, page[0].version)
        node = NamedNode(f"{PUBLIC_URL}{address}")
        quads = [*facts(_STREAM, (TREE("view"), node)), *facts(node, (TYPE, TREE("Node")))]
        for place, event in enumerate(page, 1):
            quads += _member(NamedNode(f"{node.value}#{place}-{event.version}"), event, f"{number}-{place}")
        yield address, quads


def _pages(events: Sequence[Event]) -> list[Sequence[Event]]:
    return [events[start : start + MEMBERS] for start in range(0, len(events), MEMBERS)]


def _relations(view: NamedNode, number: int, page: Sequence[Event]) -> Iterator[Quad]:
    """The way to a page: its members are not older than the first and, once it is full, not newer than the last."""
    bounds = [("Greater", page[0].published), *([("Less", page[-1].published)] if len(page) == MEMBERS else [])]
    for side, value in bounds:
        relation = BlankNode(f"page-{number}-{side.lower()}")
        yield from facts(view, (TREE("relation"), relation))
        yield from facts(
            relation,
            (TYPE, TREE(f"{side}ThanOrEqualToRelation")),
            (TREE("node"), NamedNode(f"{PUBLIC_URL}{urls.ldes_page(number, page[0].version)}")),
            (TREE("path"), _TIME),
            (TREE("value"), moment(value)),
        )


def _member(member: NamedNode, event: Event, label: str) -> Iterator[Quad]:
    """A version of a thing: what is said of the thing, said of the version; blank nodes are those of this member."""
    thing = NamedNode(event.thing)
    yield from facts(_STREAM, (TREE("member"), member))
    yield from facts(
        member,
        (TYPE, _KINDS[event.kind]),
        (DCTERMS("isVersionOf"), thing),
        (_TIME, moment(event.published)),
    )
    for quad in parse(event.state, RdfFormat.N_TRIPLES):
        subject, value = (
            BlankNode(f"m{label}-{term.value}") if isinstance(term, BlankNode) else term
            for term in (member if quad.subject == thing else quad.subject, quad.object)
        )
        yield Quad(subject, quad.predicate, value)
