#!/usr/bin/env bash
# Guess: true > false is true: SPARQL lists an operator for it.
# Instead: The comparison is an error, so FILTER(?flag > false) drops every row.
# Seen: pyoxigraph 0.5.13 (rdflib 7.6.0 gives true), 29 November 2026
# Right: SPARQL 1.1 Query, 17.3: op:boolean-greater-than.
# Do: Compare booleans by = only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13 rdflib==7.6.0
echo "Versions: pyoxigraph==0.5.13 rdflib==7.6.0"

cat > ask.py <<'END'
import pyoxigraph
import rdflib

query = "SELECT (true > false AS ?v) { }"
(row,) = pyoxigraph.Store().query(query)
print("oxigraph:", row["v"])
print("rdflib:", next(iter(rdflib.Graph().query(query))).v)
END
venv/bin/python ask.py > actual

cat > expected <<'END'
oxigraph: None
rdflib: true
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
