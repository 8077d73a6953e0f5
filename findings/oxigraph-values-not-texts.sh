#!/usr/bin/env bash
# Guess: Terms are matched by their text: { ?s ?p 1.000 } does not find 1.0, and DISTINCT keeps 1.0 and 1.00 apart.
# Instead: Numbers, dates and so on are stored as values: other spellings match, are one term, and are written in one
# form.
# Seen: pyoxigraph 0.5.13, 29 November 2026
# Right: RDF 1.1 Concepts, 3.3: two literals are equal only if their lexical forms are. (Entailment regimes allow
# more.)
# Do: Keep the text as xsd:string where it matters (versions such as 1.10, codes such as 01).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo "Versions: pyoxigraph==0.5.13"

cat > ask.py <<'END'
import pyoxigraph

store = pyoxigraph.Store()
store.load(b"<http://example.org/a> <http://example.org/p> 1.0, 1.00, 1.10, 01, 1 .", format=pyoxigraph.RdfFormat.TURTLE)
print(len(store), "triples of 5")
print([row["p"].value for row in store.query("SELECT ?p { ?s ?p 1.000 }")])
print(sorted(str(quad.object.value) for quad in store))
END
venv/bin/python ask.py > actual

cat > expected <<'END'
3 triples of 5
['http://example.org/p']
['1', '1', '1.1']
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
