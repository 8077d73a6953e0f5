#!/usr/bin/env bash
# Guess: An ill-typed literal keeps its text: "yes"^^xsd:boolean stays "yes".
# Instead: It is read as false and written as false: the wrong value is turned into a right one that may be the
# opposite.
# Seen: rdflib 7.6.0, 29 November 2026
# Right: RDF 1.1 Concepts, 3.3: an ill-typed literal is still a literal of its own.
# Do: Set rdflib.NORMALIZE_LITERALS = False before reading foreign data.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0
echo "Versions: rdflib==7.6.0"

cat > read.py <<'END'
import logging

import rdflib

logging.disable()
for normalize in (True, False):
    rdflib.NORMALIZE_LITERALS = normalize
    for text in ("yes", "TRUE", "kyllä"):
        data = f'<http://example.org/a> <http://example.org/p> "{text}"^^<{rdflib.XSD.boolean}> .'
        (value,) = rdflib.Graph().parse(data=data, format="nt").objects()
        print(f"NORMALIZE_LITERALS {normalize}: {text} -> {value}")
END
venv/bin/python -W ignore read.py > actual

cat > expected <<'END'
NORMALIZE_LITERALS True: yes -> false
NORMALIZE_LITERALS True: TRUE -> true
NORMALIZE_LITERALS True: kyllä -> false
NORMALIZE_LITERALS False: yes -> yes
NORMALIZE_LITERALS False: TRUE -> TRUE
NORMALIZE_LITERALS False: kyllä -> kyllä
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
