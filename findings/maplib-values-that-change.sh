#!/usr/bin/env bash
# Guess: What is read is written with the same value.
# Instead: A local time becomes one of UTC, decimals are cut after twelve places, and INF is written as "inf", which
# is no xsd:double.
# Seen: maplib 0.20.26, 29 November 2026
# Right: XML Schema part 2: a dateTime without a time zone is no point in time (3.3.7); INF is in capitals (3.3.5).
# Do: Keep such values as strings while they pass through the data frames.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q maplib==0.20.26
echo "Versions: maplib==0.20.26"

cat > values.py <<'END'
from maplib import Model

for literal in ('"2026-01-31T10:00:00"^^xsd:dateTime', '0.1234567890123456', '"INF"^^xsd:double'):
    model = Model()
    model.reads(f"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <http://example.org/a> <http://example.org/p> {literal} .", format="turtle")
    text = model.writes(format="ntriples").strip()
    print(literal, "->", text.split(" ", 2)[2].removesuffix(" .").replace("http://www.w3.org/2001/XMLSchema#", "xsd:") if text else "no triple")
END
venv/bin/python values.py > actual 2> warnings

cat > expected <<'END'
"2026-01-31T10:00:00"^^xsd:dateTime -> "2026-01-31T10:00:00+00:00"^^<xsd:dateTime>
0.1234567890123456 -> "0.123456789012"^^<xsd:decimal>
"INF"^^xsd:double -> "inf"^^<xsd:double>
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
