#!/usr/bin/env bash
# Guess: RDFC-1.0 gives one canonical N-Quads file, whichever library computes it.
# Instead: rdf-canonize keeps "x"@en-GB; pyoxigraph has already made it "x"@en-gb when it parsed the file, so the
# hashes differ.
# Seen: rdf-canonize 5.0.0, pyoxigraph 0.5.13, 29 November 2026
# Right: RDF 1.1 Concepts, 3.3: tags may be normalised to lower case; RDFC-1.0, 4: no normalisation by itself. Both
# are allowed.
# Do: Write language tags in lower case where a hash or a signature is published.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund rdf-canonize@5.0.0
echo "Versions: pyoxigraph==0.5.13 rdf-canonize@5.0.0"

echo '_:a <http://example.org/name> "x"@en-GB .' > data.nq
cat > canonize.js <<'END'
import { readFileSync } from 'node:fs';
import { canonize } from 'rdf-canonize';
const options = { algorithm: 'RDFC-1.0', inputFormat: 'application/n-quads', format: 'application/n-quads' };
process.stdout.write(await canonize(readFileSync('data.nq', 'utf8'), options));
END
cat > canonize.py <<'END'
import pyoxigraph

dataset = pyoxigraph.Dataset(pyoxigraph.parse(path="data.nq", format=pyoxigraph.RdfFormat.N_QUADS))
dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
for quad in dataset:
    print(quad, ".")
END
node canonize.js > actual
venv/bin/python canonize.py >> actual

cat > expected <<'END'
_:c14n0 <http://example.org/name> "x"@en-GB .
_:c14n0 <http://example.org/name> "x"@en-gb .
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
