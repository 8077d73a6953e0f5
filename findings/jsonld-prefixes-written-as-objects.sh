#!/usr/bin/env bash
# Guess: A term of the context whose IRI ends in "/" can be used as a prefix, however it is written.
# Instead: Written as an object it is none in jsonld.js and PyLD: "e:a" stays the IRI <e:a>, without an error. rdflib
# and pyoxigraph expand it.
# Seen: jsonld 9.0.0, PyLD 3.3.0, rdflib 7.6.0, pyoxigraph 0.5.13, 29 November 2026
# Right: JSON-LD 1.1, 4.1.5 and 9.15.1: an expanded term definition needs "@prefix": true. The first two are right.
# Do: Write prefixes as plain strings, or add "@prefix": true.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q PyLD==3.3.0 pyoxigraph==0.5.13 rdflib==7.6.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld@9.0.0
echo "Versions: PyLD==3.3.0 pyoxigraph==0.5.13 rdflib==7.6.0 jsonld@9.0.0"

echo '{"@context": {"e": {"@id": "http://example.org/"}}, "@id": "e:a", "e:p": "x"}' > doc.jsonld
cat > convert.py <<'END'
import json

import pyoxigraph
import rdflib
from pyld import jsonld

text = open("doc.jsonld").read()
print("PyLD", jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"}).split()[0])
print("pyoxigraph", next(iter(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))).subject)
print("rdflib", next(rdflib.Graph().parse(data=text, format="json-ld").subjects()).n3())
END
cat > convert.js <<'END'
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';
console.log('jsonld', (await jsonld.toRDF(JSON.parse(readFileSync('doc.jsonld')), { format: 'application/n-quads' })).split(' ')[0]);
END
venv/bin/python convert.py > actual
node convert.js >> actual

cat > expected <<'END'
PyLD <e:a>
pyoxigraph <http://example.org/a>
rdflib <http://example.org/a>
jsonld <e:a>
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
