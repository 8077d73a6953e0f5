#!/usr/bin/env bash
# Guess: LIMIT 0 gives no row; it is the usual way to ask for the names of the columns alone.
# Instead: LIMIT 0 is taken as no limit at all: every row comes.
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: SPARQL 1.1 Query, 15.5: "A LIMIT of 0 would cause no results to be returned."
# Do: To learn the columns, ask LIMIT 1 and do not send LIMIT 0 from code that computes its limit.
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
const store = new Store(new Parser().parse(`@prefix e: <http://example.org/> . e:a e:p 1 . e:b e:p 2 . e:c e:p 3 .`));
const query = `PREFIX e: <http://example.org/> SELECT ?s { ?s e:p ?o } LIMIT 0`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
console.log(`${rows.length} rows`);
process.exit(0);
END
node ask.js > actual

cat > expected <<'END'
3 rows
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
