"""Catalogue, VoID and service description of the real site: they agree, and every number is that of a query."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
import rdflib
from rdflib import DCAT, DCTERMS, RDF, VOID

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
TOTALS = {
    "triples": "COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "properties": "COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "classes": "COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    "entities": "COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(STR(?s), 'https://w3id.org/ekograph/id/')) }",
}


@pytest.fixture(scope="module")
def read(server):
    """Reads an address as a graph."""
    return lambda path: rdflib.Graph().parse(data=server.get(path, accept="text/turtle").body, format="turtle")


@pytest.fixture(scope="module")
def void(read):
    return read("/.well-known/void")


@pytest.fixture(scope="module")
def dataset(void):
    (found,) = void.subjects(VOID.uriSpace)
    return found


@pytest.fixture(scope="module")
def count(server):
    """Asks the endpoint for a number; `what` goes on after SELECT and a bracket."""

    def counted(what):
        reply = server.get(f"/sparql?query={quote(f'SELECT ({what}')}", accept="application/sparql-results+json")
        (row,) = json.loads(reply.body)["results"]["bindings"]
        return int(row["n"]["value"])

    return counted


@pytest.mark.parametrize("name", TOTALS)
def test_every_total_is_what_the_endpoint_counts(void, dataset, count, name):
    assert int(void.value(dataset, VOID[name])) == count(TOTALS[name])


def test_every_partition_is_what_the_endpoint_counts(void, dataset, count):
    parts = list(void.objects(dataset, VOID.propertyPartition))
    assert len(parts) == int(void.value(dataset, VOID.properties))
    for part in parts:
        predicate = void.value(part, VOID.property).n3()
        assert int(void.value(part, VOID.triples)) == count(f"COUNT(*) AS ?n) {{ ?s {predicate} ?o }}")
    parts = list(void.objects(dataset, VOID.classPartition))
    assert len(parts) == int(void.value(dataset, VOID.classes))
    for part in parts:
        kind = void.value(part, VOID["class"]).n3()
        assert int(void.value(part, VOID.entities)) == count(f"COUNT(DISTINCT ?s) AS ?n) {{ ?s a {kind} }}")


def test_the_service_description_has_the_graphs_of_void_with_their_sizes(read, void, dataset, count):
    service = read("/sparql")
    graphs = {
        service.value(each, SD.name): int(service.value(service.value(each, SD.graph), VOID.triples))
        for each in service.objects(None, SD.namedGraph)
    }
    assert graphs == {each: int(void.value(each, VOID.triples)) for each in void.objects(dataset, VOID.subset)}
    for name, triples in graphs.items():
        assert triples == count(f"COUNT(*) AS ?n) {{ GRAPH {name.n3()} {{ ?s ?p ?o }} }}")
    whole = service.value(service.value(None, RDF.type, SD.Dataset), SD.defaultGraph)
    assert int(service.value(whole, VOID.triples)) == int(void.value(dataset, VOID.triples))


def test_all_three_name_one_endpoint_and_one_dataset(read, server, void, dataset):
    catalogue, service = read("/catalog"), read("/sparql")
    endpoint = rdflib.URIRef(f"{server.url}/sparql")
    assert set(service.objects(None, SD.endpoint)) == {endpoint}
    assert set(void.objects(dataset, VOID.sparqlEndpoint)) == {endpoint}
    (served,) = catalogue.subjects(DCAT.endpointURL, endpoint)
    assert catalogue.value(served, DCAT.servesDataset) == dataset
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.license, DCTERMS.publisher, DCTERMS.modified):
        assert set(void.objects(dataset, predicate)) == set(catalogue.objects(dataset, predicate)), predicate
    downloads = {each for each in catalogue.objects(None, DCAT.downloadURL) if "/dumps/dataset." in each}
    assert set(void.objects(dataset, VOID.dataDump)) == downloads
