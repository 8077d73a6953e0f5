#!/usr/bin/env bash
# Guess: A relative @id in a document without a base stays relative, and its triples are left out of N-Quads.
# Instead: to_rdf() resolves it against http://example.org/base/, an address that is nobody's, and writes the triple.
# Seen: PyLD 3.3.0 (jsonld-streaming-parser and pyoxigraph leave the triple out), 29 November 2026
# Right: JSON-LD 1.1 API, Deserialize JSON-LD to RDF: relative IRIs make no triple.
# Do: Pass {"base": ...} always, and look for example.org/base in what comes out.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q PyLD==3.3.0 pyoxigraph==0.5.13
echo "Versions: PyLD==3.3.0 pyoxigraph==0.5.13"

cat > read.py <<'END'
import json

import pyoxigraph
from pyld import jsonld

document = {"@id": "x", "http://example.org/p": 1}
print("PyLD", jsonld.to_rdf(document, {"format": "application/n-quads"}).split()[0])
print("pyoxigraph", len(list(pyoxigraph.parse(json.dumps(document), format=pyoxigraph.RdfFormat.JSON_LD))), "triples")
END
venv/bin/python read.py > actual

cat > expected <<'END'
PyLD <http://example.org/base/x>
pyoxigraph 0 triples
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
