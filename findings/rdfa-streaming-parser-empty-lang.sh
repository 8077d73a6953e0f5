#!/usr/bin/env bash
# Guess: lang="" in HTML with RDFa gives a plain string.
# Instead: The literal has the datatype rdf:langString and an empty language, which no format can write and
# rdf:langString forbids.
# Seen: rdfa-streaming-parser 3.0.2, 29 November 2026
# Right: RDFa Core 1.1, 7.5: an empty value means no current language; RDF 1.1 Concepts, 3.3: a language tag is not
# empty.
# Do: Take literals with an empty language for plain strings after this parser.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdfa-streaming-parser@3.0.2
echo "Versions: rdfa-streaming-parser@3.0.2"

cat > read.js <<'END'
import { RdfaParser } from 'rdfa-streaming-parser';
const parser = new RdfaParser({ baseIRI: 'http://example.org/', contentType: 'text/html' });
parser.on('data', ({ object }) => {
  if (object.termType === 'Literal') console.log(JSON.stringify([object.value, object.language, object.datatype.value]));
});
parser.end('<html lang="fi"><body><div vocab="http://example.org/ns#" resource="#a"><p property="code" lang="">A1</p></div></body></html>');
END
node read.js > actual

cat > expected <<'END'
["A1","","http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"]
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
