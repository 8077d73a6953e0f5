"""What a fault says beyond the rule: the name that was meant, the prefix that is missing, words of our own."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from tests.validation.conftest import ONTOLOGY, SHAPES
from tests.validation.test_check import HEAD

from ekograph.validation.suggestions import KnownTerms

KNOWN = (
    "https://example.org/def#fundingAuthority",
    "https://example.org/def#Priority",
    "https://example.org/id/contact/uudenmaan-liitto-1",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "https://schema.org/url",
)

#: A name as written -> the one that was meant, None where nothing is near.
MEANT = {
    "https://example.org/def#fundingAutority": KNOWN[0],
    "https://example.org/def#Prioritty": KNOWN[1],
    "https://example.org/id/contact/uudenmaan-litto-1": KNOWN[2],
    "http://example.org/id/contact/uudenmaan-liitto-1": KNOWN[2],
    "https://www.w3.org/2004/02/skos/core#prefLabel": KNOWN[3],
    "http://www.w3.org/2004/02/skos/core#preflabel": KNOWN[3],
    "http://schema.org/url": KNOWN[4],
    "https://schema.org/image": None,
    "https://elsewhere.example/vocabulary/url": None,
    "tel:+358401234567": None,
    "https://example.org/def#": None,
    "two words": None,
}


@pytest.mark.parametrize("name", MEANT)
def test_a_misspelt_name_is_told_from_an_unknown_one(name):
    assert KnownTerms(KNOWN).nearest(name) == MEANT[name]


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_name_is_not_doubted(name):
    assert KnownTerms(KNOWN).nearest(name) is None


PROFILE = """
rule:G03 a sh:NodeShape ; sh:targetNode <https://example.org/def> ; sh:sparql rule:G03-query .
rule:G03-query a sh:SPARQLConstraint ; sh:prefixes rule: ;
    sh:message "Vieras termi {?term}."@fi , "Främmande term {?term}."@sv , "Foreign term {?term}."@en ;
    sh:select \"\"\"SELECT DISTINCT $this ?value ?path ?object ?term WHERE {
        { ?value ?term ?object . BIND(?term AS ?path) } UNION { ?value ?path ?term . ?thing a ?term . }
        FILTER(STRSTARTS(STR(?term), "https://example.org/def#"))
        FILTER NOT EXISTS { ?term a ?kind }
    }\"\"\" .
