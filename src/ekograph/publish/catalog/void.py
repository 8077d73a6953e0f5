"""What the dataset holds, counted (VoID, https://www.w3.org/TR/void/); every number is that of a SPARQL count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from pyoxigraph import Literal, NamedNode, Quad

from ekograph.build.built_dataset import BuiltDataset
from ekograph.publish.catalog.dcat_ap import main_dataset
from ekograph.publish.publication import Publication
from ekograph.rdf import formats, vocab
from ekograph.rdf.dataset import Dataset, Term
from ekograph.rdf.vocab import DCTERMS, FOAF, RDFS, SCHEMA, SHACL, TYPE, VOID, facts, integer, moment, part
from ekograph.rendering.representations import LazyRepresentation, RdfDocument, planned_formats
from ekograph.urls import PUBLIC_URL

#: Where crawlers look for it (VoID, section 7.2).
PAGE = "/.well-known/void"

_FORMATS = "http://www.w3.org/ns/formats/"
_FEATURES = {
    formats.TURTLE: "Turtle",
    formats.TRIG: "TriG",
    formats.N_TRIPLES: "N-Triples",
    formats.N_QUADS: "N-Quads",
    formats.JSON_LD: "JSON-LD",
    formats.RDF_XML: "RDF_XML",
}
#: What the description repeats from the catalogue, so that it can be read alone.
_REPEATED = tuple(map(DCTERMS, ("title", "description", "license", "publisher", "source")))


def export(publication: Publication) -> Iterator[LazyRepresentation]:
    """The description in each RDF format."""
    prefixes = {**vocab.PREFIXES, **publication.prefixes}
    return planned_formats(RdfDocument(PAGE, void(publication), prefixes))


def void(publication: Publication) -> list[Quad]:
    """The description of the dataset, as the union of its graphs, which the endpoint queries by default."""
    dataset = publication.site.dataset
    node = main_dataset(publication) or NamedNode(f"{PUBLIC_URL}{PAGE}#dataset")
    counted = _counted(dataset)
    document = NamedNode(f"{PUBLIC_URL}{PAGE}")
    quads = [
        *facts(document, (TYPE, VOID("DatasetDescription")), (FOAF("primaryTopic"), node)),
        *facts(node, (TYPE, VOID("Dataset")), *_access(publication)),
        *facts(node, *((term, value) for term in _REPEATED for value in dataset.objects(node, term.value))),
        *facts(node, (DCTERMS("modified"), moment(publication.version.published))),
        *facts(node, *_totals(counted, dataset)),
        *_partitions(node, "class", counted.classes, "entities"),
        *_partitions(node, "property", counted.properties, "triples"),
        *_examples(publication),
    ]
    for name, graph_quads in dataset.graphs().items():
        if name:
            graph = NamedNode(name)
            quads += facts(node, (VOID("subset"), graph))
            quads += facts(graph, (TYPE, VOID("Dataset")), (VOID("triples"), integer(len(graph_quads))))
    return sorted(set(quads), key=str)


def _access(publication: Publication) -> Iterator[tuple[NamedNode, Term]]:
    """Where the data is: endpoint, dumps, the space of its IRIs, examples."""
    dataset = publication.site.dataset
    yield FOAF("homepage"), NamedNode(f"{PUBLIC_URL}/")
    yield VOID("sparqlEndpoint"), NamedNode(f"{PUBLIC_URL}/sparql")
    for file in publication.dumps:
        if file.name.startswith("dataset."):
            yield VOID("dataDump"), NamedNode(f"{PUBLIC_URL}/dumps/{file.name}")
    for name in _FEATURES.values():
        yield VOID("feature"), NamedNode(_FORMATS + name)
    spaces = [f"{dataset.base}id/"] if dataset.base else []
    yield from ((VOID("uriSpace"), Literal(space)) for space in (*spaces, *dataset.spaces))
    # The first thing of each class.
    examples = {kind: thing for thing in reversed(dataset.own_things()) for kind in dataset.types(thing)}
    yield from ((VOID("exampleResource"), thing) for _, thing in sorted(examples.items()))


@dataclass
class _Counted:
    """How many triples there are, with each property, of each class, and how many different subjects and objects."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    properties: Counter[NamedNode] = field(default_factory=Counter)
    classes: Counter[NamedNode] = field(default_factory=Counter)


def _counted(dataset: Dataset) -> _Counted:
    """Counts of a dataset, gone through once: equal triples, and those of a subject, follow one another."""
    if isinstance(dataset, BuiltDataset):
        census = dataset.census
        properties, classes = (
            Counter({NamedNode(name[1:-1].decode()): count for name, count in counts.items()})
            for counts in (census.properties, census.classes)
        )
        return _Counted(census.triples, census.subjects, len(census.objects), properties, classes)
    counted, objects, last = _Counted(), set(), None
    for triple, _ in groupby(dataset.statements(), key=attrgetter("triple")):
        counted.triples += 1
        counted.subjects += triple.subject != last
        last = triple.subject
        # Not the terms themselves, which take ten times as much.
        objects.add(hash(triple.object))
        counted.properties[triple.predicate] += 1
        if triple.predicate == TYPE and isinstance(triple.object, NamedNode):
            counted.classes[triple.object] += 1
    counted.objects = len(objects)
    return counted


def _totals(counted: _Counted, dataset: Dataset) -> Iterator[tuple[NamedNode, Term]]:
    yield VOID("triples"), integer(counted.triples)
    yield VOID("entities"), integer(len(dataset.own_things()))
    yield VOID("distinctSubjects"), integer(counted.subjects)
    yield VOID("distinctObjects"), integer(counted.objects)
    yield VOID("properties"), integer(len(counted.properties))
    yield VOID("classes"), integer(len(counted.classes))
    iris = {term.value for term in (*counted.properties, *counted.classes)}
    for namespace in sorted({iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] or iri for iri in iris}):
        yield VOID("vocabulary"), NamedNode(namespace)


def _partitions(node: NamedNode, name: str, counts: Counter[NamedNode], counted: str) -> Iterator[Quad]:
    """The parts of the dataset by class or by property, and how much is in each."""
    for term, count in sorted(counts.items(), key=str):
        partition = part(node, f"{name} {term.value}")
        yield from facts(node, (VOID(f"{name}Partition"), partition))
        yield from facts(partition, (VOID(name), term), (VOID(counted), integer(count)))


def _examples(publication: Publication) -> Iterator[Quad]:
    """The ready-made queries, as editors of SPARQL look for them (https://sib-swiss.github.io/sparql-examples/)."""
    for query in publication.site.queries:
        example = NamedNode(f"{PUBLIC_URL}{query.path}")
        yield from facts(
            example,
            (TYPE, SHACL("SPARQLExecutable")),
            (TYPE, SHACL("SPARQLSelectExecutable")),
            (SHACL("select"), Literal(query.text)),
            (SCHEMA("target"), NamedNode(f"{PUBLIC_URL}/sparql")),
            *((RDFS("comment"), Literal(text, language=tag)) for tag, text in sorted(query.titles.items())),
        )
