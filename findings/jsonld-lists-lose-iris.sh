#!/usr/bin/env bash
# Guess: A list whose cells have IRIs stays as rdf:first and rdf:rest when N-Quads become JSON-LD: @list has no place
# for their names.
# Instead: All cells but the first become an @list, so that the IRIs of the cells are gone and other triples lose
# their aim.
# Seen: jsonld 9.0.0 (pyoxigraph 0.5.13 reads the result back), 29 November 2026
# Right: JSON-LD 1.1 API, Serialize RDF as JSON-LD: only cells that are blank nodes, used once, may become a list.
# Do: Use blank nodes for lists; write data with named cells in another format.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld@9.0.0
echo "Versions: jsonld@9.0.0"

cat > convert.js <<'END'
import jsonld from 'jsonld';
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const quads = `<http://example.org/list/1> <${rdf}first> "a" .
<http://example.org/list/1> <${rdf}rest> <http://example.org/list/2> .
<http://example.org/list/2> <${rdf}first> "b" .
<http://example.org/list/2> <${rdf}rest> <${rdf}nil> .
`;
const back = await jsonld.toRDF(await jsonld.fromRDF(quads, { format: 'application/n-quads' }), { format: 'application/n-quads' });
for (const name of ['http://example.org/list/1', 'http://example.org/list/2']) console.log(name, back.includes(name) ? 'is there' : 'is gone');
END
node convert.js > actual

cat > expected <<'END'
http://example.org/list/1 is there
http://example.org/list/2 is gone
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
