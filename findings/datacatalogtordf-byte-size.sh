#!/usr/bin/env bash
# Guess: Distribution.byte_size = 10 is written as a whole number.
# Instead: It is written as the decimal 10.0, which the shapes of DCAT-AP 3 refuse.
# Seen: datacatalogtordf 4.0.1, 29 November 2026
# Right: DCAT 3, dcat:byteSize: xsd:nonNegativeInteger (DCAT 2 had xsd:decimal).
# Do: Replace the literal before publishing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q datacatalogtordf==4.0.1 rdflib==7.6.0
echo "Versions: datacatalogtordf==4.0.1 rdflib==7.6.0"

cat > write.py <<'END'
import rdflib
from datacatalogtordf import Distribution

distribution = Distribution()
distribution.identifier = "http://example.org/x"
distribution.byte_size = 10
graph = rdflib.Graph().parse(data=distribution.to_rdf(), format="turtle")
print([value.n3() for value in graph.objects(None, rdflib.DCAT.byteSize)])
END
venv/bin/python -W ignore write.py > actual

cat > expected <<'END'
['"10.0"^^<http://www.w3.org/2001/XMLSchema#decimal>']
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
