#!/usr/bin/env bash
# Guess: Format "pretty-xml" writes the same triples as "xml", only nicer to read.
# Instead: The items of a list (parseType="Collection") are written as rdf:about, so the text "red" and the number 1
# become the IRIs <red> and <1>, made absolute by the next reader.
# Seen: rdflib 7.6.0; pyoxigraph 0.5.13 as the reader, 29 November 2026
# Right: RDF/XML, 7.2.19: a collection holds node elements only; a list with literals has to be written with rdf:first
# and rdf:rest.
# Do: Use format="xml" (or Turtle) for data with lists: owl:oneOf of values, sh:in and sh:languageIn have them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0 pyoxigraph==0.5.13
echo "Versions: rdflib==7.6.0 pyoxigraph==0.5.13"

cat > ask.py <<'END'
import warnings

import pyoxigraph
import rdflib

warnings.simplefilter("ignore")
shape = '@prefix sh: <http://www.w3.org/ns/shacl#> . <http://example.org/s> sh:in ( "red" 1 ) .'
graph = rdflib.Graph().parse(data=shape, format="turtle")
for name in ("xml", "pretty-xml"):
    text = graph.serialize(format=name)
    triples = pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.RDF_XML, base_iri="http://example.org/doc/")
    print(name, sorted(str(triple.object) for triple in triples if triple.predicate.value.endswith("#first")))
END
venv/bin/python ask.py > actual

cat > expected <<'END'
xml ['"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"red"']
pretty-xml ['<http://example.org/doc/1>', '<http://example.org/doc/red>']
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
