"""Accept, Accept-Language and Accept-Encoding against what real clients send and what RFC 9110 says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.rdf import formats as f
from ekograph.web.http.negotiation import MOST_RANGES, choose, choose_language, ranges, takes_gzip

THING = (f.HTML, *f.RDF)

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
RDFLIB = (
    "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, application/n-quads, "
    "application/trix, application/trig"
)
JENA = (
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,"
    "application/trig,application/n-quads;q=0.9,*/*;q=0.3"
)
OWL_API = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
SPARQLWRAPPER_RDF = "application/rdf+xml,text/rdf+n3,text/n3,application/turtle,text/turtle,application/json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ([], f.HTML),
        ([""], f.HTML),
        (["*/*"], f.HTML),
        ([FIREFOX], f.HTML),
        ([CHROME], f.HTML),
        ([RDFLIB], f.TURTLE),
        ([JENA], f.TURTLE),
        ([OWL_API], f.RDF_XML),
        ([SPARQLWRAPPER_RDF], f.TURTLE),
        (["text/turtle"], f.TURTLE),
        (["Text/Turtle"], f.TURTLE),
        (["text/turtle;charset=utf-8"], f.TURTLE),
        (["text/turtle; charset=utf-8; q=0.2, application/ld+json; q=0.3"], f.JSON_LD),
        (
            ['application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x";q=0.9, text/turtle;q=0.8'],
            f.JSON_LD,
        ),
        (["text/*"], f.HTML),
        (["text/*;q=0.5, text/html;q=0.1"], f.TURTLE),
        (["application/*"], f.TRIG),
        (["*/*;q=0.1, application/rdf+xml"], f.RDF_XML),
        (["*/*, text/html;q=0"], f.TURTLE),
        (["text/html;q=0.1", "application/n-quads"], f.N_QUADS),
        (["application/json"], f.JSON_LD),
        (["application/xml"], f.RDF_XML),
        (["text/plain"], f.N_TRIPLES),
        # The type itself counts more than an alias of another, and less than an alias that is wanted more.
        (["text/plain, application/rdf+xml"], f.RDF_XML),
        (["text/plain, application/rdf+xml;q=0.9"], f.N_TRIPLES),
        (["image/png"], None),
        (["text/turtle;q=0"], None),
        (["*/*;q=0"], None),
        (["text/turtle;q=2, application/trig"], f.TRIG),
        (["text/turtle;q=abc"], f.HTML),
        ([",,,"], f.HTML),
        (["text/turtle;q=0.0001"], f.TURTLE),
    ],
)
def test_the_format_is_the_one_wanted_most(accept, expected):
    assert choose(accept, THING) == expected


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [
        ([], "fi"),
        (["*"], "fi"),
        (["sv"], "sv"),
        (["sv-FI,sv;q=0.9,en;q=0.8"], "sv"),
        (["en-GB, fi;q=0.5"], "en"),
        (["de, en;q=0.3"], "en"),
        (["de"], "fi"),
        (["fi;q=0, sv;q=0.1"], "sv"),
        (["*;q=0.5, en"], "en"),
        (["de", "sv;q=0.2"], "sv"),
        (["fi;q=0,*"], "sv"),
    ],
)
def test_the_language_is_the_one_wanted_most_and_never_missing(accept_language, expected):
    assert choose_language(accept_language, ("fi", "sv", "en")) == expected


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        (["gzip"], True),
        (["gzip, deflate, br"], True),
        (["gzip;q=0"], False),
        (["*"], True),
        (["*;q=0"], False),
        (["br"], False),
        ([], False),
        (["gzip;q=0, *"], False),
    ],
)
def test_gzip_is_sent_only_to_whom_takes_it(accept_encoding, expected):
    assert takes_gzip(", ".join(accept_encoding).encode("latin-1")) is expected


def test_a_bomb_of_media_ranges_is_read_only_in_part():
    assert len(ranges([",".join(["text/turtle;q=0.1"] * 100_000)])) == MOST_RANGES


TOKENS = st.sampled_from([*[each.media_type for each in f.ALL], "text/*", "*/*", "application/*", "image/png", "", "x"])
ELEMENTS = st.tuples(TOKENS, st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=x", ';a="b,c"', ";q=0.5;v=1"]))
ACCEPT = st.lists(ELEMENTS.map("".join), max_size=8).map(", ".join)


@given(st.lists(ACCEPT, max_size=3), st.permutations(THING))
def test_a_format_refused_by_name_is_never_chosen(lines, offered):
    chosen = choose(lines, offered)
    refused = {each.value for each in ranges(lines) if each.quality == 0}
    allowed = {each.value for each in ranges(lines) if each.quality > 0}
    assert chosen is None or chosen.media_type not in refused - allowed


@given(st.lists(st.text(max_size=40), max_size=3))
def test_no_accept_header_at_all_can_break_the_choice(lines):
    assert choose(lines, THING) in {None, *THING}
    assert choose_language(lines, ("fi", "sv", "en")) in {"fi", "sv", "en"}
    assert takes_gzip(", ".join(lines).encode(errors="replace")) in {True, False}
