#!/usr/bin/env bash
# Guess: sh:severity beside sh:message in a SPARQL constraint weighs its results, as the message words them.
# Instead: One engine takes it from there, the other takes only that of the shape around it, and says Violation.
# Seen: shacl 0.3.4, pySHACL 0.40.1, 29 November 2026
# Right: sh:resultSeverity is the sh:severity of the shape (SHACL, 3.6.2.8); a constraint has messages only (5.3.2).
# Do: Put sh:severity on the shape.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q shacl==0.3.4 pyshacl==0.40.1 rdflib==7.6.0
echo "Versions: shacl==0.3.4 pyshacl==0.40.1 rdflib==7.6.0"

cat > ask.py <<'END'
import pyshacl
import rdflib
import shacl

SH = "http://www.w3.org/ns/shacl#"
SHAPES = f"""@prefix sh: <{SH}> .
<urn:x:shape> a sh:NodeShape ; sh:targetNode <urn:x:a> ;
    sh:sparql [ sh:severity sh:Warning ; sh:message "no" ; sh:select "SELECT $this WHERE {{ $this ?p ?o }}" ] ."""
DATA = '<urn:x:a> <urn:x:p> "1" .'

report = shacl.Shapes.from_text(SHAPES, format="turtle").validate_text(DATA, format="ntriples")
graphs = {"shacl": rdflib.Graph().parse(data=report.serialize("ntriples"), format="nt")}
_, graphs["pySHACL"], _ = pyshacl.validate(
    rdflib.Graph().parse(data=DATA, format="nt"), shacl_graph=rdflib.Graph().parse(data=SHAPES, format="turtle")
)
for name, graph in graphs.items():
    print(name, *(str(value).removeprefix(SH) for value in graph.objects(None, rdflib.URIRef(SH + "resultSeverity"))))
END
venv/bin/python ask.py > actual

cat > expected <<'END'
shacl Warning
pySHACL Violation
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
