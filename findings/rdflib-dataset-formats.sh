#!/usr/bin/env bash
# Guess: Formats without graphs (Turtle, RDF/XML, N-Triples) treat the named graphs alike.
# Instead: Turtle and RDF/XML hold the default graph alone, N-Triples holds all graphs merged, and HexTuples holds the
# default graph twice.
# Seen: rdflib 7.6.0, 29 November 2026
# Right: None; the documentation is silent.
# Do: Serialise a Graph, not a Dataset, to formats without graphs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0
echo "Versions: rdflib==7.6.0"

cat > write.py <<'END'
import rdflib

dataset = rdflib.Dataset()
dataset.parse(data="<http://example.org/a> <http://example.org/p> <http://example.org/named> <http://example.org/g> .\n"
                   "<http://example.org/a> <http://example.org/p> <http://example.org/default> .\n", format="nquads")
for name in ("turtle", "xml", "nt", "trig", "nquads", "json-ld", "hext"):
    text = dataset.serialize(format=name)
    print(name, "default", text.count("default"), "named", text.count("named"))
END
venv/bin/python -W ignore write.py > actual

cat > expected <<'END'
turtle default 1 named 0
xml default 1 named 0
nt default 1 named 1
trig default 1 named 1
nquads default 1 named 1
json-ld default 1 named 1
hext default 2 named 1
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
