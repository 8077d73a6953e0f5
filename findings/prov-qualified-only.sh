#!/usr/bin/env bash
# Guess: In RDF a generation with a time has the plain triple and the qualified one.
# Instead: With a time only prov:qualifiedGeneration is written, so that a query for prov:wasGeneratedBy does not find
# it; without a time only the plain triple.
# Seen: prov 3.2.3, rdflib 7.6.0, 29 November 2026
# Right: PROV-O, 3.3: a qualified influence implies the plain property; nothing says that it may be left out.
# Do: Add the plain triples after writing, or ask for both:
# prov:wasGeneratedBy|prov:qualifiedGeneration/prov:activity.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q prov[rdf]==3.2.3 rdflib==7.6.0
echo "Versions: prov[rdf]==3.2.3 rdflib==7.6.0"

cat > write.py <<'END'
import rdflib
from prov.model import ProvDocument

for time in (None, "2026-01-01T12:00:00"):
    document = ProvDocument()
    document.add_namespace("e", "http://example.org/")
    document.wasGeneratedBy(document.entity("e:report"), document.activity("e:writing"), time=time)
    graph = rdflib.Graph().parse(data=document.serialize(format="rdf", rdf_format="nt"), format="nt")
    print(time, sorted(predicate.fragment for predicate in graph.predicates(rdflib.URIRef("http://example.org/report"))))
END
venv/bin/python -W ignore write.py > actual

cat > expected <<'END'
None ['type', 'wasGeneratedBy']
2026-01-01T12:00:00 ['qualifiedGeneration', 'type']
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
