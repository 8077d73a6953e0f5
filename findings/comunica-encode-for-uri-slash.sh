#!/usr/bin/env bash
# Guess: ENCODE_FOR_URI makes "a/b" into "a%2Fb", so that the value stays one segment of a path.
# Instead: The slash (and other reserved characters) is left as it is, so IRIs minted with it get another depth.
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: SPARQL 1.1 Query, 17.4.3.11, XPath fn:encode-for-uri: all but letters, digits, - _ . ~ are escaped.
# Do: Add REPLACE(..., "/", "%2F") to queries that mint IRIs; it does no harm in engines that are right.
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
const query = `SELECT (ENCODE_FOR_URI("a/b c?d&e:f") AS ?v) { }`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
console.log(rows[0].get('v').value);
process.exit(0);
END
node ask.js > actual

cat > expected <<'END'
a/b%20c?d&e:f
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
