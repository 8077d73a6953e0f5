#!/usr/bin/env bash
# Guess: A JSON list becomes an rdf:Seq whose first member is rdf:_1, or an RDF list; null makes no triple.
# Instead: The first member is rdf:_0, which RDF does not define, and null is the text "null".
# Seen: json2rdf 88, 29 November 2026
# Right: RDF Schema 1.1, 5.1.5: container membership properties begin with rdf:_1.
# Do: Rename the properties after the conversion.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q json2rdf==88 rdflib==7.6.0
echo "Versions: json2rdf==88 rdflib==7.6.0"

cat > convert.py <<'END'
import rdflib
from json2rdf import j2r

graph = rdflib.Graph().parse(data=str(j2r('{"a": ["x", null]}')), format="turtle")
for predicate, value in sorted(graph.predicate_objects()):
    if predicate.startswith(rdflib.RDF) and isinstance(value, rdflib.Literal):
        print(predicate.fragment, value.n3())
END
venv/bin/python -W ignore convert.py > actual

cat > expected <<'END'
_0 "x"
_1 "null"
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
