#!/usr/bin/env bash
# Guess: stringToTerm(termToString(term)) is the term.
# Instead: termToString writes a line feed as \n; stringToTerm gives back a backslash and an "n". Only quotes are
# undone.
# Seen: rdf-string-ttl 2.0.1, 29 November 2026
# Right: Turtle 1.1, 6.4 (escape sequences).
# Do: Use rdf-string (no escapes) for keys, and a parser for Turtle.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdf-string-ttl@2.0.1 n3@2.13.12
echo "Versions: rdf-string-ttl@2.0.1 n3@2.13.12"

cat > trip.js <<'END'
import { DataFactory } from 'n3';
import { stringToTerm, termToString } from 'rdf-string-ttl';
for (const text of ['say "a"', 'two\nlines', 'back\\slash']) {
  const written = termToString(DataFactory.literal(text));
  console.log(written, '->', stringToTerm(written).value === text ? 'the same' : 'another value');
}
END
node trip.js > actual

cat > expected <<'END'
"say \"a\"" -> the same
"two\nlines" -> another value
"back\\slash" -> another value
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
