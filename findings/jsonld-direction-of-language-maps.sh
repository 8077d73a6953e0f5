#!/usr/bin/env bash
# Guess: A parser that makes "x"@ar--rtl of a value with @direction does so for a language map with @direction too.
# Instead: In a language map the direction is lost. (pyoxigraph keeps both; jsonld.js and PyLD drop both unless
# rdfDirection is set.)
# Seen: jsonld-streaming-parser 5.0.1, pyoxigraph 0.5.13, 29 November 2026
# Right: JSON-LD 1.1 API, Expansion Algorithm: the direction of the term is added to each value of the map; RDF 1.2
# has the literal for it.
# Do: Write the direction on each value.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld-streaming-parser@5.0.1
echo "Versions: pyoxigraph==0.5.13 jsonld-streaming-parser@5.0.1"

cat > value.jsonld <<'END'
{"@id": "http://example.org/a", "http://example.org/p": {"@value": "x", "@language": "ar", "@direction": "rtl"}}
END
cat > map.jsonld <<'END'
{"@context": {"@version": 1.1, "p": {"@id": "http://example.org/p", "@container": "@language", "@direction": "rtl"}},
 "@id": "http://example.org/a", "p": {"ar": "x"}}
END
cat > parse.js <<'END'
import { readFileSync } from 'node:fs';
import { JsonLdParser } from 'jsonld-streaming-parser';
for (const name of ['value', 'map']) {
  const parser = new JsonLdParser();
  parser.on('data', quad => console.log('streaming parser', name, quad.object.language, quad.object.direction || 'no direction'));
  parser.end(readFileSync(`${name}.jsonld`, 'utf8'));
}
END
cat > parse.py <<'END'
import pyoxigraph

for name in ("value", "map"):
    (triple,) = pyoxigraph.parse(path=f"{name}.jsonld", format=pyoxigraph.RdfFormat.JSON_LD)
    print("pyoxigraph", name, triple.object.language, triple.object.direction)
END
node parse.js > actual
venv/bin/python parse.py >> actual

cat > expected <<'END'
streaming parser value ar rtl
streaming parser map ar no direction
pyoxigraph value ar rtl
pyoxigraph map ar rtl
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
