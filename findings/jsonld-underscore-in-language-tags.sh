#!/usr/bin/env bash
# Guess: A name tagged "fi_FI" (as in the locales of many web pages) is read with that tag, or the parser says that it
# is wrong.
# Instead: pyoxigraph and jsonld-streaming-parser leave the triple out without a word; PyLD writes the N-Quads
# "x"@fi_fi, which is none; rdflib raises an error.
# Seen: pyoxigraph 0.5.13, jsonld-streaming-parser 5.0.1, PyLD 3.3.0, rdflib 7.6.0, 29 November 2026
# Right: JSON-LD 1.1 API, Object to RDF Conversion: a value with an ill-formed language tag is dropped. So the first
# two do as specified.
# Do: Check the tags of foreign JSON-LD before it is converted, and count the values.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13 PyLD==3.3.0 rdflib==7.6.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld-streaming-parser@5.0.1
echo "Versions: pyoxigraph==0.5.13 PyLD==3.3.0 rdflib==7.6.0 jsonld-streaming-parser@5.0.1"

echo '{"@id": "http://example.org/a", "http://example.org/name": {"@value": "x", "@language": "fi_FI"}}' > name.jsonld
cat > parse.py <<'END'
import json
import logging

import pyoxigraph
import rdflib
from pyld import jsonld

logging.disable()
text = open("name.jsonld").read()
print("pyoxigraph", len(list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))), "triples")
print("PyLD", jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"}).split()[2])
try:
    print("rdflib", len(rdflib.Graph().parse(data=text, format="json-ld")), "triples")
except ValueError as error:
    print("rdflib", error)
END
cat > parse.js <<'END'
import { readFileSync } from 'node:fs';
import { JsonLdParser } from 'jsonld-streaming-parser';
let count = 0;
const parser = new JsonLdParser();
parser.on('data', () => { count += 1; }).on('error', error => console.log(error.message)).on('end', () => console.log(`streaming parser ${count} triples`));
parser.end(readFileSync('name.jsonld', 'utf8'));
END
venv/bin/python parse.py > actual
node parse.js >> actual

cat > expected <<'END'
pyoxigraph 0 triples
PyLD "x"@fi_fi
rdflib 'fi_FI' is not a valid language tag!
streaming parser 0 triples
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
