#!/usr/bin/env bash
# Guess: A literal that is read and written has the same text, or at least the same value.
# Instead: The time zone of xsd:date is dropped when the file is read: another value in XML Schema, and another term.
# Seen: rdflib 7.6.0, 29 November 2026
# Right: XML Schema part 2, 3.3.9: dates with and without a time zone are different values.
# Do: Set rdflib.NORMALIZE_LITERALS = False, or publish dates without a time zone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0
echo "Versions: rdflib==7.6.0"

cat > read.py <<'END'
import rdflib

for text in ('"2026-01-31Z"^^xsd:date', '"2026-01-31+02:00"^^xsd:date', '"2026-01-31T00:00:00Z"^^xsd:dateTime'):
    data = f"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <http://example.org/a> <http://example.org/p> {text} ."
    (value,) = rdflib.Graph().parse(data=data, format="turtle").objects()
    print(text, "->", str(value))
END
venv/bin/python read.py > actual

cat > expected <<'END'
"2026-01-31Z"^^xsd:date -> 2026-01-31
"2026-01-31+02:00"^^xsd:date -> 2026-01-31
"2026-01-31T00:00:00Z"^^xsd:dateTime -> 2026-01-31T00:00:00+00:00
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
