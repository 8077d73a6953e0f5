#!/usr/bin/env bash
# Guess: sh:languageIn ("en") takes "en" and "en-GB" in any case, refuses "eng", and ("*") takes every tag.
# Instead: shacl-engine compares beginnings of strings: it takes "eng", refuses "EN-gb", and knows no "*". pySHACL and
# shacl are right.
# Seen: shacl-engine 1.1.2 (rdf-validate-shacl 0.6.5 is like it), pySHACL 0.40.1, shacl 0.3.4, 29 November 2026
# Right: SHACL 1.0, 4.4.4: by the SPARQL function langMatches (RFC 4647, basic filtering).
# Do: Write tags in lower case in data, and list every range that is meant; do not use "*".
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
for pair in 'en en-GB' 'en eng' 'en-GB EN-gb' '* fi'; do
    read -r range tag <<< "$pair"
    echo "e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:languageIn (\"$range\") ] ." > shapes.ttl
    echo "e:a e:p \"x\"@$tag ." > data.ttl
    echo "range $range, tag $tag"
    venv/bin/python validate.py shapes.ttl data.ttl
    venv/bin/python other.py shapes.ttl data.ttl
    node validate.js shapes.ttl data.ttl
done > actual

cat > expected <<'END'
range en, tag en-GB
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 0 results
shacl-engine shapes.ttl data.ttl: 0 results
range en, tag eng
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 1 results
shacl-engine shapes.ttl data.ttl: 0 results
range en-GB, tag EN-gb
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 0 results
shacl-engine shapes.ttl data.ttl: 1 results
range *, tag fi
pySHACL shapes.ttl data.ttl: 0 results
shacl shapes.ttl data.ttl: 0 results
shacl-engine shapes.ttl data.ttl: 1 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
