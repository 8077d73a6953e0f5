#!/usr/bin/env bash
# Guess: In SHACL Compact Syntax "ex:born xsd:date" means sh:datatype xsd:date.
# Instead: xsd:string and xsd:integer become sh:datatype, but xsd:date becomes sh:class, so that every date in the
# data is refused. The Python package shaclc is right.
# Seen: shaclc-parse 2.0.0 (npm), shaclc 0.1.1 (PyPI), 29 November 2026
# Right: SHACL Compact Syntax, propertyType: sh:datatype for datatypes of XML Schema and rdf:langString, sh:class for
# others.
# Do: Look at the Turtle that comes out, or parse with the Python package.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q shaclc==0.1.1 rdflib==7.6.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund shaclc-parse@2.0.0
echo "Versions: shaclc==0.1.1 rdflib==7.6.0 shaclc-parse@2.0.0"

cat > shape.shaclc <<'END'
BASE <http://example.org/>
PREFIX ex: <http://example.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

shape ex:S {
    ex:name xsd:string [1..1] .
    ex:born xsd:date [1..1] .
}
END
cat > parse.js <<'END'
import { readFileSync } from 'node:fs';
import { parse } from 'shaclc-parse';
for (const quad of parse(readFileSync('shape.shaclc', 'utf8'), { baseIRI: 'http://example.org/' }))
  if (quad.object.value.includes('XMLSchema#')) console.log('shaclc-parse:', quad.predicate.value.split('#')[1], quad.object.value.split('#')[1]);
END
cat > parse.py <<'END'
from shaclc import shaclc_to_graph

for _, predicate, value in sorted(shaclc_to_graph(open("shape.shaclc").read())):
    if value.endswith(("#string", "#date")):
        print("shaclc:", predicate.split("#")[1], value.split("#")[1])
END
node parse.js > actual
venv/bin/python parse.py | sort >> actual

cat > expected <<'END'
shaclc-parse: datatype string
shaclc-parse: class date
shaclc: datatype date
shaclc: datatype string
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
