#!/usr/bin/env bash
# Guess: JSON-LD with a typed value, {"@value": "INF", "@type": "xsd:double"}, gives that literal as it is written.
# Instead: jsonld.js makes "NaN" of "INF", which is another value; PyLD makes "NAN" of "NaN", which is no double; both
# rewrite "1E3".
# Seen: jsonld 9.0.0, PyLD 3.3.0, 30 November 2026
# Right: JSON-LD 1.1 API, 8.2.2 (Object to RDF Conversion): only values that are JSON numbers are converted; a string
# is the lexical form. jsonld-streaming-parser 4.0.1 is right.
# Do: Take doubles from another format, where infinities or texts of numbers matter.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q PyLD==3.3.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld@9.0.0
echo "Versions: PyLD==3.3.0 jsonld@9.0.0"

cat > data.json <<'END'
{"@id": "http://example.org/s", "http://example.org/p": [
  {"@value": "INF", "@type": "http://www.w3.org/2001/XMLSchema#double"},
  {"@value": "NaN", "@type": "http://www.w3.org/2001/XMLSchema#double"},
  {"@value": "1E3", "@type": "http://www.w3.org/2001/XMLSchema#double"}]}
END
cat > read.js <<'END'
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';
process.stdout.write(await jsonld.toRDF(JSON.parse(readFileSync('data.json', 'utf8')), { format: 'application/n-quads' }));
END
cat > read.py <<'END'
import json
from pyld import jsonld

print(jsonld.to_rdf(json.load(open("data.json")), {"format": "application/n-quads"}), end="")
END
{ echo jsonld.js; node read.js | grep -o '"[^"]*"' | sort; echo PyLD; venv/bin/python read.py | grep -o '"[^"]*"' | sort; } > actual

cat actual
cat > expected <<'END'
jsonld.js
"1.0E3"
"NaN"
"NaN"
PyLD
"1.0E3"
"INF"
"NAN"
END
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
