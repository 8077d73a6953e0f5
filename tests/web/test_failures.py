"""Every way in which an answer can fail says so in a status, a type and words that are true, and offers what works."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

FORM = {"Content_Type": "application/x-www-form-urlencoded"}
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1"
#: A predicate that ends in a digit after a slash is no name in XML.
NO_XML_NAME = "CONSTRUCT { <http://x.example/a> <http://x.example/1> 1 } {}"


def sparql(query: str) -> str:
    return f"/sparql?query={quote(query)}"


#: What is asked, and with which status and key of a problem it fails.
FAILURES = {
    "no page": ({"path": "/doc/agreement/nowhere"}, 404),
    "no dump": ({"path": "/dumps/nothing.nt"}, 404),
    "no version": ({"path": "/version/none/catalog"}, 404),
    "no page to go to": ({"path": "/go?to=/nowhere"}, 404),
    "no graph": ({"path": "/rdf-graph-store?graph=http://x.example/"}, 404),
    "which graph": ({"path": "/rdf-graph-store"}, 400),
    "no format of a page": ({"path": "/doc/agreement/lahti", "accept": "image/png"}, 406),
    "no format of a graph": ({"path": "/rdf-graph-store?default", "accept": "image/png"}, 406),
    "no format of solutions": ({"path": sparql("SELECT * {} LIMIT 1"), "accept": "image/png"}, 406),
    "no format of triples": ({"path": sparql(CONSTRUCT), "accept": "image/png"}, 406),
    "solutions as Turtle": ({"path": sparql("SELECT * {} LIMIT 1"), "accept": "text/turtle"}, 406),
    "triples as a table": ({"path": sparql(CONSTRUCT), "accept": "text/csv"}, 406),
    "triples without a name in XML": ({"path": sparql(NO_XML_NAME), "accept": "application/rdf+xml"}, 406),
    "no format of the endpoint": ({"path": "/sparql", "accept": "image/png"}, 406),
    "no format of a search": ({"path": "/search", "accept": "image/png"}, 406),
    "no method of a page": ({"path": "/doc/agreement/lahti", "method": "PUT"}, 405),
    "no method of the endpoint": ({"path": "/sparql", "method": "DELETE"}, 405),
    "another host": ({"path": "/", "Host": "evil.example"}, 421),
    "no query": ({"path": "/sparql", "method": "POST", "data": b"", **FORM}, 400),
    "no SPARQL": ({"path": sparql("SELEKT")}, 400),
    "no prefix": ({"path": sparql("SELECT * { ?s nosuch:p ?o }")}, 400),
    "two queries": ({"path": "/sparql?query=ASK%7B%7D&query=ASK%7B%7D"}, 400),
    "no IRI of a graph": ({"path": sparql("ASK {}") + "&default-graph-uri=x"}, 400),
    "no text": ({"path": "/sparql?query=%FF"}, 400),
    "an update": ({"path": sparql("INSERT DATA { <x:a> <x:b> 1 }")}, 403),
    "another endpoint": ({"path": sparql("SELECT * { SERVICE <http://x.example/> { ?s ?p ?o } }")}, 403),
    "a type that holds no query": ({"path": "/sparql", "method": "POST", "data": b"x", "Content_Type": "a/b"}, 415),
    "a type that holds no form": ({"path": "/oai", "method": "POST", "data": b"x", "Content_Type": "a/b"}, 415),
    "a long query": ({"path": "/sparql", "method": "POST", "data": b"query=" + b"x" * 1_200_000, **FORM}, 413),
    "a long form": ({"path": "/reconcile", "method": "POST", "data": b"x" * 2_000_000, **FORM}, 413),
    "a wrong number": ({"path": "/search.json?limit=x"}, 422),
    "no queries": ({"path": "/reconcile?queries=x"}, 400),
    "no date": ({"path": "/catalog", "Accept_Datetime": "yesterday"}, 400),
}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_says_what_is_wrong_in_the_language_of_the_reader(server, name, language):
    asked, status = FAILURES[name]
    reply = server.get(**asked, Accept_Language=language)
    assert reply.status == status, reply.text[:300]
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["content-language"] == language
    problem = json.loads(reply.body)
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"].strip()
    assert not {"{", "}"} & set(problem["detail"].replace("{{", "").replace("{ ?", "").replace("} LIMIT", ""))


@pytest.mark.parametrize("name", [name for name, (_, status) in FAILURES.items() if status == 406])
def test_what_a_refusal_offers_is_answered(server, name):
    asked, _ = FAILURES[name]
    offers = json.loads(server.get(**asked).body)["available"]
    assert offers
    for offer in offers:
        path = asked["path"] if offer["href"] == asked["path"].partition("?")[0] else offer["href"]
        assert server.get(path, offer["type"]).status == 200, offer


def test_no_text_of_a_failure_is_that_of_another(server):
    details = {}
    for asked, _ in FAILURES.values():
        problem = json.loads(server.get(**asked).body)
        details.setdefault(problem["title"], set()).add(problem["status"])
    assert all(len(statuses) == 1 for statuses in details.values())


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_a_person_gets_a_page(server, method):
    reply = server.get("/doc/agreement/nowhere", "text/html", method)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert ("<h1" in reply.text) == (method != "HEAD")
