"""Search inside queries: text:query of Jena, as VALUES before the engine."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest

PREFIX = "PREFIX text: <http://jena.apache.org/text#> "


def rows(server, query, **options):
    reply = server.get(f"/sparql?query={quote(query)}", **options)
    assert reply.status == 200, reply.text
    return [
        {name: cell["value"] for name, cell in row.items()} for row in json.loads(reply.body)["results"]["bindings"]
    ]


def hits(server, words, limit):
    reply = server.get(f"/search.json?{urlencode({'q': words, 'limit': limit, 'lang': 'fi'})}")
    return [hit["iri"] for hit in json.loads(reply.body)["results"]]


def test_a_query_finds_what_the_search_finds(server):
    query = PREFIX + 'SELECT ?s { ?s text:query "hydrogen" }'
    assert [row["s"] for row in rows(server, query)] == hits(server, "hydrogen", 50)
    assert len(rows(server, query)) > 1


def test_a_search_joins_with_the_rest_of_the_query_and_gives_scores(server):
    query = (
        PREFIX
        + 'SELECT ?name ?score { ?s a eko:Priority . (?s ?score) text:query ("vety" 10 "lang:fi") . '
        + "?s skos:prefLabel ?name FILTER(LANG(?name) = 'fi') } ORDER BY DESC(?score)"
    )
    found = rows(server, query)
    assert 0 < len(found) <= 10
    scores = [float(row["score"]) for row in found]
    assert scores == sorted(scores, reverse=True)
    assert any("vety" in row["name"].lower() for row in found)


@pytest.mark.parametrize(
    "pattern",
    [
        'graph ?g { ?s text:query "vety" }',
        '?s a eko:Priority . ?s <http://jena.apache.org/text#query> "vety"@fi . ?s ?p ?o',
        'optional { ?s text:query ("vety" 3) }',
        '?s text:query "no such word as qxzzyqq"',
    ],
)
def test_a_search_stands_where_triples_stand(server, pattern):
    rows(server, f"{PREFIX}SELECT DISTINCT ?s {{ {pattern} }}")


@pytest.mark.parametrize("pattern", ['?s a ?t ; text:query "vety"', "?s text:query ?o", "<urn:x> text:query 'vety'"])
def test_a_search_that_is_no_triple_of_its_own_says_how_it_is_written(server, pattern):
    reply = server.get(f"/sparql?query={quote(f'{PREFIX}SELECT * {{ {pattern} }}')}")
    assert (reply.status, json.loads(reply.body)["type"]) == (400, "/problems/text_search")


def test_a_string_that_speaks_of_the_search_is_a_string(server):
    assert rows(server, f"{PREFIX}SELECT ('text:query' AS ?x) {{}}") == [{"x": "text:query"}]


def test_the_service_tells_of_the_search(server):
    assert "propertyFeature> <http://jena.apache.org/text#query>" in server.get("/sparql", "application/n-triples").text
