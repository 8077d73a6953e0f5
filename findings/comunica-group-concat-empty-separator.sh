#!/usr/bin/env bash
# Guess: GROUP_CONCAT(?v; SEPARATOR="") joins the values without anything between them.
# Instead: An empty separator is taken for none given, and the default, one space, is put in.
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: SPARQL 1.1 Query, 18.5.1.7: the separator is the string given; only its absence means a space.
# Do: Join in the client, or use a separator and REPLACE it afterwards.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund @comunica/query-sparql@4.5.0 n3@2.13.12
echo "Versions: @comunica/query-sparql@4.5.0 n3@2.13.12"

cat > ask.js <<'END'
import { QueryEngine } from '@comunica/query-sparql';
import { Parser, Store } from 'n3';
const store = new Store(new Parser().parse(``));
const query = `SELECT (GROUP_CONCAT(?v; SEPARATOR="") AS ?all) { VALUES ?v { "ab" "cd" } }`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
console.log(`<${rows[0].get('all').value}>`);
process.exit(0);
END
node ask.js > actual

cat > expected <<'END'
<ab cd>
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
