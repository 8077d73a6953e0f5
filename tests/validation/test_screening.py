"""Rules that one query finds nothing for never reach the engine; all others do."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from ekograph.validation.shacl.prefilter import needed
from ekograph.validation.shacl.shapes import SH, ShapesGraph

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://x.example/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
: sh:declare [ sh:prefix "x" ; sh:namespace "http://x.example/"^^xsd:anyURI ] .
:A a sh:NodeShape ; sh:targetNode :all ; sh:sparql :A-query .
:A-query sh:prefixes : ; sh:select \"\"\"%s\"\"\" .
"""
DATA = '<http://x.example/a> <http://x.example/p> "1" .\n'


@pytest.fixture
def reaches_the_engine(tmp_path):
    return lambda query, data=DATA: _reaches_the_engine(query, data, tmp_path / "data.nt")


def _reaches_the_engine(query: str, data: str, path: Path) -> bool:
    path.write_text(data)
    shapes = ShapesGraph(parse(HEAD % query, RdfFormat.TURTLE))
    return any(quad.predicate.value == f"{SH}sparql" for quad in needed(shapes.graph, path))


@pytest.mark.parametrize(
    ("query", "reaches"),
    [
        ("SELECT $this ?value WHERE { ?value x:q ?o } GROUP BY $this ?value", False),
        ("SELECT $this ?value WHERE { ?value x:p ?o } GROUP BY $this ?value", True),
        ("SELECT DISTINCT $this ?v WHERE { { SELECT $this ?v WHERE { ?v x:q ?o } GROUP BY $this ?v } }", False),
        # What depends on the focus node, or on what only an engine binds.
        ("SELECT $this WHERE { $this x:q ?o } GROUP BY $this", True),
        ("SELECT $this WHERE { ?s x:q ?o FILTER(?this = ?s) } GROUP BY $this", True),
        ("SELECT $this ?value WHERE { ?s $PATH ?value . ?s x:q ?o } GROUP BY $this ?value", True),
        ("SELECT $this WHERE { GRAPH $shapesGraph { ?s x:q ?o } } GROUP BY $this", True),
        # What no store is asked.
        ("SELECT $this WHERE { SERVICE <http://127.0.0.1:9/> { ?s x:q ?o } } GROUP BY $this", True),
        ("SELECT $this WHERE { ?s x:q } GROUP BY $this", True),
        ("SELECT $this ?value WHERE { ?value x:q ?o }", False),
        ("SELECT $this ?value WHERE { ?value x:p ?o }", True),
    ],
)
def test_a_rule_reaches_the_engine_unless_one_query_answers_it(query, reaches, reaches_the_engine):
    assert reaches_the_engine(query) is reaches


@pytest.mark.parametrize(
    ("literal", "reaches"),
    [
        ('"1"^^<http://www.w3.org/2001/XMLSchema#integer>', False),
        ('"2021-02-09"^^<http://www.w3.org/2001/XMLSchema#date>', False),
        ('"2021"^^<http://www.w3.org/2001/XMLSchema#gYear>', False),
        ('"01"^^<http://www.w3.org/2001/XMLSchema#integer>', True),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#int>', True),
        ('"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>', True),
    ],
)
def test_data_that_a_store_would_write_its_own_way_is_left_to_the_engine(literal, reaches, reaches_the_engine):
    data = f"<http://x.example/a> <http://x.example/p> {literal} .\n"
    assert reaches_the_engine("SELECT $this ?value WHERE { ?value x:q ?o } GROUP BY $this ?value", data) is reaches


@pytest.mark.parametrize(("query", "reaches"), [("x:p", True), ("x:q", False)])
def test_with_little_memory_the_store_is_on_the_disk_and_finds_the_same(tmp_path, query, reaches):
    path = tmp_path / "data.nt"
    path.write_text(DATA + '_:a <http://x.example/p> "2" .\n')
    shapes = ShapesGraph(parse(HEAD % f"SELECT $this ?value WHERE {{ ?value {query} ?o }}", RdfFormat.TURTLE))
    kept = needed(shapes.graph, path, memory_mb=0)
    assert any(quad.predicate.value == f"{SH}sparql" for quad in kept) is reaches
    assert list(tmp_path.iterdir()) == [path]


def test_other_shapes_stay_as_they_are(tmp_path):
    path = tmp_path / "data.nt"
    path.write_text(DATA)
    shapes = ShapesGraph(parse(HEAD % "SELECT $this WHERE { ?value x:q ?o } GROUP BY $this ?value", RdfFormat.TURTLE))
    kept = set(needed(shapes.graph, path))
    gone = set(shapes.graph.quads) - kept
    assert {quad.predicate.value for quad in gone} == {f"{SH}sparql"}


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("SELECT ?value WHERE { ?s ?p ?value } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?s x:none ?o ; ?p ?value } GROUP BY ?value", False),
        ("SELECT ?value WHERE { ?s x:q ?o ; ?p ?value } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?s !x:p ?value } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?s x:none* ?value } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?s x:p/x:q? ?value } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?value a x:T } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?s <http://x.example/q> ?value } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?s x:p ?o . OPTIONAL { ?o x:q ?value } } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?value x:q ?o FILTER NOT EXISTS { ?value x:p ?any } } GROUP BY ?value", True),
        ("SELECT ?value WHERE { ?value x:q ?o FILTER NOT EXISTS { ?value ?any 2 } } GROUP BY ?value", False),
        ("SELECT ?value WHERE { { SELECT DISTINCT $this ?value WHERE { ?s ?p ?value } } FILTER(?value = 2) }", True),
        ("SELECT ?value WHERE { { SELECT DISTINCT ?value WHERE { ?s a ?value } } FILTER(?value = x:U) }", False),
        ("SELECT ?value WHERE { ?value x:none|x:q ?o . FILTER NOT EXISTS { ?value x:p|x:none ?o } }", True),
        ("SELECT ?value WHERE { ?value x:none|x:p ?o . ?value x:q|x:none ?o }", False),
    ],
)
def test_a_query_is_asked_of_all_triples_that_it_may_speak_of(query, finds, reaches_the_engine):
    data = (
        '<http://x.example/a> <http://x.example/p> "1" .\n<http://x.example/b> <http://x.example/q> "2" .\n'
        '<http://x.example/b> <http://x.example/q> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        "<http://x.example/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://x.example/T> .\n"
    )
    assert reaches_the_engine(query, data) is finds
