#!/usr/bin/env bash
# Guess: CSV of SPARQL results has bare names in the head and bare values: a,x.
# Instead: What is called CSV has "?s,?p,?o", IRIs in < > and literals in quotes with their tags: the values of the
# TSV format between commas.
# Seen: rdf12-ntriples-parser 0.1.0, 29 November 2026
# Right: SPARQL 1.1 Query Results CSV and TSV Formats, 3: no "?" and no RDF syntax in CSV.
# Do: Ask for TSV, which is right.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdf12-ntriples-parser==0.1.0
echo "Versions: rdf12-ntriples-parser==0.1.0"

echo '<http://example.org/a> <http://example.org/p> "x"@en .' > data.nt
venv/bin/nt-parser data.nt | tr -d '\r' > actual

cat > expected <<'END'
?s,?p,?o
<http://example.org/a>,<http://example.org/p>,"""x""@en"
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
