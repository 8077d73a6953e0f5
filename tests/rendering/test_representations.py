"""Every RDF format of a description holds the same triples, as two independent parsers read them."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from rdflib.compare import to_canonical_graph

from ekograph.rdf import formats
from ekograph.rdf.vocab import RDF, TYPE
from ekograph.rendering.rdf_writers import NotExpressibleError, n_triples, rdf

PREFIXES = {
    "ex": "http://example.org/",
    "twin": "http://example.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "unused": "http://example.org/unused/",
    # These must not turn <tel:+358> and <mailto:…> into other IRIs when JSON-LD is expanded.
    "tel": "http://example.org/telephone#",
    "mailto": "http://example.org/mail#",
    "": "http://example.org/empty#",
    "xml1": "http://example.org/reserved#",
}

CASES = {
    "two lines": 'ex:a ex:p """two\nlines""" .',
    "labels in several languages": 'ex:a skos:prefLabel "Lahti"@fi, "Lahtis"@sv-t-fi, "Lahti", "x"@en-GB .',
    "literals of every kind": 'ex:a ex:p 1, 01, -1.50, .5, true, "2021"^^xsd:gYear, "1"^^xsd:int, "a"^^ex:own .',
    "a double": "ex:a ex:p 1e6 .",
    "white space and quotes": r'ex:a ex:p "a\r\nb\tc", " \"\\ ", "", "\u00A0", "<b>&amp;]]></b>" .',
    "control characters": r'ex:a ex:q "del \u007F, line separator \u2028, byte order mark \uFEFF" .',
    "letters beyond ASCII": 'ex:työ ex:määrä "ä", <http://example.org/äö/Ω?q=1#ñ> ; ex:ääni ex:日本 .',
    "dots and digits in names": "ex:a.b ex:c.d ex:e.f . ex:1a ex:b2 ex:3 . <http://example.org/-a> ex:b- ex:c .",
    "schemes that are prefixes too": "ex:a ex:p <tel:+358401234567>, <mailto:a@example.org>, <urn:x:y>, <h:a:b> .",
    "the empty prefix": ":a :p :b .",
    "reserved prefixes": "<http://example.org/reserved#a> <http://example.org/reserved#p> ex:b .",
    "nested blank nodes": "ex:a ex:p [ ex:q [ ex:r [] ], [ ex:r 1 ] ] .",
    "a shared blank node": "ex:a ex:p _:x . ex:b ex:p _:x . _:x ex:q 1 .",
    "a cycle of blank nodes": "ex:a ex:p ex:b . _:x ex:p _:y . _:y ex:p _:x . _:z ex:p _:z .",
    "a blank node that nothing points to": "_:x ex:p ex:a .",
    "lists": 'ex:a ex:p (1 "two"@en ( ex:three ) [ ex:q 4 ] ), () .',
    "broken lists": """ex:a ex:p [ rdf:first 1 ], [ rdf:rest () ], [ rdf:first 1, 2 ; rdf:rest () ],
        [ rdf:first 1 ; rdf:rest [ rdf:first 2 ; rdf:rest () ; ex:q 3 ] ] . _:l rdf:first 1 ; rdf:rest _:l .""",
    "a shared list": "ex:a ex:p _:l . ex:b ex:p _:l . _:l rdf:first 1 ; rdf:rest () .",
    "a list as a subject": "(1 2) ex:p ex:a .",
    "types of odd kinds": 'ex:a a ex:C, [ ex:p 1 ] . ex:b a "text" .',
    "deep nesting": "ex:a ex:p " + "[ ex:p " * 60 + "1" + " ]" * 60 + " .",
    "a long list": f"ex:a ex:p ({' '.join(map(str, range(3000)))}) .",
    "properties without a prefix": "ex:a <http://other.example/x#p> 1 ; <http://second.example/p> 2 ; <urn:x:p> 3 .",
    "nothing": "",
}


def quads(turtle):
    heads = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    text = f"{heads}@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n{turtle}"
    graph = NamedNode("http://example.org/graph")
    return [Quad(*each.triple, graph) for each in parse(text, RdfFormat.TURTLE)]


def canonical(statements):
    dataset = Dataset(Quad(*each.triple) for each in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


@pytest.mark.parametrize("form", formats.RDF, ids=lambda form: form.name)
@pytest.mark.parametrize("case", CASES)
def test_a_strict_parser_reads_the_same_triples_from_every_format(case, form):
    expected = quads(CASES[case])
    written = rdf(expected, form, PREFIXES)
    read = parse(written, RdfFormat.from_media_type(form.media_type))
    assert canonical(read) == canonical(expected)


@pytest.mark.parametrize("form", formats.RDF, ids=lambda form: form.name)
@pytest.mark.parametrize("case", [case for case in CASES if case not in {"deep nesting", "a long list"}])
def test_rdflib_reads_the_same_triples_from_every_format(case, form):
    expected = quads(CASES[case])
    read = rdflib.Dataset(default_union=True)
    read.parse(data=rdf(expected, form, PREFIXES), format=RDFLIB_NAMES.get(form, form.media_type))
    wanted = rdflib.Graph().parse(data=n_triples(expected), format="nt")
    assert set(to_canonical_graph(union(read))) == set(to_canonical_graph(wanted))


RDFLIB_NAMES = {formats.TRIG: "trig", formats.N_QUADS: "nquads"}


def union(dataset):
    """The triples of all graphs; the datatype xsd:string, which rdflib keeps apart, is the one of plain text."""
    graph = rdflib.Graph()
    for s, p, o, _ in dataset.quads():
        graph.add((s, p, o))
    return graph


IRIS = st.builds(
    lambda namespace, name: NamedNode(namespace + name),
    st.sampled_from(["http://example.org/a#", "http://example.org/a/", "http://example.org/", "urn:x:", str(RDF)]),
    st.sampled_from(["", "b", "c", "a/d", "type", "ä"]),
)
BLANK_NODES = st.builds(BlankNode, st.sampled_from(["b0", "b1", "b2"]))
LITERALS = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
    st.builds(lambda language: Literal("a", language=language), st.sampled_from(["fi", "en-GB"])),
    st.builds(lambda datatype: Literal("1", datatype=datatype), IRIS),
    st.just(Literal("a", language="ar", direction=BaseDirection.RTL)),
)
TRIPLES = st.builds(
    Triple, st.one_of(IRIS, BLANK_NODES), st.one_of(IRIS, st.just(TYPE)), st.one_of(IRIS, BLANK_NODES, LITERALS)
)


@given(st.lists(TRIPLES, max_size=8), st.permutations(["http://example.org/a#", "http://example.org/", "urn:x:"]))
def test_json_ld_is_compacted_as_a_json_ld_processor_does_it(triples, namespaces):
    prefixes = dict(zip("abc", namespaces, strict=True))
    document = json.loads(rdf([Quad(*triple) for triple in triples], formats.JSON_LD, prefixes))
    context = document.get("@context", {})
    compacted = jsonld.compact(jsonld.expand(document), context, {"graph": True, "compactArrays": True})
    assert compacted == document


def test_json_ld_has_no_prefix_that_is_the_scheme_of_an_iri():
    triples = quads("ex:a ex:near <geo:60.1,24.9> ; ex:cites <doi:10.1/x> ; <http://example.org/geo#lat> 60.1 .")
    document = json.loads(rdf(triples, formats.JSON_LD, {**PREFIXES, "geo": "http://example.org/geo#"}))
    assert "geo" not in document["@context"]
    assert document["@graph"][0]["ex:near"] == {"@id": "geo:60.1,24.9"}
    assert document["@graph"][0]["ex:geo#lat"]["@value"] == "60.1"


# PyLD writes 1.0E6 for the lexical form "1e6".
@pytest.mark.parametrize("case", [case for case in CASES if case != "a double"])
def test_a_json_ld_processor_expands_to_the_same_triples_without_fetching_a_context(case):
    expected = quads(CASES[case])
    document = json.loads(rdf(expected, formats.JSON_LD, PREFIXES))

    def refuse(url, _options):
        raise AssertionError(f"{url} was fetched")

    read = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": refuse})
    assert canonical(parse(read, RdfFormat.N_QUADS)) == canonical(expected)


def test_trig_and_n_quads_keep_the_names_of_graphs_and_share_blank_nodes_between_them():
    triples = (
        "@prefix ex: <http://example.org/> . ex:one { _:x ex:p [ ex:q 1 ] } ex:two { ex:a ex:p _:x } { ex:a ex:p 3 }"
    )
    statements = list(parse(triples, RdfFormat.TRIG))
    for form in (formats.TRIG, formats.N_QUADS):
        read, wanted = (
            Dataset(parse(rdf(statements, form, PREFIXES), RdfFormat.from_media_type(form.media_type))),
            Dataset(statements),
        )
        read.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        wanted.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        assert read == wanted


def test_turtle_tells_of_the_thing_first_and_of_each_thing_its_types_and_names_first():
    statements = quads('ex:b skos:note "z" . ex:a ex:p true ; skos:prefLabel "A"@fi ; a ex:C .')
    assert rdf(statements, formats.TURTLE, PREFIXES, NamedNode("http://example.org/b")).decode() == textwrap.dedent(
        """\
        @prefix ex: <http://example.org/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

        ex:b skos:note "z" .
        ex:a a ex:C ;
        \tskos:prefLabel "A"@fi ;
        \tex:p true .
        """
    )


def test_json_ld_is_compact_and_has_its_context_inside():
    statements = quads('ex:a skos:prefLabel "A"@fi ; a ex:C .')
    assert json.loads(rdf(statements, formats.JSON_LD, PREFIXES)) == {
        "@context": {"ex": "http://example.org/", "skos": "http://www.w3.org/2004/02/skos/core#"},
        "@graph": [{"@id": "ex:a", "@type": "ex:C", "skos:prefLabel": {"@language": "fi", "@value": "A"}}],
    }


@pytest.mark.parametrize(
    "turtle",
    [
        "ex:a <http://example.org/2021> 1 .",
        "ex:a <http://example.org/> 1 .",
        'ex:a ex:p "\\u0008" .',
        "ex:a rdf:li 1 .",
    ],
)
def test_what_rdf_xml_cannot_say_is_refused_and_other_formats_say_it(turtle):
    with pytest.raises(NotExpressibleError):
        rdf(quads(turtle), formats.RDF_XML, PREFIXES)
    assert canonical(parse(rdf(quads(turtle), formats.TURTLE, PREFIXES), RdfFormat.TURTLE)) == canonical(quads(turtle))


def test_the_bytes_depend_neither_on_the_order_of_the_quads_nor_on_the_hash_seed():
    assert len({printed(seed) for seed in (0, 1, 2, 3)}) == 1


def printed(seed):
    """The digest of all formats of a graph, its quads shuffled by `seed`, from a process with that hash seed."""
    program = """
        import hashlib, random, sys
        from pyoxigraph import RdfFormat, parse
        from ekograph.rdf import formats
        from ekograph.rendering.rdf_writers import rdf
        text = sys.stdin.read()
        quads = list(parse(text, RdfFormat.TURTLE))
        random.Random(int(sys.argv[1])).shuffle(quads)
        prefixes = {"b": "http://example.org/x#", "a": "http://example.org/x#", "c": "http://example.org/y#"}
        print(hashlib.sha256(b"".join(rdf(quads, form, prefixes) for form in formats.RDF)).hexdigest())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(seed)],
        input=LABELLED,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


# Blank nodes have labels of their own here: canonical labels are given before anything is written.
LABELLED = "\n".join(
    f"<http://example.org/x#s{n}> <http://example.org/y#p{n % 3}> {n}, _:b{n} . _:b{n} a <http://example.org/x#C> ."
    for n in range(20)
)


def test_literals_are_written_as_they_were_given():
    statements = [
        Quad(
            NamedNode("http://example.org/a"),
            NamedNode("http://example.org/p"),
            Literal("01", datatype=NamedNode(f"{PREFIXES['xsd']}int")),
        )
    ]
    for form in formats.RDF:
        assert b"01" in rdf(statements, form, PREFIXES)
