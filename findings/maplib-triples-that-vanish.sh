#!/usr/bin/env bash
# Guess: Every triple of a valid Turtle file is in the model; a value that is no number stays as text.
# Instead: true written as "1", a date with a time zone, an integer of 30 digits, and every ill-typed literal: the
# whole triple is gone, without an error.
# Seen: maplib 0.20.26, 29 November 2026
# Right: RDF 1.1 Concepts, 3.3: these are literals like others (the first three even well-typed).
# Do: Compare the number of triples before and after; give such data as strings.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q maplib==0.20.26
echo "Versions: maplib==0.20.26"

cat > values.py <<'END'
from maplib import Model

for literal in ('true', '"1"^^xsd:boolean', '"2026-01-31"^^xsd:date', '"2026-01-31Z"^^xsd:date', '123456789012345678901234567890', '"abc"^^xsd:integer'):
    model = Model()
    model.reads(f"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <http://example.org/a> <http://example.org/p> {literal} .", format="turtle")
    text = model.writes(format="ntriples").strip()
    print(literal, "->", text.split(" ", 2)[2].removesuffix(" .").replace("http://www.w3.org/2001/XMLSchema#", "xsd:") if text else "no triple")
END
venv/bin/python values.py > actual 2> warnings

cat > expected <<'END'
true -> "true"^^<xsd:boolean>
"1"^^xsd:boolean -> no triple
"2026-01-31"^^xsd:date -> "2026-01-31"^^<xsd:date>
"2026-01-31Z"^^xsd:date -> no triple
123456789012345678901234567890 -> no triple
"abc"^^xsd:integer -> no triple
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
