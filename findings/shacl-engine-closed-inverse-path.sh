#!/usr/bin/env bash
# Guess: sh:closed allows only properties that are the sh:path of a property shape as an IRI; an inverse path adds
# none.
# Instead: A property inside [ sh:inversePath ... ] counts as allowed, so the outgoing triple passes.
# Seen: shacl-engine 1.1.2 (pySHACL 0.40.1 beside it), 29 November 2026
# Right: SHACL 1.0, 4.8.1: of the paths of the property shapes those count that are IRIs.
# Do: Do not rely on sh:closed in shapes with inverse paths; put those paths into a shape of their own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyshacl==0.40.1 rdflib==7.6.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund shacl-engine@1.1.2 rdf-ext@2.6.0 n3@2.13.12
echo "Versions: pyshacl==0.40.1 rdflib==7.6.0 shacl-engine@1.1.2 rdf-ext@2.6.0 n3@2.13.12"

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
echo 'e:S a sh:NodeShape ; sh:targetNode e:a ; sh:closed true ; sh:property [ sh:path [ sh:inversePath e:p ] ] .' > shapes.ttl
echo 'e:a e:p 1 .' > data.ttl
{
    venv/bin/python validate.py shapes.ttl data.ttl
    node validate.js shapes.ttl data.ttl
} > actual

cat > expected <<'END'
pySHACL shapes.ttl data.ttl: 1 results
shacl-engine shapes.ttl data.ttl: 0 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
