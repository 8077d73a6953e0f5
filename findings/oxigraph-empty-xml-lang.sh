#!/usr/bin/env bash
# Guess: xml:lang="" ends the language of an outer element: a plain string.
# Instead: The document is refused: "A subtag should not be empty". rdflib and rdfxml-streaming-parser read it.
# Seen: pyoxigraph 0.5.13, rdflib 7.6.0, 29 November 2026
# Right: RDF/XML, 2.7 and XML 1.0, 2.12: the empty value says that there is no language.
# Do: Do not set xml:lang on an outer element of RDF/XML that is published.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13 rdflib==7.6.0
echo "Versions: pyoxigraph==0.5.13 rdflib==7.6.0"

cat > doc.rdf <<'END'
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/" xml:lang="fi">
  <rdf:Description rdf:about="http://example.org/a"><e:code xml:lang="">A1</e:code></rdf:Description>
</rdf:RDF>
END
cat > read.py <<'END'
import pyoxigraph
import rdflib

print("rdflib", [value.n3() for value in rdflib.Graph().parse("doc.rdf", format="xml").objects()])
try:
    print("pyoxigraph", [str(triple.object) for triple in pyoxigraph.parse(path="doc.rdf", format=pyoxigraph.RdfFormat.RDF_XML)])
except SyntaxError as error:
    print("pyoxigraph", error)
END
venv/bin/python read.py > actual

cat > expected <<'END'
rdflib ['"A1"']
pyoxigraph error while parsing language tag '': A subtag should not be empty
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
