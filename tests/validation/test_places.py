"""Places of faults in other syntaxes than Turtle: exact in N-Triples, in the others where the words stand."""

from __future__ import annotations

import pytest

JSON_LD = """\
[{"@id": "https://example.org/id/x",
  "@type": "https://example.org/def#Thing"},
 {"@id": "https://example.org/id/y",
  "https://example.org/def#name": " A &"}]
"""
RDF_XML = """\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:ex="https://example.org/def#" xml:base="https://example.org/id/">
  <ex:Thing rdf:about="x"/>
  <rdf:Description rdf:about="y">
    <ex:name> A &amp;</ex:name>
  </rdf:Description>
</rdf:RDF>
"""
N_TRIPLES = """\
<https://example.org/id/x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/def#Thing> .
<https://example.org/id/y> <https://example.org/def#name> " A" .
"""

#: File -> its text, and the line and column of the thing without a name and of the name that begins with a space.
FILES = {
    "x.jsonld": (JSON_LD, (1, 11), (4, 36)),
    "x.rdf": (RDF_XML, (3, 24), (5, 14)),
    "x.nt": (N_TRIPLES, (1, 1), (2, 59)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_fault_is_shown_where_its_words_stand(name, site, results):
    text, nameless, spaced = FILES[name]
    (site / "data" / name).write_text(text)
    found = [(each["rule"], each["line"], each["column"]) for each in results()]
    assert found == [("A01", *nameless), ("A02", *spaced)]
