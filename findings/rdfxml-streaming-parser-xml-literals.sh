#!/usr/bin/env bash
# Guess: parseType="Literal" keeps "&amp;" escaped: the literal is XML.
# Instead: The literal holds a bare "&" (and, alike, a bare "<" from "&lt;"), so it is no XML any more.
# Seen: rdfxml-streaming-parser 3.3.0 (pyoxigraph 0.5.13 is right), 29 November 2026
# Right: RDF/XML, 7.2.17 and RDF 1.1 Concepts, 5.3: the text is well-formed XML.
# Do: Check rdf:XMLLiteral values after this parser (Comunica uses it).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdfxml-streaming-parser@3.3.0
echo "Versions: pyoxigraph==0.5.13 rdfxml-streaming-parser@3.3.0"

cat > doc.rdf <<'END'
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">
  <rdf:Description rdf:about="http://example.org/a"><e:note rdf:parseType="Literal"><b>R&amp;D</b> &lt; 5</e:note></rdf:Description>
</rdf:RDF>
END
cat > read.js <<'END'
import { readFileSync } from 'node:fs';
import { RdfXmlParser } from 'rdfxml-streaming-parser';
const parser = new RdfXmlParser();
parser.on('data', quad => console.log('streaming parser', quad.object.value.slice(3)));
parser.end(readFileSync('doc.rdf', 'utf8'));
END
cat > read.py <<'END'
import pyoxigraph

(triple,) = pyoxigraph.parse(path="doc.rdf", format=pyoxigraph.RdfFormat.RDF_XML)
print("pyoxigraph", triple.object.value.split(">", 1)[1])
END
node read.js > actual
venv/bin/python read.py >> actual

cat > expected <<'END'
streaming parser R&D</b> < 5
pyoxigraph R&amp;D</b> &lt; 5
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
