#!/usr/bin/env bash
# Guess: \w in sh:pattern means what it means in the engine's own language (letters, digits and the underscore), and
# all is well.
# Instead: By the specification \w is every character but punctuation, separators and control characters: "+", "$",
# "<" and the degree sign are word characters. Four engines all refuse "a+b".
# Seen: pySHACL 0.40.1, shacl 0.3.4, shacl-engine 1.1.2, pyshacl-turbo 0.6.5, 29 November 2026
# Right: SHACL 1.0, 4.4.3 -> SPARQL REGEX -> XPath -> XML Schema part 2, appendix F: \w is
# [#x0000-#x10FFFF]-[\p{P}\p{Z}\p{C}].
# Do: Never write \w; write the characters that are meant.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4 pyshacl-turbo==0.6.5
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund shacl-engine@1.1.2 rdf-ext@2.6.0 n3@2.13.12
echo "Versions: pyshacl==0.40.1 rdflib==7.6.0 shacl==0.3.4 pyshacl-turbo==0.6.5 shacl-engine@1.1.2 rdf-ext@2.6.0 n3@2.13.12"

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
sed 's/import pyshacl$/import pyshacl_turbo as pyshacl/; s/pySHACL/pyshacl-turbo/' validate.py > turbo.py
echo 'e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:pattern "^\\w+$" ] .' > shapes.ttl
echo 'e:a e:p "a+b" .' > data.ttl
{
    venv/bin/python validate.py shapes.ttl data.ttl
    venv/bin/python other.py shapes.ttl data.ttl
    venv/bin/python turbo.py shapes.ttl data.ttl
    node validate.js shapes.ttl data.ttl
} > actual

cat > expected <<'END'
pySHACL shapes.ttl data.ttl: 1 results
shacl shapes.ttl data.ttl: 1 results
pyshacl-turbo shapes.ttl data.ttl: 1 results
shacl-engine shapes.ttl data.ttl: 1 results
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
