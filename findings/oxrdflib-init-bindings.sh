#!/usr/bin/env bash
# Guess: The store Oxigraph under rdflib takes initBindings as the store of rdflib does.
# Instead: A variable that is bound but not selected is an error.
# Seen: oxrdflib 0.5.0, pyoxigraph 0.5.13, rdflib 7.6.0, 29 November 2026
# Right: None: initBindings is rdflib's own.
# Do: Select the variable too, or put the value in by VALUES.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q oxrdflib==0.5.0 pyoxigraph==0.5.13 rdflib==7.6.0
echo "Versions: oxrdflib==0.5.0 pyoxigraph==0.5.13 rdflib==7.6.0"

cat > ask.py <<'END'
import rdflib

for store in ("default", "Oxigraph"):
    graph = rdflib.Graph(store=store)
    graph.parse(data="<http://example.org/a> <http://example.org/p> 1 .", format="turtle")
    for query in ("SELECT ?s ?o { ?s ?p ?o }", "SELECT ?s { ?s ?p ?o }"):
        try:
            print(store, query, len(graph.query(query, initBindings={"o": rdflib.Literal(1)})), "row")
        except RuntimeError as error:
            print(store, query, error)
END
venv/bin/python ask.py > actual

cat > expected <<'END'
default SELECT ?s ?o { ?s ?p ?o } 1 row
default SELECT ?s { ?s ?p ?o } 1 row
Oxigraph SELECT ?s ?o { ?s ?p ?o } 1 row
Oxigraph SELECT ?s { ?s ?p ?o } The SPARQL query does not contains variable ?o in its SELECT projection
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
