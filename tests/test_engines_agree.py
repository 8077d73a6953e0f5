"""The everyday engine and pySHACL, the reference, find the same in every broken file and in the real data."""

from __future__ import annotations

from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from tests.broken import ROOT, Broken, broken_files

from ekograph.authoring.check import canonical
from ekograph.authoring.shacl import findings
from ekograph.authoring.shapes import ShapesGraph

PROFILE = NamedNode("http://purl.org/dc/terms/references")


def quads(*folders: str) -> list[Quad]:
    paths = sorted(path for folder in folders for path in ROOT.glob(f"{folder}/*.ttl"))
    return [quad for path in paths for quad in parse(path=path, format=RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph(quads("shapes"))


@pytest.fixture(scope="module")
def ontology() -> list[Quad]:
    return quads("ontology")


@pytest.fixture(scope="module", autouse=True)
def prepared_once():
    """Let rdflib translate each of the rules' queries once: pySHACL gives it the same text for every file."""
    from rdflib.plugins.sparql import prepareQuery
    from rdflib.plugins.sparql.processor import SPARQLProcessor

    prepared, answer = cache(prepareQuery), SPARQLProcessor.query

    def query(self, text, *given, **named):
        return answer(self, prepared(text), *given, **named)

    patch = pytest.MonkeyPatch()
    patch.setattr(SPARQLProcessor, "query", query)
    yield
    patch.undo()


def with_ontology(given: list[Quad], ontology: list[Quad]) -> list[Quad]:
    """The data with what its rules need of the ontology, since pySHACL's time goes by triples.

    That is all but the texts, and of the profile the terms that the data uses.
    """
    used = {term for quad in given for term in (quad.predicate, quad.object)}
    core = [each for each in ontology if not isinstance(each.object, Literal) and each.predicate != PROFILE]
    used |= {PROFILE} | {term for quad in core for term in (quad.predicate, quad.object)}
    profile = [each for each in ontology if each.predicate == PROFILE and each.object in used]
    labels = [each for each in ontology if each.predicate.value.endswith("#prefLabel")]
    return list(parse(canonical([*core, *profile, *labels, *given]), RdfFormat.N_QUADS))


def found(data: list[Quad], shapes: ShapesGraph, engine: str) -> set[tuple[str, str, str]]:
    return {(each.rule, str(each.focus), str(each.path)) for each in findings(data, shapes, engine)}


@pytest.mark.parametrize("broken", broken_files(), ids=lambda each: each.path.stem)
def test_both_engines_find_the_same(broken: Broken, ontology, shapes):
    data = with_ontology(list(parse(path=broken.path, format=RdfFormat.TURTLE)), ontology)
    assert found(data, shapes, "pyshacl") == found(data, shapes, "shacl") != set()


def test_both_engines_find_nothing_in_the_real_data(shapes):
    data = quads("ontology", "data")
    assert found(data, shapes, "pyshacl") == found(data, shapes, "shacl") == set()
