#!/usr/bin/env bash
# Guess: xsd:integer(1.9) is 1, xsd:date of a dateTime is its day, and IN compares values as = does.
# Instead: The casts give nothing (a decimal has to go through its text), and IN compares terms, so 1 IN (1.0) is
# false though 1 = 1.0 is true.
# Seen: rdflib 7.6.0 (pyoxigraph 0.5.13 gives 1, 2020-05-01, true), 29 November 2026
# Right: SPARQL 1.1 Query, 17.5 (xsd:integer of a decimal cuts it, XPath casting), 17.4.1.9 (IN is = repeated).
# Do: Cast by xsd:integer(FLOOR(?v)) and STRDT(SUBSTR(STR(?v), 1, 10), xsd:date); write ?v = a || ?v = b for numbers.
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

for expression in ("xsd:integer(1.9)", 'xsd:date("2020-05-01T10:00:00"^^xsd:dateTime)', "1 = 1.0", "1 IN (1.0)"):
    query = f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ({expression} AS ?v) {{ }}"
    values = [binding.get("v") for binding in rdflib.Graph().query(query).bindings]
    (row,) = pyoxigraph.Store().query(query)
    print(f"{expression}: rdflib {values[0] if values else None}, oxigraph {row['v'] and row['v'].value}")
END
venv/bin/python ask.py > actual

cat > expected <<'END'
xsd:integer(1.9): rdflib None, oxigraph 1
xsd:date("2020-05-01T10:00:00"^^xsd:dateTime): rdflib None, oxigraph 2020-05-01
1 = 1.0: rdflib true, oxigraph true
1 IN (1.0): rdflib false, oxigraph true
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
