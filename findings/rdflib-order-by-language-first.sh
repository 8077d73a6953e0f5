#!/usr/bin/env bash
# Guess: ORDER BY ?name sorts names by their text; languages come second, if at all.
# Instead: Names with language tags are sorted by tag first: all "en", then all "fi", whatever their texts.
# Seen: rdflib 7.6.0, 29 November 2026
# Right: SPARQL 1.1 Query, 15.1 does not define an order of tagged literals; oxigraph and Comunica sort by text. Both
# are allowed.
# Do: Write ORDER BY STR(?name) LANG(?name).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0
echo "Versions: rdflib==7.6.0"

cat > ask.py <<'END'
import rdflib

for key in ("?v", "STR(?v) LANG(?v)"):
    query = f'SELECT ?v {{ VALUES ?v {{ "b"@fi "a"@sv "a"@fi "c"@en }} }} ORDER BY {key}'
    print(key, "->", " ".join(row.v.n3() for row in rdflib.Graph().query(query)))
END
venv/bin/python ask.py > actual

cat > expected <<'END'
?v -> "c"@en "a"@fi "b"@fi "a"@sv
STR(?v) LANG(?v) -> "a"@fi "a"@sv "b"@fi "c"@en
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
