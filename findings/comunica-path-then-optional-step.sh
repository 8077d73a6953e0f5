#!/usr/bin/env bash
# Guess: e:k/e:k? means one step, or two: the places reached by one step are always among the results.
# Instead: Of three matches one comes: places reached by one step, and one of the ways of two, are missing. (e:k?
# alone is right.)
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: SPARQL 1.1 Query, 9.1 and 18.4 (ZeroOrOnePath): a and b with the second step left out, and a through b.
# Do: Write a UNION of the two lengths.
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
const store = new Store(new Parser().parse(`@prefix e: <http://example.org/> . e:b e:k e:a . e:d e:k e:a, e:b .`));
const query = `PREFIX e: <http://example.org/> SELECT ?x { e:d e:k/e:k? ?x } ORDER BY ?x`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
console.log(rows.map(row => row.get('x').value).join(' '));
process.exit(0);
END
node ask.js > actual

cat > expected <<'END'
http://example.org/a
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
