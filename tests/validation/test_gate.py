"""What the gate refuses beside the rules: nothing to check, nothing to check it by, what no one should be given."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse
from tests.validation.conftest import GOOD, SHAPES
from tests.validation.test_check import ENGINES, HEAD

from ekograph import config
from ekograph.i18n import Messages
from ekograph.validation import parsing, sources


@pytest.mark.parametrize("content", ["", "# only a comment\n"])
def test_empty_data_does_not_pass(content, site, results):
    (site / "data/things.ttl").write_text(content)
    assert "gate-empty" in {each["rule"] for each in results()}


def test_a_folder_without_files_does_not_pass(site, results):
    (site / "data/things.ttl").unlink()
    assert "gate-empty" in {each["rule"] for each in results()}


@pytest.mark.parametrize(
    ("turtle", "rule"),
    [
        ('<https://e/> <x:p> "\\u0008" .', "gate-character"),
        ('<https://e/> <x:p> "\\uFFFF" .', "gate-character"),
        ("<https://e/> ex:above <javascript:alert(1)> .", "gate-scheme"),
        ("<File:///etc/passwd> ex:above <https://e/> .", "gate-scheme"),
        ('<https://e/> <x:p> "See http://public-url.invalid/a" .', "gate-reserved"),
        ("<https://e/> ex:above <http://public-url.invalid/b> .", "gate-reserved"),
    ],
)
def test_what_no_reader_should_be_given_is_a_result(turtle, rule, site, results):
    (site / "data/things.ttl").write_text(HEAD + turtle)
    assert rule in {each["rule"] for each in results()}


@pytest.mark.parametrize("said", ['"\\\\u0008 <javascript:>"', '"a\\tb\\nc"', "<HTTPS://e/>", '"1"^^<javascript:x>'])
def test_what_only_looks_unfit_passes(said, site, results):
    (site / "data/things.ttl").write_text(f"{HEAD}ex:one a ex:Thing ; ex:name {said} .")
    assert not {each["rule"] for each in results()} & {"gate-character", "gate-scheme"}


def test_a_name_that_ends_like_a_file_is_a_hint_with_the_address_of_its_page(site, results):
    (site / "data/things.ttl").write_text(f'{HEAD}ex:one a ex:Thing ; ex:name "One" .')
    (site / "data/files.ttl").write_text(
        f'{HEAD}<https://example.org/id/x> a ex:Thing ; ex:name "X" .\n<https://example.org/id/x.v2> ex:name "2" .'
        '\n<https://example.org/id/x.ttl> a ex:Thing ; ex:name "T" .\n<https://else.example/x.ttl> ex:name "Else" .'
    )
    (finding,) = (finding for finding in results() if finding["rule"] == "gate-address")
    assert (finding["severity"], finding["focusNode"]) == ("Info", "https://example.org/id/x.ttl")
    assert "/doc/x.ttl~" in finding["message"]


def test_texts_that_are_no_values_of_their_datatype_are_warnings_told_at_their_lines(site, results):
    good = 'ex:one a ex:Thing ; ex:name "One" ; ex:year "2021Z"^^xsd:gYear .\n'
    years = 'ex:two ex:name "Two" ; ex:year "02021"^^xsd:gYear .\nex:two ex:year "2021+15:00"^^xsd:gYear .\n'
    (site / "data/things.ttl").write_text(f"{HEAD}@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n{good}{years}")
    (finding,) = (finding for finding in results() if finding["rule"] == "gate-literal")
    assert (finding["severity"], finding["value"].partition("^")[0]) == ("Warning", '"02021"')
    assert "02021" in finding["message"]
    assert "1" in finding["message"].removeprefix("02021")


def test_a_shape_that_asks_for_the_datatype_tells_of_the_same_text_alone(site, results):
    shape = "ex:numbers a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:n ; sh:datatype xsd:integer ."
    head = f"{HEAD}@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    (site / "shapes/rules.ttl").write_text(f"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n{SHAPES}{shape}")
    (site / "data/things.ttl").write_text(f'{head}ex:one a ex:Thing ; ex:name "One" ; ex:n "five"^^xsd:integer .')
    assert [finding["rule"] for finding in results() if finding["value"].startswith('"five"')] == ["numbers"]


@pytest.mark.parametrize(
    ("target", "data"),
    [
        # In a literal, as the predicate only, or in a part of an IRI, a class is not used.
        ("ex:Thnig", 'ex:b ex:name "<https://example.org/def#Thnig> ." .'),
        ("ex:Thnig", "ex:b <https://example.org/def#Thnig> ex:c ."),
        ("ex:Thnig", "ex:b ex:above ex:Thnig2 ."),
    ],
)
def test_a_target_is_known_only_by_what_is_said_of_it_or_leads_to_it(target, data, site, results):
    (site / "shapes/rules.ttl").write_text(SHAPES.replace("ex:Thing", target))
    (site / "data/things.ttl").write_text(f"{HEAD}ex:a a ex:Thing . {data}")
    assert "gate-unknown-target" in {each["rule"] for each in results()}


def test_a_tangle_of_blank_nodes_is_a_result_and_not_an_endless_run(site, results):
    nodes = "".join(f"_:a{i} ex:above _:a{(i + step) % 60} .\n" for i in range(60) for step in (1, 2))
    (site / "data/things.ttl").write_text(HEAD + nodes)
    assert [each["rule"] for each in results()] == ["gate-blank-nodes"]


def test_a_catalogue_without_an_address_to_write_to_is_worth_a_hint(site, results):
    catalogue = f"{HEAD}<https://e/> a <http://www.w3.org/ns/dcat#Catalog> ."
    (site / "data/catalogue.ttl").write_text(catalogue)
    assert [(each["severity"], each["rule"]) for each in results() if each["rule"] == "gate-contact"] == [
        ("Info", "gate-contact")
    ]
    (site / "data/catalogue.ttl").write_text(catalogue.replace("https://e/", "https://trees.example.org/"))
    assert "gate-contact" not in {each["rule"] for each in results()}
    email = " <https://e/c> <http://www.w3.org/2006/vcard/ns#hasEmail> <mailto:a@example.org> ."
    (site / "data/catalogue.ttl").write_text(catalogue + email)
    assert "gate-contact" not in {each["rule"] for each in results()}


#: What is put in place of what in the shapes -> the rule that must tell.
VACUOUS = {
    "no shapes at all": (SHAPES, "", "gate-no-shapes"),
    "a misspelt target": ("sh:targetClass", "sh:targetClas", "gate-unknown-term"),
    "a misspelt constraint": ("sh:minCount", "sh:minCuont", "gate-unknown-term"),
    "a target class nobody knows": ("ex:Thing", "ex:Thnig", "gate-unknown-target"),
    "a target property nobody knows": (
        "sh:targetSubjectsOf ex:name",
        "sh:targetSubjectsOf ex:nmae",
        "gate-unknown-target",
    ),
    "a target node nobody knows": (
        "<https://example.org/def> ;",
        "<https://example.org/deff> ;",
        "gate-unknown-target",
    ),
    "a shape that nothing leads to": (" sh:targetClass ex:Thing ;", "", "gate-no-target"),
    "a query that does not parse": ("WHERE {", "WHERE (", "gate-query"),
    "shapes that do not parse": ("rule:A01 a", "rule:A01 a a", "syntax"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", VACUOUS)
def test_shapes_that_would_let_everything_pass_are_a_result(case, engine, site, results):
    old, new, rule = VACUOUS[case]
    assert old in SHAPES
    (site / "shapes/rules.ttl").write_text(SHAPES.replace(old, new, 1))
    found = [each for each in results("--engine", engine) if each["rule"] == rule]
    assert found
    assert found[0]["path"] == "shapes/rules.ttl"


def test_a_misspelt_term_gets_the_right_one_and_its_place(site, results):
    (site / "shapes/rules.ttl").write_text(SHAPES.replace("sh:minCount", "sh:minCuont"))
    (only,) = results()
    line = 1 + SHAPES[: SHAPES.index("sh:minCount")].count("\n")
    assert only["message"].endswith("Did you mean sh:minCount?")
    assert only["line"] == line


def test_graphs_that_a_file_names_itself_are_kept(site, results):
    (site / "data/x.trig").write_text(
        "<https://e/g> { <https://e/x> <https://e/p> _:a } _:h { <https://e/y> <https://e/p> _:a } "
        "<https://e/z> <https://e/p> 1 ."
    )
    assert not [result for result in results() if result["path"] == "data/x.trig" and result["severity"] == "Violation"]
    settings = config.load(site)
    source = next(source for source in sources.collect(settings) if source.name == "data/x.trig")
    read = parsing.parsed(source, Messages("check", "en"))
    graphs = {quad.subject.value: quad.graph_name.value for quad in read.quads}
    # A graph named by a blank node has no name that could be published: its triples are of the file.
    assert graphs == {"https://e/x": "https://e/g", "https://e/y": source.graph, "https://e/z": source.graph}
    assert list(parse(read.nquads, RdfFormat.N_QUADS)) == read.quads
    assert read.quads[0].object == read.quads[1].object


def test_two_files_of_one_name_are_not_one_graph_in_silence(site, results):
    (site / "data/more").mkdir()
    (site / "data/more/things.ttl").write_text(GOOD)
    assert {each["rule"] for each in results()} == {"gate-same-graph"}
