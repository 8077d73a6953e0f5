#!/usr/bin/env bash
# Guess: for row in graph.query(...) gives every row, also one in which nothing is bound.
# Instead: Such rows are skipped, though .bindings and every format of results have them.
# Seen: rdflib 7.6.0, 29 November 2026
# Right: SPARQL 1.1 Query, 18.1.8: the empty solution is a solution.
# Do: Iterate over .bindings, or COALESCE a value.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0
echo "Versions: rdflib==7.6.0"

cat > ask.py <<'END'
import json

import rdflib

result = rdflib.Graph().query("SELECT ?v { VALUES ?v { 1 UNDEF 2 } }")
print(len(list(result)), "rows by iteration")
print(len(result.bindings), "in bindings")
print(len(json.loads(result.serialize(format="json"))["results"]["bindings"]), "in JSON")
END
venv/bin/python ask.py > actual

cat > expected <<'END'
2 rows by iteration
3 in bindings
3 in JSON
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
