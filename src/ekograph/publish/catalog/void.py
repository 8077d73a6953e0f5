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

#: How many things of each class are given as examples.
EXAMPLES = 1

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
_REPEATED = ("title", "description", "license", "publisher", "source")


def export(publication: Publication) -> Iterator[LazyRepresentation]:
    """The description in each RDF format."""
    prefixes = {**vocab.PREFIXES, **publication.prefixes}
    return planned_formats(RdfDocument(PAGE, void(publication), prefixes))


def void(issue: Publication) -> list[Quad]:
    """The description of the dataset, as the union of its graphs, which the endpoint queries by default."""
    dataset = issue.site.dataset
    node = main_dataset(issue) or NamedNode(f"{PUBLIC_URL}{PAGE}#dataset")
    counted = _counted(dataset)
    document = NamedNode(f"{PUBLIC_URL}{PAGE}")
    quads = [
        *facts(document, (TYPE, VOID("DatasetDescription")), (FOAF("primaryTopic"), node)),
        *facts(node, (TYPE, VOID("Dataset")), *_repeated(node, dataset), *_access(issue)),
        *facts(node, (DCTERMS("modified"), moment(issue.version.published))),
        *facts(node, *_totals(counted, dataset)),
        *_class_partitions(node, counted.classes),
        *_property_partitions(node, counted.properties),
        *_graphs(node, dataset),
        *_examples(issue),
    ]
    return sorted(set(quads), key=str)


def _repeated(node: NamedNode, dataset: Dataset) -> Iterator[tuple[NamedNode, Term]]:
    for name in _REPEATED:
        for value in dataset.objects(node, DCTERMS(name).value):
            yield DCTERMS(name), value


def _access(issue: Publication) -> Iterator[tuple[NamedNode, Term]]:
    """Where the data is: endpoint, dumps, the space of its IRIs, examples."""
    dataset = issue.site.dataset
    yield FOAF("homepage"), NamedNode(f"{PUBLIC_URL}/")
    yield VOID("sparqlEndpoint"), NamedNode(f"{PUBLIC_URL}/sparql")
    for file in issue.dumps:
        if file.name.startswith("dataset."):
            yield VOID("dataDump"), NamedNode(f"{PUBLIC_URL}/dumps/{file.name}")
    for name in _FEATURES.values():
        yield VOID("feature"), NamedNode(_FORMATS + name)
    spaces = [f"{dataset.base}id/"] if dataset.base else []
    yield from ((VOID("uriSpace"), Literal(space)) for space in (*spaces, *dataset.spaces))
    things = dataset.own_things()
    examples: dict[str, list[NamedNode]] = {}
    for thing in things:
        for kind in dataset.types(thing):
            of_kind = examples.setdefault(kind, [])
            if len(of_kind) < EXAMPLES:
                of_kind.append(thing)
    yield from (
        (VOID("exampleResource"), item) for _, examples_of_kind in sorted(examples.items()) for item in examples_of_kind
    )


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
    properties = {item.value for item in counted.properties}
    classes = {item.value for item in counted.classes}
    yield VOID("properties"), integer(len(properties))
    yield VOID("classes"), integer(len(classes))
    for namespace in sorted({_namespace(iri) for iri in properties | classes}):
        yield VOID("vocabulary"), NamedNode(namespace)


def _class_partitions(node: NamedNode, classes: Counter[NamedNode]) -> Iterator[Quad]:
    for kind, entities in sorted(classes.items(), key=str):
        partition = part(node, f"class {kind.value}")
        yield from facts(node, (VOID("classPartition"), partition))
        yield from facts(partition, (VOID("class"), kind), (VOID("entities"), integer(entities)))


def _property_partitions(node: NamedNode, counts: Counter[NamedNode]) -> Iterator[Quad]:
    for predicate, count in sorted(counts.items(), key=str):
        partition = part(node, f"property {predicate.value}")
        yield from facts(node, (VOID("propertyPartition"), partition))
        yield from facts(partition, (VOID("property"), predicate), (VOID("triples"), integer(count)))


def _examples(issue: Publication) -> Iterator[Quad]:
    """The ready-made queries, as editors of SPARQL look for them (https://sib-swiss.github.io/sparql-examples/)."""
    for query in issue.site.queries:
        example = NamedNode(f"{PUBLIC_URL}{query.path}")
        yield from facts(
            example,
            (TYPE, SHACL("SPARQLExecutable")),
            (TYPE, SHACL("SPARQLSelectExecutable")),
            (SHACL("select"), Literal(query.text)),
            (SCHEMA("target"), NamedNode(f"{PUBLIC_URL}/sparql")),
            *((RDFS("comment"), Literal(text, language=tag)) for tag, text in sorted(query.titles.items())),
        )


def _graphs(node: NamedNode, dataset: Dataset) -> Iterator[Quad]:
    """Each named graph as a subset."""
    for name, quads in sorted(dataset.graphs().items()):
        if name:
            graph = NamedNode(name)
            yield from facts(node, (VOID("subset"), graph))
            yield from facts(graph, (TYPE, VOID("Dataset")), (VOID("triples"), integer(len(quads))))


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] or iri
