#!/usr/bin/env bash
# Guess: sh:datatype xsd:date takes every date of XML Schema, so also -0044-03-15.
# Instead: Dates that a Python date cannot hold are reported as ill-formed; and 24:00:00 at the end of a day too.
# Seen: pySHACL 0.40.1 (shacl 0.3.4 takes all of them), 29 November 2026
# Right: XML Schema 1.1 part 2, 3.3.9 and 3.3.7: years may be negative or have more digits, and T24:00:00 is a lexical
# form.
# Do: For historical data give dates as xsd:gYear, or check them with another engine.
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
for value in '"-0044-03-15"^^xsd:date' '"12026-01-01"^^xsd:date' '"2026-01-01T24:00:00"^^xsd:dateTime' '"2026-01-01"^^xsd:date'; do
    echo "e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:datatype ${value#*^^} ] ." > shapes.ttl
    echo "e:a e:p $value ." > data.ttl
    echo "$value"
    venv/bin/python validate.py shapes.ttl data.ttl
    venv/bin/python other.py shapes.ttl data.ttl
done > actual 2> warnings

cat > expected <<'END'
"-0044-03-15"^^xsd:date
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 0 results
"12026-01-01"^^xsd:date
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 0 results
"2026-01-01T24:00:00"^^xsd:dateTime
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 0 results
"2026-01-01"^^xsd:date
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 0 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
