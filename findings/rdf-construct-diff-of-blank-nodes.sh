#!/usr/bin/env bash
# Guess: The semantic diff of an ontology with itself is empty.
# Instead: Every class with an owl:Restriction (a blank node) is "modified": blank nodes are compared by the labels
# that each reading makes anew. (The exit code says "differences" too.)
# Seen: rdf-construct 0.6.0, rdflib 7.6.0, 29 November 2026
# Right: RDF 1.1 Concepts, 3.6: graphs that differ in the labels of blank nodes alone are isomorphic.
# Do: Compare canonical forms (rdflib.compare), or give restrictions IRIs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q rdf-construct==0.6.0 rdflib==7.6.0
echo "Versions: rdf-construct==0.6.0 rdflib==7.6.0"

cat > o.ttl <<'END'
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix e: <http://example.org/o#> .
e:A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty e:p ; owl:someValuesFrom e:B ] .
e:B a owl:Class .
e:p a owl:ObjectProperty .
END
cp o.ttl copy.ttl
venv/bin/rdf-construct diff o.ttl copy.ttl > output || echo "exit code $?" >> output
grep -E '~|Summary|exit code' output | sed 's/^ *//' > actual

cat > expected <<'END'
~ Class e:A
Summary: 0 added, 0 removed, 1 modified
exit code 1
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
