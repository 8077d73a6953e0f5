"""From the IRI of a thing to the address of its page."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.urls import normal_path, path_for

BASE = "https://w3id.org/ekograph/"


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (f"{BASE}id/agreement/lahti", "/doc/agreement/lahti"),
        (f"{BASE}id/place/äänekoski", "/doc/place/%C3%A4%C3%A4nekoski"),
        (f"{BASE}id/place/%c3%a4%C3%A4nekoski", "/doc/place/%C3%A4%C3%A4nekoski"),
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


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="%"), min_size=1))
def test_different_names_have_different_paths(name):
    assert unquote(path_for(f"{BASE}id/{name}", BASE).removeprefix("/doc/")) == name
