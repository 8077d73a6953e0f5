"""The endpoint speaks the SPARQL 1.1 Protocol, as its clients do."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pytest

LAHTI = "https://w3id.org/ekograph/id/agreement/lahti"
GRAPH = "https://w3id.org/ekograph/graph/agreement-lahti"
COUNT = f"SELECT (COUNT(*) AS ?n) {{ <{LAHTI}> ?p ?o }}"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
JSON_TYPE = "application/sparql-results+json"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o"


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


FAULTS = [
    ("SELECT * {\n  ?s ex:p", 400, {"line": 2, "column": 6}),
    ("SELECT * {\n  ?s ?p ?o FLITER(?o > 3) }", 400, {"line": 2, "column": 12}),
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
    assert problem["type"].startswith("/problems/")
    assert {name: problem[name] for name in members} == members


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_fault_is_told_to_people_on_a_page_in_their_language(ask, language):
    reply = ask("SELECT <script>", "text/html", Accept_Language=language)
    assert (reply.status, reply.headers["content-language"]) == (400, language)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<script>" not in reply.body


@pytest.mark.parametrize(
    ("language", "said"), [("fi", "Tarkoititko FILTER?"), ("sv", "Menade du FILTER?"), ("en", "Did you mean FILTER?")]
)
def test_a_usual_mistake_is_told_in_the_words_of_the_reader(ask, language, said):
    for accepted in (JSON_TYPE, "text/html"):
        assert said in ask("SELECT * {\n  ?s ?p ?o FLITER(?o > 3) }", accepted, Accept_Language=language).text


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
    (b"#" * 1_100_000, QUERY, 413),
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
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


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
    "query", ["SELECT * { ?s ?p ?o }", f"SELECT * {{ {PRODUCT} }} LIMIT 4000"], ids=["short", "long"]
)
def test_answers_are_compressed_for_those_who_take_it(ask, query):
    plain = ask(query, Accept_Encoding="gzip;q=0, identity")
    packed = ask(query, Accept_Encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_a_long_answer_streams_and_is_whole(ask):
    reply = ask(f"SELECT * {{ {PRODUCT} }} LIMIT 4000")
    assert reply.headers["transfer-encoding"] == "chunked"
    assert len(json.loads(reply.body)["results"]["bindings"]) == 4000


def test_many_clients_at_once_each_get_their_own_answer(ask):
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda n: ask(f"SELECT ({n} AS ?n) {{}}"), range(64))
    assert [json.loads(each.body)["results"]["bindings"][0]["n"]["value"] for each in replies] == [*map(str, range(64))]


def test_a_query_in_an_iri_with_non_ascii_letters_is_answered(ask):
    assert ask(f"ASK {{ <http://example.org/{quote('ä')}ä> ?p ?o }}").status == 200
