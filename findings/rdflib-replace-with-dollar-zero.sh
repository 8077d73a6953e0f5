#!/usr/bin/env bash
# Guess: In REPLACE, $0 stands for the whole match.
# Instead: A NUL character (U+0000) comes in its place, which Turtle, XML and databases refuse later; and the flag q
# is ignored, so "." replaces every character.
# Seen: rdflib 7.6.0 (pyoxigraph 0.5.13 is right), 29 November 2026
# Right: XPath functions 3.1, 5.6.4: $0 is the match as a whole. (SPARQL 1.1 points at the older text without $0; then
# it is an error.)
# Do: Put the whole pattern into ( ) and use $1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0 pyoxigraph==0.5.13
echo "Versions: rdflib==7.6.0 pyoxigraph==0.5.13"

cat > ask.py <<'END'
import pyoxigraph
import rdflib

for expression in ('REPLACE("abc", "b", "[$0]")', 'REPLACE("abc", "(b)", "[$1]")', 'REPLACE("a.b", ".", "x", "q")'):
    query = f"SELECT ({expression} AS ?v) {{ }}"
    (row,) = pyoxigraph.Store().query(query)
    print(expression, "rdflib", ascii(str(next(iter(rdflib.Graph().query(query))).v)), "oxigraph", ascii(row["v"].value))
END
venv/bin/python -W ignore ask.py > actual

cat > expected <<'END'
REPLACE("abc", "b", "[$0]") rdflib 'a[\x00]c' oxigraph 'a[b]c'
REPLACE("abc", "(b)", "[$1]") rdflib 'a[b]c' oxigraph 'a[b]c'
REPLACE("a.b", ".", "x", "q") rdflib 'xxx' oxigraph 'axb'
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
