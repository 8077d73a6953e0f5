"""A small site to check: an ontology of one class, shapes with core and whole-graph rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from ekograph.cli.options import group

ONTOLOGY = """\
@prefix ex: <https://example.org/def#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://example.org/def> a owl:Ontology .
ex:Thing a owl:Class .
ex:name a owl:DatatypeProperty .
ex:above a owl:ObjectProperty .
"""

SHAPES = """\
@prefix ex: <https://example.org/def#> .
@prefix rule: <https://example.org/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
rule: sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/def#"^^xsd:anyURI ] .
rule:A01 a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property rule:A01-name .
rule:A01-name a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 ; sh:maxCount 1 ;
    sh:message "Anna yksi nimi."@fi , "Ge ett namn."@sv , "Give one name."@en .
rule:A02 a sh:NodeShape ; sh:targetSubjectsOf ex:name ; sh:property rule:A02-text .
rule:A02-text a sh:PropertyShape ; sh:path ex:name ; sh:pattern "^\\\\S" ;
    sh:message "Nimi alkaa välilla."@fi , "Namnet börjar med blanksteg."@sv , "The name begins with a space."@en .
rule:B06 a sh:NodeShape ; sh:targetNode <https://example.org/def> ; sh:sparql rule:B06-query .
rule:B06-query a sh:SPARQLConstraint ; sh:prefixes rule: ;
    sh:message "Kehä: {?value}, {?object}"@fi , "Cirkel: {?value}, {?object}"@sv , "Cycle: {?value}, {?object}"@en ;
    sh:select \"\"\"SELECT $this ?value ?path ?object WHERE {
        ?value ex:above+ ?value . ?value ex:above ?object . BIND(ex:above AS ?path) }\"\"\" .
"""

GOOD = """\
@base <https://example.org/id/> .
@prefix ex: <https://example.org/def#> .
<a> a ex:Thing ; ex:name "A" .
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small site that conforms; it is the working folder."""
    for folder in ("ontology", "data", "shapes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "ekograph.toml").write_text('base = "https://example.org/"\n')
    (tmp_path / "ontology/def.ttl").write_text(ONTOLOGY)
    (tmp_path / "shapes/rules.ttl").write_text(SHAPES)
    (tmp_path / "data/things.ttl").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def check(site: Path) -> Callable[..., tuple[int, str]]:
    """A run of `ekograph check` in the small site: (exit status, output)."""

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(group, ["check", *arguments])
        return result.exit_code, result.output

    return run


@pytest.fixture
def results(check: Callable[..., tuple[int, str]]) -> Callable[..., list[dict[str, object]]]:
    """The results of a check as JSON has them."""

    def run(*arguments: str) -> list[dict[str, object]]:
        _, output = check(*arguments, "--format", "json")
        return json.loads(output)["results"]

    return run
