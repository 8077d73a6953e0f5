#!/usr/bin/env bash
# Guess: toRdf(number) and fromRdf(literal) are inverse, and large numbers become xsd:double.
# Instead: Whole numbers from 2^31 on are xsd:long, written as JavaScript prints them: 1e21 is the ill-typed "1e+21",
# read back as 1; and INF and NaN, which toRdf writes, fromRdf with validation refuses.
# Seen: rdf-literal 2.0.0, 29 November 2026
# Right: XML Schema part 2, 3.4.16 (long) and 3.3.5 (double: INF, -INF, NaN).
# Do: Write numbers of 1e21 and more, and the infinities, as literals of your own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdf-literal@2.0.0 n3@2.13.12
echo "Versions: rdf-literal@2.0.0 n3@2.13.12"

cat > trip.js <<'END'
import { DataFactory } from 'n3';
import { fromRdf, toRdf } from 'rdf-literal';
for (const number of [5, 2147483648, 1e21, 0.5, Infinity]) {
  const literal = toRdf(number, { dataFactory: DataFactory });
  let back;
  try { back = fromRdf(literal, true); } catch { back = 'refused'; }
  console.log(number, '->', literal.value, literal.datatype.value.split('#')[1], '->', back);
}
END
node trip.js > actual

cat > expected <<'END'
5 -> 5 integer -> 5
2147483648 -> 2147483648 long -> 2147483648
1e+21 -> 1e+21 long -> 1
0.5 -> 5.0E-1 double -> 0.5
Infinity -> INF double -> refused
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
