"""The everyday engine and pySHACL, the reference, find the same in every broken file and in the real data."""

from __future__ import annotations

from functools import cache

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from tests.site.broken import ROOT, Broken, broken_files

from ekograph.rdf.canonical import canonical
from ekograph.validation.shacl.engine import validate
from ekograph.validation.shacl.shapes import ShapesGraph

pytestmark = pytest.mark.long

ONTOLOGY = NamedNode("https://w3id.org/ekograph/def")
PROFILE = NamedNode("http://purl.org/dc/terms/references")
DECLARING = ("#type", "#isDefinedBy", "#subClassOf")


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


def with_ontology(given: list[Quad], ontology: list[Quad]) -> list[bytes]:
    """The data with what its rules need of the ontology, since pySHACL's time goes by triples.

    That is what the ontology says of the terms in use, but for their texts and scheme, and of the profile those terms.
    """
    used = _terms(given) | {ONTOLOGY}
    core = [each for each in ontology if each.subject in used and each.predicate.value.endswith(DECLARING)]
    used |= _terms(core)
    profile = [each for each in ontology if each.predicate == PROFILE and each.object in used]
    return named([*core, *profile, *given])


def named(given: list[Quad]) -> list[bytes]:
    """The triples as one text."""
    return [canonical(quad.triple for quad in given)]


def _terms(quads: list[Quad]) -> set[object]:
    return {term for quad in quads for term in (quad.predicate, quad.object)}


def found(data: list[bytes], shapes: ShapesGraph, engine: str) -> set[tuple[str, str, str]]:
    return {(each.rule, str(each.focus), str(each.path)) for each in validate(data, shapes, engine)}


@pytest.mark.parametrize("broken", broken_files(), ids=lambda each: each.path.stem)
def test_both_engines_find_the_same(broken: Broken, ontology, shapes):
    data = with_ontology(list(parse(path=broken.path, format=RdfFormat.TURTLE)), ontology)
    assert found(data, shapes, "pyshacl") == found(data, shapes, "shacl") != set()


@pytest.mark.parametrize("broken", broken_files(), ids=lambda each: each.path.stem)
def test_large_data_is_found_the_same_in(broken: Broken, ontology, shapes):
    data = with_ontology(list(parse(path=broken.path, format=RdfFormat.TURTLE)), ontology)
    assert set(validate(data, shapes, "shacl", large_from=0)) == set(validate(data, shapes, "shacl"))


def test_both_engines_find_nothing_in_the_real_data(shapes):
    data = named(quads("ontology", "data"))
    assert found(data, shapes, "pyshacl") == found(data, shapes, "shacl") == set()
