#!/usr/bin/env bash
# Guess: sh:minInclusive "2000"^^xsd:gYear takes 2021 and refuses 1999.
# Instead: Two engines refuse both, one takes the first alone; and "21"^^xsd:gYear, which is no year, passes
# sh:datatype xsd:gYear in the first two.
# Seen: pySHACL 0.40.1, shacl 0.3.4, shacl-engine 1.1.2, 29 November 2026
# Right: SHACL 1.0, 4.3.2 uses the <= of SPARQL 1.1, which knows no xsd:gYear: an error, so a violation. Some engines
# go further. "21" lacks two digits (XML Schema part 2, 3.3.11).
# Do: Bound years by sh:pattern, or keep them as xsd:date or xsd:integer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund shacl-engine@1.1.2 rdf-ext@2.6.0 n3@2.13.12
echo "Versions: pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4 shacl-engine@1.1.2 rdf-ext@2.6.0 n3@2.13.12"

cat > prefixes.ttl <<'END'
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix e: <http://example.org/> .
END
cat > validate.js <<'END'
import { readFileSync } from 'node:fs';
import { Parser } from 'n3';
import rdf from 'rdf-ext';
import { Validator } from 'shacl-engine';
const dataset = name => rdf.dataset(new Parser().parse(readFileSync('prefixes.ttl', 'utf8') + readFileSync(name, 'utf8')));
const [shapes, data] = process.argv.slice(2);
const report = await new Validator(dataset(shapes), { factory: rdf }).validate({ dataset: dataset(data) });
console.log(`shacl-engine ${shapes} ${data}: ${report.results.length} results`);
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
    echo "e:a e:p $2 ." > data.ttl
    echo "$1, $2"
    venv/bin/python validate.py shapes.ttl data.ttl
    venv/bin/python other.py shapes.ttl data.ttl
    node validate.js shapes.ttl data.ttl
}
{
    run 'sh:minInclusive "2000"^^xsd:gYear' '"2021"^^xsd:gYear'
    run 'sh:minInclusive "2000"^^xsd:gYear' '"1999"^^xsd:gYear'
    run 'sh:datatype xsd:gYear' '"21"^^xsd:gYear'
} > actual

cat > expected <<'END'
sh:minInclusive "2000"^^xsd:gYear, "2021"^^xsd:gYear
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 1 results
shacl-engine shapes.ttl data.ttl: 0 results
sh:minInclusive "2000"^^xsd:gYear, "1999"^^xsd:gYear
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 1 results
shacl-engine shapes.ttl data.ttl: 1 results
sh:datatype xsd:gYear, "21"^^xsd:gYear
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 0 results
shacl-engine shapes.ttl data.ttl: 1 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
