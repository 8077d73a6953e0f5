#!/usr/bin/env bash
# Guess: An alternative path is a UNION, so e:k|e:k gives each match twice; and p* from a term gives at least the term
# itself.
# Instead: The alternative gives each match once; a path of length zero from a term that is in no triple gives no row.
# Seen: pyoxigraph 0.5.13 (rdflib 7.6.0 beside it for comparison), 29 November 2026
# Right: SPARQL 1.1 Query, 18.4: an alternative is a Union, which keeps duplicates; a path of length zero connects a
# term with itself, in the data or not (9.1).
# Do: Do not count the rows of a path without DISTINCT; bind the start by BIND as well where it must be in the answer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13 rdflib==7.6.0
echo "Versions: pyoxigraph==0.5.13 rdflib==7.6.0"

cat > ask.py <<'END'
import pyoxigraph
import rdflib

data = "@prefix e: <http://example.org/> . e:d e:k e:a, e:b ."
store = pyoxigraph.Store()
store.load(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)
graph = rdflib.Graph().parse(data=data, format="turtle")
for path in ("e:d (e:k|e:k) ?x", "e:unknown e:k* ?x"):
    query = f"PREFIX e: <http://example.org/> SELECT ?x {{ {path} }} ORDER BY ?x"
    print("oxigraph", path, [row["x"].value for row in store.query(query)])
    print("rdflib  ", path, [str(row.x) for row in graph.query(query)])
END
venv/bin/python ask.py > actual

cat > expected <<'END'
oxigraph e:d (e:k|e:k) ?x ['http://example.org/a', 'http://example.org/b']
rdflib   e:d (e:k|e:k) ?x ['http://example.org/a', 'http://example.org/a', 'http://example.org/b', 'http://example.org/b']
oxigraph e:unknown e:k* ?x []
rdflib   e:unknown e:k* ?x ['http://example.org/unknown']
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
