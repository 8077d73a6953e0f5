#!/usr/bin/env bash
# Guess: A literal with a datatype that the library does not know is given as a string or left out.
# Instead: Reading the property, and every SPARQL query that meets the value, ends in "Cannot read literal of datatype
# ...". (And decimals are floats: 1.10 is 1.1.)
# Seen: owlready2 0.51, 29 November 2026
# Right: XML Schema part 2, 3.3.11; OWL 2 does not list xsd:gYear in its datatype map, but allows unknown datatypes in
# data.
# Do: Declare the datatype (declare_datatype) before loading, or publish years as xsd:integer as well.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q owlready2==0.51
echo "Versions: owlready2==0.51"

cat > o.owl <<'END'
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:o="http://example.org/o#">
  <owl:Ontology rdf:about="http://example.org/o"/>
  <owl:DatatypeProperty rdf:about="http://example.org/o#year"/>
  <owl:DatatypeProperty rdf:about="http://example.org/o#price"/>
  <owl:Thing rdf:about="http://example.org/o#i">
    <o:year rdf:datatype="http://www.w3.org/2001/XMLSchema#gYear">2020</o:year>
    <o:price rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">1.10</o:price>
  </owl:Thing>
</rdf:RDF>
END
cat > read.py <<'END'
import pathlib

import owlready2

world = owlready2.World()
world.get_ontology(pathlib.Path("o.owl").resolve().as_uri()).load()
for name in ("price", "year"):
    try:
        print(name, list(world.sparql(f"SELECT ?v {{ ?s <http://example.org/o#{name}> ?v }}")))
    except ValueError as error:
        print(name, str(error).rstrip("0123456789! "))
END
venv/bin/python read.py > actual 2> warnings

cat > expected <<'END'
price [[1.1]]
year Cannot read literal of datatype
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
