#!/usr/bin/env bash
# Guess: A shape that is also an owl:Class checks the instances of the class (Brick and many ontologies write so).
# Instead: pySHACL and shacl-engine check them; shacl (PyPI) and rdf-validate-shacl check nothing and report that all
# is well.
# Seen: pySHACL 0.40.1, shacl 0.3.4, shacl-engine 1.1.2, rdf-validate-shacl 0.6.5, 29 November 2026
# Right: SHACL 1.0, 2.1.3.3: the shape has to be a SHACL instance of rdfs:Class in the shapes graph; owl:Class is one
# only where "owl:Class rdfs:subClassOf rdfs:Class" is there. So the silent two are right.
# Do: Write "a owl:Class, rdfs:Class, sh:NodeShape", or sh:targetClass on the class itself; then all four check.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund shacl-engine@1.1.2 rdf-validate-shacl@0.6.5 rdf-ext@2.6.0 n3@2.13.12
echo "Versions: pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4 shacl-engine@1.1.2 rdf-validate-shacl@0.6.5 rdf-ext@2.6.0 n3@2.13.12"

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
cat > third.js <<'END'
import { readFileSync } from 'node:fs';
import { Parser } from 'n3';
import rdf from 'rdf-ext';
import Validator from 'rdf-validate-shacl';
const dataset = name => rdf.dataset(new Parser().parse(readFileSync('prefixes.ttl', 'utf8') + readFileSync(name, 'utf8')));
const [shapes, data] = process.argv.slice(2);
console.log(`rdf-validate-shacl ${shapes} ${data}: ${(await new Validator(dataset(shapes)).validate(dataset(data))).results.length} results`);
END
echo 'e:C a owl:Class, sh:NodeShape ; sh:property [ sh:path e:name ; sh:minCount 1 ] .' > owl.ttl
echo 'e:C a owl:Class, rdfs:Class, sh:NodeShape ; sh:property [ sh:path e:name ; sh:minCount 1 ] .' > both.ttl
echo 'e:a a e:C .' > data.ttl
for shapes in owl.ttl both.ttl; do
    venv/bin/python validate.py $shapes data.ttl
    venv/bin/python other.py $shapes data.ttl
    node validate.js $shapes data.ttl
    node third.js $shapes data.ttl
done > actual

cat > expected <<'END'
pySHACL owl.ttl data.ttl: 1 results
shacl owl.ttl data.ttl: 0 results
shacl-engine owl.ttl data.ttl: 1 results
rdf-validate-shacl owl.ttl data.ttl: 0 results
pySHACL both.ttl data.ttl: 1 results
shacl both.ttl data.ttl: 1 results
shacl-engine both.ttl data.ttl: 1 results
rdf-validate-shacl both.ttl data.ttl: 1 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
