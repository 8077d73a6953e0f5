#!/usr/bin/env bash
# Guess: SELECT ?s (COUNT(*) AS ?n) ... HAVING (?n > 1) keeps the groups of more than one, as some dialects of SQL do.
# Instead: No row comes, and no error: ?n has no value yet where HAVING is computed. HAVING (COUNT(*) > 1) works.
# Seen: rdflib 7.6.0, pyoxigraph 0.5.13, sparq-rdf 0.1.6, 29 November 2026
# Right: SPARQL 1.1 Query, 18.2.4: HAVING is a filter on the groups, before AS of the SELECT clause extends them; so
# the three are right.
# Do: Repeat the aggregate in HAVING.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdflib==7.6.0 pyoxigraph==0.5.13 sparq-rdf==0.1.6
echo "Versions: rdflib==7.6.0 pyoxigraph==0.5.13 sparq-rdf==0.1.6"

cat > ask.py <<'END'
import pyoxigraph
import rdflib
import sparq

data = "@prefix e: <http://example.org/> . e:a e:k 1, 2, 3 . e:b e:k 1 ."
store = pyoxigraph.Store()
store.load(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)
graph = rdflib.Graph().parse(data=data, format="turtle")
third = sparq.Graph.load(data, "turtle")
for condition in ("?n > 1", "COUNT(*) > 1"):
    query = f"SELECT ?s (COUNT(*) AS ?n) {{ ?s <http://example.org/k> ?o }} GROUP BY ?s HAVING ({condition})"
    counts = [len(list(graph.query(query))), len(list(store.query(query))), len(third.query(query).rows)]
    print(f"HAVING ({condition}): rows of rdflib, oxigraph, sparq: {counts}")
END
venv/bin/python ask.py > actual

cat > expected <<'END'
HAVING (?n > 1): rows of rdflib, oxigraph, sparq: [0, 0, 0]
HAVING (COUNT(*) > 1): rows of rdflib, oxigraph, sparq: [1, 1, 1]
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
