"""Statements handled as text are the same as those handled as quads, whatever their literals hold."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from ekograph.rdf.canonical import canonical, with_blank_nodes

IRIS = st.sampled_from([NamedNode(f"http://x.example/{name}") for name in "abc"])
GRAPHS = st.sampled_from([NamedNode(f"http://x.example/graph/{name}") for name in "de"])
BLANKS = st.sampled_from([BlankNode(name) for name in ("one", "two", "three")])
PIECES = st.sampled_from([*' \\"<>_:.ab\n\r\t\x00\x0b\x85\u2028', " <http://x.example/a> .\n"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)
LITERALS = st.builds(Literal, TEXTS) | st.builds(lambda text: Literal(text, language="fi"), TEXTS)
QUADS = st.lists(st.builds(Quad, IRIS | BLANKS, IRIS, IRIS | BLANKS | LITERALS, GRAPHS), max_size=20)


@given(QUADS)
def test_labels_and_order_are_those_of_canonicalising_the_whole(quads):
    whole = Dataset(quads)
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    text = canonical(quads)
    assert text.splitlines(keepends=True) == sorted(f"{quad} .\n".encode() for quad in whole)
    assert Dataset(parse(text, RdfFormat.N_QUADS)) == whole


@given(QUADS)
def test_no_quad_with_a_blank_node_is_missed(quads):
    text = serialize(quads, format=RdfFormat.N_QUADS)
    linked = [quad for quad in quads if any(isinstance(end, BlankNode) for end in (quad.subject, quad.object))]
    found = with_blank_nodes(text)
    assert [quad for quad in found if quad in linked] == linked


def test_a_blank_node_within_a_triple_term_is_named_too():
    inner = Triple(BlankNode("one"), NamedNode("http://x.example/p"), Literal("1"))
    quad = Quad(
        NamedNode("http://x.example/a"), NamedNode("http://x.example/p"), inner, NamedNode("http://x.example/g")
    )
    assert b"_:c14n0" in canonical([quad])
