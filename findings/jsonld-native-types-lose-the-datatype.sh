#!/usr/bin/env bash
# Guess: With useNativeTypes a number that has no native form ("01", or one of 20 digits) keeps its datatype.
# Instead: "01" and "12345678901234567890" become strings without a datatype, so that integers come back as
# xsd:string; decimals keep theirs.
# Seen: jsonld 9.0.0, 29 November 2026
# Right: JSON-LD 1.1 API, RDF to Object Conversion: where no native value is made, @type stays.
# Do: Leave useNativeTypes off.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund jsonld@9.0.0
echo "Versions: jsonld@9.0.0"

cat > convert.js <<'END'
import jsonld from 'jsonld';
const xsd = 'http://www.w3.org/2001/XMLSchema#';
for (const [value, type] of [['1', 'integer'], ['01', 'integer'], ['12345678901234567890', 'integer'], ['1.10', 'decimal']]) {
  const quad = `<http://example.org/a> <http://example.org/p> "${value}"^^<${xsd}${type}> .\n`;
  const expanded = await jsonld.fromRDF(quad, { format: 'application/n-quads', useNativeTypes: true });
  console.log(quad.split(' ')[2].replace(xsd, 'xsd:'), '->', JSON.stringify(expanded[0]['http://example.org/p'][0]).replace(xsd, 'xsd:'));
}
END
node convert.js > actual

cat > expected <<'END'
"1"^^<xsd:integer> -> {"@value":1}
"01"^^<xsd:integer> -> {"@value":"01"}
"12345678901234567890"^^<xsd:integer> -> {"@value":"12345678901234567890"}
"1.10"^^<xsd:decimal> -> {"@value":"1.10","@type":"xsd:decimal"}
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
