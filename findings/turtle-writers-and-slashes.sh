#!/usr/bin/env bash
# Guess: A writer of Turtle shortens an IRI to prefix:name only where the name is one, or escapes it.
# Instead: e:a/b, e:a?b and e:~x are written bare, and the file cannot be read again (pretty-turtle knows "/" but not
# the others).
# Seen: @rdfjs/serializer-turtle 1.1.5, @jeswr/pretty-turtle 1.8.2, read back by n3 2.13.12, 29 November 2026
# Right: Turtle 1.1, 6.4 and 6.5 (PN_LOCAL): some of these characters need a backslash.
# Do: Give these writers only prefixes under which the names are plain, or none.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund @rdfjs/serializer-turtle@1.1.5 @jeswr/pretty-turtle@1.8.2 rdf-ext@2.6.0 n3@2.13.12
echo "Versions: @rdfjs/serializer-turtle@1.1.5 @jeswr/pretty-turtle@1.8.2 rdf-ext@2.6.0 n3@2.13.12"

cat > write.js <<'END'
import SerializerTurtle from '@rdfjs/serializer-turtle';
import { write } from '@jeswr/pretty-turtle';
import { DataFactory, Parser } from 'n3';
import rdf from 'rdf-ext';
const base = 'http://example.org/';
const writers = {
  '@rdfjs/serializer-turtle': quads => new SerializerTurtle({ prefixes: new Map([['e', rdf.namedNode(base)]]) }).transform(rdf.dataset(quads)),
  '@jeswr/pretty-turtle': quads => write(quads, { prefixes: { e: base } }),
};
for (const [name, writer] of Object.entries(writers))
  for (const local of ['a', 'a/b', 'a?b', '~x']) {
    const quad = DataFactory.quad(...['s', 'p', local].map(part => DataFactory.namedNode(base + part)));
    const text = await writer([quad]);
    let result;
    try { result = new Parser().parse(text)[0].equals(quad) ? 'read back' : 'changed'; } catch { result = 'not Turtle'; }
    console.log(`${name} ${local}: ${result}`);
  }
END
node write.js > actual

cat > expected <<'END'
@rdfjs/serializer-turtle a: read back
@rdfjs/serializer-turtle a/b: not Turtle
@rdfjs/serializer-turtle a?b: not Turtle
@rdfjs/serializer-turtle ~x: not Turtle
@jeswr/pretty-turtle a: read back
@jeswr/pretty-turtle a/b: read back
@jeswr/pretty-turtle a?b: not Turtle
@jeswr/pretty-turtle ~x: not Turtle
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
