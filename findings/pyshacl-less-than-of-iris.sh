#!/usr/bin/env bash
# Guess: sh:lessThan between two IRIs, and sh:maxInclusive on NaN, are violations: they cannot be compared.
# Instead: IRIs are compared as text and pass, and NaN passes sh:maxInclusive 0.
# Seen: pySHACL 0.40.1 (shacl 0.3.4 reports both), 29 November 2026
# Right: SHACL 1.0, 4.5.3 and 4.3.4: what SPARQL < or <= cannot compare is a violation; a comparison with NaN is
# false.
# Do: Add sh:nodeKind sh:Literal beside sh:lessThan, and sh:not [ sh:hasValue "NaN"^^xsd:double ] beside a bound.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4
echo "Versions: pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4"

cat > prefixes.ttl <<'END'
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix e: <http://example.org/> .
END
cat > validate.py <<'END'
import logging
import sys

import pyshacl
import rdflib

logging.disable()
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def graph(name):
    return rdflib.Graph().parse(data=open("prefixes.ttl").read() + open(name).read(), format="turtle")


shapes, data = sys.argv[1:]
_, report, _ = pyshacl.validate(graph(data), shacl_graph=graph(shapes), advanced=True)
print(f"pySHACL {shapes} {data}: {len(set(report.objects(None, SH.result)))} results")
END
cat > other.py <<'END'
import sys

import shacl

names = sys.argv[1:]
for name in names:
    with open("full-" + name, "w") as file:
        file.write(open("prefixes.ttl").read() + open(name).read())
print(f"shacl {' '.join(names)}: {len(shacl.validate('full-' + names[1], 'full-' + names[0]).results)} results")
END
run() {
    echo "e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; $1 ] ." > shapes.ttl
    echo "$2" > data.ttl
    echo "$1: $2"
    venv/bin/python validate.py shapes.ttl data.ttl
    venv/bin/python other.py shapes.ttl data.ttl
}
{
    run 'sh:lessThan e:q' 'e:a e:p e:x ; e:q e:y .'
    run 'sh:maxInclusive 0' 'e:a e:p "NaN"^^xsd:double .'
} > actual

cat > expected <<'END'
sh:lessThan e:q: e:a e:p e:x ; e:q e:y .
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 1 results
sh:maxInclusive 0: e:a e:p "NaN"^^xsd:double .
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 1 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
