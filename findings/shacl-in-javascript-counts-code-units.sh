#!/usr/bin/env bash
# Guess: A SHACL engine counts characters for sh:maxLength, and knows that there is no 30 February.
# Instead: rdf-validate-shacl and shacl-engine count the two code units of UTF-16 of one emoji, so that sh:maxLength 1
# refuses it; and sh:datatype xsd:date lets "2021-02-30" pass. So does sh:languageIn ("en") with "@eng".
# Seen: rdf-validate-shacl 0.6.5, shacl-engine 1.1.2, 30 November 2026
# Right: SHACL, 4.4.2: STRLEN of SPARQL, which counts characters; SHACL, 4.1.2: a literal that is ill-typed does not
# conform; SHACL, 4.4.4: langMatches, by which "eng" is not in the range "en". pySHACL 0.40.1 and shacl 0.3.4 are right.
# Do: Bound lengths generously, and check dates by more than their datatype, where shapes are for all engines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdf-validate-shacl@0.6.5 shacl-engine@1.1.2 \
    @rdfjs/data-model@2.1.2 @rdfjs/dataset@2.0.3 n3@1.26.0
echo "Versions: rdf-validate-shacl@0.6.5 shacl-engine@1.1.2"

cat > judge.js <<'END'
import dataModel from '@rdfjs/data-model';
import rdfDataset from '@rdfjs/dataset';
import { Parser } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';
import { Validator } from 'shacl-engine';

const PREFIXES = `@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . `;
const read = (text) => rdfDataset.dataset(new Parser({ factory: dataModel }).parse(PREFIXES + text));
for (const [constraint, value] of [
  ['sh:maxLength 1', '"\u{1F600}"'],
  ['sh:datatype xsd:date', '"2021-02-30"^^xsd:date'],
  ['sh:languageIn ("en")', '"a"@eng'],
]) {
  const shapes = read(`ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:property [ sh:path ex:p ; ${constraint} ] .`);
  const data = read(`ex:s ex:p ${value} .`);
  const one = (await new SHACLValidator(shapes).validate(data)).conforms;
  const other = (await new Validator(shapes, { factory: dataModel }).validate({ dataset: data })).conforms;
  console.log(constraint, one, other);
}
END
node judge.js > actual
cat actual
cat > expected <<'END'
sh:maxLength 1 false false
sh:datatype xsd:date true true
sh:languageIn ("en") true true
END
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
