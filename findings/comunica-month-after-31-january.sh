#!/usr/bin/env bash
# Guess: 31 January 2020 plus P1M is the last of February, 2020-02-29.
# Instead: The day runs over into March: 2020-03-02.
# Seen: @comunica/query-sparql 4.5.0 over an N3.Store, 29 November 2026
# Right: XPath op:add-yearMonthDuration-to-date with XML Schema 1.1 part 2, E.3.3: the day is pinned to the last of
# the month. (Arithmetic with dates is an extension in SPARQL 1.1, listed by SEP-0002.)
# Do: Compute ends of months in the client; or add to the first of the month and go a day back.
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
const query = `PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ("2020-01-31"^^xsd:date + "P1M"^^xsd:yearMonthDuration AS ?v) { }`;
const rows = await (await new QueryEngine().queryBindings(query, { sources: [store] })).toArray();
console.log(rows[0].get('v').value);
process.exit(0);
END
node ask.js > actual

cat > expected <<'END'
2020-03-02
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
