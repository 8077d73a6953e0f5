#!/usr/bin/env bash
# Guess: Each row of the SELECT of sh:sparql is one result of the report.
# Instead: Rows that differ only in a variable other than $this, ?value and ?path count as one; shacl and shacl-engine
# report each.
# Seen: pySHACL 0.40.1 (shacl 0.3.4 gives 2), 29 November 2026
# Right: SHACL 1.0, 5.3: a validation result for each solution. (Rows of a SELECT without DISTINCT are two here.)
# Do: Select ?value, and never count results across engines.
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
cat > shapes.ttl <<'END'
e:S a sh:NodeShape ; sh:targetNode e:a ;
    sh:sparql [ sh:select "SELECT $this WHERE { $this <http://example.org/p> ?v FILTER (?v > 1) }" ] .
END
echo 'e:a e:p 2, 3 .' > data.ttl
{
    venv/bin/python validate.py shapes.ttl data.ttl
    venv/bin/python other.py shapes.ttl data.ttl
} > actual

cat > expected <<'END'
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 2 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
