#!/usr/bin/env bash
# Guess: <a property="..." href="https://example.org/a b"> gives an IRI, escaped or not.
# Instead: In RDFa it becomes the text of the link as a literal; in microdata an IRI with a space, which N-Triples
# cannot hold.
# Seen: rdfa-streaming-parser 3.0.2, microdata-rdf-streaming-parser 3.0.0, 29 November 2026
# Right: RDFa Core 1.1, 7.4: values that are no IRIs are ignored; browsers make %20 of the space.
# Do: Escape spaces in href before publishing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdfa-streaming-parser@3.0.2 microdata-rdf-streaming-parser@3.0.0
echo "Versions: rdfa-streaming-parser@3.0.2 microdata-rdf-streaming-parser@3.0.0"

cat > read.js <<'END'
import { MicrodataRdfParser } from 'microdata-rdf-streaming-parser';
import { RdfaParser } from 'rdfa-streaming-parser';
const options = { baseIRI: 'http://example.org/', contentType: 'text/html' };
for (const href of ['https://example.org/a%20b', 'https://example.org/a b']) {
  const show = name => quad => { if (quad.predicate.value.endsWith('see')) console.log(name, quad.object.termType, quad.object.value); };
  const rdfa = new RdfaParser(options);
  rdfa.on('data', show('RDFa'));
  rdfa.end(`<html><body><p about="#x"><a property="http://example.org/see" href="${href}">the text</a></p></body></html>`);
  const microdata = new MicrodataRdfParser(options);
  microdata.on('data', show('microdata'));
  microdata.end(`<p itemscope itemid="#x" itemtype="http://example.org/T"><a itemprop="see" href="${href}">the text</a></p>`);
}
END
node read.js | sort > actual

cat > expected <<'END'
RDFa Literal the text
RDFa NamedNode https://example.org/a%20b
microdata NamedNode https://example.org/a b
microdata NamedNode https://example.org/a%20b
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
