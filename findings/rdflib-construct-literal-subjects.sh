#!/usr/bin/env bash
# Guess: A template that would put a literal in the place of the subject makes no triple.
# Instead: rdflib and Comunica both make the triple, and rdflib writes it in N-Triples that no other parser reads.
# Seen: rdflib 7.6.0, @comunica/query-sparql 4.5.0; pyoxigraph 0.5.13 as the reader, 29 November 2026
# Right: SPARQL 1.1 Query, 16.2: a triple with a literal as subject is not included in the result.
# Do: Add FILTER(!isLiteral(?s)) for variables in the place of the subject.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0 pyoxigraph==0.5.13
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund @comunica/query-sparql@4.5.0 n3@2.13.12
echo "Versions: rdflib==7.6.0 pyoxigraph==0.5.13 @comunica/query-sparql@4.5.0 n3@2.13.12"

cat > ask.py <<'END'
import pyoxigraph
import rdflib

query = "CONSTRUCT { ?v <http://example.org/of> <http://example.org/a> } WHERE { VALUES ?v { 1 } }"
text = rdflib.Graph().query(query).graph.serialize(format="nt")
print("rdflib:", text.strip())
try:
    print("read by oxigraph:", list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES)))
except SyntaxError as error:
    print("read by oxigraph:", type(error).__name__)
END
cat > ask.js <<'END'
import { QueryEngine } from '@comunica/query-sparql';
import { Store } from 'n3';
const query = 'CONSTRUCT { ?v <http://example.org/of> <http://example.org/a> } WHERE { VALUES ?v { 1 } }';
const quads = await (await new QueryEngine().queryQuads(query, { sources: [new Store()] })).toArray();
for (const quad of quads) console.log('comunica:', quad.subject.termType, quad.subject.value);
process.exit(0);
END
venv/bin/python ask.py > actual
node ask.js >> actual

cat > expected <<'END'
rdflib: "1"^^<http://www.w3.org/2001/XMLSchema#integer> <http://example.org/of> <http://example.org/a> .
read by oxigraph: SyntaxError
comunica: Literal 1
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
