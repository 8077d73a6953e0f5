#!/usr/bin/env bash
# Guess: <time property="birthDate" datetime="2000-01-01"> gives "2000-01-01"^^xsd:date, and lang gives a language.
# Instead: The visible text is taken, without a datatype, and no value has a language: the page is read by the rules
# of XHTML.
# Seen: extruct 0.18.0 (rdfa-streaming-parser 3.0.2 is right), 29 November 2026
# Right: HTML+RDFa 1.1, 3.1: datetime is the value, typed by its form; lang counts.
# Do: Put the value of a date into content="..." as well, or publish JSON-LD.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q extruct==0.18.0
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdfa-streaming-parser@3.0.2
echo "Versions: extruct==0.18.0 rdfa-streaming-parser@3.0.2"

cat > page.html <<'END'
<!DOCTYPE html><html lang="fi"><body><div vocab="http://schema.org/" resource="#a">
<p property="name">Maija</p> <time property="birthDate" datetime="2000-01-31">31.1.2000</time>
</div></body></html>
END
cat > read.py <<'END'
import extruct

(things,) = [extruct.extract(open("page.html").read(), base_url="http://example.org/", syntaxes=["rdfa"])["rdfa"]]
for thing in things:
    for key in ("name", "birthDate"):
        for value in thing.get("http://schema.org/" + key, []):
            print("extruct", key, value)
END
cat > read.js <<'END'
import { readFileSync } from 'node:fs';
import { RdfaParser } from 'rdfa-streaming-parser';
const parser = new RdfaParser({ baseIRI: 'http://example.org/', contentType: 'text/html' });
parser.on('data', ({ predicate, object }) => {
  if (predicate.value.startsWith('http://schema.org/')) console.log('streaming parser', predicate.value.slice(18), object.value, object.language || object.datatype.value.split('#')[1]);
});
parser.end(readFileSync('page.html', 'utf8'));
END
venv/bin/python read.py > actual
node read.js >> actual

cat > expected <<'END'
extruct name {'@value': 'Maija'}
extruct birthDate {'@value': '31.1.2000'}
streaming parser name Maija fi
streaming parser birthDate 2000-01-31 date
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
