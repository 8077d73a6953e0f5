#!/usr/bin/env bash
# Guess: A JSON number with "@type": "xsd:decimal" in the context becomes "5.1"^^xsd:decimal.
# Instead: Three processors write "5.1E0"^^xsd:decimal, an ill-typed literal: sums are empty and SHACL refuses it.
# rdflib alone writes 5.1.
# Seen: PyLD 3.3.0, jsonld 9.0.0, pyoxigraph 0.5.13, rdflib 7.6.0, 29 November 2026
# Right: JSON-LD 1.1 API, Object to RDF Conversion: a number with a fraction gets the canonical form of a double,
# whatever its type. So the three do as specified.
# Do: Put decimals into JSON-LD as strings: {"@value": "5.10", "@type": "xsd:decimal"}.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q PyLD==3.3.0 pyoxigraph==0.5.13 rdflib==7.6.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld@9.0.0
echo "Versions: PyLD==3.3.0 pyoxigraph==0.5.13 rdflib==7.6.0 jsonld@9.0.0"

cat > price.jsonld <<'END'
{"@context": {"price": {"@id": "http://example.org/price", "@type": "http://www.w3.org/2001/XMLSchema#decimal"}},
 "@id": "http://example.org/a", "price": 5.1}
END
cat > convert.py <<'END'
import json

import pyoxigraph
import rdflib
from pyld import jsonld

text = open("price.jsonld").read()
print("PyLD", jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"}).split()[2])
(triple,) = pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD)
print("pyoxigraph", triple.object)
store = pyoxigraph.Store()
store.add(pyoxigraph.Quad(*triple))
print("pyoxigraph sum", next(iter(store.query("SELECT (SUM(?v) AS ?sum) { ?s ?p ?v }")))["sum"])
(value,) = rdflib.Graph().parse(data=text, format="json-ld").objects()
print("rdflib", value.n3())
END
cat > convert.js <<'END'
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';
const quads = await jsonld.toRDF(JSON.parse(readFileSync('price.jsonld')), { format: 'application/n-quads' });
console.log('jsonld', quads.split(' ')[2]);
END
venv/bin/python convert.py > actual
node convert.js >> actual

cat > expected <<'END'
PyLD "5.1E0"^^<http://www.w3.org/2001/XMLSchema#decimal>
pyoxigraph "5.1E0"^^<http://www.w3.org/2001/XMLSchema#decimal>
pyoxigraph sum None
rdflib "5.1"^^<http://www.w3.org/2001/XMLSchema#decimal>
jsonld "5.1E0"^^<http://www.w3.org/2001/XMLSchema#decimal>
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
