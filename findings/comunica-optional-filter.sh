#!/usr/bin/env bash
# Guess: OPTIONAL never takes a row away: where its FILTER is false the row stays, without the optional part.
# Instead: A FILTER inside OPTIONAL that names a variable of the outside drops the rows for which it is false, two of
# these four.
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: SPARQL 1.1 Query, 18.2.2.6 and 18.5 (LeftJoin): the filter is the condition of the left join, and the left
# row is kept.
# Do: Write the condition as BIND(IF(...)) outside of the OPTIONAL, and compare the numbers of rows with another
# engine.
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
const store = new Store(new Parser().parse(`@prefix e: <http://example.org/> . e:b e:n 10 ; e:k e:a . e:c e:k e:b . e:d e:k e:a, e:b .`));
const query = `PREFIX e: <http://example.org/> SELECT ?s ?v ?n { ?s e:k ?v OPTIONAL { ?s e:n ?n FILTER(?v = e:a) } } ORDER BY ?s ?v`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
for (const row of rows) console.log([...row].map(([name, term]) => `${name.value}=${term.value}`).sort().join(' '));
process.exit(0);
END
node ask.js > actual

cat > expected <<'END'
n=10 s=http://example.org/b v=http://example.org/a
s=http://example.org/d v=http://example.org/a
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
