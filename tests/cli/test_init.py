"""`ekograph init`: a new site that passes its own check at once; and the rows that a site expects of its queries."""

from __future__ import annotations

import gzip
import tomllib

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse

from ekograph.cli.options import group

BIRDS = """\
@prefix ex: <https://example.org/birds/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex: a skos:ConceptScheme ; skos:prefLabel "Birds"@en , "Vögel"@de .
ex:owl a skos:Concept ; skos:topConceptOf ex: ; skos:prefLabel "owl"@en , "Eule"@de .
ex:snowy-owl a skos:Concept ; skos:broader ex:owl ; skos:prefLabel "snowy owl"@en .
"""
GRAPHS = "<urn:a> { <https://example.org/x#1> a <https://example.org/x#T> } <https://example.org/x#2> <urn:p> 2 ."

ONE = b"""\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="https://example.org/x#">
<rdf:Description rdf:about="https://example.org/x#1"><x:name xml:lang="fi">yksi</x:name></rdf:Description></rdf:RDF>"""


def run(*arguments):
    return CliRunner().invoke(group, [*map(str, arguments)], catch_exceptions=False)


def started(folder, *arguments):
    result = run("init", folder, *arguments)
    assert result.exit_code == 0, result.output
    return result


def test_a_new_site_is_checked_formatted_and_published_without_a_change(tmp_path):
    started(tmp_path / "park", "--base", "https://example.net/park/")
    assert run("--site", tmp_path / "park", "check").exit_code == 0
    assert run("--site", tmp_path / "park", "fmt", "--check").exit_code == 0
    assert run("--site", tmp_path / "park", "publish").exit_code == 0
    paths = (path for path in (tmp_path / "park").rglob("*.ttl") if "snapshots" not in path.parts)
    texts = [path.read_text() for path in paths]
    assert all("https://example.net/park/" in text and "example.org/trees" not in text for text in texts)


def test_its_rule_and_its_expected_rows_tell_a_mistake(tmp_path):
    started(tmp_path)
    trees = tmp_path / "data/trees.ttl"
    trees.write_text(trees.read_text().replace("def:species <oak>", "def:species <pine>"))
    result = run("--site", tmp_path, "check", "--lang", "en")
    assert result.exit_code == 1
    assert "trees-of-a-kind.csv:2:1: [gate-expected-rows] This row is expected" in result.output
    trees.write_text(trees.read_text().replace("    def:species <pine> ;\n", ""))
    assert "[T01] A tree has one species" in run("--site", tmp_path, "check", "--lang", "en").output


@pytest.mark.parametrize(
    ("name", "content", "space", "languages"),
    [
        ("birds.ttl", BIRDS.encode(), "https://example.org/birds/", ["en", "de"]),
        ("birds.TTL.gz", gzip.compress(BIRDS.encode()), "https://example.org/birds/", ["en", "de"]),
        ("graphs.trig", GRAPHS.encode(), "https://example.org/x#", ["en"]),
        (
            "one.owl",
            ONE,
            "https://example.org/x#",
            ["fi"],
        ),
    ],
)
def test_a_site_around_a_file_keeps_its_statements(tmp_path, name, content, space, languages):
    origin = tmp_path / name
    origin.write_bytes(content)
    started(tmp_path / "site", "--from", origin)
    settings = tomllib.loads((tmp_path / "site/ekograph.toml").read_text())
    assert settings == {"own": [space], "languages": languages}
    assert run("--site", tmp_path / "site", "check").exit_code == 0
    assert run("--site", tmp_path / "site", "publish").exit_code == 0
    (data,) = (tmp_path / "site/data").iterdir()
    plain = gzip.decompress(content) if name.endswith(".gz") else content
    form = {".trig": RdfFormat.TRIG, ".owl": RdfFormat.RDF_XML}.get(origin.suffix, RdfFormat.TURTLE)
    written = RdfFormat.TRIG if data.suffix == ".trig" else RdfFormat.TURTLE
    assert {quad.triple for quad in parse(data.read_bytes(), written)} == {quad.triple for quad in parse(plain, form)}


def test_relative_names_of_the_file_get_the_base_that_is_named(tmp_path):
    (tmp_path / "x.ttl").write_text("<#one> a <#Thing> .")
    started(tmp_path / "site", "--from", tmp_path / "x.ttl", "--base", "https://example.org/x")
    assert "https://example.org/x#" in (tmp_path / "site/ekograph.toml").read_text()
    assert run("--site", tmp_path / "site", "check").exit_code == 0


def test_the_rule_speaks_in_the_prefixes_of_the_file(tmp_path):
    (tmp_path / "birds.ttl").write_text(BIRDS)
    started(tmp_path / "site", "--from", tmp_path / "birds.ttl")
    assert "sh:targetClass skos:Concept" in (tmp_path / "site/shapes/shapes.ttl").read_text()


def test_no_file_is_overwritten_and_none_written_then(tmp_path):
    (tmp_path / "ekograph.toml").write_text("# mine")
    result = run("init", tmp_path)
    assert result.exit_code == 2
    assert "ekograph.toml" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["ekograph.toml"]


@pytest.mark.parametrize("arguments", [["--base", "trees"], ["--base", "https://example.org"], ["--from", "gone.ttl"]])
def test_what_cannot_be_is_one_line_in_words(tmp_path, arguments):
    result = run("init", tmp_path / "site", *arguments, "--lang", "en")
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("name\npine\noak\n", "in another order"),
        ("name\noak\n", "not expected: pine"),
        ("name\noak\npine\nelm\n", "expected, and the query does not have it: elm"),
        ("label\noak\npine\n", "does not have it: label"),
        ("name\noak\npine\n", "All is well"),
    ],
)
def test_rows_are_compared_with_those_expected(tmp_path, rows, message):
    (tmp_path / "data").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "data/a.ttl").write_text("<urn:t:1> <urn:n> 'oak' . <urn:t:2> <urn:n> 'pine' .")
    (tmp_path / "queries/n.rq").write_text("# en: Names\nSELECT ?name { ?t <urn:n> ?name } ORDER BY ?name")
    (tmp_path / "queries/n.csv").write_text(rows)
    assert message in run("--site", tmp_path, "check", "--lang", "en").output


def test_a_query_that_cannot_be_asked_is_told_at_its_file(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "data/a.ttl").write_text("<urn:t:1> <urn:n> 'oak' .")
    (tmp_path / "queries/n.rq").write_text("# en: Names\nSELECT ?name { ?t <urn:n> ?name")
    (tmp_path / "queries/n.csv").write_text("name\n")
    output = run("--site", tmp_path, "check", "--lang", "en").output
    assert "n.rq:1:1: [gate-expected-rows] The query cannot be asked" in output