"""


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fi", "Vieras termi ex:nmae. Tarkoititko ex:name?"),
        ("sv", "Främmande term ex:nmae. Menade du ex:name?"),
        ("en", "Foreign term ex:nmae. Did you mean ex:name?"),
    ],
)
def test_a_misspelt_property_gets_the_right_one(language, message, engine, site, results):
    (site / "shapes/rules.ttl").write_text(SHAPES + PROFILE)
    (site / "data/things.ttl").write_text(HEAD + '<a> a ex:Thing ; ex:name "A" ;\n  ex:nmae "B" .')
    found = {
        each["message"]: (each["line"], each["column"]) for each in results("--lang", language, "--engine", engine)
    }
    assert found[message] == (4, 3)


def test_a_misspelt_class_is_shown_at_its_own_place(site, results):
    (site / "shapes/rules.ttl").write_text(SHAPES + PROFILE)
    (site / "data/things.ttl").write_text(HEAD + '<a> a ex:Thing ; ex:name "A" .\n<b> a ex:Thnig .')
    (only,) = [each for each in results("--lang", "en") if each["rule"] == "G03" and each["line"] == 4]
    assert (only["column"], only["value"]) == (7, "https://example.org/def#Thnig")
    assert only["message"] == "Foreign term ex:Thnig. Did you mean ex:Thing?"


def test_a_prefix_that_another_file_declares_is_given_in_full(site, results):
    (site / "data/more.ttl").write_text("<https://example.org/id/a> ex:name 1 .")
    (only,) = results("--lang", "en")
    assert only["message"].endswith("Add the line @prefix ex: <https://example.org/def#> . at the head of the file.")


def test_a_misspelt_prefix_gets_the_right_one(site, results):
    (site / "data/things.ttl").write_text(HEAD + "<a> a exx:Thing .")
    assert results("--lang", "en")[0]["message"].endswith("Did you mean ex:?")


#: A constraint without a message -> what is said of it in Finnish, Swedish and English.
UNWORDED = {
    "sh:minCount 2": (
        "Liian vähän arvoja (ex:name): anna vähintään 2.",
        "För få värden (ex:name): ange minst 2.",
        "Too few values (ex:name): give at least 2.",
    ),
    "sh:in ( ex:One ex:Two )": (
        'Arvon "A" pitää olla jokin näistä: ex:One, ex:Two.',
        'Värdet "A" ska vara något av ex:One, ex:Two.',
        'The value "A" must be one of ex:One, ex:Two.',
    ),
    "sh:nodeKind sh:IRI": (
        '"A" on väärää lajia: tässä pitää olla sh:IRI.',
        '"A" är av fel slag: här ska stå sh:IRI.',
        '"A" is of the wrong kind: sh:IRI is expected here.',
    ),
}


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize("constraint", UNWORDED)
def test_a_shape_without_a_message_is_told_in_the_readers_language(constraint, engine, site, results):
    shape = f"rule:X1 a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:name ; {constraint} .\n"
    (site / "ontology/def.ttl").write_text(ONTOLOGY + "ex:One a ex:Kind . ex:Two a ex:Kind .\n")
    (site / "shapes/rules.ttl").write_text(SHAPES + shape)
    (site / "data/things.ttl").write_text(HEAD + '<a> a ex:Thing ; ex:name "A" .')
    said = [results("--lang", language, "--engine", engine)[0] for language in ("fi", "sv", "en")]
    assert [each["message"] for each in said] == list(UNWORDED[constraint])
    assert [each["language"] for each in said] == ["fi", "sv", "en"]


def terms_of_shacl() -> set[str]:
    """Local names of the vocabulary as rdflib has it, generated from the W3C's own file."""
    from rdflib import SH

    return {str(each).rpartition("#")[2] for each in dir(SH)}


def test_every_constraint_of_shacl_core_has_words():
    said = json.loads((files("ekograph") / "locales/check.en.json").read_text())
    components = {name for name in terms_of_shacl() if re.fullmatch("[A-Z].+ConstraintComponent", name)}
    worded = {f"{key.removeprefix('constraint-')}ConstraintComponent" for key in said if key.startswith("constraint-")}
    #: Those of SHACL-SPARQL and SHACL-JS; sh:property passes on the results of its shapes.
    others = {"SPARQL", "JS", "Expression", "Property", "QualifiedValueShape"}
    assert components - worded <= {f"{name}ConstraintComponent" for name in others}


def test_the_terms_of_shacl_are_those_of_the_vocabulary():
    from ekograph.validation.shapes_lint import TERMS, TERMS_OF_1_2

    keywords_of_python = {"and", "class", "in", "not", "or"}
    assert TERMS - TERMS_OF_1_2 - terms_of_shacl() == keywords_of_python | {"targetWhere"}, "the last is of SHACL 1.2"
    assert not TERMS_OF_1_2 & terms_of_shacl() - {"expression"}


def test_what_the_check_does_not_know_of_shacl_are_advanced_features_and_results():
    from ekograph.validation.shapes_lint import TERMS

    advanced = (
        "JS",
        "js",
        "Rule",
        "rule",
        "Target",
        "target",
        "Function",
        "result",
        "annotation",
        "Annotation",
        "Graph",
    )
    others = "condition conforms construct detail expression filterShape focusNode intersection nodes object predicate"
    others += " SPARQLConstructExecutable SPARQLUpdateExecutable returnType sourceConstraint sourceShape subject this"
    others += " shapesGraphWellFormed union update value"
    left = {name for name in terms_of_shacl() - TERMS if not name.endswith("Component")}
    assert {name for name in left if not any(part in name for part in advanced)} <= set(others.split())
