"""The endpoint speaks the SPARQL 1.1 Protocol, as its clients do."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper

LAHTI = "https://w3id.org/ekograph/id/agreement/lahti"
GRAPH = "https://w3id.org/ekograph/graph/agreement-lahti"
COUNT = f"SELECT (COUNT(*) AS ?n) {{ <{LAHTI}> ?p ?o }}"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
JSON_TYPE = "application/sparql-results+json"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o"


@pytest.fixture(scope="session")
def ask(server):
    """A function that asks by GET, and gives the reply."""

    def get(query: str, accept: str | None = None, method: str = "GET", parameters=(), **headers: str):
        return server.get(f"/sparql?{urlencode([('query', query), *parameters])}", accept, method, **headers)

    return get


def test_the_three_operations_of_the_protocol_give_the_same(server, ask):
    form = server.get("/sparql", data=urlencode({"query": COUNT}).encode(), method="POST", Content_Type=FORM)
    direct = server.get("/sparql", data=COUNT.encode(), method="POST", Content_Type=QUERY)
    assert ask(COUNT).status == form.status == direct.status == 200
    assert ask(COUNT).body == form.body == direct.body
    assert int(json.loads(direct.body)["results"]["bindings"][0]["n"]["value"]) > 5


@pytest.mark.parametrize(
    ("media_type", "charset"),
    [(FORM, "utf-8"), (FORM, "UTF-8"), (FORM, "iso-8859-1"), (QUERY, "utf-8"), (QUERY, "UTF-8")],
)
def test_a_body_is_read_in_the_charset_it_states(server, media_type, charset):
    query = 'SELECT ("Työ" AS ?x) {}'
    data = urlencode({"query": query}, encoding=charset).encode() if media_type == FORM else query.encode(charset)
    reply = server.get(
        "/sparql",
        data=data,
        method="POST",
        Content_Type=f"{media_type}; profile=x; charset={charset}",
        Accept=JSON_TYPE,
    )
    assert json.loads(reply.body)["results"]["bindings"][0]["x"]["value"] == "Työ"


def test_head_is_get_without_the_body(ask):
    get, head = ask(COUNT), ask(COUNT, method="HEAD")
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_options_opens_the_endpoint_to_scripts_of_any_origin(server):
    reply = server.get("/sparql", method="OPTIONS", Origin="https://example.org")
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "POST" in reply.headers["access-control-allow-methods"]


DATASETS = [
    ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", [("default-graph-uri", GRAPH)], False),
    ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", [("named-graph-uri", GRAPH)], False),
    (f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> {{ ?s ?p ?o }}", [], False),  # noqa: S608
    ("SELECT (COUNT(*) AS ?n) FROM <http://nowhere/> { ?s ?p ?o }", [("default-graph-uri", GRAPH)], False),
    ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", [("default-graph-uri", "http://nowhere/")], True),
    ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", [("default-graph-uri", GRAPH)], True),
]


@pytest.mark.parametrize(("query", "parameters", "empty"), DATASETS)
def test_the_dataset_is_that_of_the_protocol_then_of_from(ask, query, parameters, empty):
    count = int(json.loads(ask(query, parameters=parameters).body)["results"]["bindings"][0]["n"]["value"])
    everything = int(
        json.loads(ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body)["results"]["bindings"][0]["n"]["value"]
    )
    assert (count == 0) is empty
    assert count < everything


def test_parameters_that_the_protocol_does_not_name_are_ignored(ask):
    odd = [("format", "text/html"), ("output", "xml"), ("results", "csv"), ("timeout", "0"), ("debug", "on")]
    assert ask(COUNT, parameters=odd).body == ask(COUNT).body


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


FAULTS = [
    ("SELECT * {\n  ?s ex:p", 400, {"line": 2, "column": 6}),
    ("SELECT * { ?s ?p ?o FILTER(<http://x/f>(?o)) }", 400, {}),
    ("INSERT DATA { <a> <b> <c> }", 403, {}),
    ("LOAD <http://127.0.0.1/>", 403, {}),
    ("ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403, {"line": 1, "column": 7}),
]


@pytest.mark.parametrize(("query", "status", "members"), FAULTS)
def test_a_fault_is_told_to_programs_with_its_place(ask, query, status, members):
    reply = ask(query, JSON_TYPE)
    problem = json.loads(reply.body)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    assert problem["status"] == status
    assert problem["type"].startswith("https://")
    assert {name: problem[name] for name in members} == members


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_fault_is_told_to_people_on_a_page_in_their_language(ask, language):
    reply = ask("SELECT <script>", "text/html", Accept_Language=language)
    assert (reply.status, reply.headers["content-language"]) == (400, language)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<script>" not in reply.body


POSTS = [
    (b"query=ASK+%7B%7D&update=CLEAR+ALL", FORM, 403),
    (b"CLEAR ALL", "application/sparql-update", 403),
    (b"ASK {}", "text/plain", 415),
    (b"ASK {}", f"{QUERY}; charset=klingon", 415),
    (b"ASK {}", f"{QUERY}; charset=zlib", 415),
    (b"ASK {}", f"{QUERY}; charset=iso-8859-1", 415),
    (b"\xff\xfe", QUERY, 400),
    (b"query=%ff", FORM, 400),
    (b"", FORM, 400),
    (b"query=ASK+%7B%7D&query=ASK+%7B%7D", FORM, 400),
    (b"query=ASK+%7B%7D&default-graph-uri=not+an+iri", FORM, 400),
    (b"&".join([b"a=b"] * 5000), FORM, 400),
    (b"#" * 70_000, QUERY, 413),
    (b"#" * 10_000_000, QUERY, 413),
]


@pytest.mark.parametrize(("body", "content_type", "status"), POSTS)
def test_a_body_that_is_no_query_is_refused(server, body, content_type, status):
    assert server.get("/sparql", data=body, method="POST", Content_Type=content_type).status == status


def test_a_compressed_body_is_refused_unread(server):
    bomb = gzip.compress(b"#" * 1_000_000)
    reply = server.get("/sparql", data=bomb, method="POST", Content_Type=QUERY, Content_Encoding="gzip")
    assert reply.status == 415
    assert "application/sparql-query" in reply.headers["accept-post"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND"])
def test_other_methods_are_told_all_that_are_possible(server, method):
    reply = server.get("/sparql", method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_a_url_that_is_too_long_is_refused(server):
    assert server.get(f"/sparql?query={'%20' * 30_000}").status == 414


def test_a_repeated_query_costs_a_304(ask):
    first = ask(COUNT)
    again = ask(COUNT, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert ask(COUNT, "text/csv", If_None_Match=first.headers["etag"]).status == 200


def test_an_answer_that_changes_by_itself_is_never_kept(ask):
    first, second = ask("SELECT (UUID() AS ?x) {}"), ask("SELECT (UUID() AS ?x) {}")
    assert first.body != second.body
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query", ["SELECT * { ?s ?p ?o }", f"SELECT * {{ {PRODUCT} }} LIMIT 20000"], ids=["short", "long"]
)
def test_answers_are_compressed_for_those_who_take_it(ask, query):
    plain = ask(query, Accept_Encoding="gzip;q=0, identity")
    packed = ask(query, Accept_Encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_a_long_answer_streams_and_is_whole(ask):
    reply = ask(f"SELECT * {{ {PRODUCT} }} LIMIT 20000")
    assert reply.headers["transfer-encoding"] == "chunked"
    assert len(json.loads(reply.body)["results"]["bindings"]) == 20_000


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
    assert ask(f"SELECT (<{named[0]}None>({point}) AS ?x) {{}}").status == 400


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


def test_many_clients_at_once_each_get_their_own_answer(ask):
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda n: ask(f"SELECT ({n} AS ?n) {{}}"), range(64))
    assert [json.loads(each.body)["results"]["bindings"][0]["n"]["value"] for each in replies] == [*map(str, range(64))]


def test_a_query_in_an_iri_with_non_ascii_letters_is_answered(ask):
    assert ask(f"ASK {{ <http://example.org/{quote('ä')}ä> ?p ?o }}").status == 200
