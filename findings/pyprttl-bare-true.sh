#!/usr/bin/env bash
# Guess: A formatter of Turtle leaves a literal in quotes as it is, or writes what means the same.
# Instead: "TRUE"^^xsd:boolean (ill-typed, but RDF) becomes the bare word TRUE, which is not Turtle.
# Seen: pyprttl 1.0.1, read back by pyoxigraph 0.5.13, 29 November 2026
# Right: Turtle 1.1, 2.5.3: the bare words are true and false, in lower case.
# Do: Parse the output before it replaces the file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyprttl==1.0.1 pyoxigraph==0.5.13
echo "Versions: pyprttl==1.0.1 pyoxigraph==0.5.13"

cat > format.py <<'END'
import pyoxigraph
import pyprttl

XSD = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
for literal in ('"true"^^xsd:boolean', '"TRUE"^^xsd:boolean'):
    text = pyprttl.format_turtle(XSD + f"<http://example.org/a> <http://example.org/p> {literal} .\n")
    try:
        (triple,) = pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE)
        print(literal, "->", triple.object.value)
    except SyntaxError as error:
        print(literal, "->", str(error).split(": ")[1].split(" (")[0])
END
venv/bin/python format.py > actual

cat > expected <<'END'
"true"^^xsd:boolean -> true
"TRUE"^^xsd:boolean -> TRUE is not a valid RDF object
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
