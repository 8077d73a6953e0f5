#!/usr/bin/env bash
# Guess: ORDER BY sorts plain strings by code point: "A", "B", "a", "b", "z", "ä".
# Instead: Strings are compared as in a dictionary, and by the locale of the process: the same query has one order in
# English and another in Finnish.
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: SPARQL 1.1 Query, 15.1 with the < operator of 17.3; XPath fn:compare with the code point collation.
# Do: Never page through results of two engines, or compare their lists, by ORDER BY of names; sort again in the
# client.
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
const query = `SELECT ?v { VALUES ?v { "b" "A" "a" "B" "ä" "z" } } ORDER BY ?v`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
console.log(rows.map(row => row.get('v').value).join(' '));
process.exit(0);
END
LC_ALL=en_GB.UTF-8 node ask.js > actual
LC_ALL=fi_FI.UTF-8 node ask.js >> actual

cat > expected <<'END'
a A ä b B z
a A b B z ä
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
