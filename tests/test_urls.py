"""From the IRI of a thing to the address of its page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.urls import iri_at, normal_path, path_for

BASE = "https://w3id.org/ekograph/"


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (f"{BASE}id/agreement/lahti", "/doc/agreement/lahti"),
        (f"{BASE}id/place/äänekoski", "/doc/place/%C3%A4%C3%A4nekoski"),
        (f"{BASE}id/place/%C3%A4%C3%A4nekoski", "/doc/place/%25C3%25A4%25C3%25A4nekoski"),
        (f"{BASE}id/a%2Fb", "/doc/a%252Fb"),
        (f"{BASE}id/x.ttl", "/doc/x.ttl~"),
        (f"{BASE}id/x/", "/doc/x/"),
        (f"{BASE}id/x/index", "/doc/x/index~"),
        (f"{BASE}id/a//b/../c", "/doc/a/~/b/..~/c"),
        (f"{BASE}id/a b?c#d", "/doc/a%20b%3Fc%23d"),
        (f"{BASE}def", "/def"),
        (f"{BASE}def#Agreement", "/def#Agreement"),
        (f"{BASE}shapes#B06", "/shapes#B06"),
        (f"{BASE}catalog#dataset", "/catalog#dataset"),
        (f"{BASE}graph/agreement-lahti", "/graph/agreement-lahti"),
        (f"{BASE}definitely", "/about/https/w3id.org/ekograph/definitely"),
        (f"{BASE}def/x", "/about/https/w3id.org/ekograph/def/x"),
        ("http://www.yso.fi/onto/yso/p1", "/about/http/www.yso.fi/onto/yso/p1"),
    ],
)
def test_each_kind_of_iri_has_its_path(iri, path):
    assert path_for(iri, BASE) == path


def test_the_path_of_a_thing_named_elsewhere_has_no_fragment_and_no_query():
    assert path_for("http://example.org/a?b=c#d", BASE) == "/about/http/example.org/a%3Fb=c%23d"
    assert path_for("urn:isbn:1", BASE) == "/about/urn:isbn:1"


def test_without_a_base_everything_is_named_elsewhere():
    assert path_for("http://example.org/id/a", "") == "/about/http/example.org/id/a"


@given(st.text(min_size=1))
def test_the_path_of_a_thing_leads_back_to_its_name(name):
    encoded = normal_path(name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert normal_path(encoded) == encoded
    assert encoded.isascii()


OWN = ("https://example.org/voc/", "https://example.org/onto#", "urn:x:")
STARTS = ("", BASE, f"{BASE}id/", f"{BASE}graph/", *OWN, "http://a.org/", "https/example.org/voc/", "urn:", "file:/")
ENDS = st.lists(
    st.sampled_from(
        [
            *STARTS,
            "/",
            "//",
            ".",
            "..",
            "~",
            "#",
            "?",
            "%2F",
            "%23",
            "index",
            ".ttl",
            ".en.html",
            "def",
            "id/",
            "ä",
            "a",
        ]
    ),
    max_size=6,
).map("".join)
SITES = st.sampled_from(
    [("", ()), (BASE, ()), (BASE, OWN), ("", OWN), (BASE, (BASE,)), ("", ("https://example.org/",))]
)


@given(st.sampled_from(STARTS[1:]), ENDS | st.text(st.characters(blacklist_categories=("Cs",))), SITES)
def test_the_path_of_an_iri_leads_back_to_it_and_to_no_other(start, end, site):
    iri = start + end
    if ":" not in iri.partition("/")[0]:
        iri = f"urn:{iri}"
    path = path_for(iri, *site)
    assert iri_at(path, *site) == iri
    assert path.isascii()
    page, hash_, _ = path.partition("#")
    assert normal_path(page) == page
    assert bool(hash_) <= page.startswith(("/def", "/shapes", "/catalog"))


@given(ENDS, ENDS, SITES)
def test_no_representation_of_a_page_has_the_address_of_another_page(one, other, site):
    first, second = (path_for(f"{BASE}id/{end}", *site) for end in (one, other))
    names = [f"{first}index.en.html" if first.endswith("/") else f"{first}.en.html", f"{first}.ttl", f"{first}.rdf"]
    assert second not in names
    if first != second:
        assert f"{second}.ttl" not in names
        assert (f"{second}index.en.html" if second.endswith("/") else f"{second}.en.html") not in names
