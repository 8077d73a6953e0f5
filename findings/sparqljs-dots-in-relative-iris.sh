#!/usr/bin/env bash
# Guess: BASE <http://example.org/x/> and <../q> give <http://example.org/q>.
# Instead: The IRI becomes <http://example.org/x/../q>, which is another name and matches nothing. Comunica 4 asks by
# it.
# Seen: sparqljs 3.7.4 (pyoxigraph 0.5.13 resolves it), 29 November 2026
# Right: SPARQL 1.1 Query, 4.1.1.2 and RFC 3986, 5.2.4: dot segments are removed.
# Do: Write absolute IRIs in queries.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund sparqljs@3.7.4
echo "Versions: pyoxigraph==0.5.13 sparqljs@3.7.4"

cat > parse.js <<'END'
import sparqljs from 'sparqljs';
const query = 'BASE <http://example.org/x/> SELECT * { <../q> ?p <./r> }';
const { subject, object } = new sparqljs.Parser().parse(query).where[0].triples[0];
console.log('sparqljs', subject.value, object.value);
END
cat > parse.py <<'END'
import pyoxigraph

store = pyoxigraph.Store()
(triple,) = store.query("BASE <http://example.org/x/> CONSTRUCT { <../q> a <./r> } WHERE { }")
print("pyoxigraph", triple.subject.value, triple.object.value)
END
node parse.js > actual
venv/bin/python parse.py >> actual

cat > expected <<'END'
sparqljs http://example.org/x/../q http://example.org/x/./r
pyoxigraph http://example.org/q http://example.org/x/r
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
