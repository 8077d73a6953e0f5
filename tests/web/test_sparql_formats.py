"""The endpoint answers each client in a form that it can read: programs, libraries, and people without a script."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper
from tests.web.test_sparql import COUNT, GRAPH, JSON_TYPE, LAHTI, PRODUCT

# What real clients send, and what they get for SELECT and for CONSTRUCT.
ACCEPTS = {
    "nothing": (None, "sparql-results+json", "turtle"),
    "curl": ("*/*", "sparql-results+json", "turtle"),
    "Firefox": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html", "text/html"),
    "Chrome": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "text/html",
        "text/html",
    ),
    "XML rather than a page": ("application/xml, text/html;q=0.9", "sparql-results+xml", "rdf+xml"),
    "SPARQLWrapper JSON": (
        "application/sparql-results+json,application/json,text/javascript,application/javascript",
        "sparql-results+json",
        "ld+json",
    ),
    "rdflib": ("application/sparql-results+xml, application/rdf+xml", "sparql-results+xml", "rdf+xml"),
    "Jena select": (
        (
            "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, "
            "text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1"
        ),
        "sparql-results+json",
        "ld+json",
    ),
    "Jena construct": (
        (
            "application/n-triples, text/turtle, application/n-quads;q=0.9, application/trig;q=0.9, "
            "application/rdf+xml;q=0.8, application/ld+json;q=0.6, */*;q=0.1"
        ),
        "sparql-results+json",
        "turtle",
    ),
    "Comunica": (
        (
            "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
            "text/turtle;q=0.6,application/sparql-results+json;q=0.99,application/sparql-results+xml;q=0.5"
        ),
        "sparql-results+json",
        "n-quads",
    ),
    "OWL API": (
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09",
        "xml",
        "rdf+xml",
    ),
    "CKAN": ("text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, */*;q=0.5", "json", "turtle"),
    "CSV": ("text/csv", "text/csv", None),
    "TSV, no CSV": ("text/csv;q=0, text/*", "tab-separated-values", "turtle"),
    "no JSON": (f"{JSON_TYPE};q=0, */*;q=0.5", "sparql-results+xml", "turtle"),
    "a picture": ("image/png", None, None),
}


@pytest.mark.parametrize(("accept", "results", "graph"), ACCEPTS.values(), ids=ACCEPTS)
@pytest.mark.parametrize("form", ["SELECT", "CONSTRUCT"])
def test_clients_get_what_they_can_read(ask, accept, results, graph, form):
    query = "SELECT * { ?s ?p ?o } LIMIT 2" if form == "SELECT" else "CONSTRUCT WHERE { ?s a ?o } LIMIT 2"
    expected = results if form == "SELECT" else graph
    reply = ask(query, accept)
    assert "Accept" in reply.headers["vary"]
    if expected is None:
        assert reply.status == 406
        assert len(json.loads(reply.body)["available"]) >= 4
    else:
        assert reply.status == 200
        assert expected in reply.headers["content-type"]
        assert _is_what_it_says(reply)


def _is_what_it_says(reply) -> bool:
    """Whether the body can be read as the type on its label."""
    media_type = reply.headers["content-type"].partition(";")[0]
    if syntax := ox.RdfFormat.from_media_type(media_type):
        return len(list(ox.parse(reply.body, syntax))) == 2
    if media_type == "text/html":
        return reply.text.count("<tr>") - reply.text.count("<thead>") == 2
    if media_type == "text/csv":
        return reply.body.count(b"\r\n") == 3
    results = ox.parse_query_results(reply.body, ox.QueryResultsFormat.from_media_type(media_type))
    return len(list(results)) == 2


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_form_without_a_script_gets_a_table(ask):
    reply = ask(f"SELECT ?o {{ <{LAHTI}> a ?o }}", BROWSER, parameters=[("format", "html")], Accept_Language="fi")
    assert (reply.status, reply.headers["content-language"]) == (200, "fi")
    assert '<html lang="fi"' in reply.text
    assert '<a href="/def#Agreement">def#Agreement</a>' in reply.text


def test_a_form_that_names_a_format_gets_it_in_the_browser_too(ask):
    reply = ask(COUNT, BROWSER, parameters=[("format", "csv")])
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"


def test_what_is_said_in_data_and_query_is_escaped_in_a_table(ask):
    hostile = """SELECT ("<script>&\\"'" AS ?a) (<javascript:alert(1)> AS ?b) ("x"@en AS ?c) {} # </textarea><script>"""
    text = ask(hostile, BROWSER).text
    assert "<td>&lt;script&gt;&amp;&#34;&#39;</td>" in text
    assert "<td>javascript:alert(1)</td>" in text
    assert '<td><span lang="en">x</span></td>' in text
    assert "</textarea><script>" not in text


def test_a_table_is_cut_with_a_note(ask):
    text = ask(f"SELECT * {{ {PRODUCT} }}", BROWSER, Accept_Language="en").text
    assert text.count("<tr>") == 1001
    assert "first 1000 rows" in text


@pytest.mark.parametrize(("query", "answer"), [("ASK {}", "Yes"), ("ASK { FILTER(false) }", "No")])
def test_a_question_is_answered_in_a_word(ask, query, answer):
    assert f">{answer}</p>" in ask(query, BROWSER, Accept_Language="en").text


def test_without_a_query_programs_get_the_service_description(server):
    reply = server.get("/sparql", "text/turtle")
    graph = Graph().parse(data=reply.body, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    (endpoint,) = graph.objects(predicate=URIRef(f"{sd}endpoint"))
    found = {row.name for row in graph.query(f"SELECT ?name {{ ?x <{sd}name> ?name }}")}
    assert str(endpoint) == f"{server.url}/sparql"
    assert URIRef(GRAPH) in found


def test_every_extension_function_of_the_service_description_is_there(server, ask):
    graph = Graph().parse(data=server.get("/sparql", "text/turtle").body, format="turtle")
    named = list(graph.objects(predicate=URIRef("http://www.w3.org/ns/sparql-service-description#extensionFunction")))
    point = '"POINT(1 1)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    calls = [f"(<{name}>({point}, {point}) AS ?f{n}) (<{name}>({point}) AS ?g{n})" for n, name in enumerate(named)]
    assert len(named) > 40
    assert ask(f"SELECT {' '.join(calls)} {{}}").status == 200
    unknown = ask(f"SELECT (<{named[0]}None>({point}) AS ?x) {{}}", "application/sparql-results+json")
    assert json.loads(unknown.body)["results"]["bindings"] == [{}]


def test_without_a_query_people_get_the_editor(server):
    reply = server.get("/sparql", "text/html,*/*;q=0.1", Accept_Language="en")
    assert reply.status == 200
    assert b"<textarea" in reply.body
    without_script = reply.text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert 'name="format" value="html"' in without_script


@pytest.mark.parametrize("form", [JSON, XML, CSV, TURTLE])
def test_sparqlwrapper_reads_the_answers(server, form):
    client = SPARQLWrapper(f"{server.url}/sparql")
    client.setQuery(f"DESCRIBE <{LAHTI}>" if form == TURTLE else COUNT)
    client.setReturnFormat(form)
    assert client.query().convert()


def test_rdflib_reads_the_endpoint_as_a_store(server):
    store = SPARQLStore(f"{server.url}/sparql")
    assert len(list(Graph(store).triples((URIRef(LAHTI), None, None)))) > 5
    assert len(list(Graph(store, identifier=URIRef(GRAPH)).query("SELECT * { ?s ?p ?o }"))) > 5
